// Interactive charts. A chart's SVG is on the page from the start; Plotly is loaded when the first
// chart comes into view, from beside this script, and draws from the JSON block next to the SVG.
(() => {
  "use strict";

  const PLOTLY = `${wattboard.assets}plotly.min.js`;
  const COLOURS = 8;
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon"];
  const AXIS_SECONDS = [
    { unit: "h", seconds: 3600, from: 3 * 3600 },
    { unit: "min", seconds: 60, from: 300 },
    { unit: "s", seconds: 1, from: 0 },
  ];
  const drawn = new Set();

  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  /** Plotly reads a little HTML in its labels; ours are text. */
  const escaped = (words) => String(words).replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const axisTitle = ({ label, unit }) => escaped(unit ? `${label} (${unit})` : label);
  const withUnit = (value, unit) => number.format(value) + (unit ? ` ${unit}` : "");

  /** Any CSS colour, color-mix() included, as the rgba() that Plotly reads. */
  function rgba(colour) {
    const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgba(${r}, ${g}, ${b}, ${(alpha / 255).toFixed(3)})`;
  }

  /** The page's colours at this moment. A probe resolves variables that refer to others. */
  function colours(element) {
    const probe = element.appendChild(document.createElement("span"));
    const resolve = (name) => {
      probe.style.color = `var(${name})`;
      return rgba(getComputedStyle(probe).color);
    };
    const paint = {
      series: Array.from({ length: COLOURS }, (_, i) => resolve(`--wb-c${i}`)),
      ink: resolve("--wb-ink"),
      muted: resolve("--wb-muted"),
      line: resolve("--wb-line"),
      surface: resolve("--wb-surface"),
      font: getComputedStyle(element).fontFamily,
    };
    probe.remove();
    return paint;
  }

  function scatterTrace(trace, index, figure, paint) {
    return {
      type: "scatter",
      mode: "markers",
      name: escaped(trace.name),
      x: trace.x,
      y: trace.y,
      text: trace.label.map(escaped),
      customdata: trace.x.map((x, i) => [
        withUnit(x, figure.x.unit),
        withUnit(trace.y[i], figure.y.unit),
        trace.url?.[i] ?? "",
      ]),
      hovertemplate:
        "<b>%{text}</b><br>%{xaxis.title.text}: %{customdata[0]}" +
        "<br>%{yaxis.title.text}: %{customdata[1]}<br>%{fullData.name}<extra></extra>",
      marker: {
        color: paint.series[index % COLOURS],
        // After eight traces the colours come again, with other shapes.
        symbol: SYMBOLS[(index + Math.floor(index / COLOURS)) % SYMBOLS.length],
        size: 10,
        line: { color: paint.surface, width: 1 },
      },
    };
  }

  function timeTrace(trace, index, figure, paint, axis) {
    return {
      type: "scatter",
      mode: "lines",
      name: escaped(trace.name),
      x: trace.x.map((x) => x / axis.seconds),
      y: trace.y,
      customdata: trace.y.map((y) => (y === null ? "" : withUnit(y, figure.y.unit))),
      hovertemplate: "%{customdata}<extra>%{fullData.name}</extra>",
      connectgaps: false,
      line: { color: paint.series[index % COLOURS], width: 1.5 },
    };
  }

  /** The heading of the label that follows the pointer over a time chart. */
  function unifiedHover(axis, paint) {
    return {
      unifiedhovertitle: { text: `%{x:.4~g} ${axis.unit}` },
      spikecolor: paint.muted,
      spikethickness: 1,
      spikedash: "solid",
    };
  }

  function axisLayout(title, paint) {
    return {
      title: { text: title, font: { color: paint.ink, size: 13 }, standoff: 8 },
      automargin: true,
      color: paint.muted,
      gridcolor: paint.line,
      linecolor: paint.muted,
      zeroline: false,
      showline: true,
      ticks: "outside",
      tickcolor: paint.muted,
    };
  }

  /** Without a legend: the page has one beside the drawing, as text. */
  function layout(figure, xTitle, paint) {
    const time = figure.kind === "time";
    return {
      autosize: true,
      margin: { l: 48, r: 12, t: 8, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: paint.surface,
      font: { family: paint.font, size: 12, color: paint.muted },
      xaxis: axisLayout(xTitle, paint),
      yaxis: { ...axisLayout(axisTitle(figure.y), paint), rangemode: time ? "tozero" : "normal" },
      hovermode: time ? "x unified" : "closest",
      hoverlabel: {
        bgcolor: paint.surface,
        bordercolor: paint.muted,
        font: { family: paint.font, size: 12, color: paint.ink },
        namelength: -1,
        align: "left",
      },
      showlegend: false,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: paint.muted, activecolor: paint.ink },
    };
  }

  function timeAxis(figure) {
    if (figure.x.unit !== "s") return { unit: figure.x.unit, seconds: 1 };
    const last = Math.max(0, ...figure.traces.map((trace) => trace.x.at(-1) ?? 0));
    return AXIS_SECONDS.find(({ from }) => last >= from);
  }

  /** What Plotly draws: a figure's data with the colours that hold at this moment. */
  function plotlyFigure(figure, element) {
    const paint = colours(element);
    if (figure.kind === "time") {
      const axis = timeAxis(figure);
      const xTitle = axisTitle({ label: figure.x.label, unit: axis.unit });
      const traces = figure.traces.map((trace, i) => timeTrace(trace, i, figure, paint, axis));
      const frame = layout(figure, xTitle, paint);
      Object.assign(frame.xaxis, unifiedHover(axis, paint));
      return { data: traces, layout: frame };
    }
    const traces = figure.traces.map((trace, i) => scatterTrace(trace, i, figure, paint));
    return { data: traces, layout: layout(figure, axisTitle(figure.x), paint) };
  }

  const CONFIG = {
    responsive: true,
    displaylogo: false,
    // Named one by one: Plotly's own set has a button that sends the data to its makers' server.
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    plotlyServerURL: "",
  };

  /** Open the run behind a point; only addresses of this site, whatever the data says. */
  function openRun(event) {
    const url = event.points[0]?.customdata?.[2];
    if (!url) return;
    const target = new URL(url, location.href);
    if (target.protocol !== location.protocol || target.host !== location.host) return;
    if (target.protocol === "file:" && target.pathname.endsWith("/")) target.pathname += "index.html";
    location.assign(target);
  }

  async function drawOwn(chart) {
    const { charts } = await wattboard.data("data.js");
    await draw(chart, charts[chart.id]);
  }

  async function draw(chart, figure) {
    const plot = chart.querySelector(".wb-plot");
    const { data, layout } = plotlyFigure(figure, plot);
    const canvas = document.createElement("div");
    canvas.className = "wb-canvas";
    plot.append(canvas);
    await globalThis.Plotly.newPlot(canvas, data, layout, CONFIG);
    // The SVG stays, hidden, for paper.
    plot.classList.add("wb-live");
    if (figure.kind === "scatter") {
      canvas.on("plotly_click", openRun);
      canvas.on("plotly_hover", () => canvas.classList.add("wb-links"));
      canvas.on("plotly_unhover", () => canvas.classList.remove("wb-links"));
    }
    drawn.add({ canvas, figure, plot });
  }

  function repaint() {
    for (const { canvas, figure, plot } of drawn) {
      const { data, layout } = plotlyFigure(figure, plot);
      globalThis.Plotly.react(canvas, data, layout, CONFIG);
    }
  }

  let loading;
  function loadPlotly() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = PLOTLY;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  const observer =
    "IntersectionObserver" in globalThis &&
    new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        // Where Plotly cannot be loaded, the SVG stays, which shows the same.
        loadPlotly().then(() => drawOwn(target), () => {});
      }
    });

  function start() {
    if (!observer || navigator.connection?.saveData) return;
    document.querySelectorAll(".wb-chart:not(:has(.wb-canvas)):not(.wb-overlay)").forEach((chart) => observer.observe(chart));
  }

  /** Draw a figure into a chart that a script has made. */
  wattboard.drawChart = (chart, figure) => loadPlotly().then(() => draw(chart, figure));
  wattboard.ready(start);

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  const attributes = { attributeFilter: ["data-md-color-scheme", "data-bs-theme"] };
  const switched = new MutationObserver(repaint);
  switched.observe(document.documentElement, attributes);
  switched.observe(document.body, attributes);
})();
