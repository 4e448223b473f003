// What of a table is shown: its rows in their order, those that pass, of these one page.
(() => {
  "use strict";

  /** @type {WattboardTables["view"]} */
  function view(model) {
    const { PAGE_ROWS, order, matcher, rankedColumn, showRank, nameRanked } = wattboardTables;
    const body = model.table.tBodies[0];
    const every = order(model, null);
    let ordered = every;
    /** Rows that are in the page, in their order. @type {number[]} */
    let placed = every;
    /** How often the choice of columns or ranks has changed, and at which of these states each row is. */
    let state = 0;
    const states = new Uint32Array(model.rows.length);
    let ranked = rankedColumn(model, null);

    /** @type {TableView} */
    const made = {
      model,
      choice: { sort: null, text: "", hidden: new Set(), page: 0, allowed: null },
      shown: every,
      change,
      listeners: [],
    };

    /** @param {HTMLTableRowElement} row */
    function hideCells(row) {
      for (const { at, name } of model.columns) {
        row.cells[at].hidden = made.choice.hidden.has(name);
      }
    }

    /** @param {number} row */
    function dress(row) {
      if (states[row] === state) return;
      states[row] = state;
      hideCells(model.rows[row]);
      if (ranked) showRank(model, model.rows[row], ranked);
    }

    /** Where no row passes: not a bare heading. It stays in view however far the table is scrolled. */
    function noRow() {
      const row = document.createElement("tr");
      const cell = document.createElement("td");
      cell.className = "wb-no-row";
      cell.colSpan = model.columns.length - made.choice.hidden.size;
      const words = document.createElement("span");
      words.textContent = "No row matches.";
      cell.append(words);
      row.append(cell);
      return row;
    }

    function place() {
      const { page } = made.choice;
      const last = Math.max(0, Math.ceil(made.shown.length / PAGE_ROWS) - 1);
      const first = page === "all" ? 0 : Math.min(page, last) * PAGE_ROWS;
      const rows = page === "all" ? made.shown : made.shown.slice(first, first + PAGE_ROWS);
      rows.forEach(dress);
      if (rows.length && rows.length === placed.length && rows.every((row, i) => row === placed[i])) return;
      placed = rows;
      const fragment = new DocumentFragment();
      for (const row of rows) fragment.append(model.rows[row]);
      if (!rows.length && every.length) fragment.append(noRow());
      body.replaceChildren(fragment);
    }

    /** @param {Partial<TableChoice>} changes */
    function change(changes) {
      const isOther = "sort" in changes || "text" in changes || "allowed" in changes;
      const page = isOther && made.choice.page !== "all" ? 0 : made.choice.page;
      made.choice = { ...made.choice, page, ...changes };
      const { sort, text, allowed } = made.choice;
      if ("sort" in changes) ordered = order(model, sort);
      const matches = matcher(model, text);
      made.shown = ordered.filter((row) => (!allowed || allowed(row)) && matches(row));
      const newlyRanked = rankedColumn(model, sort);
      if (newlyRanked !== ranked || "hidden" in changes) {
        ranked = newlyRanked;
        state += 1;
        hideCells(/** @type {HTMLTableSectionElement} */ (model.table.tHead).rows[0]);
        if (ranked) nameRanked(model, ranked);
      }
      place();
      for (const listener of made.listeners) listener();
      // For scripts that add to rows: which of them are in the page has changed.
      model.table.dispatchEvent(new CustomEvent("wattboard:rows", { bubbles: true }));
    }

    return made;
  }

  Object.assign(wattboardTables, { view });
})();
