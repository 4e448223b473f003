"""Figures by pgfplots: vectors in the paper's own fonts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .escape import escape
from .wrapping import width_em, wrapping

PREAMBLE = r"\pgfplotsset{compat=1.14}"

# Colours that colour-blind readers can tell apart, the same as on the pages; each with a mark of its own.
_COLOURS = ("0072b2", "d55e00", "00875f", "b04f8a", "a87400", "2b8cc4", "555f69", "7f7a00")
_MARKS = ("*", "square*", "diamond*", "triangle*", "pentagon*", "+", "x", "asterisk")

MACROS = (
    "".join(
        rf"\definecolor{{wattboard{i}}}{{HTML}}{{{colour.upper()}}}" + "\n"
        for i, colour in enumerate(_COLOURS)
    )
    + r"""\newdimen\wattboardwidth
\def\wattboardfigurewidth{\wattboardwidth=.92\columnwidth
  \ifdim\columnwidth>300pt \wattboardwidth=.72\columnwidth\fi}
\pgfplotsset{wattboard/.style={
  width=\wattboardwidth, height=.62\wattboardwidth,
  axis lines=left, axis line style={-}, grid=major, major grid style={black!12},
  tick align=outside, every tick/.style={black!50, thin},
  tick label style={font=\footnotesize, /pgf/number format/1000 sep={\,}, /pgf/number format/precision=5},
  label style={font=\footnotesize, align=center, text width=.8\wattboardwidth},
  y label style={text width=.5\wattboardwidth},
  legend style={font=\footnotesize, draw=none, fill=none, at={(.5,0)}, anchor=north, yshift=-3.4em,
    /tikz/every even column/.append style={column sep=1em}},
  legend cell align=left, unbounded coords=jump}}
"""
)
"""To be defined once, before the first figure."""

_LONG_NAME_EM = 8.0
_FROM_ZERO_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Trace:
    """Points of one colour. Shape (n,) each."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    """None breaks a line."""


@dataclass(frozen=True, slots=True)
class Plot:
    x_title: str
    y_title: str
    traces: tuple[Trace, ...]
    is_line: bool
    caption: str
    """LaTeX."""
    label: str


def figure(plot: Plot) -> str:
    """A plot as a float of one column's width."""
    named = len(plot.traces) > 1
    lines = [
        r"\begin{figure}[!htbp]",
        r"\centering\wattboardfigurewidth",
        r"\begin{tikzpicture}",
        rf"\begin{{axis}}[wattboard, {_axes(plot)}]",
        *(line for i, trace in enumerate(plot.traces) for line in _trace(plot, i, trace, named)),
        r"\end{axis}",
        r"\end{tikzpicture}",
        rf"\caption{{{plot.caption}}}\label{{{plot.label}}}",
        r"\end{figure}",
    ]
    return "\n".join(lines) + "\n"


def _axes(plot: Plot) -> str:
    long = any(width_em(trace.name) > _LONG_NAME_EM for trace in plot.traces)
    x = [x for trace in plot.traces for x in trace.x]
    y = [y for trace in plot.traces for y in trace.y if y is not None]
    settings = [
        f"xlabel={{{escape(plot.x_title)}}}",
        f"ylabel={{{escape(plot.y_title)}}}",
        *_range("x", x, from_zero=plot.is_line),
        *_range("y", y, from_zero=plot.is_line),
        f"legend columns={1 if long else 2}",
    ]
    if plot.is_line:
        settings.append(r"height=.45\wattboardwidth")
    if long:
        settings.append(r"legend style={nodes={text width=.8\wattboardwidth, text depth=}}")
    return ",\n  ".join(settings)


def _range(axis: str, values: Sequence[float], *, from_zero: bool) -> Iterator[str]:
    """A little room around the values; pgfplots' own choice fails where they are all the same."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero:
        low = min(0.0, low)
    room = (high - low) * _FROM_ZERO_SHARE or abs(high) * 0.1 or 1.0
    yield f"{axis}min={_number(low if from_zero and low == 0 else low - room)}"
    yield f"{axis}max={_number(high + room)}"


def _trace(plot: Plot, i: int, trace: Trace, named: bool) -> Iterator[str]:
    colour = f"wattboard{i % len(_COLOURS)}"
    mark = _MARKS[(i + i // len(_COLOURS)) % len(_MARKS)]
    style = "no marks, thick" if plot.is_line else f"only marks, mark={mark}, mark size=1.8pt"
    yield rf"\addplot[{style}, {colour}] coordinates {{{_coordinates(trace)}}};"
    if named:
        yield rf"\addlegendentry{{{wrapping(trace.name)}}}"


def _coordinates(trace: Trace) -> str:
    points = (
        f"({_number(x)},{'nan' if y is None else _number(y)})"
        for x, y in zip(trace.x, trace.y, strict=True)
    )
    return " ".join(points)


def _number(value: float) -> str:
    """Five significant digits: finer than any printer."""
    if value == 0 or not math.isfinite(value):
        return "0"
    return f"{value:.5g}"
