// Hardware, surroundings and packages of the runs: what differs, and all of it by a switch.
(() => {
  "use strict";

  const { element, breakable, table } = wattboard.compare;

  /** From how many words on a fact is a list. */
  const LIST_WORDS = 20;

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

  /**
   * Of long lists of words, such as a processor's flags, the words that not all have.
   * @param {FactRow} row @returns {FactRow}
   */
  function shortened(row) {
    const lists = row.texts.map((text) => text?.split(" ") ?? []);
    if (lists.some((words) => words.length < LIST_WORDS)) return row;
    const shared = new Set(lists[0].filter((word) => lists.every((words) => words.includes(word))));
    const texts = lists.map((words) => {
      const own = words.filter((word) => !shared.has(word));
      return `${own.length ? own.join(" ") : "none"}, and ${shared.size} that all have`;
    });
    return { ...row, texts };
  }

  /** @param {ItemData[]} runs @param {FactRow[]} rows @param {string} id @param {string} first @param {string} absent */
  function factTable(runs, rows, id, first, absent) {
    const head = [first, ...runs.map(({ title }) => title)].map((text) => element("th", { scope: "col" }, breakable(text)));
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
    const shown = all ? rows : rows.filter(differs).map(shortened);
    const same = rows.length - rows.filter(differs).length;
    const nothing = rows.length ? `Nothing differs: all ${rows.length} ${what} are the same.` : `The runs’ logs list no ${what}.`;
    const hidden = !all && shown.length && same ? `${same} more ${what} are the same in all.` : "";
    return [
      element("h2", { id }, title),
      shown.length ? factTable(runs, shown, id, first, absent) : element("p", {}, nothing),
      ...(hidden ? [element("p", { className: "wb-legend-text" }, hidden)] : []),
    ];
  }

  /** A group's runs, to be added. @param {ItemData} group @param {CompareState} state @param {CompareContext["change"]} change */
  function runsOf({ title, n = 0, runs = [] }, state, change) {
    const buttons = runs.map((run) => {
      const button = element("button", { type: "button", className: "wb-button" }, `Add ${run.title}`);
      button.disabled = state.addresses.includes(run.address) || state.addresses.length >= wattboard.basket.most;
      button.addEventListener("click", () => change({ addresses: [...state.addresses, run.address] }));
      return element("li", {}, button);
    });
    const more = n > runs.length ? [element("p", {}, `The first ${runs.length} of ${n}; the others are in its table.`)] : [];
    return element(
      "details",
      { className: "wb-fold" },
      element("summary", {}, `Runs of ${title}`),
      element("div", { className: "wb-fold-body" }, element("ul", { className: "wb-list wb-downloads wb-add-runs" }, ...buttons), ...more),
    );
  }

  /** @param {CompareContext} context */
  function facts({ items, state, change }) {
    const runs = items.filter(({ kind }) => kind === "run");
    if (runs.length < 2) {
      return element(
        "section",
        {},
        element("h2", {}, "Hardware and packages"),
        element("p", {}, "They are of runs, not of groups: add two runs to see in what they differ."),
        ...items.filter(({ kind }) => kind !== "run").map((group) => runsOf(group, state, change)),
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
