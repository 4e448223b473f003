// The order of a table's rows, and the heads that choose it.
(() => {
  "use strict";

  const collator = new Intl.Collator(undefined, { numeric: true });

  /** Each row's place by a column of words; those without words have none. @type {WeakMap<string[], Float64Array>} */
  const places = new WeakMap();

  /** @param {TableModel} model @param {TableColumn} column */
  function placesByText(model, column) {
    const texts = model.texts(column);
    const known = places.get(texts);
    if (known) return known;
    const made = new Float64Array(texts.length).fill(NaN);
    const rows = [...texts.keys()].filter((row) => !model.rows.isAbsent(row, column.at));
    rows.sort((a, b) => collator.compare(texts[a], texts[b]));
    let place = 0;
    rows.forEach((row, i) => {
      if (i && texts[row] !== texts[rows[i - 1]]) place = i;
      made[row] = place;
    });
    places.set(texts, made);
    return made;
  }

  /** @type {WattboardTables["order"]} */
  function order(model, sort) {
    const rows = Array.from({ length: model.rows.n }, (_, row) => row);
    if (!sort) return rows;
    const { column, direction } = sort;
    const keys = column.kind === "text" ? placesByText(model, column) : model.numbers(column);
    const sign = direction === "descending" ? -1 : 1;
    const present = rows.filter((row) => !Number.isNaN(keys[row]));
    const rest = rows.filter((row) => Number.isNaN(keys[row]));
    return [...present.sort((a, b) => sign * (keys[a] - keys[b]) || a - b), ...rest];
  }

  /** First the better end, then the other, then the page's order again.
   * @param {TableColumn} column @param {TableSort | null} sort @returns {TableSort | null} */
  function next(column, sort) {
    const first = column.better === "higher" ? "descending" : "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    if (sort?.column !== column) return { column, direction: first };
    return sort.direction === first ? { column, direction: second } : null;
  }

  /** @type {WattboardTables["makeSortable"]} */
  function makeSortable(view) {
    const columns = view.model.columns.filter((column) => column.kind !== "rank");
    for (const column of columns) {
      const button = wattboardTables.button("", () =>
        view.change({ sort: next(column, view.choice.sort) }),
      );
      button.append(...column.head.childNodes);
      column.head.append(button);
    }
    /** The line that names the page's order. @type {HTMLElement | null | undefined} */
    const ordering = view.model.table.closest(".wb-box")?.parentElement?.querySelector("[data-ordering]");
    view.listeners.push(() => {
      const { sort } = view.choice;
      if (ordering) ordering.hidden = sort !== null;
      for (const column of columns) {
        if (sort?.column === column) column.head.setAttribute("aria-sort", sort.direction);
        else column.head.removeAttribute("aria-sort");
      }
    });
  }

  Object.assign(wattboardTables, { order, makeSortable });
})();
