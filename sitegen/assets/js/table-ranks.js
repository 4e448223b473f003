// The column of ranks: it goes with the column that the table is sorted by, where that has ranks.
(() => {
  "use strict";

  const NOT_CLAIMED = "one run: no rank is claimed";
  const NOT_MEASURED = "not measured";

  /** @param {TableModel} model */
  const rankColumn = (model) => model.columns.find((column) => column.kind === "rank");

  /** Where the head says what the ranks are for. @param {TableModel} model */
  const place = (model) =>
    /** @type {HTMLElement | null | undefined} */ (
      rankColumn(model)?.head.querySelector("[data-ranked-by]")
    );

  /** @type {WattboardTables["rankedColumn"]} */
  function rankedColumn(model, sort) {
    const own = place(model)?.dataset.rankedBy;
    if (own === undefined) return null;
    if (sort?.column.hasRanks) return sort.column;
    return model.columns.find(({ name, hasRanks }) => hasRanks && name === own) ?? null;
  }

  /** @param {string} className @param {string} text */
  function span(className, text) {
    const made = document.createElement("span");
    made.className = className;
    made.textContent = text;
    return made;
  }

  /** @type {WattboardTables["showRank"]} */
  function showRank(model, row, ranked) {
    const column = rankColumn(model);
    if (!column) return;
    const cell = row.cells[column.at];
    const figure = row.cells[ranked.at];
    const rank = figure.dataset.r;
    cell.classList.toggle("wb-absent", !rank);
    if (rank) {
      cell.removeAttribute("title");
      cell.textContent = rank;
      return;
    }
    cell.title = "v" in figure.dataset ? NOT_CLAIMED : NOT_MEASURED;
    const dash = span("", "—");
    dash.ariaHidden = "true";
    cell.replaceChildren(dash, span("wb-sr", cell.title));
  }

  /** @type {WattboardTables["nameRanked"]} */
  function nameRanked(model, ranked) {
    const named = place(model);
    const said = ranked.head.dataset.ranks ?? "";
    if (named && named.textContent !== said) named.textContent = said;
  }

  Object.assign(wattboardTables, { rankedColumn, showRank, nameRanked });
})();
