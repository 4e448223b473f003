// Side by side: a row a figure, a column an item, one unit a row.
(() => {
  "use strict";

  const { element, breakable, table } = wattboard.compare;
  /** @type {Record<string, string>} */
  const SIGNS = { estimated: "≈", partial: "◐" };
  const WITH_PUE = new Set(["facility_energy_kwh", "emissions_kg"]);
  const BY_BASIS = new Set(["emissions_kg", "mean_carbon_intensity_g_per_kwh"]);

  /**
   * All figures that one of the items has, in the order in which they come first. One figure in two units is two rows.
   * @param {ItemData[]} items @param {CompareRules} rules @returns {CompareRow[]}
   */
  function rows(items, rules) {
    /** @type {Map<string, (ItemFigure | null)[]>} */
    const found = new Map();
    items.forEach((item, i) => {
      for (const figure of item.figures) {
        const id = JSON.stringify([figure.key, figure.unit]);
        const figures = found.get(id) ?? items.map(() => null);
        figures[i] = figure;
        found.set(id, figures);
      }
    });
    return [...found.values()].map((figures) => row(figures, rules));
  }

  /** @param {(ItemFigure | null)[]} figures @param {CompareRules} rules @returns {CompareRow} */
  function row(figures, rules) {
    const first = /** @type {ItemFigure} */ (figures.find(Boolean));
    const digits = figures.find((figure) => typeof figure?.digits === "number")?.digits ?? null;
    const means = figures.map((figure) => figure?.mean ?? null);
    const scale =
      digits === null ? wattboard.compare.scale(first.unit, means, rules) : { factor: 1, unit: first.unit };
    const better = figures.find((figure) => figure?.better)?.better ?? "";
    return { key: first.key, label: first.label, better, digits, scale, figures };
  }

  /** A ratio to a cost that is negative somewhere: there, more of the cost looks better. @param {CompareRow} row */
  const misleads = ({ figures }) => figures.some((figure) => figure?.per && figure.mean !== null && figure.mean < 0);

  /** What keeps the items' figures from being compared. @param {ItemData[]} items @param {CompareRow[]} rows */
  function notes(items, rows) {
    const said = rows.filter(misleads).map(({ label, figures }) => {
      const cost = figures.find((figure) => figure?.per)?.per;
      return `“${label}” is negative somewhere. There it misleads: more ${cost} brings it closer to zero, and so makes it look better.`;
    });
    const [pues, bases] = [union(items, "pues"), union(items, "bases")];
    if (pues.length > 1) {
      said.push(`What is compared includes different PUEs (${pues.join(", ")}): compare energy without PUE.`);
    }
    if (bases.length > 1) {
      said.push(
        `The carbon intensities have different bases (${bases.join(", ")}): their emissions cannot be compared.`,
      );
    }
    return said;
  }

  /** @param {ItemData[]} items @param {"pues" | "bases"} what */
  const union = (items, what) => [...new Set(items.flatMap((item) => /** @type {any[]} */ (item[what])))].sort();

  /**
   * The items that are best in a row; none where a partial value, or one on another footing, might beat them, and none
   * among groups and runs: a mean of runs and a single run are not of one kind.
   * @param {CompareRow} row @param {ItemData[]} items
   */
  function best(row, items) {
    const there = row.figures.flatMap((figure, i) => (figure && figure.mean !== null ? [i] : []));
    const partial = there.some((i) => row.figures[i]?.provenance === "partial");
    const unlike =
      (WITH_PUE.has(row.key) && union(items, "pues").length > 1) ||
      (BY_BASIS.has(row.key) && union(items, "bases").length > 1);
    const mixed = new Set(there.map((i) => items[i].kind === "run")).size > 1;
    if (!row.better || there.length < 2 || partial || unlike || mixed || misleads(row)) return new Set();
    const value = (/** @type {number} */ i) => /** @type {number} */ (row.figures[i]?.mean);
    const values = there.map(value);
    const top = row.better === "lower" ? Math.min(...values) : Math.max(...values);
    const leading = there.filter((i) => value(i) === top);
    return new Set(leading.length < there.length ? leading : []);
  }

  /** @param {string} provenance */
  function sign(provenance) {
    if (!(provenance in SIGNS)) return [];
    return [
      element("span", { className: "wb-sign", "aria-hidden": "true" }, SIGNS[provenance]),
      element("span", { className: "wb-sr" }, `${provenance} `),
    ];
  }

  const absent = () =>
    element(
      "td",
      { className: "wb-num wb-absent", title: "not measured" },
      element("span", { "aria-hidden": "true" }, "—"),
      element("span", { className: "wb-sr" }, "not measured"),
    );

  /** @param {ItemFigure | null} figure @param {CompareRow} row @param {boolean} isBest @param {CompareRules} rules */
  function cell(figure, row, isBest, rules) {
    if (!figure || figure.mean === null) return absent();
    const { factor } = row.scale;
    const spread = typeof figure.stderr === "number" ? figure.stderr * factor : null;
    const [text, around] = wattboard.compare.withSpread(figure.mean * factor, spread, row.digits);
    const value = isBest
      ? [element("b", {}, text), element("span", { className: "wb-best-word" }, "best")]
      : [text];
    const behind = around ? [element("span", { className: "wb-compare-spread" }, ` ± ${around}`)] : [];
    const of = figure.n > 1 ? `mean of ${figure.n} runs; ` : "";
    return element(
      "td",
      { className: "wb-num", title: of + (rules.words[figure.provenance] ?? ""), "data-value": figure.mean * factor },
      ...sign(figure.provenance),
      value[0],
      ...behind,
      ...value.slice(1),
    );
  }

  /** @param {CompareRow} row */
  function rowHead(row) {
    return element(
      "th",
      { scope: "row", title: row.key },
      element("span", { className: "wb-label-text" }, row.label),
      element("span", { className: "wb-unit" }, [row.scale.unit, row.better && `${row.better} is better`].filter(Boolean).join(" · ")),
    );
  }

  /** @param {ItemData} item */
  const kind = (item) => (item.kind === "run" ? "one run" : `${item.n} ${item.n === 1 ? "run" : "runs"}`);

  /** @param {ItemData} item @param {CompareContext} context */
  function columnHead(item, { state, change }) {
    const remove = element(
      "button",
      { type: "button", className: "wb-button wb-remove", "aria-label": `Remove ${item.title}` },
      "Remove",
    );
    remove.addEventListener("click", () => {
      change({ addresses: state.addresses.filter((address) => address !== item.address) });
    });
    return element(
      "th",
      { scope: "col", className: "wb-num" },
      element("a", { href: wattboard.basket.page(item.address) }, breakable(item.title)),
      element("span", { className: "wb-words" }, breakable([...item.above.slice(-1), kind(item)].join(" · "))),
      remove,
    );
  }

  /** @param {CompareContext} context */
  function figures(context) {
    const { items, rules } = context;
    const head = [element("th", { scope: "col" }, "Figure"), ...items.map((item) => columnHead(item, context))];
    const body = context.rows.map((row) => {
      const leading = best(row, items);
      const cells = row.figures.map((figure, i) => cell(figure, row, leading.has(i), rules));
      return element("tr", {}, rowHead(row), ...cells);
    });
    return element(
      "section",
      {},
      element("h2", { id: "wb-compare-figures" }, "Figures"),
      table("wb-compare-figures", head, body),
      legend(context),
    );
  }

  /** @param {CompareContext} context */
  function legend(context) {
    const seen = new Set(context.rows.flatMap(({ figures }) => figures.map((figure) => figure?.provenance ?? "")));
    const parts = [];
    if (context.items.some(({ kind }) => kind !== "run")) parts.push("Of a group: mean of its runs ± standard error of the mean");
    for (const [provenance, mark] of Object.entries(SIGNS)) {
      if (seen.has(provenance)) parts.push(`${mark} ${context.rules.words[provenance]}`);
    }
    parts.push("— not measured");
    const line = element("p", { className: "wb-marks" }, ...parts.map((part) => element("span", {}, part)));
    if (navigator.clipboard) line.append(copyButton(context));
    return element("div", { className: "wb-legend-text" }, line);
  }

  /** @param {CompareContext} context */
  function copyButton(context) {
    const button = element("button", { type: "button", className: "wb-button" }, "Copy table");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(asTabSeparated(context));
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy table"), 2000);
    });
    return button;
  }

  /** The numbers themselves; a spread in a column of its own. @param {CompareContext} context */
  function asTabSeparated({ items, rows }) {
    // Titles come from strangers: what a spreadsheet would take for a formula gets a quote.
    const plain = (/** @type {unknown} */ cell) =>
      typeof cell === "string" ? cell.replace(/[\t\r\n]+/g, " ").replace(/^(?=[=+\-@])/, "'") : String(cell ?? "");
    const head = ["Figure", "Unit", ...items.flatMap((item) => [item.title, "±"])];
    const lines = rows.map(({ label, scale, figures }) => [
      label,
      scale.unit,
      ...figures.flatMap((figure) => [figure?.mean, figure?.stderr].map((v) => (typeof v === "number" ? v * scale.factor : ""))),
    ]);
    return [head, ...lines].map((line) => line.map(plain).join("\t")).join("\n");
  }

  Object.assign(wattboard.compare, { rows, notes, figures });
})();
