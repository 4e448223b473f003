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

  /** Values made when first asked for, by column. @template T @param {(column: TableColumn) => T} make */
  function once(make) {
    /** @type {Map<TableColumn, T>} */
    const made = new Map();
    /** @param {TableColumn} column */
    return (column) => {
      const known = made.get(column) ?? make(column);
      made.set(column, known);
      return known;
    };
  }

  /** @param {HTMLTableElement} table @returns {TableModel} */
  function read(table) {
    const rows = [...table.tBodies[0].rows];
    const heads = [.../** @type {HTMLTableSectionElement} */ (table.tHead).rows[0].cells];
    return {
      table,
      id: table.id.replace(/^wb-|-table$/g, ""),
      rows,
      columns: heads.map(readColumn),
      numbers: once(({ at }) =>
        Float64Array.from(rows, (row) => Number(row.cells[at].dataset.v ?? NaN)),
      ),
      texts: once(({ at }) => rows.map((row) => text(row.cells[at]))),
    };
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
