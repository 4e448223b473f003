// Ticks of logarithmic axes: 1, 2 and 5 of each decade, or decades alone, in plain decimals; they follow the zoom.
(() => {
  "use strict";

  /** Of more decades than that, only the powers of ten are named. */
  const MOST_DECADES = 3;
  const MOST_TICKS = 8;
  const FEWEST_TICKS = 2;
  const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 6, useGrouping: false });
  const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  /** @param {number} value */
  function words(value) {
    if (value >= 1e-4 && value < 1e6) return NUMBER.format(value);
    const [mantissa, exponent = "0"] = value.toExponential().split("e");
    const power = [...String(Number(exponent))].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[Number(c)])).join("");
    return mantissa === "1" ? `10${power}` : `${mantissa}×10${power}`;
  }

  /** @param {number} low @param {number} high Powers of ten. @param {number[]} of Of each decade. @param {number} each */
  function perDecade(low, high, of, each = 1) {
    const ticks = [];
    for (let power = Math.floor(low / each) * each; power <= high; power += each) {
      // By its text: 10 ** -5 is a little off.
      for (const first of of) ticks.push(Number(`${first}e${power}`));
    }
    return ticks.filter((tick) => Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9);
  }

  /** Within less than a decade: round steps. @param {number} low @param {number} high */
  function evenly(low, high) {
    const [from, to] = [10 ** low, 10 ** high];
    const power = Math.floor(Math.log10((to - from) / 3));
    const step = [5, 2, 1].map((first) => Number(`${first}e${power}`)).find((size) => (to - from) / size >= FEWEST_TICKS + 1);
    if (!step) return [from, to];
    const first = Math.ceil(from / step - 1e-9);
    const n = Math.floor(to / step + 1e-9) - first + 1;
    return Array.from({ length: n }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  /** @type {WattboardCharts["logTicks"]} */
  function logTicks([low, high]) {
    const span = high - low;
    const decades = perDecade(low, high, [1], Math.ceil(span / MOST_TICKS));
    const fine = perDecade(low, high, [1, 2, 5]);
    const found = span > MOST_DECADES ? decades : fine.length >= FEWEST_TICKS ? fine : evenly(low, high);
    return { tickmode: "array", tickvals: found, ticktext: found.map(words) };
  }

  /** The ticks of what a chart shows. @param {PlotlyElement} canvas */
  async function adapt(canvas) {
    const layout = /** @type {any} */ (canvas)._fullLayout;
    /** @type {Record<string, unknown>} */
    const changes = {};
    for (const name of ["xaxis", "yaxis"]) {
      const axis = layout[name];
      if (axis.type !== "log") continue;
      const { tickvals, ticktext } = logTicks(axis.range);
      if (String(axis.tickvals) === String(tickvals)) continue;
      changes[`${name}.tickvals`] = tickvals;
      changes[`${name}.ticktext`] = ticktext;
    }
    if (Object.keys(changes).length) await globalThis.Plotly?.relayout(canvas, changes);
  }

  Object.assign(wattboardCharts, { logTicks, adaptTicks: adapt });
})();
