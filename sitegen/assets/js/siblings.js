// A run among the other runs of its leaf: drawn from the leaf's `siblings.js` when the section comes close to the view.
(() => {
  "use strict";

  const WIDTH = 240;
  const HEIGHT = 30;
  const ROOM = 9;
  /** As in `values` of the file. */
  const SIGNIFICANT = 4;
  /** @type {Record<string, string>} */
  const SIGNS = { estimated: "≈", partial: "◐" };
  /** @type {Record<string, string>} */
  const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
  const plural = new Intl.PluralRules("en", { type: "ordinal" });

  /** @param {string} tag @param {string} className @param {(Node | string)[]} children */
  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  /** @param {string} tag @param {Record<string, string | number>} attributes @param {Node[]} children */
  function drawn(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    made.append(...children);
    return made;
  }

  /** From the lowest to the highest value, with a box between the quartiles, and the run as a dot. @param {SiblingFigure} figure @param {number} value */
  function position({ quartiles }, value) {
    const [lowest, , , , highest] = quartiles;
    /** @param {number} v */
    const at = (v) => {
      const share = highest > lowest ? Math.min(1, Math.max(0, (v - lowest) / (highest - lowest))) : 0.5;
      return (ROOM + share * (WIDTH - 2 * ROOM)).toFixed(1);
    };
    const [low, first, median, third, high] = quartiles.map(at);
    return drawn(
      "svg",
      { class: "wb-svg wb-position", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", focusable: "false" },
      drawn("path", {
        class: "wb-box-line",
        d: `M${low} 15H${first}M${third} 15H${high}M${low} 10V20M${high} 10V20M${first} 6H${third}V24H${first}ZM${median} 6V24`,
      }),
      drawn("circle", { class: "wb-mark wb-here", cx: at(value), cy: 15, r: 6 }),
    );
  }

  /** "1st", "2nd", "11th". @param {number} n */
  const ordinal = (n) => `${n}${ENDINGS[plural.select(n)]}`;

  /** @param {number} below @param {number} above */
  function rank(below, above) {
    const nth = ordinal(Math.min(below, above) + 1);
    if (below === above) return nth;
    const end = below < above ? "lowest" : "highest";
    return Math.min(below, above) === 0 ? end : `${nth} ${end}`;
  }

  /**
   * Where the run stands, from the nearer end: "2nd lowest of 5", "3rd of 5", "about 340th lowest of 5000".
   * @param {Pick<SiblingFigure, "n" | "values">} figure @param {number} value
   */
  function place({ n, values }, value) {
    const near = Number(value.toPrecision(SIGNIFICANT));
    const share = n / values.length;
    const below = values.filter((v) => v < near).length;
    const above = values.filter((v) => v > near).length;
    const same = values.length - below - above;
    if (same === values.length) return `the same in all ${n}`;
    if (share > 1) {
      const isEnd = Math.min(below, above) === 0;
      return `${isEnd ? "" : "about "}${rank(Math.round(below * share), Math.round(above * share))} of ${n}`;
    }
    const ties = same > 1 ? `, as ${same - 1} other${same > 2 ? "s" : ""}` : "";
    return `${rank(below, above)} of ${n}${ties}`;
  }

  /** @param {SiblingFigure} figure @param {ItemFigure} own */
  function tile(figure, own) {
    const { number } = wattboard.numbers;
    const value = /** @type {number} */ (own.mean) * figure.factor;
    const [low, , median, , high] = figure.quartiles.map((v) => number(v, figure.digits));
    const text = `${SIGNS[own.provenance] ?? ""} ${number(value, figure.digits)} ${figure.unit}`.trim();
    return element(
      "div",
      "",
      element("dt", "", figure.label),
      element("dd", "wb-place", element("b", "", place(figure, value)), " ", element("span", "", text)),
      element("dd", "", position(figure, value)),
      element("dd", "wb-tile-note", `${low} to ${high}, median ${median}`),
    );
  }

  /** @param {HTMLElement} section */
  async function show(section) {
    const url = section.dataset.siblings;
    if (!url) return;
    /** @type {[SiblingsData, ItemData]} */
    const [{ figures }, run] = await Promise.all([wattboard.data(url), wattboard.data("data.js")]);
    const own = new Map(run.figures.flatMap((f) => (f.mean === null ? [] : [[f.key, f]])));
    const tiles = figures.flatMap((f) => {
      const of = own.get(f.key);
      return of ? [tile(f, of)] : [];
    });
    const words = section.querySelector("p");
    const link = words?.querySelector("a");
    if (!words || !link || section.querySelector("dl")) return;
    // The link stays where it is: a reader's focus may be on it.
    link.textContent = run.leaf?.title ?? "";
    words.className = "wb-legend-text";
    if (!tiles.length) {
      words.append(" has no other run to compare this one with.");
      return;
    }
    words.prepend("All runs of ");
    words.append(
      ", from the lowest to the highest; the box holds the middle half, its stroke is the median, and the dot is this run.",
    );
    section.append(element("dl", "wb-tiles wb-siblings", ...tiles));
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        // Where the file cannot be loaded, the link stays, which leads to the same figures.
        show(/** @type {HTMLElement} */ (target)).catch(() => {});
      }
    },
    // Before it is seen, so that nothing moves under the reader's eyes.
    { rootMargin: "50% 0px" },
  );

  wattboard.siblings = { place };
  wattboard.ready(() => document.querySelectorAll("[data-siblings]:not(:has(dl))").forEach((s) => near.observe(s)));
})();
