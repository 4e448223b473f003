// A table for elsewhere: the rows and columns that are shown, as tab-separated lines and as CSV.
// Numbers are in full; unit, spread and how a figure came about stand in columns of their own.
(() => {
  "use strict";

  /** @typedef {{head: string, of: (row: HTMLTableRowElement) => string}} Field */

  /** @param {Element | null} element */
  const text = (element) => element?.textContent?.trim() ?? "";

  /** Words as a spreadsheet should take them: on one line, and never as a formula. @param {string} words */
  function plain(words) {
    const line = words.replace(/\s+/g, " ").trim();
    return /^[=+\-@]/.test(line) ? `'${line}` : line;
  }

  /** The title without its note. @param {HTMLTableCellElement} cell */
  function title(cell) {
    const copy = /** @type {HTMLElement} */ (cell.cloneNode(true));
    copy.querySelectorAll(".wb-row-note").forEach((note) => note.remove());
    return plain(copy.querySelector("a")?.title || text(copy));
  }

  /** @param {HTMLTableCellElement} cell */
  function words(cell) {
    if (cell.classList.contains("wb-absent")) return "";
    const items = [...cell.querySelectorAll(":scope > :is(a, span)")].map(text);
    return plain(items.length ? items.join("; ") : (cell.lastChild?.textContent ?? ""));
  }

  /** @param {TableModel} model @param {TableColumn} column @returns {Field[]} */
  function fields(model, { at, label, unit, kind, name }) {
    if (!at) return [{ head: label, of: (row) => title(row.cells[0]) }];
    if (kind !== "number" || name === "date") {
      return [{ head: label, of: (row) => words(row.cells[at]) }];
    }
    const made = [{ head: label, of: (/** @type {HTMLTableRowElement} */ row) => row.cells[at].dataset.v ?? "" }];
    if (model.rows.some((row) => row.cells[at].dataset.s)) {
      made.push({ head: `${label}: ±`, of: (row) => row.cells[at].dataset.s ?? "" });
    }
    if (unit) made.push({ head: `${label}: unit`, of: () => unit });
    if (model.rows.some((row) => row.cells[at].querySelector("i"))) {
      made.push({
        head: `${label}: mark`,
        of: (row) => row.cells[at].querySelector("i")?.getAttribute("aria-label") ?? "",
      });
    }
    return made;
  }

  /** Heads and rows as they are shown. @param {TableView} view @returns {string[][]} */
  function asFields({ model, choice, shown }) {
    const columns = model.columns.filter(({ name }) => !choice.hidden.has(name));
    const all = columns.flatMap((column) => fields(model, column));
    return [
      all.map(({ head }) => head),
      ...shown.map((row) => all.map(({ of }) => of(model.rows[row]))),
    ];
  }

  /** @param {string} field */
  const quoted = (field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

  /** @param {TableView} view */
  const asCsv = (view) => asFields(view).map((row) => `${row.map(quoted).join(",")}\r\n`).join("");

  /** @param {TableView} view */
  const asLines = (view) => asFields(view).map((row) => row.join("\t")).join("\n");

  /** @param {string} content @param {string} name */
  function save(content, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** After the page and the table. @param {TableModel} model */
  function fileName(model) {
    const words = `${text(document.querySelector(".wb h1"))} ${model.id}`;
    return `${words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80)}.csv`;
  }

  /** @type {WattboardTables["copyButtons"]} */
  function copyButtons(view, say) {
    const { button } = wattboardTables;
    const download = button("CSV", () => save(asCsv(view), fileName(view.model)));
    download.ariaLabel = download.title = "Download CSV";
    if (!navigator.clipboard) return [download];
    const copy = button("Copy", async () => {
      await navigator.clipboard.writeText(asLines(view));
      say("Copied");
    });
    return [copy, download];
  }

  Object.assign(wattboardTables, { copyButtons });
})();
