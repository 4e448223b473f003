// What of a table is shown: its rows in their order, those that pass, of these one page.
(() => {
  "use strict";

  /** @type {WattboardTables["view"]} */
  function view(model) {
    const { PAGE_ROWS, order, matcher, rankedColumn, showRank, nameRanked, loadRows } = wattboardTables;
    const body = model.table.tBodies[0];
    let ordered = order(model, null);
    /** Rows that are in the page, in their order. @type {number[]} */
    let placed = ordered;
    let elements = placed.map((row) => model.rows.element(row));
    /** How often the choice of columns or ranks has changed, and at which of these states each row is. */
    let state = 0;
    /** @type {WeakMap<HTMLTableRowElement, number>} */
    const states = new WeakMap();
    let ranked = rankedColumn(model, null);
    /** @type {Promise<void> | null} */
    let loading = null;

    /** @type {TableView} */
    const made = {
      model,
      choice: { sort: null, text: "", hidden: new Set(), page: 0, allowed: null },
      shown: ordered,
      loaded: null,
      change,
      whole,
      listeners: [],
    };

    /** @param {HTMLTableRowElement} row */
    function hideCells(row) {
      for (const { at, name } of model.columns) {
        row.cells[at].hidden = made.choice.hidden.has(name);
      }
    }

    /** @param {HTMLTableRowElement} row */
    function dress(row) {
      if ((states.get(row) ?? 0) === state) return;
      states.set(row, state);
      hideCells(row);
      if (ranked) showRank(model, row, ranked);
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
      const isSame = rows.length && rows.length === placed.length && rows.every((row, i) => row === placed[i]);
      if (!isSame) elements = rows.map((row) => model.rows.element(row));
      elements.forEach(dress);
      if (isSame) return;
      placed = rows;
      const fragment = new DocumentFragment();
      fragment.append(...elements);
      if (!rows.length && model.rows.n) fragment.append(noRow());
      body.replaceChildren(fragment);
    }

    function tell() {
      for (const listener of made.listeners) listener();
    }

    /** All rows, wherever they lie. */
    function whole() {
      if (model.isWhole) return Promise.resolve();
      loading ??= loadRows(model, (share) => {
        made.loaded = share;
        tell();
      }).then(
        () => {
          made.loaded = null;
          placed = [];
          ordered = order(model, made.choice.sort);
          show();
        },
        (error) => {
          loading = null;
          made.loaded = "failed";
          tell();
          throw error;
        },
      );
      return loading;
    }

    function needsWhole() {
      const { sort, text, page, allowed } = made.choice;
      return sort !== null || text !== "" || page !== 0 || allowed !== null;
    }

    /** @param {Partial<TableChoice>} changes */
    function change(changes) {
      const isOther = "sort" in changes || "text" in changes || "allowed" in changes;
      const page = isOther && made.choice.page !== "all" ? 0 : made.choice.page;
      made.choice = { ...made.choice, page, ...changes };
      if (!model.isWhole && needsWhole()) {
        if ("hidden" in changes) hide();
        whole().catch(() => {}); // which is said beside the table
        tell();
        return;
      }
      if ("sort" in changes) ordered = order(model, made.choice.sort);
      if ("hidden" in changes || rankedColumn(model, made.choice.sort) !== ranked) hide();
      show();
    }

    /** Take over which columns are shown, and by which the ranks are. */
    function hide() {
      ranked = rankedColumn(model, made.choice.sort);
      state += 1;
      hideCells(/** @type {HTMLTableSectionElement} */ (model.table.tHead).rows[0]);
      if (ranked) nameRanked(model, ranked);
      elements.forEach(dress);
    }

    function show() {
      const { text, allowed } = made.choice;
      const matches = matcher(model, text);
      made.shown = ordered.filter((row) => (!allowed || allowed(row)) && matches(row));
      place();
      tell();
      // For scripts that add to rows: which of them are in the page has changed.
      model.table.dispatchEvent(new CustomEvent("wattboard:rows", { bubbles: true }));
    }

    return made;
  }

  Object.assign(wattboardTables, { view });
})();
