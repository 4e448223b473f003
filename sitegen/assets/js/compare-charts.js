// The runs' time series over each other: a chart a kind, a line a run and device.
(() => {
  "use strict";

  const { element, table } = wattboard.compare;
  /** Of each run's duration: where the table of a chart has its columns. */
  const SHARES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

  /** Where durations differ by more, in seconds the shorter runs are a stroke at the left. */
  const MOST_TIMES_LONGER = 5;

  /** Kinds of charts that one of the runs has, in the order in which they come first. @param {ItemData[]} runs */
  function kinds(runs) {
    const ids = runs.flatMap(({ charts }) => Object.keys(charts).filter((id) => charts[id].kind === "time"));
    return [...new Set(ids)];
  }

  /** @param {ItemData} run @param {any} figure */
  const duration = (run, figure) =>
    run.duration_s || Math.max(0, ...figure.traces.map((/** @type {any} */ trace) => trace.x.at(-1) ?? 0));

  /** Whether a reader who has not chosen sees shares. @param {ItemData[]} runs */
  function differ(runs) {
    const durations = runs.flatMap(({ duration_s }) => duration_s || []);
    return durations.length > 1 && Math.max(...durations) > MOST_TIMES_LONGER * Math.min(...durations);
  }

  const SVG = "http://www.w3.org/2000/svg";

  /** A piece of a line, as it is drawn. @param {TimeTrace} line */
  function sample({ index = 0, dash = 0 }) {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("class", `wb-line-key wb-c${index % 8}`);
    picture.setAttribute("viewBox", "0 0 40 8");
    picture.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", "M0 4H40");
    line.setAttribute("stroke-dasharray", wattboardCharts.dash(dash).join(" "));
    picture.append(line);
    return picture;
  }

  /** A colour a run, and a kind of line a device. @param {ItemData[]} runs @param {string} id @param {boolean} share */
  function traces(runs, id, share) {
    const several = runs.some(({ charts }) => charts[id]?.traces.length > 1);
    return runs.flatMap((run, i) => {
      const figure = run.charts[id];
      if (!figure) return [];
      const scale = share ? 100 / (duration(run, figure) || 1) : 1;
      return figure.traces.map((/** @type {TimeTrace} */ trace, /** @type {number} */ line) => ({
        name: several ? `${run.title}: ${trace.name}` : run.title,
        index: i,
        dash: line,
        x: trace.x.map((x) => x * scale),
        y: trace.y,
      }));
    });
  }

  /** Of a trace at a share of its time: the last value until then. @param {TimeTrace} trace @param {number} share */
  function valueAt(trace, share) {
    const until = (trace.x.at(-1) ?? 0) * share;
    let value = null;
    for (let i = 0; i < trace.x.length && trace.x[i] <= until; i++) value = trace.y[i] ?? value;
    return value;
  }

  /** @param {string} id @param {string} title @param {TimeTrace[]} lines */
  function dataTable(id, title, lines) {
    const head = [
      element("th", { scope: "col" }, title),
      ...SHARES.map((share) => element("th", { scope: "col", className: "wb-num" }, `at ${share * 100} %`)),
    ];
    const rows = lines.map((trace) => {
      const values = SHARES.map((share) => valueAt(trace, share));
      const cells = values.map((value) =>
        element("td", { className: "wb-num" }, value === null ? "—" : wattboard.compare.number(value)),
      );
      return element("tr", {}, element("th", { scope: "row" }, trace.name), ...cells);
    });
    return element(
      "details",
      { className: "wb-data", "data-more": "" },
      element("summary", { id: `${id}-data` }, "Data of this chart as a table"),
      table(`${id}-title ${id}-data`, head, rows),
    );
  }

  /** @param {TimeTrace[]} lines @param {string} title */
  function description(lines, title) {
    const ranges = lines.map(({ name, y }) => {
      const values = y.filter((value) => value !== null);
      if (!values.length) return `${name} without a value`;
      const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => wattboard.compare.number(value));
      return `${name} from ${low} to ${high}`;
    });
    return `${title} over time. ${ranges.join(", ")}.`;
  }

  /** @param {ItemData[]} runs @param {string} id @param {boolean} share */
  function chart(runs, id, share) {
    const { title, y } = named(runs, id);
    const lines = traces(runs, id, share);
    const made = element(
      "figure",
      { className: "wb-chart wb-chart-time wb-overlay", id: `compare-${id}` },
      element("figcaption", { id: `compare-${id}-title` }, title),
      tools(title),
      element(
        "div",
        { className: "wb-stage" },
        element("div", { className: "wb-plot", role: "img", "aria-label": description(lines, title) }),
        element("button", { type: "button", className: "wb-reset", "data-zoom": "reset" }, "Reset zoom"),
      ),
      element("ul", { className: "wb-list wb-key" }, ...lines.map((line) => element("li", {}, sample(line), line.name))),
      dataTable(`compare-${id}`, title, lines),
    );
    const x = share ? { label: "Share of the run’s duration", unit: "%" } : { label: "Time since start", unit: "s" };
    wattboardCharts.add(made, { kind: "time", title, x, y, traces: lines });
    return made;
  }

  /** @param {string} title */
  function tools(title) {
    const buttons = ["SVG", "PNG", "CSV"].map((format) =>
      element("button", { type: "button", "data-save": format.toLowerCase(), title: `Download as ${format}` }, format),
    );
    return element("div", { className: "wb-tools", role: "group", "aria-label": `${title}: tools` }, ...buttons);
  }

  /** Title and upright axis of a kind of chart. @param {ItemData[]} runs @param {string} id @returns {TimeFigure} */
  const named = (runs, id) => /** @type {ItemData} */ (runs.find(({ charts }) => charts[id])).charts[id];

  /** @param {CompareContext} context */
  function charts({ items, state, change }) {
    const runs = items.filter(({ kind }) => kind === "run");
    const ids = kinds(runs);
    const heading = element("h2", { id: "wb-compare-charts" }, "Over time");
    if (!ids.length) {
      const words = runs.length ? "These runs have no time series." : "Time series are of runs, not of groups: tick runs to see them over each other.";
      return element("section", {}, heading, element("p", {}, words));
    }
    const box = element("input", { type: "checkbox", id: "wb-share", checked: state.share ?? differ(runs) });
    const place = element("div", { className: "wb-charts" });
    const draw = () => place.replaceChildren(...ids.map((id) => chart(runs, id, box.checked)));
    box.addEventListener("change", () => {
      change({ share: box.checked });
      // What was zoomed to in seconds is another part of the shares.
      wattboardCharts.resetZoom();
      draw();
    });
    draw();
    const label = element("label", { htmlFor: "wb-share" }, " Time as a share of each run’s duration");
    return element("section", {}, heading, element("p", { className: "wb-controls" }, box, label), place);
  }

  Object.assign(wattboard.compare, { charts });
})();
