"""Charts as HTML: drawing, words, and the data as a table.

Not a template: a run's page has some ten charts, and a site thousands of such pages. The tools are there for readers
with scripts (see charts.css).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from .views import ChartView, DataTable, LogSwitch

_SAVE = "".join(
    f'<button type="button" data-save="{kind}" title="Download as {kind.upper()}">{kind.upper()}</button>\n'
    for kind in ("svg", "png", "csv")
)
_COLUMN = ' scope="col"'
_NUMBER = ' class="wb-num"'
_RESET = '<button type="button" class="wb-reset" data-zoom="reset">Reset zoom</button>\n'


def charts_html(charts: Sequence[ChartView], heading: str) -> Markup:
    """All charts of a page below their heading, "" for none."""
    if not charts:
        return Markup()
    figures = "".join([_chart(chart) for chart in charts])
    html = f'<h2 id="wb-charts">{escape(heading)}</h2>\n<div class="wb-charts">\n{figures}</div>\n'
    return Markup(html)  # noqa: S704 - all that comes from strangers is escaped


def _chart(chart: ChartView) -> str:
    title = escape(chart.title)
    has_height = chart.kind in {"strip", "energy"}
    height = f' style="--wb-height: {chart.height}"' if has_height else ""
    return (
        f'<figure class="wb-chart wb-chart-{chart.kind}" id="{escape(chart.id)}">\n'
        f"<figcaption>{title}</figcaption>\n"
        f'<div class="wb-tools" role="group" aria-label="{title}: tools">\n'
        f"{''.join(map(_log_switch, chart.log_switches))}{_SAVE}</div>\n"
        '<div class="wb-stage">\n'
        f'<div class="wb-plot"{height} role="img" aria-label="{escape(chart.description)}">{chart.svg}</div>\n'
        f"{_RESET if chart.kind == 'time' else ''}</div>\n"
        f"{''.join(_below(chart))}</figure>\n"
    )


def _below(chart: ChartView) -> Iterator[str]:
    if chart.legend:
        keys = "".join(
            f'<li><span class="{key.css}" aria-hidden="true">{key.sign}</span>{escape(key.name)}</li>\n'
            for key in chart.legend
        )
        yield f'<ul class="wb-list wb-key">\n{keys}</ul>\n'
    for note in chart.notes:
        yield f'<p class="wb-chart-note">{escape(note)}</p>\n'
    if chart.table is not None:
        yield _data_table(chart.title, chart.table)


def _log_switch(switch: LogSwitch) -> str:
    reason = escape(switch.reason)
    tells = (
        f'aria-disabled="true" title="{reason}"' if reason else f'title="{escape(switch.label)}"'
    )
    said = f'<span class="wb-sr">: {reason}</span>' if reason else ""
    return (
        f'<button type="button" data-log="{switch.axis}" aria-pressed="false" {tells}>'
        f"Log {switch.axis}{said}</button>\n"
    )


def _data_table(title: str, table: DataTable) -> str:
    n = table.n_words
    more = "" if table.is_whole else " data-more"
    rows = "".join([_row(row, n) for row in table.rows])
    return (
        f'<details class="wb-data"{more}>\n<summary>Data of this chart as a table</summary>\n'
        f'<div class="wb-box" role="region" tabindex="0" aria-label="{escape(title)}: data">\n'
        f'<table class="wb-table">\n<thead><tr>{_head(table.head, n)}</tr></thead>\n<tbody>\n{rows}</tbody>\n'
        "</table>\n</div>\n</details>\n"
    )


# Of a unit's charts on all pages the same one.
@lru_cache(64)
def _head(texts: tuple[str, ...], n_words: int) -> str:
    words, numbers = texts[:n_words], texts[n_words:]
    return _cells(words, "th", _COLUMN) + _cells(numbers, "th", _COLUMN + _NUMBER)


def _row(row: Sequence[str], n_words: int) -> str:
    words = _cells(row[1:n_words], "td") if n_words > 1 else ""
    numbers = _cells(row[n_words:], "td", _NUMBER)
    return f'<tr><th scope="row">{escape(row[0])}</th>{words}{numbers}</tr>\n'


def _cells(texts: Iterable[str], tag: str, attributes: str = "") -> str:
    return "".join([f"<{tag}{attributes}>{escape(text)}</{tag}>" for text in texts])
