"""A comparison as text, Markdown and JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..compared import Compared, ComparedFigure, Side
from ..inference import Outcome
from ..pages.tables import SPREADS
from ..text import count, number, with_spread
from .aligned import WIDTH, aligned

_SIGNS = {"estimated": "≈ ", "partial": "◐ "}
_LEGEND = {
    "estimated": "≈ estimated from rated power or a yearly average",
    "partial": "◐ partial: some components or some of the time are missing",
}
_ABSENT = "—"
CHOOSING = (
    "Each p-value is of that test alone: choose the test before you look. The interval of the difference is Welch's, "
    "whose test is the one to take for few runs with unlike spreads."
)


def as_text(found: Compared) -> str:
    """For a terminal."""
    a, b = found.sides.a, found.sides.b
    lines = [
        *aligned(
            [["A", a.title, count(len(a.runs), "run")], ["B", b.title, count(len(b.runs), "run")]]
        ),
        "",
        *aligned(_summary(found), right=range(1, 6)),
        "",
        *_wrapped(_legend(found)),
    ]
    for figure in found.figures:
        lines += ["", _heading(figure), *_tests_text(figure)]
    assumptions = _assumptions(found)
    if assumptions:
        lines += ["", *_wrapped(CHOOSING), "", "What the tests assume:", *_hanging(assumptions)]
    for warning in found.warnings:
        lines += ["", *_wrapped(f"warning: {warning}")]
    return "\n".join([*lines, ""])


def as_markdown(found: Compared) -> str:
    """Tables in GitHub's Markdown."""
    a, b = found.sides.a, found.sides.b
    blocks = [
        f"- A: {_plain(a.title)}, {count(len(a.runs), 'run')}\n- B: {_plain(b.title)}, {count(len(b.runs), 'run')}",
        _grid(_summary(found), right=range(1, 6)),
        _legend(found),
    ]
    for figure in found.figures:
        blocks += [f"**{_plain(_heading(figure))}**", _tests_markdown(figure)]
    if _assumptions(found):
        blocks.append(CHOOSING)
    blocks += [f"**Warning:** {_plain(warning)}" for warning in found.warnings]
    return "\n\n".join(blocks) + "\n"


