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
  // A link whose text is its address need not have it twice.
  /** @param {string} text */
  const bare = (text) => text.trim().replace(/^https?:\/\//, "").replace(/\/$/, "");
  for (const link of document.querySelectorAll("main a[href^='http']")) {
    const isAddress = bare(link.textContent ?? "") === bare(link.getAttribute("href") ?? "");
    link.classList.toggle("bare", isAddress);
  }
})();
