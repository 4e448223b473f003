// Charts of a row a group or run: strips of marks and stacked bars, drawn as svg/rows.py draws them.
(() => {
  "use strict";

  // In rows: where a name stands above the middle of its row, and the marks below it.
  const NAME_AT = 0.26;
  const MARKS_AT = -0.18;
  const HALF_BOX = 0.14;
  const BAR_WIDTH = 0.34;
  const MOST_LETTERS = 56;
  // Plotly shows no label that is higher than the chart, and a chart of one row is low: a few lines must do.
  const RUN_LINES = 2;
  const { brief, folded, literal } = wattboardCharts;

  /** Always the same, and evenly spread: see `jitter` in svg/rows.py. @param {number} i @param {number} n */
  const jitter = (i, n) => (n < 2 ? 0 : 2 * ((((i + 1) * (Math.sqrt(5) - 1)) / 2) % 1) - 1);

  /** @param {StripRow} row @param {number} at @param {StripFigure} figure @param {Paint} paint */
  function runsTrace(row, at, figure, paint) {
    const order = row.values.map((_, i) => i).sort((a, b) => (row.values[a] ?? 0) - (row.values[b] ?? 0));
    const room = order.length > 5 ? 0.12 : 0.06;
    return {
      type: "scatter",
      mode: "markers",
      name: wattboardCharts.escaped(row.name),
      showlegend: false,
      opacity: 0.55,
      x: order.map((i) => row.values[i]),
      y: order.map((_, k) => at - room * jitter(k, order.length)),
      text: order.map((i) => folded(row.label[i] ?? "", RUN_LINES)),
      customdata: order.map((i) => [wattboardCharts.withUnit(row.values[i] ?? NaN, figure.x.unit), "", row.url[i] ?? ""]),
      hovertemplate: `<b>%{text}</b><br>${literal(brief(figure.x.label))}: %{customdata[0]}<br>${literal(brief(row.name))}<extra></extra>`,
      marker: { ...wattboardCharts.mark(row.index, paint), size: 8, line: { color: paint.surface, width: 1 } },
    };
  }

  /** Whiskers, box and median as one broken line. @param {StripRow} row @param {number} at @param {Paint} paint */
  function boxTrace(row, at, paint) {
    if (!row.box) return [];
    const [low, first, median, third, high] = row.box;
    const top = at + HALF_BOX;
    const bottom = at - HALF_BOX;
    return [
      {
        type: "scatter",
        mode: "lines",
        showlegend: false,
        hoverinfo: "skip",
        x: [low, first, null, third, high, null, first, third, third, first, first, null, median, median],
        y: [at, at, null, at, at, null, top, top, bottom, bottom, top, null, top, bottom],
        line: { color: wattboardCharts.mark(row.index, paint).color, width: 1.25 },
      },
    ];
  }

  /** @param {StripRow} row @param {number} at @param {StripFigure} figure @param {Paint} paint */
  function meanTrace(row, at, figure, paint) {
    const { color } = wattboardCharts.mark(row.index, paint);
    const value = `${literal(brief(figure.x.label))}: ${wattboardCharts.withUnit(row.mean, figure.x.unit)}`;
    return {
      type: "scatter",
      mode: "markers",
      name: wattboardCharts.escaped(row.name),
      x: [row.mean],
      y: [at],
      hovertemplate: `<b>Mean of ${row.n ?? row.values.length}</b><br>${value}<br>${literal(brief(row.name))}<extra></extra>`,
      marker: { symbol: "line-ns-open", color, size: 16, line: { color, width: 3 } },
    };
  }

  /** @param {StripFigure} figure @param {Paint} paint */
  function stripTraces(figure, paint) {
    return figure.rows.flatMap((row, i) => {
      const at = MARKS_AT - i;
      return [...boxTrace(row, at, paint), runsTrace(row, at, figure, paint), meanTrace(row, at, figure, paint)];
    });
  }

  /** A trace for what is certain and one for what is hatched, so that a legend tells them apart. */
  const SURETIES = [
    { hatched: false, words: "" },
    { hatched: true, words: ", estimated or partial" },
  ];

  /** @param {EnergyFigure} figure @param {Paint} paint */
  function energyTraces(figure, paint) {
    return figure.parts.flatMap((part) =>
      SURETIES.map(({ hatched, words }) => ({
        rows: figure.rows.map((row) => (row.parts[part.name]?.hatched === hatched ? row : null)),
        name: part.name + words,
      }))
        .filter(({ rows }) => rows.some((row) => row))
        .map(({ rows, name }) => barTrace(part, name, rows, figure.x.unit, paint)),
    );
  }

  /**
   * @param {EnergyFigure["parts"][number]} part
   * @param {string} name
   * @param {(EnergyRow | null)[]} rows
   * @param {string} unit
   * @param {Paint} paint
   */
  function barTrace(part, name, rows, unit, paint) {
    const color = paint.series[part.colour] ?? paint.ink;
    const stretches = rows.map((row) => row?.parts[part.name] ?? null);
    return {
      type: "bar",
      orientation: "h",
      name,
      width: BAR_WIDTH,
      x: stretches.map((stretch) => stretch?.value ?? null),
      y: rows.map((_, i) => MARKS_AT - i),
      customdata: stretches.map((stretch, i) => [
        wattboardCharts.withUnit(stretch?.value ?? NaN, unit),
        stretch?.provenance ?? "",
        rows[i]?.url ?? "",
        brief(rows[i]?.name ?? ""),
      ]),
      hovertemplate: `<b>%{customdata[3]}</b><br>${part.name}: %{customdata[0]}, %{customdata[1]}<extra></extra>`,
      marker: {
        color,
        line: { color: paint.surface, width: 1 },
        ...(stretches.some((stretch) => stretch?.hatched) && {
          pattern: { shape: "/", fgcolor: paint.surface, bgcolor: color, fillmode: "replace", size: 6, solidity: 0.3 },
        }),
      },
    };
  }

  /** @param {string} name */
  const shortened = (name) => (name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS - 1).trimEnd()}…`);

  /** @param {StripFigure | EnergyFigure} figure @param {Paint} paint */
  function rowLayout(figure, paint) {
    const names = figure.rows.map((row) => ("note" in row && row.note ? `${row.name} · ${row.note}` : row.name));
    return {
      margin: { l: 12, r: 14, t: 4, b: 40 },
      barmode: "stack",
      yaxis: {
        range: [0.5 - names.length, 0.5],
        fixedrange: true,
        showticklabels: false,
        showgrid: false,
        zeroline: false,
      },
      annotations: names.map((name, i) => ({
        text: wattboardCharts.escaped(shortened(name)),
        hovertext: wattboardCharts.escaped(name),
        xref: "paper",
        x: 0,
        xanchor: "left",
        y: NAME_AT - i,
        yanchor: "middle",
        showarrow: false,
        bgcolor: paint.surface,
        borderpad: 0,
        font: { color: paint.ink, size: 12 },
      })),
    };
  }

  wattboardCharts.rowLayout = rowLayout;
  wattboardCharts.rowTraces = (figure, paint) =>
    figure.kind === "strip" ? stripTraces(figure, paint) : energyTraces(figure, paint);
})();
