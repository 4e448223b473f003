// Links on a page that was opened from disk: there a folder's address shows its files instead of the page in it.
(() => {
  "use strict";

  function openFromDisk() {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[href]"))) {
      const target = new URL(link.href);
      if (target.protocol === "file:" && target.pathname.endsWith("/")) {
        target.pathname += "index.html";
        link.href = target.href;
      }
    }
  }

  if (location.protocol === "file:") wattboard.ready(openFromDisk);
})();
