// How far the others are from one of them: difference, per cent, and the 95 % interval where both sides have runs enough.
(() => {
  "use strict";

  const { element, breakable, table } = wattboard.compare;
  const percent = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, signDisplay: "exceptZero", useGrouping: false });

  /** @param {Difference | null} difference @param {CompareRow} row */
  function cell(difference, row) {
    if (!difference) {
      return element(
        "td",
        { className: "wb-num wb-absent" },
        element("span", { "aria-hidden": "true" }, "—"),
        element("span", { className: "wb-sr" }, "cannot be told"),
      );
    }
    const { factor } = row.scale;
    const ends = difference.interval?.map((end) => end * factor);
    const digits = decimals(difference.value * factor, ends && (ends[1] - ends[0]) / 2, row.digits);
    const { signed } = wattboard.compare;
    const parts = [element("span", { className: "wb-difference" }, signed(difference.value * factor, digits))];
    if (difference.percent !== null) {
      parts.push(element("span", { className: "wb-percent" }, `${percent.format(difference.percent).replace("-", "−")} %`));
    }
    if (ends) {
      const clear = ends[0] > 0 || ends[1] < 0;
      const words = `${signed(ends[0], digits)} to ${signed(ends[1], digits)}`;
      parts.push(element("span", { className: clear ? "wb-interval wb-clear" : "wb-interval" }, words));
    }
    return element("td", { className: "wb-num", "data-value": difference.value * factor }, ...parts);
  }

  /** As many decimals as the interval asks for, else four significant digits. @returns {number}
   * @param {number} value @param {number | undefined} half @param {number | null} asked */
  function decimals(value, half, asked) {
    const fine = half ? wattboard.compare.decimals(half, 2) : value ? wattboard.compare.decimals(value, 3) : 0;
    return asked === null ? fine : half ? Math.max(asked, wattboard.compare.decimals(half, 1)) : asked;
  }

  /** @param {CompareContext} context */
  function chooser({ items, state, change }) {
    const select = element(
      "select",
      { id: "wb-reference" },
      ...items.map((item, i) => element("option", { value: String(i), selected: i === state.reference }, item.title)),
    );
    select.addEventListener("change", () => change({ reference: Number(select.value) }));
    return element("p", { className: "wb-controls" }, element("label", { htmlFor: "wb-reference" }, "Compared with "), select);
  }

  /** Whether two items hold the same runs, as a group does with one in it: then their means are not independent.
   * @param {ItemData} a @param {ItemData} b */
  function share(a, b) {
    const runs = (/** @type {ItemData} */ item) => [item.address, ...(item.runs ?? []).map(({ address }) => address)];
    const within = (/** @type {ItemData} */ inner, /** @type {ItemData} */ outer) =>
      inner.kind !== "run" && outer.kind !== "run" && inner.address.startsWith(outer.address);
    return within(a, b) || within(b, a) || runs(a).some((address) => runs(b).includes(address));
  }

  /** @param {CompareContext} context */
  function body({ items, rows, state, rules }) {
    const others = items.map((_, i) => i).filter((i) => i !== state.reference);
    const head = [
      element("th", { scope: "col" }, "Figure"),
      ...others.map((i) =>
        element(
          "th",
          { scope: "col", className: "wb-num" },
          breakable(items[i].title),
          element("span", { className: "wb-words" }, breakable(`less ${items[state.reference].title}`)),
        ),
      ),
    ];
    const lines = rows.flatMap((row) => {
      const reference = row.figures[state.reference];
      const found = others.map((i) => {
        const difference = wattboard.compare.difference(row.figures[i], reference, rules.quantiles);
        return difference && share(items[i], items[state.reference]) ? { ...difference, interval: null } : difference;
      });
      if (!found.some(Boolean)) return [];
      const label = element(
        "th",
        { scope: "row", title: row.key },
        element("span", { className: "wb-label-text" }, row.label),
        element("span", { className: "wb-unit" }, [row.scale.unit, row.better && `${row.better} is better`].filter(Boolean).join(" · ")),
      );
      return [element("tr", {}, label, ...found.map((difference) => cell(difference, row)))];
    });
    return table("wb-compare-differences", head, lines);
  }

  /** @param {CompareContext} context */
  function explanation({ items, state }) {
    const parts = ["Difference, then per cent of the reference."];
    const reference = items[state.reference];
    const shared = items.filter((item) => item !== reference && share(item, reference));
    if (shared.length) {
      const names = shared.map(({ title }) => title).join(", ");
      parts.push(`Runs are on both sides of the difference of ${reference.title} to ${names}: it has no interval.`);
    }
    if (items.filter((item) => item.kind !== "run").length > 1) {
      parts.push(
        "Below it, the 95 % confidence interval of the difference of means, by Welch; in bold where it does not hold zero.",
        "With many figures, one in twenty such intervals misses zero by chance.",
      );
    }
    if (items.some((item) => item.kind === "run" || (item.n ?? 0) < 2)) {
      parts.push("One run has no interval: how far another run like it would be from it, nobody can tell.");
    }
    return element("div", { className: "wb-legend-text" }, element("p", {}, parts.join(" ")));
  }

  /** @param {CompareContext} context */
  function differences(context) {
    return element(
      "section",
      {},
      element("h2", { id: "wb-compare-differences" }, "Differences"),
      chooser(context),
      body(context),
      explanation(context),
    );
  }

  Object.assign(wattboard.compare, { differences });
})();