def as_json(found: Compared) -> str:
    """As docs/compare.md has it; values in the figures' own units."""
    content = {
        "alpha": found.alpha,
        "a": _side(found.sides.a),
        "b": _side(found.sides.b),
        "variables": [_record(figure) for figure in found.figures],
        "warnings": found.warnings,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(found: Compared) -> list[list[str]]:
    """The table of all figures, its head first."""
    level = f"{100 * (1 - found.alpha):g} % interval"
    rows = [["", "A", "B", "A − B", level, "of B"]]
    for figure in found.figures:
        scale = figure.column.shown
        label = figure.column.variable.label + (f" ({scale.unit})" if scale.unit else "")
        sides = [_mean(figure, i, found) for i in (0, 1)]
        rows.append([label, *sides, *_difference(figure)])
    return rows


def _mean(figure: ComparedFigure, side: int, found: Compared) -> str:
    stat, spread = figure.stats[side], figure.spreads[side]
    runs = (found.sides.a, found.sides.b)[side].runs
    if stat.mean is None:
        return _ABSENT
    factor = figure.column.shown.factor
    mean, around = with_spread(
        stat.mean * factor,
        None if spread is None else spread * factor,
        figure.column.variable.digits,
    )
    sign = _SIGNS.get(stat.provenance, "")
    of = f" (n={stat.n})" if stat.n < len(runs) else ""
    return f"{sign}{mean}{f' ± {around}' if around else ''}{of}"


def _difference(figure: ComparedFigure) -> list[str]:
    """Difference, its interval, and percent of B."""
    comparison = figure.comparison
    if comparison is None:
        return [_ABSENT, _ABSENT, _ABSENT]
    half = None if comparison.low is None else comparison.difference - comparison.low
    factor = figure.column.shown.factor
    difference, _ = with_spread(
        comparison.difference * factor, None if half is None else half * factor
    )
    percent = _ABSENT if comparison.percent is None else f"{number(comparison.percent, 1)} %"
    return [difference, _interval(figure, comparison.low, comparison.high), percent]


def _interval(figure: ComparedFigure, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return _ABSENT
    factor = figure.column.shown.factor
    half = (high - low) / 2 * factor
    ends = (with_spread(end * factor, half)[0] for end in (low, high))
    return " to ".join(ends)


def _legend(found: Compared) -> str:
    """What the signs of the table mean."""
    kinds = {stat.provenance for figure in found.figures for stat in figure.stats}
    said = [f"Means ± {SPREADS[found.sides.group.node.interval]}."]
    said += [f"{words}." for kind, words in _LEGEND.items() if kind in kinds]
    return " ".join(said)


def _heading(figure: ComparedFigure) -> str:
    variable = figure.column.variable
    unit = f", {figure.column.shown.unit}" if figure.column.shown.unit else ""
    better = f", {figure.better} is better" if figure.better else ""
    return f"{variable.label} [{figure.column.name}{unit}{better}]"


def _tests_text(figure: ComparedFigure) -> Iterator[str]:
    outcomes = _made(figure)
    if not outcomes:
        yield f"  {_why_none(figure)}"
        return
    rows = [["  test", "statistic", "p", "interval of A − B"]]
    rows += [
        [f"  {cell}" if i == 0 else cell for i, cell in enumerate(_row(figure, o))]
        for o in outcomes
    ]
    head, *lines = aligned(rows)
    yield head
    for line, outcome in zip(lines, outcomes, strict=True):
        yield line
        if outcome.note:
            yield f"    {outcome.note}"
    yield from (f"  {line}" for line in [_effect(figure)] if line)


def _tests_markdown(figure: ComparedFigure) -> str:
    outcomes = _made(figure)
    if not outcomes:
        return _why_none(figure)
    rows = [["Test", "Statistic", "p", "Interval of A − B", "Assumes", "Note"]]
    rows += [[*_row(figure, o), o.assumes, o.note] for o in outcomes]
    return "\n\n".join(filter(None, (_grid(rows, right=range(1, 4)), _effect(figure))))


def _made(figure: ComparedFigure) -> Sequence[Outcome]:
    """The outcomes of all tests, if any of them has one."""
    outcomes = figure.comparison.outcomes if figure.comparison else ()
    return outcomes if any(outcome.p is not None for outcome in outcomes) else ()


def _why_none(figure: ComparedFigure) -> str:
    if figure.comparison is None:
        lacking = [name for name, stat in zip("AB", figure.stats, strict=True) if not stat.n]
        return f"no test: no run of {' or '.join(lacking)} has the figure"
    return f"no test: {figure.comparison.outcomes[0].note}"


def _row(figure: ComparedFigure, outcome: Outcome) -> list[str]:
    """Name, statistic, p and interval as text."""
    return [
        outcome.test,
        _statistic(figure, outcome),
        _ABSENT if outcome.p is None else p_text(outcome.p),
        _interval(figure, outcome.low, outcome.high),
    ]


def _statistic(figure: ComparedFigure, outcome: Outcome) -> str:
    if outcome.statistic is None:
        return _ABSENT
    if outcome.symbol == "difference":
        return f"A − B = {_difference(figure)[0]}"
    digits = 2 if outcome.statistic % 1 else 0
    return f"{outcome.symbol} = {number(outcome.statistic, digits)}"


def p_text(p: float) -> str:
    """A p-value with two significant digits.

    >>> p_text(0.1), p_text(0.00623), p_text(3e-9), p_text(1.0), p_text(0.9996)
    ('0.10', '0.0062', '< 0.0001', '1.0', '1.0')
    """
    if p < 1e-4:
        return "< 0.0001"
    rounded = float(f"{p:.1e}")
    decimals = 4 if rounded < 0.01 else 3 if rounded < 0.1 else 2 if rounded < 1 else 1
    return f"{rounded:.{decimals}f}"


def _effect(figure: ComparedFigure) -> str:
    effect = figure.comparison.effect if figure.comparison else None
    if effect is None:
        return ""
    return f"Effect size: Hedges' g = {number(effect, 2)} standard deviations"


def _assumptions(found: Compared) -> dict[str, str]:
    return {outcome.test: outcome.assumes for figure in found.figures for outcome in _made(figure)}


def _hanging(texts: Mapping[str, str]) -> Iterator[str]:
    """Names, with what is said of them beside, in lines of their own width."""
    width = max(map(len, texts), default=0)
    for name, text in texts.items():
        indent = " " * (width + 4)
        yield from textwrap.wrap(
            f"  {name.ljust(width)}  {text}",
            WIDTH,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def _grid(rows: Sequence[Sequence[str]], right: Collection[int]) -> str:
    """A table, with the numbers of the columns that are flush right."""
    head, *body = [[_plain(cell) for cell in row] for row in rows]
    lines = [head, ["---:" if i in right else "---" for i in range(len(head))], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    for sign in "\\`*_{}[]<>#|~":
        text = text.replace(sign, f"\\{sign}")
    return text


def _side(side: Side) -> dict[str, Any]:
    return {"title": side.title, "runs": [run.location.path for run in side.runs]}


def _record(figure: ComparedFigure) -> dict[str, Any]:
    variable, found = figure.column.variable, figure.comparison
    return {
        "name": figure.column.name,
        "label": variable.label,
        "unit": variable.unit,
        "better": figure.better,
        "n": [stat.n for stat in figure.stats],
        "mean": [stat.mean for stat in figure.stats],
        "stderr": [stat.stderr for stat in figure.stats],
        "provenance": [stat.provenance for stat in figure.stats],
        "difference": found and found.difference,
        "low": found and found.low,
        "high": found and found.high,
        "percent": found and found.percent,
        "effect": found and found.effect,
        "tests": [_test_record(outcome) for outcome in found.outcomes] if found else [],
    }


def _test_record(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.test,
        "statistic": outcome.statistic,
        "p": outcome.p,
        "low": outcome.low,
        "high": outcome.high,
        "assumes": outcome.assumes,
        "note": outcome.note,
    }


FORMS: Mapping[str, Callable[[Compared], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
