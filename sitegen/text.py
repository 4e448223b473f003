"""Numbers and times as people read them. The last step before a page."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

SIGNIFICANT_DIGITS = 4
SPREAD_DIGITS = 2
_LARGEST_PLAIN = 1e7
_SMALLEST_PLAIN = 1e-4


def number(value: float, digits: int | None = None) -> str:
    """A number with its decimals, or with four significant digits where none are asked for.

    >>> number(0.0531719), number(9.20649), number(1234.5), number(0), number(3.2e-7)
    ('0.05317', '9.206', '1234', '0', '3.2×10⁻⁷')
    """
    if digits is not None:
        return _signed(f"{value:.{digits}f}")
    if value == 0:
        return "0"
    if not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return _scientific(value)
    decimals = max(0, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value))))
    # A page has many numbers, and most need no minus.
    return f"{value:.{decimals}f}" if value > 0 else _signed(f"{value:.{decimals}f}")


def with_spread(value: float, spread: float | None, digits: int | None = None) -> tuple[str, str]:
    """A mean and what stands behind its ±, both to the same decimal place.

    The spread gets two significant digits; where decimals are asked for, at least one: it never reads ±0.00.

    >>> with_spread(0.0531719, 0.00227), with_spread(-103.178, 1.6), with_spread(0.9758, 0.00031, 3)
    (('0.0532', '0.0023'), ('−103.2', '1.6'), ('0.9758', '0.0003'))
    """
    if spread is None:
        return number(value, digits), ""
    if digits is None:
        if spread == 0:
            return number(value), "0"
        if max(abs(value), spread) >= _LARGEST_PLAIN or spread < _SMALLEST_PLAIN / 100:
            return number(value), number(float(f"{spread:.{SPREAD_DIGITS - 1}e}"))
        digits = _decimals(spread, SPREAD_DIGITS)
    elif spread > 0:
        digits = max(digits, _decimals(spread, 1))
    return number(value, digits), f"{spread:.{digits}f}"


def _decimals(spread: float, significant: int) -> int:
    """Decimal places at which a spread has so many significant digits."""
    rounded = float(f"{spread:.{significant - 1}e}")
    return max(0, significant - 1 - math.floor(math.log10(rounded)))


def size(n_bytes: int) -> str:
    """A file's size: "868 kB", "41.4 MB"."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    for unit, scale in (("kB", 1e3), ("MB", 1e6)):
        if n_bytes < scale * 999.5:
            return f"{n_bytes / scale:.3g} {unit}"
    return f"{n_bytes / 1e9:.3g} GB"


def duration(seconds: float) -> str:
    """A length of time in words: "42 s", "19 min 16 s", "11 h 46 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.3g} s"
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(time_s: float) -> str:
    """A moment as people read it, in UTC: results must not depend on anyone's time zone."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(time_s: float) -> str:
    """A day as 2026-11-25, in UTC."""
    return datetime.fromtimestamp(time_s, UTC).date().isoformat()


def count(n: int, noun: str, plural: str = "") -> str:
    """ "1 run", "5 runs"."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


_WORD = re.compile(r"(?:k?Wh|MJ|kJ|CO2eq?|[A-Z]+\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+|[^\W_]+)")
_UNIT = re.compile(r"(?:k?Wh|MJ|kJ|CO2eq?)")
_PER_UNIT = re.compile(r"(?<=Per)(?=k?Wh|kJ)")


def words(name: str) -> str:
    """A variable's name as words, for a column that nobody has named.

    >>> words("AverageReturnPerkWh"), words("test_accuracy"), words("AUC"), words("F1Score")
    ('Average return per kWh', 'Test accuracy', 'AUC', 'F1 score')
    """
    parts = _WORD.findall(_PER_UNIT.sub("_", name))
    if not parts:
        return name
    plain = [part if _UNIT.fullmatch(part) or part.isupper() else part.lower() for part in parts]
    text = " ".join(plain)
    return text if _UNIT.match(text) else text[:1].upper() + text[1:]


def within_sentence(label: str) -> str:
    """A label as it reads inside a sentence; abbreviations and names of variables keep their case.

    >>> within_sentence("Energy, with PUE"), within_sentence("CPU time"), within_sentence("AverageReturn")
    ('energy, with PUE', 'CPU time', 'AverageReturn')
    """
    first = label.partition(" ")[0]
    return label[:1].lower() + label[1:] if first[1:].islower() else label


def shortened(text: str, most: int) -> str:
    """A text cut to so many letters, with a sign where something is left out.

    >>> shortened("a long name", 20), shortened("a long name", 7)
    ('a long name', 'a long…')
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _signed(text: str) -> str:
    """With a true minus, and without that of a zero."""
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", "−")


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.{SIGNIFICANT_DIGITS - 1}e}".split("e")
    shortened = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{shortened.replace('-', '−')}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
