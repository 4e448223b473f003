// Colours for Plotly: those of the page at this moment, and those for white paper.
(() => {
  "use strict";

  const COLOURS = 8;

  /** Any CSS colour, color-mix() included, as the rgba() that Plotly reads. @param {string} colour */
  function rgba(colour) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const pixel = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, alpha = 255] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgba(${r}, ${g}, ${b}, ${(alpha / 255).toFixed(3)})`;
  }

  /** A probe resolves variables that refer to others. @param {HTMLElement} element @returns {Paint} */
  function paint(element) {
    const probe = element.appendChild(document.createElement("span"));
    /** @param {string} name */
    const resolve = (name) => {
      probe.style.color = `var(${name})`;
      return rgba(getComputedStyle(probe).color);
    };
    const found = {
      series: Array.from({ length: COLOURS }, (_, i) => resolve(`--wb-c${i}`)),
      ink: resolve("--wb-ink"),
      muted: resolve("--wb-muted"),
      line: resolve("--wb-line"),
      surface: resolve("--wb-surface"),
      font: getComputedStyle(element).fontFamily,
    };
    probe.remove();
    return found;
  }

  globalThis.wattboardCharts = /** @type {WattboardCharts} */ ({
    paint,
    // The light palette of base.css.
    paper: {
      series: ["#0072b2", "#d55e00", "#00875f", "#b04f8a", "#a87400", "#2b8cc4", "#555f69", "#7f7a00"],
      ink: "#111111",
      muted: "#444444",
      line: "#d5d5d5",
      surface: "#ffffff",
      font: "Helvetica, Arial, sans-serif",
    },
  });
})();
