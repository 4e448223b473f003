// Puts interactive charts in the place of the drawings: Plotly is loaded when the first chart comes into view, from
// beside this script, and draws one chart at a time, those in view first, the next ones while the page is idle.
(() => {
  "use strict";

  const PLOTLY = `${wattboard.assets}plotly.min.js`;
  const CONFIG = {
    responsive: true,
    displaylogo: false,
    // They lie over the drawing, and the button beside it says the same.
    showTips: false,
    // Named one by one: Plotly's own set has a button that sends the data to its makers' server.
    modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    plotlyServerURL: "",
  };

  /** @type {Map<Element, LiveChart>} */
  const drawn = new Map();
  /** @type {WeakMap<Element, ChartState>} */
  const states = new WeakMap();
  /** Figures that a script has made. @type {WeakMap<Element, Figure>} */
  const given = new WeakMap();
  /** Charts that wait: in view, and close to it. */
  const waiting = { seen: /** @type {Set<HTMLElement>} */ (new Set()), near: /** @type {Set<HTMLElement>} */ (new Set()) };
  let working = false;

  /** @type {Promise<PlotlyLibrary> | undefined} */
  let loading;

  function loadPlotly() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = PLOTLY;
      script.onload = () => (globalThis.Plotly ? resolve(globalThis.Plotly) : reject(new Error("no Plotly")));
      script.onerror = () => {
        loading = undefined;
        reject(new Error(`${PLOTLY} cannot be loaded`));
      };
      document.head.append(script);
    });
    return loading;
  }

  /** @param {Element} chart */
  function stateOf(chart) {
    const state = states.get(chart) ?? { log: { x: false, y: false } };
    states.set(chart, state);
    return state;
  }

  /** @param {Element} chart @returns {Promise<Figure>} */
  async function figureOf(chart) {
    const own = given.get(chart);
    if (own) return own;
    const { charts } = await wattboard.data("data.js");
    return charts[chart.id];
  }

  /** Open the run behind a mark; only addresses of this site, whatever the data says. @param {any} event */
  function openRun(event) {
    const url = event.points[0]?.customdata?.[2];
    if (!url) return;
    const target = new URL(url, location.href);
    if (target.protocol !== location.protocol || target.host !== location.host) return;
    if (target.protocol === "file:" && target.pathname.endsWith("/")) target.pathname += "index.html";
    location.assign(target);
  }

  /** @param {PlotlyElement} canvas */
  function makeClickable(canvas) {
    canvas.on("plotly_click", openRun);
    canvas.on("plotly_hover", (event) => canvas.classList.toggle("wb-links", Boolean(event.points[0]?.customdata?.[2])));
    canvas.on("plotly_unhover", () => canvas.classList.remove("wb-links"));
  }

  /** @param {HTMLElement} chart */
  async function draw(chart) {
    const plot = /** @type {HTMLElement} */ (chart.querySelector(".wb-plot"));
    const [plotly, figure] = await Promise.all([loadPlotly(), figureOf(chart)]);
    const { data, layout } = wattboardCharts.plotly(figure, wattboardCharts.paint(plot), stateOf(chart), {
      width: plot.clientWidth,
      height: plot.clientHeight,
    });
    const before = drawn.get(chart);
    if (before) {
      await plotly.react(before.canvas, data, layout, CONFIG);
      await wattboardCharts.adaptTicks(before.canvas);
      return;
    }
    const canvas = /** @type {PlotlyElement} */ (document.createElement("div"));
    canvas.className = "wb-canvas";
    plot.append(canvas);
    const live = { chart, canvas, figure, state: stateOf(chart) };
    drawn.set(chart, live);
    await plotly.newPlot(canvas, data, layout, CONFIG);
    canvas.on("plotly_relayout", () => wattboardCharts.adaptTicks(canvas));
    // The drawing stays, hidden, for paper.
    plot.classList.add("wb-live");
    // Plotly's buttons are within: an image must not hold any.
    plot.setAttribute("role", "group");
    if (figure.kind === "time") wattboardCharts.shareZoom(live);
    else makeClickable(canvas);
  }

  /** @param {boolean} hurry @returns {Promise<void>} */
  const pause = (hurry) =>
    new Promise((resolve) => {
      if (hurry) requestAnimationFrame(() => setTimeout(resolve));
      else if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 2000 });
      else setTimeout(resolve, 100);
    });

  /** One chart at a time: between two of them the page answers its reader. */
  async function work() {
    if (working) return;
    working = true;
    try {
      await loadPlotly();
      while (waiting.seen.size + waiting.near.size > 0) {
        await pause(waiting.seen.size > 0);
        const from = waiting.seen.size > 0 ? waiting.seen : waiting.near;
        const [chart] = from;
        if (!chart) break;
        forget(chart);
        if (chart.isConnected && !drawn.has(chart)) await draw(chart);
      }
    } catch {
      // Where Plotly cannot be loaded, the drawings stay, which show the same.
    } finally {
      working = false;
    }
  }

  /** @param {HTMLElement} chart */
  function forget(chart) {
    waiting.seen.delete(chart);
    waiting.near.delete(chart);
    seen?.unobserve(chart);
    near?.unobserve(chart);
  }

  /** @param {Set<HTMLElement>} place @param {string} rootMargin @param {() => void} then */
  function watcher(place, rootMargin, then) {
    if (!("IntersectionObserver" in globalThis)) return null;
    return new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (isIntersecting) place.add(/** @type {HTMLElement} */ (target));
          else place.delete(/** @type {HTMLElement} */ (target));
        }
        if (place.size > 0) then();
      },
      { rootMargin },
    );
  }

  const seen = watcher(waiting.seen, "0px", work);
  // What is near waits until something in view has asked for Plotly.
  const near = watcher(waiting.near, "100% 0px", () => {
    if (loading) work();
  });

  function repaint() {
    for (const [chart] of drawn) if (chart.isConnected) draw(/** @type {HTMLElement} */ (chart));
  }

  function start() {
    for (const [chart] of drawn) if (!chart.isConnected) drawn.delete(chart);
    if (/** @type {any} */ (navigator).connection?.saveData) return;
    document.querySelectorAll(".wb-chart:not(:has(.wb-canvas)):not(.wb-overlay)").forEach((chart) => {
      seen?.observe(chart);
      near?.observe(chart);
    });
  }

  Object.assign(wattboardCharts, { loadPlotly, figureOf, stateOf, draw });
  wattboardCharts.live = () => [...drawn.values()].filter(({ chart }) => chart.isConnected);
  wattboard.ready(start);

  wattboardCharts.add = (chart, figure) => {
    given.set(chart, figure);
    seen?.observe(chart);
    near?.observe(chart);
  };

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  const attributes = { attributeFilter: ["data-md-color-scheme", "data-bs-theme", "data-theme"] };
  const switched = new MutationObserver(repaint);
  switched.observe(document.documentElement, attributes);
  switched.observe(document.body, attributes);
})();
