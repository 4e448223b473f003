// Light or dark: what the reader chose, else what the site's owner did. In <head>, so that it holds before the first paint.
(() => {
  "use strict";

  const KEY = "wattboard-colours";
  const NAMES = new Map([
    ["auto", "automatic"],
    ["light", "light"],
    ["dark", "dark"],
  ]);
  const root = document.documentElement;
  const ownersMode = root.dataset.theme ?? "auto";

  /** @returns {string} */
  function chosen() {
    try {
      const stored = localStorage.getItem(KEY) ?? "";
      return NAMES.has(stored) ? stored : ownersMode;
    } catch {
      return ownersMode; // some browsers keep nothing for files, or for anyone
    }
  }

  /** @param {string} mode */
  function store(mode) {
    try {
      localStorage.setItem(KEY, mode);
    } catch {
      // It then holds for this page.
    }
  }

  /** The colour of the browser's own bars.
   * @param {string} mode */
  function paintBars(mode) {
    for (const meta of document.querySelectorAll("meta[name=theme-color][data-mode]")) {
      const own = /** @type {HTMLMetaElement} */ (meta);
      const bySystem = `(prefers-color-scheme: ${own.dataset.mode})`;
      own.media = mode === "auto" ? bySystem : mode === own.dataset.mode ? "all" : "not all";
    }
  }

  /** @param {string} mode */
  function apply(mode) {
    root.dataset.theme = mode;
    paintBars(mode);
    document
      .querySelector(".colours > button")
      ?.setAttribute("aria-label", `Colours: ${NAMES.get(mode)}`);
    for (const input of document.querySelectorAll("input[name=colours]")) {
      const radio = /** @type {HTMLInputElement} */ (input);
      radio.checked = radio.value === mode;
    }
  }

  apply(chosen());
  // What needs scripts takes its place now, and moves nothing later.
  root.classList.add("scripted");
  // Chosen on another tab, or while this page lay in the browser's memory.
  addEventListener("storage", ({ key }) => key === KEY && apply(chosen()));
  addEventListener("pageshow", ({ persisted }) => persisted && apply(chosen()));

  document.addEventListener("DOMContentLoaded", () => {
    const control = /** @type {HTMLElement | null} */ (document.querySelector(".colours"));
    if (!control) return;
    apply(chosen());
    control.addEventListener("change", ({ target }) => {
      const mode = /** @type {HTMLInputElement} */ (target).value;
      store(mode);
      apply(mode);
    });
  });
})();
