// The search box. Its index is that of MkDocs' search plugin; other scripts may add results of their own:
//
// - On each change the document gets the event `wattboard:search`, with `detail` {query, results}: what is looked for
//   and an element to put results into, as <article><h3><a>…</a></h3><p>…</p></article>, emptied beforehand.
// - From a file, browsers refuse MkDocs' worker, and the box stays hidden. A script that can search there shows it by
//   `document.dispatchEvent(new Event("wattboard:searchable"))`.
"use strict";

// The script of MkDocs' search plugin expects this global.
var base_url = document.documentElement.dataset.baseUrl;

(() => {
  const found = /** @type {HTMLFormElement | null} */ (document.querySelector(".search"));
  if (!found) return;
  const form = found;
  const input = /** @type {HTMLInputElement} */ (form.querySelector(".search-input"));
  const more = /** @type {HTMLElement} */ (form.querySelector(".search-more"));
  const hasIndex = location.protocol !== "file:";
  let loaded = false;
  /** MkDocs' own search, once its index is there. */
  let searchIndex = () => {};

  /** Load MkDocs' index only for readers who search. */
  function load() {
    if (loaded || !hasIndex) return;
    loaded = true;
    const script = document.createElement("script");
    script.src = form.dataset.search ?? "";
    script.onload = () => {
      const { searchWorker, doSearch } = /** @type {any} */ (globalThis);
      // What was typed while the index was loading is searched for when it is there.
      searchWorker.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
        if (!data.allowSearch) return;
        searchIndex = doSearch;
        if (input.value) doSearch();
      });
    };
    document.head.append(script);
  }

  const close = () => form.classList.remove("search-open");
  const open = () => form.classList.toggle("search-open", input.value.trim() !== "");

  function ask() {
    more.replaceChildren();
    const detail = { query: input.value.trim(), results: more };
    document.dispatchEvent(new CustomEvent("wattboard:search", { detail }));
  }

  /** From the box to the first result and on, and back.
   * @param {KeyboardEvent} event */
  function step(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = /** @type {HTMLElement[]} */ ([...form.querySelectorAll(".search-results a")]);
    const places = [input, ...links];
    const here = places.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = places[here + (event.key === "ArrowDown" ? 1 : -1)];
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }

  const isTyping = () =>
    document.activeElement instanceof HTMLElement &&
    (/^(input|textarea|select)$/i.test(document.activeElement.tagName) ||
      document.activeElement.isContentEditable);

  form.hidden = !hasIndex;
  document.addEventListener("wattboard:searchable", () => (form.hidden = false));
  form.addEventListener("keydown", step);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = /** @type {HTMLElement | null} */ (form.querySelector(".search-results a"));
    first?.focus();
  });
  input.addEventListener("focus", () => {
    load();
    open();
  });
  input.addEventListener("input", () => {
    open();
    ask();
    // MkDocs listens to keys alone: what is pasted has none.
    searchIndex();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && form.contains(document.activeElement)) {
      input.focus();
      close();
    }
    if (event.key === "/" && !isTyping() && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (form.hidden) return;
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  document.addEventListener("click", ({ target }) => {
    if (!form.contains(/** @type {Node} */ (target))) close();
  });
  form.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !form.contains(/** @type {Node} */ (relatedTarget))) close();
  });

  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    input.value = asked;
    load();
    open();
    // The other scripts of the page have run by then.
    addEventListener("load", ask);
  }
})();
