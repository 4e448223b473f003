// The comparison's own namespace, and the making of elements. Strings from data become text, never HTML.
(() => {
  "use strict";

  wattboard.compare = /** @type {Compare} */ ({});

  /**
   * @param {string} tag
   * @param {Record<string, any>} properties Of the element; those with "-" in their name, and "role", are attributes.
   * @param {(Node | string)[]} children
   */
  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.includes("-") || name === "role") made.setAttribute(name, value);
      else /** @type {any} */ (made)[name] = value;
    }
    made.append(...children);
    return made;
  }

  /** @type {Compare["breakable"]} */
  function breakable(name) {
    const made = new DocumentFragment();
    for (const part of name.split(/(?<=[_/-])/)) made.append(part, document.createElement("wbr"));
    made.lastChild?.remove();
    return made;
  }

  /** A table in a box that scrolls sideways. @param {string} id Of its heading. @param {Node[]} head @param {Node[]} rows */
  function table(id, head, rows) {
    return element(
      "div",
      { className: "wb-box", role: "region", tabIndex: 0, "aria-labelledby": id },
      element(
        "table",
        { className: "wb-table wb-compare-table", "aria-labelledby": id },
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...rows),
      ),
    );
  }

  Object.assign(wattboard.compare, { element, breakable, table });
})();
