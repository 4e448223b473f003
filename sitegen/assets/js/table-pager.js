// The pages of a long table.
(() => {
  "use strict";

  /** Rows that a browser lays out in a second or two. */
  const MOST_AT_ONCE = 5000;

  /** @type {WattboardTables["pager"]} */
  function pager(view) {
    const { PAGE_ROWS, button } = wattboardTables;
    const { table } = view.model;
    const nav = document.createElement("nav");
    nav.className = "wb-pager";
    nav.ariaLabel = "Pages of the table";
    const where = document.createElement("span");
    const count = () => (view.model.isWhole ? view.shown.length : view.model.total);
    const last = () => Math.max(0, Math.ceil(count() / PAGE_ROWS) - 1);
    const page = () => (view.choice.page === "all" ? 0 : Math.min(view.choice.page, last()));
    /** @param {number} to */
    const go = (to) => {
      if (to < 0 || to > last()) return;
      view.change({ page: to });
      table.closest(".wb-box")?.scrollTo({ top: 0 });
    };
    const previous = button("Previous", () => go(page() - 1));
    const next = button("Next", () => go(page() + 1));
    const all = button("", () => view.change({ page: view.choice.page === "all" ? 0 : "all" }));
    nav.append(previous, where, next, all);
    view.listeners.push(() => {
      const n = count();
      const isAll = view.choice.page === "all";
      nav.hidden = n <= PAGE_ROWS;
      previous.hidden = next.hidden = isAll;
      all.hidden = n > MOST_AT_ONCE && !isAll;
      // Not disabled: a button that is keeps no focus.
      previous.ariaDisabled = String(page() === 0);
      next.ariaDisabled = String(page() === last());
      const first = page() * PAGE_ROWS;
      const [from, to] = isAll ? [1, n] : [first + 1, Math.min(n, first + PAGE_ROWS)];
      where.textContent = `Rows ${from.toLocaleString("en")} to ${to.toLocaleString("en")} of ${n.toLocaleString("en")}`;
      all.textContent = isAll ? "Show in pages" : "Show all";
    });
    return nav;
  }

  Object.assign(wattboardTables, { pager });
})();
