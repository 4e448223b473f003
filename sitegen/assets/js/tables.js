// Tables that sort, that show where they scroll, and that can be copied. Without this script every
// table is complete and in the order of the site's spec.
(() => {
  "use strict";

  const text = (cell) => cell.textContent.trim();

  /** The cell of a row that begins at a column, where cells may span several. */
  function cellAt(row, column) {
    let at = 0;
    for (const cell of row.cells) {
      if (at === column) return cell;
      at += cell.colSpan;
    }
    return null;
  }

  /** What a row is sorted by: a number, a title, or null where there is none. */
  function sortKey(row, column) {
    const cell = cellAt(row, column);
    if (column === 0) return text(cell);
    return cell.hasAttribute("data-value") ? Number(cell.dataset.value) : null;
  }

  function compare(a, b, sign) {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number") return sign * (a - b);
    return sign * a.localeCompare(b, undefined, { numeric: true });
  }

  function order(table, column, direction) {
    const body = table.tBodies[0];
    const sign = direction === "descending" ? -1 : 1;
    const rows = table.wbRows.map((row, index) => ({ row, index, key: sortKey(row, column) }));
    if (direction !== "none") {
      rows.sort((a, b) => compare(a.key, b.key, sign) || a.index - b.index);
    }
    body.append(...rows.map(({ row }) => row));
  }

  /** First the better end, then the other, then the order of the page again. */
  function nextDirection(header) {
    const best = ["lower", undefined].includes(header.dataset.better) ? "ascending" : "descending";
    const other = best === "ascending" ? "descending" : "ascending";
    return { none: best, [best]: other, [other]: "none" }[header.getAttribute("aria-sort") ?? "none"];
  }

  function makeSortable(table) {
    const headers = [...table.tHead.rows[0].cells];
    table.wbRows = [...table.tBodies[0].rows];
    let column = 0;
    for (const header of headers) {
      const at = column;
      column += header.colSpan;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const direction = nextDirection(header);
        headers.forEach((other) => other.removeAttribute("aria-sort"));
        if (direction !== "none") header.setAttribute("aria-sort", direction);
        order(table, at, direction);
      });
    }
  }

  function showWhereItScrolls(box) {
    const update = () => {
      box.classList.toggle("wb-scrolled", box.scrollLeft > 1);
      box.classList.toggle("wb-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
    };
    box.addEventListener("scroll", update, { passive: true });
    new ResizeObserver(update).observe(box);
  }

  /** What a spreadsheet should get of a cell: the number itself, the title without its note. */
  function plain(cell) {
    if (cell.hasAttribute("data-value")) return cell.dataset.value;
    if (cell.matches(".wb-absent")) return "";
    const parts = [...cell.querySelectorAll(".wb-label-text, .wb-unit, a")].map(text);
    return (parts.join(" / ") || text(cell)).replace(/^± /, "");
  }

  /** A table as tab-separated lines; a spread stands in a column of its own. */
  function asTabSeparated(table) {
    const fields = (cell) => {
      const second = cell.matches("thead *") ? "±" : "";
      return [plain(cell), ...Array(cell.colSpan - 1).fill(second)];
    };
    return [...table.rows].map((row) => [...row.cells].flatMap(fields).join("\t")).join("\n");
  }

  function offerCopy(tools, table) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wb-copy";
    button.textContent = "Copy table";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(asTabSeparated(table));
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy table"), 2000);
    });
    tools.querySelector("p").append(button);
  }

  function start() {
    for (const table of document.querySelectorAll(".wb-table[data-sortable]")) {
      if (table.wbRows) continue;
      makeSortable(table);
      const tools = table.closest(".wb-box").nextElementSibling;
      if (navigator.clipboard && tools?.matches("[data-tools]")) offerCopy(tools, table);
    }
    document.querySelectorAll(".wb-box").forEach(showWhereItScrolls);
  }

  wattboard.ready(start);
})();
