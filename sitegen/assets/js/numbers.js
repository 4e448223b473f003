// Numbers as people read them, by the rules of sitegen/text.py.
(() => {
  "use strict";

  const SIGNIFICANT = 4;
  const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  /** Decimals beyond the point that any number here has at most. */
  const EXACT = 100;

  /** As Python rounds: the number itself, not the shortest text for it, and from the very middle to the even digit. */
  function rounded(/** @type {number} */ value, /** @type {number} */ decimals) {
    const exact = value.toFixed(EXACT);
    const kept = exact.slice(0, exact.length - EXACT + decimals).replace(/\.$/, "");
    const isMiddle = /^50*$/.test(exact.slice(exact.length - EXACT + decimals));
    return isMiddle && /[02468]$/.test(kept) ? kept : value.toFixed(decimals);
  }

  /** @param {number} value @param {number} digits */
  function fixed(value, digits) {
    const text = rounded(value, Math.min(digits, 20));
    return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
  }

  /** @param {number} value */
  function scientific(value) {
    const [mantissa, exponent] = value.toExponential(SIGNIFICANT - 1).split("e");
    const short = mantissa.replace(/\.?0+$/, "").replace("-", "−");
    const power = Number(exponent).toString();
    return `${short}×10${[...power].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[Number(c)])).join("")}`;
  }

  /** @param {number} value @param {number | null} digits Decimals; null: four significant digits. */
  function number(value, digits = null) {
    if (digits !== null) return fixed(value, digits);
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size < 1e-4 || size >= 1e7) return scientific(value);
    return fixed(value, Math.max(0, SIGNIFICANT - 1 - Math.floor(Math.log10(size))));
  }

  wattboard.numbers = { number, fixed };
})();
