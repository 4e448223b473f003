// Which rows of a table hold what a reader types.
(() => {
  "use strict";

  /** What each row is searched in. @type {WeakMap<TableRows, string[]>} */
  const haystacks = new WeakMap();

  /** @param {TableModel} model */
  function searched(model) {
    const { rows } = model;
    const known = haystacks.get(rows);
    if (known) return known;
    const words = model.columns.filter((column) => column.kind === "text");
    const made = Array.from({ length: rows.n }, (_, row) =>
      [rows.path(row), ...words.map(({ at }) => rows.text(row, at))].join(" ").toLowerCase(),
    );
    haystacks.set(rows, made);
    return made;
  }

  /** @type {WattboardTables["matcher"]} */
  function matcher(model, text) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!wanted.length) return () => true;
    const texts = searched(model);
    return (row) => wanted.every((word) => texts[row].includes(word));
  }

  /** @type {WattboardTables["filterBox"]} */
  function filterBox(view) {
    const label = document.createElement("label");
    label.className = "wb-filter";
    const name = document.createElement("span");
    name.className = "wb-sr";
    name.textContent = "Filter rows";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Filter rows";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.addEventListener("focus", () => searched(view.model), { once: true });
    input.addEventListener("input", () => view.change({ text: input.value }));
    label.append(name, input);
    view.listeners.push(() => {
      if (input.value !== view.choice.text) input.value = view.choice.text;
    });
    return label;
  }

  Object.assign(wattboardTables, { matcher, filterBox });
})();
