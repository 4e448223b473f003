// A button beside each text that is meant to be taken along. Without this script the text can be selected.
(() => {
  "use strict";

  const SHOWN_MS = 2000;

  /**
   * @param {string} text
   * @param {Element} element Holds the text, for browsers that copy only what is selected.
   */
  async function copy(text, element) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection()?.selectAllChildren(element);
      if (!document.execCommand("copy")) throw new Error("nothing was copied");
    }
  }

  /** @param {HTMLElement} box */
  function addButton(box) {
    const text = box.querySelector(".wb-quote-text");
    if (!text || box.querySelector("button")) return;
    const button = document.createElement("button");
    const status = document.createElement("span");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${box.dataset.what}`);
    status.className = "wb-sr";
    status.setAttribute("role", "status");
    let timer = 0;
    /** @param {string} words */
    const say = (words) => {
      button.textContent = status.textContent = words;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = "Copy";
        status.textContent = "";
      }, SHOWN_MS);
    };
    button.addEventListener("click", () => {
      copy((text.textContent ?? "").trim(), text).then(
        () => say("Copied"),
        // It is selected by now.
        () => say("Press Ctrl+C"),
      );
    });
    box.append(button, status);
  }

  wattboard.ready(() => {
    document.querySelectorAll(".wb-quote").forEach((box) => addButton(/** @type {HTMLElement} */ (box)));
  });
})();
