// What a reader has ticked to compare: boxes in tables, a button on pages, a bar at the bottom. The choice lives as long
// as the tab; the address of the comparison holds it for good.
(() => {
  "use strict";

  const MOST = 8;
  const KEY = `wattboard.compare:${wattboard.root}`;
  const ADDRESS = /^(?:[0-9A-Za-z._-]+\/)*$/;

  /** Where storage is refused, the choice lasts as long as the page. @type {Choice[]} */
  let kept = [];

  /** @param {string} text */
  function isAddress(text) {
    if (!ADDRESS.test(text)) return false;
    // Whatever the pattern lets through, such as "..": it must not lead out of the leaderboard.
    return new URL(text, wattboard.root).href === wattboard.root + text;
  }

  /** @param {string} href */
  function addressOf(href) {
    const url = new URL(href, location.href);
    const page = (url.origin === "null" ? "file://" : url.origin) + url.pathname.replace(/index\.html$/, "");
    if (!page.startsWith(wattboard.root)) return null;
    const address = page.slice(wattboard.root.length);
    return isAddress(address) ? address : null;
  }

  /** As this site writes its addresses: where this page's own names its file, servers may not find folders. */
  function page(/** @type {string} */ address) {
    const named = location.protocol === "file:" || location.pathname.endsWith("/index.html");
    return wattboard.root + address + (named ? "index.html" : "");
  }

  /** @returns {Choice[]} */
  function chosen() {
    try {
      /** @type {Choice[]} */
      const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
      return stored.filter(({ address }) => isAddress(address)).slice(0, MOST);
    } catch {
      return kept;
    }
  }

  /** @param {Choice[]} choices */
  function set(choices) {
    kept = choices;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(choices));
    } catch {
      // Then it is kept on this page alone.
    }
    show();
  }

  /** @param {Choice} choice @param {boolean} wanted */
  function choose(choice, wanted) {
    const others = chosen().filter(({ address }) => address !== choice.address);
    if (wanted && others.length >= MOST) {
      show(`At most ${MOST} can be compared: take one away first`);
      return;
    }
    set(wanted ? [...others, choice] : others);
  }

  // -- Boxes in tables

  const ROWS = "table.wb-table[data-sortable] > tbody > tr";
  const box = document.createElement("label");
  box.className = "wb-pick";
  box.append(Object.assign(document.createElement("input"), { type: "checkbox" }));

  /** What a row stands for, null where it is neither a run nor a group. @param {HTMLTableRowElement} row */
  function choiceOf(row) {
    const link = /** @type {HTMLAnchorElement | null} */ (row.querySelector("th[scope=row] a[href]"));
    const address = row.dataset.run ?? row.dataset.group ?? (link && addressOf(link.href));
    if (address === null || !isAddress(address)) return null;
    const title = (link ?? row.cells[0]).textContent?.trim() ?? "";
    const leaf = address.startsWith("runs/") && document.querySelector("[data-choose]");
    return { address, title: leaf ? `${pageTitle()}: ${title}` : title };
  }

  const pageTitle = () => document.querySelector(".wb-head h1")?.textContent?.trim() ?? "";

  /** @param {Iterable<Element>} rows */
  function addBoxes(rows) {
    const ticked = new Set(chosen().map(({ address }) => address));
    for (const row of /** @type {Iterable<HTMLTableRowElement>} */ (rows)) {
      const head = row.querySelector(":scope > th[scope=row]");
      if (!head || head.querySelector(".wb-pick")) continue;
      const choice = choiceOf(row);
      if (!choice) continue;
      const label = /** @type {HTMLElement} */ (box.cloneNode(true));
      const input = /** @type {HTMLInputElement} */ (label.firstElementChild);
      input.dataset.address = choice.address;
      input.setAttribute("aria-label", `Compare ${choice.title}`);
      input.checked = ticked.has(choice.address);
      head.prepend(label);
    }
  }

  // Tables keep rows out of the page that are not looked at, and bring them in later.
  const arriving = new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      addBoxes([...addedNodes].filter((node) => node instanceof HTMLTableRowElement));
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.matches(".wb-pick > input")) return;
    const row = /** @type {HTMLTableRowElement} */ (target.closest("tr"));
    const choice = choiceOf(row);
    if (choice) choose(choice, target.checked);
  });

  // -- The button of a page

  function addButton() {
    const place = document.querySelector("[data-choose]:not(:has(.wb-choose))");
    const address = addressOf(location.href);
    if (!place || address === null) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wb-button wb-choose";
    button.addEventListener("click", () => {
      const isIn = chosen().some((choice) => choice.address === address);
      choose({ address, title: pageTitle() }, !isIn);
    });
    place.append(button);
  }

  // -- The bar

  function bar() {
    const known = document.querySelector(".wb-basket");
    if (known) return known;
    const section = document.createElement("section");
    section.className = "wb-basket";
    section.setAttribute("aria-label", "Comparison");
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    const names = document.createElement("span");
    names.className = "wb-basket-names";
    const link = document.createElement("a");
    link.className = "wb-button wb-button-main";
    link.textContent = "Compare";
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "wb-button";
    clear.textContent = "Clear";
    clear.addEventListener("click", () => {
      set([]);
      // The bar is gone: the reader goes on from the top of the page's own content.
      const heading = /** @type {HTMLElement | null} */ (document.querySelector(".wb-head h1"));
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    });
    section.append(status, names, link, clear);
    document.querySelector(".wb")?.append(section);
    return section;
  }

  /** Bring boxes, button and bar in line with the choice. */
  function show(message = "") {
    const choices = chosen();
    const addresses = new Set(choices.map(({ address }) => address));
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".wb-pick > input"))) {
      input.checked = addresses.has(input.dataset.address ?? "");
    }
    const button = document.querySelector(".wb-choose");
    if (button) {
      const isIn = addresses.has(addressOf(location.href) ?? "\n");
      button.setAttribute("aria-pressed", String(isIn));
      button.textContent = isIn ? "✓ In the comparison" : "Add to comparison";
    }
    if (document.querySelector("[data-compare]")) return;
    const section = /** @type {HTMLElement} */ (bar());
    section.hidden = choices.length === 0;
    const [status, names, link] = section.children;
    status.textContent = message || `${choices.length} chosen`;
    names.textContent = choices.map(({ title }) => title).join(" · ");
    /** @type {HTMLAnchorElement} */ (link).href = `${page("compare/")}?of=${choices.map(short).join(",")}`;
  }

  /** @param {Choice} choice */
  const short = ({ address }) => address.replace(/\/$/, "") || ".";

  let loaded = false;
  function loadComparison() {
    if (loaded || !document.querySelector("[data-compare]")) return;
    loaded = true;
    const script = document.createElement("script");
    script.src = `${wattboard.assets}compare.js`;
    document.head.append(script);
  }

  function start() {
    addBoxes(document.querySelectorAll(ROWS));
    for (const body of document.querySelectorAll("table.wb-table[data-sortable] > tbody")) {
      arriving.observe(body, { childList: true });
    }
    addButton();
    show();
    loadComparison();
  }

  wattboard.basket = { most: MOST, chosen, set, addressOf, isAddress, page };
  wattboard.ready(start);
  // A page that comes back may have been overtaken, and browsers tick boxes as they were when it was left.
  addEventListener("pageshow", () => show());
})();
