// A chart's data as rows: for CSV files, and for the table below the chart where the page has a summary only.
(() => {
  "use strict";

  const MOST_ROWS = 1000;

  /** @typedef {{head: string[], words: number, rows: (string | number | null)[][]}} Rows */

  /** @param {AxisText} axis */
  const title = ({ label, unit }) => (unit ? `${label} (${unit})` : label);

  /** @param {ScatterFigure} figure @returns {Rows} */
  const scatterRows = (figure) => ({
    head: ["Experiment", "Run", title(figure.x), title(figure.y)],
    words: 2,
    rows: figure.traces.flatMap((trace) => trace.x.map((x, i) => [trace.name, trace.label[i] ?? "", x, trace.y[i] ?? null])),
  });

  /** @param {TimeFigure} figure @returns {Rows} */
  const timeRows = (figure) => ({
    head: ["Series", title(figure.x), title(figure.y)],
    words: 1,
    rows: figure.traces.flatMap((trace) =>
      trace.x.map((x, i) => [trace.name, x, trace.y[i] ?? null]).filter((row) => row[2] !== null),
    ),
  });

  /** @param {StripFigure} figure @returns {Rows} */
  const stripRows = (figure) => ({
    head: ["Experiment", "Run", title(figure.x)],
    words: 2,
    rows: figure.rows.flatMap((row) => row.values.map((value, i) => [row.name, row.label[i] ?? "", value])),
  });

  /** @param {EnergyFigure} figure @returns {Rows} */
  const energyRows = (figure) => ({
    head: [figure.rowLabel, "Part", title(figure.x), "How it came about"],
    words: 2,
    rows: figure.rows.flatMap((row) =>
      Object.entries(row.parts).map(([name, part]) => [row.name, name, part.value, part.provenance]),
    ),
  });

  /** @param {Figure} figure @returns {Rows} */
  function rowsOf(figure) {
    if (figure.kind === "scatter") return scatterRows(figure);
    if (figure.kind === "time") return timeRows(figure);
    return figure.kind === "strip" ? stripRows(figure) : energyRows(figure);
  }

  /** Names come from strangers: what a spreadsheet would take for a formula gets a quote. @param {string | number | null} value */
  function csvCell(value) {
    if (typeof value !== "string") return value === null ? "" : String(value);
    const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
  }

  /** @param {Figure} figure */
  function csv(figure) {
    const { head, rows } = rowsOf(figure);
    return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
  }

  /** @param {string} tag @param {string} text @param {string} [css] */
  function element(tag, text, css) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  /** @param {Rows} content */
  function table({ head, words, rows }) {
    const made = element("table", "", "wb-table");
    const top = made.appendChild(document.createElement("thead")).appendChild(document.createElement("tr"));
    top.append(...head.map((text, i) => element("th", text, i < words ? "" : "wb-num")));
    const body = made.appendChild(document.createElement("tbody"));
    for (const row of rows.slice(0, MOST_ROWS)) {
      const cells = row.map((value, i) => element(i ? "td" : "th", value === null ? "" : String(value), i < words ? "" : "wb-num"));
      body.appendChild(document.createElement("tr")).append(...cells);
    }
    made.querySelectorAll("th").forEach((th) => (th.scope = th.closest("thead") ? "col" : "row"));
    return made;
  }

  /** @param {Figure} figure */
  const drawsSome = (figure) =>
    (figure.kind === "scatter" && figure.n !== undefined) ||
    (figure.kind === "strip" && figure.rows.some(({ n }) => n !== undefined));

  /** @param {Figure} figure @param {number} n */
  function note(figure, n) {
    const shown = n > MOST_ROWS ? `The first ${MOST_ROWS.toLocaleString("en")} of ${n.toLocaleString("en")} rows; the CSV has all. ` : "";
    if (drawsSome(figure)) return `${shown}Not all runs are drawn, nor listed here; the files of this site hold all.`;
    const thinned = figure.kind === "time" ? "Lines are thinned out to about 1,000 points; the raw log has every sample." : "";
    return shown + thinned;
  }

  /** @param {HTMLElement} details */
  async function fill(details) {
    details.removeAttribute("data-more");
    const chart = /** @type {Element} */ (details.closest(".wb-chart"));
    const figure = await wattboardCharts.figureOf(chart);
    const rows = rowsOf(figure);
    const box = element("div", "", "wb-box");
    box.role = "region";
    box.tabIndex = 0;
    box.ariaLabel = `${figure.title}: all data`;
    box.append(table(rows));
    details.append(element("p", note(figure, rows.rows.length), "wb-chart-note"), box);
  }

  // This event does not rise: it is caught on its way down.
  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (details instanceof HTMLDetailsElement && details.open && details.matches(".wb-data[data-more]")) fill(details);
    },
    true,
  );

  wattboardCharts.csv = csv;
})();
