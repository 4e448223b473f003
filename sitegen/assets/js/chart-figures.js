// From a chart's data to what Plotly draws: scatter plots and time series, and the layout of all kinds.
(() => {
  "use strict";

  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon"];
  const AXIS_SECONDS = [
    { unit: "h", seconds: 3600, from: 3 * 3600 },
    { unit: "min", seconds: 60, from: 300 },
    { unit: "s", seconds: 1, from: -Infinity },
  ];
  /** Lengths of strokes and gaps. */
  const DASHES = [[], [10, 5], [2, 4], [10, 4, 2, 4], [20, 6], [20, 4, 2, 4, 2, 4], [2, 9], [5, 3]];
  const LINE_LETTERS = 32;
  /** Width of a letter of an axis's title, and what of a chart is beside and below its axes, in px. */
  const [LETTER, BESIDE, BELOW] = [7, 72, 72];
  const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

  /** @param {string} words */
  const escaped = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  /** Of a long name both ends. @param {string} name @param {number} most */
  function shortened(name, most) {
    const letters = [...name];
    if (letters.length <= most) return name;
    const half = most / 2;
    return `${letters.slice(0, half - 1).join("").trimEnd()}…${letters.slice(-half).join("").trimStart()}`;
  }

  /** A name in one line of a label over the drawing. @param {string} name */
  const brief = (name) => escaped(shortened(name, LINE_LETTERS));

  /** In lines, broken where words end if they do. @param {string} text @param {number} letters In a line, at most. */
  function broken(text, letters) {
    const lines = [""];
    for (const word of text.match(/[^\s_/-]{1,31}[\s_/-]?|[\s_/-]/gu) ?? []) {
      if (lines.at(-1) && (lines.at(-1) + word).trimEnd().length > letters) lines.push("");
      lines.push(lines.pop() + word);
    }
    return lines.map(escaped).join("<br>");
  }

  /** A name in some lines. Lines that end with a word are not full. @param {string} name @param {number} n */
  const folded = (name, n = 3) => broken(shortened(name, LINE_LETTERS * n * 0.75), LINE_LETTERS);

  /** In as many lines as it needs beside a drawing. @param {AxisText} axis @param {number} length Of the axis, in px. */
  const axisTitle = ({ label, unit }, length) =>
    broken(unit ? `${label} (${unit})` : label, Math.max(LINE_LETTERS / 2, Math.floor(length / LETTER)));
  /** @param {number} value @param {string} unit */
  const withUnit = (value, unit) => NUMBER.format(Number(value.toPrecision(4))) + (unit ? ` ${escaped(unit)}` : "");

  /** After eight traces the colours come again, with other shapes. @param {number} index @param {Paint} paint */
  function mark(index, paint) {
    const n = paint.series.length;
    return {
      color: paint.series[index % n] ?? paint.ink,
      symbol: SYMBOLS[(index + Math.floor(index / n)) % SYMBOLS.length] ?? "circle",
    };
  }

  /** @param {ScatterFigure} figure @param {Paint} paint */
  function scatterTraces(figure, paint) {
    const runs = figure.traces
      .filter(({ mean }) => mean?.n !== 1)
      .map((trace) => runsTrace(trace, figure, paint));
    const means = figure.traces.filter(({ mean }) => mean).map((trace) => meanTrace(trace, figure, paint));
    return [...frontierTrace(figure, paint), ...runs, ...means];
  }

  /** @param {ScatterTrace} trace @param {ScatterFigure} figure @param {Paint} paint */
  function runsTrace(trace, figure, paint) {
    return {
      type: "scatter",
      mode: "markers",
      name: escaped(trace.name),
      showlegend: !trace.mean,
      opacity: trace.mean ? 0.5 : 1,
      x: trace.x,
      y: trace.y,
      text: trace.label.map((name) => folded(name)),
      customdata: trace.x.map((x, i) => [
        withUnit(x, figure.x.unit),
        withUnit(trace.y[i] ?? NaN, figure.y.unit),
        trace.url[i] ?? "",
      ]),
      hovertemplate: pointHover("%{text}", trace.name, figure),
      marker: { ...mark(trace.index, paint), size: trace.mean ? 8 : 10, line: { color: paint.surface, width: 1 } },
    };
  }

  /** Text that may hold what Plotly would fill in. @param {string} text */
  const literal = (text) => text.replace(/%\{/g, "%&#123;");

  /** @param {string} heading @param {string} name @param {ScatterFigure} figure */
  const pointHover = (heading, name, figure) =>
    `<b>${heading}</b><br>${literal(brief(figure.x.label))}: %{customdata[0]}` +
    `<br>${literal(brief(figure.y.label))}: %{customdata[1]}<br>${literal(folded(name))}<extra></extra>`;

  /** @param {ScatterTrace} trace @param {ScatterFigure} figure @param {Paint} paint */
  function meanTrace(trace, figure, paint) {
    const mean = /** @type {NonNullable<ScatterTrace["mean"]>} */ (trace.mean);
    const { color, symbol } = mark(trace.index, paint);
    /** @param {number | null} around */
    const bar = (around) => ({ type: "data", array: [around ?? 0], visible: Boolean(around), color, thickness: 1.5, width: 4 });
    /** @param {number} value @param {number | null} around @param {string} unit */
    const words = (value, around, unit) =>
      withUnit(value, around ? "" : unit) + (around ? ` ± ${withUnit(around, unit)}` : "");
    return {
      type: "scatter",
      mode: "markers",
      name: escaped(trace.name),
      x: [mean.x],
      y: [mean.y],
      error_x: bar(mean.xAround),
      error_y: bar(mean.yAround),
      customdata: [
        [
          words(mean.x, mean.xAround, figure.x.unit),
          words(mean.y, mean.yAround, figure.y.unit),
          mean.n === 1 ? (trace.url[0] ?? "") : "",
        ],
      ],
      hovertemplate: pointHover(mean.n === 1 ? "The only run" : `Mean of ${mean.n} runs`, trace.name, figure),
      marker: { color, symbol, size: 13, line: { color: paint.surface, width: 1 } },
    };
  }

  /** @param {ScatterFigure} figure @param {Paint} paint */
  function frontierTrace({ frontier }, paint) {
    // One point is on no line.
    if (!frontier || frontier.x.length < 2) return [];
    const { name, x, y } = frontier;
    return [
      { type: "scatter", mode: "lines", name, x, y, hoverinfo: "skip", line: { color: paint.muted, width: 1.5, dash: "dash" } },
    ];
  }

  /** @param {TimeFigure} figure */
  function timeUnit(figure) {
    if (figure.x.unit !== "s") return { unit: figure.x.unit, seconds: 1 };
    const last = Math.max(0, ...figure.traces.map((trace) => trace.x.at(-1) ?? 0));
    return /** @type {{unit: string, seconds: number}} */ (AXIS_SECONDS.find(({ from }) => last >= from));
  }

  const dash = (/** @type {number} */ i) => DASHES[i % DASHES.length] ?? [];

  /** @param {TimeFigure} figure @param {Paint} paint */
  function timeTraces(figure, paint) {
    const { seconds } = timeUnit(figure);
    return figure.traces.map((trace, i) => ({
      type: "scatter",
      mode: "lines",
      name: escaped(trace.name),
      x: trace.x.map((x) => x / seconds),
      y: trace.y,
      customdata: trace.y.map((y) => (y === null ? "" : withUnit(y, figure.y.unit))),
      hovertemplate: `%{customdata}<extra>${literal(brief(trace.name))}</extra>`,
      connectgaps: false,
      line: { color: mark(trace.index ?? i, paint).color, width: 1.5, dash: dash(trace.dash ?? 0).map((length) => `${length}px`).join(",") || "solid" },
    }));
  }

  /** The heading of the label that follows the pointer over a time chart. @param {string} unit @param {Paint} paint */
  function unifiedHover(unit, paint) {
    return {
      unifiedhovertitle: { text: `%{x:.4~g} ${unit}` },
      spikecolor: paint.muted,
      spikethickness: 1,
      spikedash: "solid",
    };
  }

  /** Of values above zero, as powers of ten, with a little room. @param {number[]} values @returns {[number, number]} */
  function powers(values) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value <= 0) continue;
      low = Math.min(low, Math.log10(value));
      high = Math.max(high, Math.log10(value));
    }
    if (low > high) return [0, 1];
    const room = low < high ? 0.05 * (high - low) : 1;
    return [low - room, high + room];
  }

  /** @param {string} title @param {Paint} paint @param {number[] | false} log The values, where they are shown by their logarithm. */
  function axisLayout(title, paint, log = false) {
    return {
      title: { text: title, font: { color: paint.ink, size: 13 }, standoff: 8 },
      type: log ? "log" : "linear",
      ...(log && wattboardCharts.logTicks(powers(log))),
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

  /** Without a legend: the page has one beside the drawing, as text. @param {Paint} paint @param {ChartState} state */
  function frame(paint, state) {
    return {
      autosize: true,
      margin: { l: 48, r: 12, t: 8, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: paint.surface,
      font: { family: paint.font, size: 12, color: paint.muted },
      hovermode: "closest",
      hoverlabel: {
        bgcolor: paint.surface,
        bordercolor: paint.muted,
        font: { family: paint.font, size: 12, color: paint.ink },
        namelength: -1,
        align: "left",
      },
      showlegend: false,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: paint.muted, activecolor: paint.ink },
      // A reader's zoom outlives a change of colours.
      uirevision: `${state.log.x}${state.log.y}`,
    };
  }

  /** @param {TimeFigure} figure @param {Paint} paint @param {ChartState} state @param {Size} size */
  function timePlot(figure, paint, state, { width, height }) {
    const { unit, seconds } = timeUnit(figure);
    const shown = wattboardCharts.timeRange();
    const xaxis = {
      ...axisLayout(axisTitle({ label: figure.x.label, unit }, width), paint),
      ...unifiedHover(unit, paint),
      rangemode: "tozero",
      ...(shown && { range: shown.map((s) => s / seconds), autorange: false }),
    };
    const yaxis = { ...axisLayout(axisTitle(figure.y, height), paint), rangemode: "tozero" };
    const layout = { ...frame(paint, state), hovermode: "x unified", uirevision: undefined, xaxis, yaxis };
    return { data: timeTraces(figure, paint), layout };
  }

  /** @param {ScatterFigure} figure @param {Paint} paint @param {ChartState} state @param {Size} size */
  function scatterPlot(figure, paint, state, { width, height }) {
    const { x, y } = state.log;
    const layout = {
      ...frame(paint, state),
      xaxis: axisLayout(axisTitle(figure.x, width), paint, x && figure.traces.flatMap((trace) => trace.x)),
      yaxis: axisLayout(axisTitle(figure.y, height), paint, y && figure.traces.flatMap((trace) => trace.y)),
    };
    return { data: scatterTraces(figure, paint), layout };
  }

  /** Its height is that of its rows: room for one line of a title. @param {StripFigure | EnergyFigure} figure @param {Paint} paint @param {ChartState} state */
  function rowPlot(figure, paint, state) {
    const values = () => figure.kind === "strip" ? figure.rows.flatMap((row) => row.values) : [];
    const xaxis = axisLayout(axisTitle(figure.x, Infinity), paint, state.log.x && values());
    const layout = { ...frame(paint, state), xaxis, ...wattboardCharts.rowLayout(figure, paint) };
    return { data: wattboardCharts.rowTraces(figure, paint), layout };
  }

  /** What Plotly draws. @type {WattboardCharts["plotly"]} */
  function plotly(figure, paint, state, { width, height }) {
    const axes = { width: width - BESIDE, height: height - BELOW };
    if (figure.kind === "time") return timePlot(figure, paint, state, axes);
    if (figure.kind === "scatter") return scatterPlot(figure, paint, state, axes);
    return rowPlot(figure, paint, state);
  }

  Object.assign(wattboardCharts, { escaped, brief, folded, literal, dash, withUnit, mark, plotly });
  wattboardCharts.secondsPerUnit = (figure) => timeUnit(figure).seconds;
})();
