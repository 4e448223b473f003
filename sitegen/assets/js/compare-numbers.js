// Numbers as people read them: the rules of sitegen/text.py and sitegen/scales.py, for values that no page shows together.
(() => {
  "use strict";

  const SPREAD_DIGITS = 2;
  /** Decimals beyond which powers of ten read better. */
  const LONGEST = 7;
  const { number, fixed } = wattboard.numbers;

  /** With a plus where it is positive. @param {number} value @param {number} digits */
  function signed(value, digits) {
    const text = digits > LONGEST ? number(value) : fixed(value, digits);
    return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  }

  /** Decimals at which a spread has so many significant digits. @param {number} spread @param {number} significant */
  function decimals(spread, significant) {
    const rounded = Number(Math.abs(spread).toPrecision(significant));
    return Math.max(0, significant - 1 - Math.floor(Math.log10(rounded)));
  }

  /**
   * A mean and what stands behind its ±, to the same decimal place.
   * @param {number} value @param {number | null | undefined} spread @param {number | null} digits
   * @returns {[string, string]}
   */
  function withSpread(value, spread, digits) {
    if (spread === null || spread === undefined) return [number(value, digits), ""];
    if (digits === null && spread === 0) return [number(value), "0"];
    if (digits === null && (Math.max(Math.abs(value), spread) >= 1e7 || spread < 1e-6)) {
      return [number(value), number(Number(spread.toPrecision(SPREAD_DIGITS)))];
    }
    const shown =
      digits === null ? decimals(spread, SPREAD_DIGITS) : spread > 0 ? Math.max(digits, decimals(spread, 1)) : digits;
    return [fixed(value, shown), fixed(spread, shown)];
  }

  /**
   * The largest unit in which the middle value is 1 or more.
   * @param {string} unit @param {(number | null)[]} values @param {CompareRules} rules
   * @returns {Scale}
   */
  function scale(unit, values, rules) {
    const ladder = rules.scales.ladders[unit] ?? [];
    const sizes = values.flatMap((value) => (value ? [Math.abs(value)] : [])).sort((a, b) => a - b);
    if (!sizes.length || !ladder.length) return { factor: 1, unit };
    const middle = sizes[Math.floor(sizes.length / 2)];
    const fits = ladder.find(([factor, own]) => {
      const least = own === unit ? rules.scales.smallest_in_own_unit : 1;
      return middle * factor >= least;
    });
    const [factor, name] = fits ?? ladder[ladder.length - 1];
    return { factor, unit: name };
  }

  Object.assign(wattboard.compare, { number, signed, decimals, withSpread, scale });
})();
