// Hardware, surroundings and packages of the runs: what differs, and all of it by a switch.
(() => {
  "use strict";

  const { element, table } = wattboard.compare;

  /** @typedef {{part: string, label: string, texts: (string | null)[]}} FactRow */

  /** @param {ItemData[]} runs @returns {FactRow[]} */
  function factRows(runs) {
    /** @type {Map<string, FactRow>} */
    const rows = new Map();
    runs.forEach((run, i) => {
      for (const { title, rows: facts } of run.facts ?? []) {
        for (const [label, text] of facts) put(rows, runs.length, i, title, label, text);
      }
    });
    return [...rows.values()];
  }

  /** @param {ItemData[]} runs @returns {FactRow[]} */
  function packageRows(runs) {
    /** @type {Map<string, FactRow>} */
    const rows = new Map();
    runs.forEach((run, i) => {
      for (const [name, version] of Object.entries(run.packages ?? {})) put(rows, runs.length, i, "", name, version);
    });
    return [...rows.values()].sort((a, b) => a.label.localeCompare(b.label, "en"));
  }

  /**
   * @param {Map<string, FactRow>} rows @param {number} n @param {number} i
   * @param {string} part @param {string} label @param {string} text
   */
  function put(rows, n, i, part, label, text) {
    const id = JSON.stringify([part, label]);
    const row = rows.get(id) ?? { part, label, texts: Array(n).fill(null) };
    row.texts[i] = text;
    rows.set(id, row);
  }

  /** @param {FactRow} row */
  const differs = ({ texts }) => new Set(texts).size > 1;

  /** @param {ItemData[]} runs @param {FactRow[]} rows @param {string} id @param {string} first @param {string} absent */
  function factTable(runs, rows, id, first, absent) {
    const head = [first, ...runs.map(({ title }) => title)].map((text) => element("th", { scope: "col" }, text));
    const lines = rows.map(({ part, label, texts }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, label, ...(part ? [element("span", { className: "wb-words" }, part)] : [])),
        ...texts.map((text) =>
          text === null
            ? element("td", { className: "wb-absent" }, element("span", { "aria-hidden": "true" }, "—"), element("span", { className: "wb-sr" }, absent))
            : element("td", {}, text),
        ),
      ),
    );
    const box = table(id, head, lines);
    box.classList.add("wb-compare-facts");
    return box;
  }

  /**
   * @param {ItemData[]} runs @param {FactRow[]} rows @param {boolean} all
   * @param {{id: string, title: string, first: string, absent: string, what: string}} words
   */
  function part(runs, rows, all, { id, title, first, absent, what }) {
    const shown = all ? rows : rows.filter(differs);
    const same = rows.length - rows.filter(differs).length;
    const nothing = rows.length ? `Nothing differs: all ${rows.length} ${what} are the same.` : `The runs’ logs list no ${what}.`;
    const hidden = !all && shown.length && same ? `${same} more ${what} are the same in all.` : "";
    return [
      element("h2", { id }, title),
      shown.length ? factTable(runs, shown, id, first, absent) : element("p", {}, nothing),
      ...(hidden ? [element("p", { className: "wb-legend-text" }, hidden)] : []),
    ];
  }

  /** @param {CompareContext} context */
  function facts({ items, state, change }) {
    const runs = items.filter(({ kind }) => kind === "run");
    if (runs.length < 2) {
      return element(
        "section",
        {},
        element("h2", {}, "Hardware and packages"),
        element("p", {}, "They are of runs, not of groups: tick two runs to see in what they differ."),
      );
    }
    const place = element("div");
    const box = element("input", { type: "checkbox", id: "wb-all-facts", checked: state.all });
    const draw = () => {
      place.replaceChildren(
        ...part(runs, factRows(runs), box.checked, {
          id: "wb-compare-hardware",
          title: "Hardware and surroundings",
          first: "Fact",
          absent: "not stated",
          what: "facts",
        }),
        ...part(runs, packageRows(runs), box.checked, {
          id: "wb-compare-packages",
          title: "Python packages",
          first: "Package",
          absent: "not installed",
          what: "packages",
        }),
      );
    };
    box.addEventListener("change", () => {
      change({ all: box.checked });
      draw();
    });
    draw();
    const label = element("label", { htmlFor: "wb-all-facts" }, " Show also what does not differ");
    return element("section", {}, place, element("p", { className: "wb-controls" }, box, label));
  }

  Object.assign(wattboard.compare, { facts });
})();
