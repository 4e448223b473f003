// Shows where a table's box scrolls sideways.
(() => {
  "use strict";

  /** @param {Element} box */
  function showWhereItScrolls(box) {
    const update = () => {
      const from = Math.abs(box.scrollLeft); // below zero where a page reads from right to left
      box.classList.toggle("wb-scrolled", from > 1);
      box.classList.toggle("wb-more", from + box.clientWidth < box.scrollWidth - 1);
    };
    box.addEventListener("scroll", update, { passive: true });
    new ResizeObserver(update).observe(box);
  }

  wattboard.ready(() => document.querySelectorAll(".wb-box").forEach(showWhereItScrolls));
})();
