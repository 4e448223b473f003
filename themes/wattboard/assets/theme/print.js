// Paper cannot be clicked: what is folded is opened for it, and the page says where it came from.
(() => {
  "use strict";

  const STAYS = "[data-print='closed'], .wb-chart details, .wb-local details";
  /** @type {HTMLDetailsElement[]} */
  let opened = [];

  addEventListener("beforeprint", () => {
    const folds = document.querySelectorAll("main details:not([open])");
    opened = /** @type {HTMLDetailsElement[]} */ ([...folds]).filter((fold) => !fold.matches(STAYS));
    for (const fold of opened) fold.open = true;
  });

  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    opened = [];
  });

  const address = document.querySelector("[data-print-address]");
  if (address && !address.textContent && location.protocol !== "file:") {
    address.textContent = location.origin + location.pathname;
  }
  // Whose text is their address need not have it twice.
  for (const link of document.querySelectorAll("main a[href^='http']")) {
    const shown = (link.textContent ?? "").trim().replace(/\/$/, "");
    const href = link.getAttribute("href") ?? "";
    if (shown && href.replace(/\/$/, "").endsWith(shown)) link.classList.add("bare");
  }
})();
