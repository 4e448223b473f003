// The little that the theme needs of JavaScript: search. Menus and folds work without.
"use strict";

// The script of MkDocs' search plugin expects this global.
var base_url = document.documentElement.dataset.baseUrl;

(() => {
  const form = document.querySelector(".search");
  const source = document.documentElement.dataset.search;
  // From a file, browsers refuse the worker that searches.
  if (!form || !source || location.protocol === "file:") return;

  const input = form.querySelector("input");
  const results = form.querySelector(".search-results");
  let loaded = false;

  /** Load the index only for readers who search. */
  function load() {
    if (loaded) return;
    loaded = true;
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => {
      // What was typed while the index was loading is searched for when it is there.
      searchWorker.addEventListener("message", ({ data }) => {
        if (data.allowSearch && input.value) doSearch();
      });
    };
    document.head.append(script);
  }

  const close = () => form.classList.remove("search-open");
  const open = () => form.classList.add("search-open");

  form.hidden = false;
  input.addEventListener("focus", () => {
    load();
    open();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && form.contains(document.activeElement)) {
      input.focus();
      close();
    }
    const typing = /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
  input.addEventListener("input", open);
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  if (new URLSearchParams(location.search).has("q")) load();
})();
