// A table for elsewhere: the rows and columns that are shown, as tab-separated lines and as CSV.
// Numbers are in full; unit, spread and how a figure came about stand in columns of their own.
(() => {
  "use strict";

  /** @typedef {{head: string, of: (row: number) => string}} Field */

  /** @param {Element | null} element */
  const text = (element) => element?.textContent?.trim() ?? "";

  /** Words as a spreadsheet should take them: on one line, and never as a formula. @param {string} words */
  function plain(words) {
    const line = words.replace(/\s+/g, " ").trim();
    return /^[=+\-@]/.test(line) ? `'${line}` : line;
  }

  /** @param {TableModel} model @param {TableColumn} column @returns {Field[]} */
  function fields(model, { at, label, unit, kind, name }) {
    const { rows } = model;
    if (!at) return [{ head: label, of: (row) => plain(rows.title(row)) }];
    if (kind !== "number" || name === "date") {
      return [{ head: label, of: (row) => plain(rows.items(row, at).join("; ")) }];
    }
    const some = (/** @type {(row: number, at: number) => string} */ has) => {
      for (let row = 0; row < rows.n; row++) if (has(row, at)) return true;
      return false;
    };
    const made = [{ head: label, of: (/** @type {number} */ row) => rows.value(row, at) }];
    if (some(rows.spread)) made.push({ head: `${label}: ±`, of: (row) => rows.spread(row, at) });
    if (unit) made.push({ head: `${label}: unit`, of: () => unit });
    if (some(rows.mark)) made.push({ head: `${label}: mark`, of: (row) => rows.mark(row, at) });
    return made;
  }

  /** Heads and rows as they are shown. @param {TableView} view @returns {string[][]} */
  function asFields({ model, choice, shown }) {
    const columns = model.columns.filter(({ name }) => !choice.hidden.has(name));
    const all = columns.flatMap((column) => fields(model, column));
    return [
      all.map(({ head }) => head),
      ...shown.map((row) => all.map(({ of }) => of(row))),
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
    const failed = () => {}; // which is said beside the table
    const download = button("CSV", () => {
      view.whole().then(() => save(asCsv(view), fileName(view.model)), failed);
    });
    download.ariaLabel = download.title = "Download CSV";
    if (!navigator.clipboard) return [download];
    const copy = button("Copy", () => {
      view.whole().then(async () => {
        await navigator.clipboard.writeText(asLines(view));
        say("Copied");
      }, failed);
    });
    return [copy, download];
  }

  Object.assign(wattboardTables, { copyButtons });
})();
