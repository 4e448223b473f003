// The difference of two means with its interval by Welch, from mean, standard error and n alone.
(() => {
  "use strict";

  /**
   * Student's quantile, between those that the page was given over 1/df.
   * @param {number} degrees @param {number[]} quantiles
   */
  function quantile(degrees, quantiles) {
    const steps = quantiles.length - 1;
    const at = Math.min(1, 1 / degrees) * steps;
    const below = Math.min(Math.floor(at), steps - 1);
    return quantiles[below] + (at - below) * (quantiles[below + 1] - quantiles[below]);
  }

  /** @param {ItemFigure} a @param {ItemFigure} b @param {number[]} quantiles */
  function halfWidth(a, b, quantiles) {
    if (a.n < 2 || b.n < 2 || typeof a.stderr !== "number" || typeof b.stderr !== "number") return null;
    const [va, vb] = [a.stderr ** 2, b.stderr ** 2];
    // Runs that are all alike say nothing of how far others would spread.
    if (va + vb === 0) return null;
    const degrees = (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
    return Math.sqrt(va + vb) * quantile(degrees, quantiles);
  }

  /**
   * Of a from b, the reference; null where one of them has no value.
   * @param {ItemFigure | null} a @param {ItemFigure | null} b @param {number[]} quantiles
   * @returns {Difference | null}
   */
  function difference(a, b, quantiles) {
    if (!a || !b || a.mean === null || b.mean === null) return null;
    const value = a.mean - b.mean;
    const half = halfWidth(a, b, quantiles);
    return {
      value,
      percent: a.mean >= 0 && b.mean > 0 ? (value / b.mean) * 100 : null,
      interval: half === null ? null : [value - half, value + half],
    };
  }

  Object.assign(wattboard.compare, { quantile, difference });
})();
