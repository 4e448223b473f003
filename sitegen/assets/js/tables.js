// Tables that sort, filter, choose their columns and come along. Without scripts every table is
// complete and in the order of the site's spec.
(() => {
  "use strict";

  const { read, view: viewOf, views, makeSortable, restore } = wattboardTables;
  const { filterBox, columnChooser, copyButtons, pager, PAGE_ROWS } = wattboardTables;

  const FILTERED_FROM_ROWS = 3;
  const SAID_MS = 2000;

  /** A line that says how many rows are shown, aloud too where that changes. @param {TableView} view */
  function counter(view) {
    const line = document.createElement("span");
    line.className = "wb-shown";
    line.role = "status";
    const n = view.model.total;
    let timer = 0;
    const update = () => {
      if (view.loaded === "failed") {
        line.textContent = "The rows cannot be loaded";
        return;
      }
      if (view.loaded !== null) {
        line.textContent = `Loading ${n.toLocaleString("en")} rows: ${Math.floor(100 * view.loaded)} %`;
        return;
      }
      const shown = view.model.isWhole ? view.shown.length : n;
      const of = shown === n ? "" : ` of ${n.toLocaleString("en")}`;
      line.textContent = `${shown.toLocaleString("en")}${of} ${n === 1 ? "row" : "rows"}`;
    };
    view.listeners.push(update);
    /** @param {string} text */
    const say = (text) => {
      line.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(update, SAID_MS);
    };
    return { line, say };
  }

  /** @param {TableView} view @param {Element} place */
  function addTools(view, place) {
    const { line, say } = counter(view);
    if (view.model.total >= FILTERED_FROM_ROWS) place.append(filterBox(view));
    place.append(line, columnChooser(view), ...copyButtons(view, say));
  }

  /** A printed table has all its rows, but for one whose rows lie beside its page. @param {TableView} view */
  function printWhole(view) {
    /** @type {TableChoice["page"]} */
    let before = 0;
    addEventListener("beforeprint", () => {
      before = view.choice.page;
      view.change({ page: "all" });
    });
    addEventListener("afterprint", () => view.change({ page: before }));
  }

  /** @param {HTMLTableElement} table */
  function enliven(table) {
    const view = viewOf(read(table));
    views.set(table, view);
    const box = /** @type {HTMLElement} */ (table.closest(".wb-box"));
    const tools = box.previousElementSibling;
    makeSortable(view);
    if (tools?.matches("[data-tools]")) addTools(view, tools);
    if (view.model.total > PAGE_ROWS) {
      box.after(pager(view));
      if (view.model.isWhole) printWhole(view);
    }
    restore(view);
    box.classList.add("wb-live");
  }

  wattboard.ready(() => {
    /** @type {NodeListOf<HTMLTableElement>} */
    const tables = document.querySelectorAll(".wb-table[data-sortable]");
    for (const table of tables) if (!views.has(table)) enliven(table);
  });
})();
