// Reads a table once, so that sorting and filtering work on arrays. First of the scripts for tables.
(() => {
  "use strict";

  /** @param {Element | null} element */
  const text = (element) => element?.textContent?.trim() ?? "";

  /** @param {HTMLTableCellElement} head @param {number} at @returns {TableColumn} */
  function readColumn(head, at) {
    const { name = "", kind = "number", better = "" } = head.dataset;
    return {
      at,
      head,
      name,
      label: text(head.querySelector(".wb-label-text")),
      unit: text(head.querySelector(".wb-unit-text")),
      kind: /** @type {TableColumn["kind"]} */ (kind),
      better,
      hasRanks: "ranks" in head.dataset,
    };
  }

  /** The items of a cell with words. @param {HTMLTableCellElement} cell */
  function items(cell) {
    if (cell.classList.contains("wb-absent")) return [];
    const listed = [...cell.querySelectorAll(":scope > :is(a, span)")];
    const texts = listed.length ? listed.map((item) => item.textContent) : [cell.lastChild?.textContent];
    return texts.map((found) => (found ?? "").trim());
  }

  /** What a row is called, without its note. @param {HTMLTableCellElement} cell */
  function title(cell) {
    const copy = /** @type {HTMLElement} */ (cell.cloneNode(true));
    copy.querySelectorAll(".wb-row-note").forEach((note) => note.remove());
    return copy.querySelector("[title]")?.getAttribute("title") || text(copy);
  }

  /** @param {HTMLTableCellElement} cell */
  function path(cell) {
    const named = cell.querySelector("[title]")?.getAttribute("title");
    const address = named || (cell.querySelector("a")?.getAttribute("href") ?? "");
    return address.replace(/^(\.\.?\/)+|\/(index\.html)?$/g, "");
  }

  /** The rows that the page came with. @param {HTMLTableElement} table @returns {TableRows} */
  function rowsOfPage(table) {
    const rows = [...table.tBodies[0].rows];
    const cell = (/** @type {number} */ row, /** @type {number} */ at) => rows[row].cells[at];
    return {
      n: rows.length,
      element: (row) => rows[row],
      title: (row) => title(cell(row, 0)),
      path: (row) => path(cell(row, 0)),
      isAbsent: (row, at) => cell(row, at).classList.contains("wb-absent"),
      value: (row, at) => cell(row, at).dataset.v ?? "",
      spread: (row, at) => cell(row, at).dataset.s ?? "",
      mark: (row, at) => cell(row, at).querySelector("i")?.getAttribute("aria-label") ?? "",
      text: (row, at) => text(cell(row, at)),
      items: (row, at) => items(cell(row, at)),
    };
  }

  /** Values by column, made when first asked for. @template T @param {(column: TableColumn) => T} make */
  function once(make) {
    /** @type {Map<TableColumn, T>} */
    const made = new Map();
    return {
      made,
      /** @param {TableColumn} column */
      of(column) {
        const known = made.get(column) ?? make(column);
        made.set(column, known);
        return known;
      },
    };
  }

  /** @param {HTMLTableElement} table @returns {TableModel} */
  function read(table) {
    const heads = [.../** @type {HTMLTableSectionElement} */ (table.tHead).rows[0].cells];
    const columns = heads.map(readColumn);
    let rows = rowsOfPage(table);
    const every = () => Array.from({ length: rows.n }, (_, row) => row);
    const numbers = once(({ at }) => Float64Array.from(every(), (row) => {
      const value = rows.value(row, at);
      return value === "" ? NaN : Number(value);
    }));
    const texts = once(({ at }) => every().map((row) => rows.text(row, at)));
    /** @type {TableModel} */
    const model = {
      table,
      id: table.id.replace(/^wb-|-table$/g, ""),
      total: Number(table.dataset.n ?? rows.n),
      isWhole: !table.dataset.rows,
      columns,
      get rows() {
        return rows;
      },
      set rows(other) {
        rows = other;
        numbers.made.clear();
        texts.made.clear();
      },
      numbers: numbers.of,
      texts: texts.of,
    };
    return model;
  }

  /** @param {string} label @param {() => void} act */
  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  globalThis.wattboardTables = /** @type {WattboardTables} */ ({});
  Object.assign(wattboardTables, { PAGE_ROWS: 100, views: new WeakMap(), read, button });
})();
