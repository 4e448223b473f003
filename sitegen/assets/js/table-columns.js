// The choice of a table's columns.
(() => {
  "use strict";

  /** @param {TableView} view @param {TableColumn} column */
  function choice(view, { name, label, unit }) {
    const row = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const hidden = new Set(view.choice.hidden);
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      view.change({ hidden });
    });
    const words = document.createElement("span");
    words.textContent = unit ? `${label} (${unit})` : label;
    row.append(box, words);
    const update = () => {
      box.checked = !view.choice.hidden.has(name);
    };
    update();
    view.listeners.push(update);
    return row;
  }

  /** It closes like a menu: by Escape, by a click elsewhere, when the focus goes elsewhere.
   * @param {HTMLDetailsElement} menu @param {HTMLElement} summary */
  function closeLikeAMenu(menu, summary) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      summary.focus();
    });
    menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !menu.contains(target)) menu.open = false;
    });
  }

  /** @type {WattboardTables["columnChooser"]} */
  function columnChooser(view) {
    const menu = document.createElement("details");
    menu.className = "wb-chooser";
    const summary = document.createElement("summary");
    summary.textContent = "Columns";
    const list = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.className = "wb-sr";
    legend.textContent = "Columns shown";
    list.append(legend, ...view.model.columns.slice(1).map((column) => choice(view, column)));
    menu.append(summary, list);
    closeLikeAMenu(menu, summary);
    return menu;
  }

  Object.assign(wattboardTables, { columnChooser });
})();
