// What a reader chose, kept in the address, so that a copied address shows the same.
// A table's parts are called by its id: ?summary.sort=energy.desc&summary.text=ppo
(() => {
  "use strict";

  const WAIT_MS = 150;

  /** What is to be written, by name. @type {Map<string, string[]>} */
  const waiting = new Map();

  /** @type {WattboardTables["fromAddress"]} */
  const fromAddress = (name) => waiting.get(name) ?? new URLSearchParams(location.search).getAll(name);

  function write() {
    const parts = new URLSearchParams(location.search);
    for (const [name, values] of waiting) {
      parts.delete(name);
      for (const value of values) parts.append(name, value);
    }
    waiting.clear();
    const query = parts.toString();
    const address = `${location.pathname}${query && `?${query}`}${location.hash}`;
    if (address !== location.pathname + location.search + location.hash) {
      history.replaceState(history.state, "", address);
    }
  }

  /** Not at every key: browsers limit how often an address may change. @type {WattboardTables["toAddress"]} */
  function toAddress(name, values) {
    if (!waiting.size) setTimeout(write, WAIT_MS);
    waiting.set(name, values);
  }

  /** @param {TableModel} model @param {string | undefined} text @returns {TableSort | null} */
  function asSort(model, text) {
    const [, name, short] = text?.match(/^(.*)\.(asc|desc)$/s) ?? [];
    const column = model.columns.find((known) => known.name === name && known.kind !== "rank");
    return column ? { column, direction: short === "asc" ? "ascending" : "descending" } : null;
  }

  /** @param {TableSort | null} sort */
  const sortText = (sort) =>
    sort ? [`${sort.column.name}.${sort.direction === "ascending" ? "asc" : "desc"}`] : [];

  /** @param {string | undefined} text */
  function asPage(text) {
    if (text === "all") return text;
    return Math.max(0, Math.floor(Number(text) || 1) - 1);
  }

  /** @param {TableChoice["page"]} page */
  function pageText(page) {
    if (page === "all") return ["all"];
    return page ? [String(page + 1)] : [];
  }

  /** Show what the address says, and keep it so. @type {WattboardTables["restore"]} */
  function restore(view) {
    const { model } = view;
    const name = (/** @type {string} */ part) => `${model.id}.${part}`;
    const names = new Set(model.columns.slice(1).map((column) => column.name));
    view.change({
      sort: asSort(model, fromAddress(name("sort"))[0]),
      text: fromAddress(name("text"))[0] ?? "",
      hidden: new Set(fromAddress(name("hide")).filter((hidden) => names.has(hidden))),
      page: asPage(fromAddress(name("page"))[0]),
    });
    view.listeners.push(() => {
      const { sort, text, hidden, page } = view.choice;
      toAddress(name("sort"), sortText(sort));
      toAddress(name("text"), text ? [text] : []);
      toAddress(name("hide"), [...hidden]);
      toAddress(name("page"), pageText(page));
    });
  }

  Object.assign(wattboardTables, { fromAddress, toAddress, restore });
})();
