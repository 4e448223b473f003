// The tools in a chart's head: logarithmic axes, and downloads as picture and as CSV.
(() => {
  "use strict";

  const WIDTH = 960;
  const HEIGHT = 600;
  const ROW = 56;

  /** @param {string} words */
  const slug = (words) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 80);

  /** After the page, the site (both in the title) and the chart. @param {Figure} figure @param {string} format */
  const fileName = (figure, format) => `${slug(document.title)}-${slug(figure.title)}.${format}`;

  /** @param {Blob} blob @param {string} name */
  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** A picture that explains itself on white paper. @param {Figure} figure @param {ChartState} state @param {Size} size */
  function printed(figure, state, size) {
    const paper = wattboardCharts.paper;
    const { data, layout } = wattboardCharts.plotly(figure, paper, state, size);
    const named = data.filter((trace) => trace["name"] && trace["showlegend"] !== false && trace["hoverinfo"] !== "skip");
    const title = {
      text: wattboardCharts.escaped(figure.title),
      subtitle: { text: wattboardCharts.escaped(document.title), font: { color: paper.muted, size: 13 } },
      font: { color: paper.ink, size: 18 },
      x: 0.02,
      xanchor: "left",
    };
    const legend = { orientation: "h", traceorder: "normal", y: -0.18, font: { color: paper.ink } };
    const showlegend = figure.kind !== "strip" && named.length > 1;
    const margin = { ...layout["margin"], t: 76, r: 24 };
    return { data, layout: { ...layout, paper_bgcolor: "#ffffff", title, legend, showlegend, margin } };
  }

  /** @param {Figure} figure @param {ChartState} state @param {"svg" | "png"} format */
  async function picture(figure, state, format) {
    const plotly = await wattboardCharts.loadPlotly();
    const height = "rows" in figure ? figure.rows.length * ROW + 180 : HEIGHT;
    const size = { width: WIDTH, height };
    const scale = format === "png" ? 2 : 1;
    const url = await plotly.toImage(printed(figure, state, size), { format, scale, ...size });
    const content = url.slice(url.indexOf(",") + 1);
    if (format === "svg") return new Blob([decodeURIComponent(content)], { type: "image/svg+xml" });
    return new Blob([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], { type: "image/png" });
  }

  /** @param {Element} chart @param {string} format */
  async function download(chart, format) {
    const figure = await wattboardCharts.figureOf(chart);
    const blob =
      format === "csv"
        ? new Blob([wattboardCharts.csv(figure)], { type: "text/csv" })
        : await picture(figure, wattboardCharts.stateOf(chart), format === "png" ? "png" : "svg");
    save(blob, fileName(figure, format));
  }

  /** @param {HTMLElement} chart @param {HTMLElement} button */
  function switchLog(chart, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    const { log } = wattboardCharts.stateOf(chart);
    const axis = button.dataset["log"] === "y" ? "y" : "x";
    log[axis] = !log[axis];
    button.setAttribute("aria-pressed", String(log[axis]));
    wattboardCharts.draw(chart);
  }

  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.(".wb-tools button"));
    const chart = /** @type {HTMLElement | null} */ (button?.closest(".wb-chart"));
    if (!button || !chart) return;
    if (button.dataset["log"]) switchLog(chart, button);
    if (button.dataset["save"]) download(chart, button.dataset["save"]);
  });
})();
