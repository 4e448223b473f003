// The tests of a difference, as they were made when the site was built, for groups that lie in one group; for others, how
// to run them.
(() => {
  "use strict";

  const { element, breakable, table } = wattboard.compare;

  /** What `comparisons.js` of a group holds, null where it cannot be had. @param {string} parent */
  async function comparisons(parent) {
    try {
      return await wattboard.data(`${wattboard.root}${parent}comparisons.js`);
    } catch {
      return null;
    }
  }

  /**
   * The pair of two groups for a figure, with the sign of a less b.
   * @param {any} found @param {ItemData} a @param {ItemData} b @param {string} key @param {CompareRules} rules
   */
  function pairOf(found, a, b, key, rules) {
    const places = [found.groups.indexOf(a.address), found.groups.indexOf(b.address)];
    const column = found.columns.find((/** @type {any} */ c) => (rules.names[c.name] ?? c.name) === key)?.name;
    const pair = found.pairs.find(
      (/** @type {any} */ p) => p.column === column && places.includes(p.a) && places.includes(p.b),
    );
    return pair && { ...pair, sign: pair.a === places[0] ? 1 : -1 };
  }

  /** @param {number | null} p */
  function probability(p) {
    if (p === null) return "—";
    return p < 0.0001 ? "< 0.0001" : p.toPrecision(2);
  }

  /** @param {any} test @param {any} pair @param {CompareRow} row */
  function cell(test, pair, row) {
    const parts = [element("span", { className: "wb-difference" }, probability(test.p))];
    if (test.low !== null && test.high !== null) {
      const ends = [test.low, test.high].map((end) => end * pair.sign * row.scale.factor).sort((x, y) => x - y);
      const digits = wattboard.compare.decimals((ends[1] - ends[0]) / 2 || 1, 2);
      const words = ends.map((end) => wattboard.compare.signed(end, digits)).join(" to ");
      parts.push(element("span", { className: "wb-interval" }, words));
    }
    if (test.note) parts.push(element("span", { className: "wb-test-note" }, test.note));
    return element("td", { className: "wb-num" }, ...parts);
  }

  /**
   * @param {{other: ItemData, pair: any, found: any}[]} pairs @param {CompareRow} row @param {ItemData} reference
   */
  function testTable(pairs, row, reference) {
    const { assumptions, correction } = pairs[0].found;
    const head = [
      element("th", { scope: "col" }, "Test"),
      ...pairs.map(({ other }) =>
        element("th", { scope: "col", className: "wb-num" }, breakable(other.title), element("span", { className: "wb-words" }, breakable(`p, less ${reference.title}`))),
      ),
      element("th", { scope: "col" }, "What it assumes"),
    ];
    const lines = pairs[0].pair.tests.map((/** @type {any} */ test, /** @type {number} */ i) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, test.name),
        ...pairs.map(({ pair }) => cell(pair.tests[i], pair, row)),
        element("td", { className: "wb-prose-cell" }, assumptions?.[test.name] ?? ""),
      ),
    );
    lines.push(
      element(
        "tr",
        {},
        element("th", { scope: "row" }, "Welch's, corrected"),
        ...pairs.map(({ pair }) => element("td", { className: "wb-num" }, probability(pair.p ?? null))),
        element("td", { className: "wb-prose-cell" }, "Holm's method, for all pairs of groups"),
      ),
    );
    return [table("wb-compare-tests", head, lines), element("p", { className: "wb-legend-text" }, correction)];
  }

  /** @param {ItemData} a @param {ItemData} b @param {CompareRow} row */
  function command(a, b, row) {
    const quoted = (/** @type {string} */ text) => `'${text.replace(/'/g, "'\\''")}'`;
    const name = row.figures.find(Boolean)?.name ?? row.key;
    return element(
      "p",
      {},
      `${a.title} and ${b.title} lie in different groups; to run the tests: `,
      element("code", {}, `wattboard compare ${quoted(title(a))} ${quoted(title(b))} --variable ${quoted(name)} --site-spec SPEC --logs LOGDIR`),
    );
  }

  /** As the command names a group. @param {ItemData} item */
  const title = (item) => [...item.above, item.name ?? item.title].join(" > ");

  /** @param {CompareContext} context @param {CompareRow} row @param {ItemData[]} others */
  async function ofRow({ items, state, rules }, row, others) {
    const reference = items[state.reference];
    const pairs = [];
    const parts = [];
    for (const other of others) {
      const together = typeof other.parent === "string" && other.parent === reference.parent;
      const found = together ? await comparisons(/** @type {string} */ (other.parent)) : null;
      const pair = found && pairOf(found, other, reference, row.key, rules);
      if (pair) pairs.push({ other, pair, found });
      else if (!together) parts.push(command(other, reference, row));
      else parts.push(element("p", {}, `${other.title}: ${found?.left_out || `${row.label} was not tested here.`}`));
    }
    return [...(pairs.length ? testTable(pairs, row, reference) : []), ...parts];
  }

  /** The fold with the tests, which are loaded when it is opened. @param {CompareContext} context @returns {Node} */
  function tests(context) {
    const { items, rows, state, change } = context;
    const isGroup = (/** @type {ItemData} */ item) => item.kind !== "run";
    const others = items.filter((item, i) => i !== state.reference && isGroup(item));
    const usable = rows.filter(({ figures }) => figures.filter((figure) => (figure?.n ?? 0) > 1).length > 1);
    if (!isGroup(items[state.reference]) || !others.length || !usable.length) return document.createTextNode("");
    const rowOf = (/** @type {string} */ wanted) => usable.find(({ key }) => key === wanted) ?? usable[0];
    const select = element(
      "select",
      { id: "wb-test" },
      ...usable.map(({ key, label }) => element("option", { value: key, selected: key === rowOf(state.test).key }, label)),
    );
    const place = element("div");
    const show = async () => place.replaceChildren(...(await ofRow(context, rowOf(select.value), others)));
    select.addEventListener("change", () => {
      change({ test: select.value });
      show();
    });
    const fold = element(
      "details",
      { className: "wb-fold" },
      element("summary", { id: "wb-compare-tests" }, "Tests of a difference"),
      element(
        "div",
        { className: "wb-fold-body" },
        element("p", { className: "wb-controls" }, element("label", { htmlFor: "wb-test" }, "Of "), select),
        place,
      ),
    );
    fold.addEventListener("toggle", () => {
      change({ test: fold.open ? select.value : "" });
      if (fold.open) show();
    });
    fold.open = state.test !== "";
    return fold;
  }

  Object.assign(wattboard.compare, { tests });
})();
