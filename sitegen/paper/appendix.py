"""A paper's appendix: the statement, answers for checklists, and the leaderboard's tables and figures as LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..latex import long_table, plots
from ..latex.bib import Source, bibliography, bibtex
from ..latex.document import document, needs_other_fonts
from ..latex.escape import escape
from ..latex.from_html import from_html
from ..latex.long_table import LongTable
from ..latex.plots import Plot
from ..latex.wrapping import wrapping
from ..model import Group, Leaderboard, RunFiles, RunResult
from ..pages.describe import description
from . import checklist as answers
from .appendix_plots import power_plot, scatter_plots
from .appendix_tables import group_table
from .grid_text import TABLE_LABEL
from .hardware_tables import hardware_tables
from .impact import impact
from .latex import CITE, body
from .social_cost import SocialCost
from .statement import statement

PACKAGES = ("booktabs", "longtable", "url", "natbib", "pgfplots")

_LEVELS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph")
_MOST_WAITING = 10
"""Floats after which LaTeX is told to put out those that it still holds: it has room for some fifty."""
_MARGINS = "[margin=2.5cm]{geometry}"
# Lines hold figures with their units, which do not break: in a narrow column, better wide spaces than a long line.
_LOOSE, _END_LOOSE = "\\begingroup\\emergencystretch=3em", "\\par\\endgroup\n"
_BOOKMARKS = r"\providecommand{\texorpdfstring}[2]{#1}"
WIDEST_WITH_MARGINS_EM = 52.0
"""As `WIDEST_EM`, with these margins."""
_SKIPPED_FROM, _SKIPPED_TO = r"\iffalse", r"\fi"


@dataclass(frozen=True, slots=True)
class Appendix:
    title: str
    text: str
    """LaTeX from the first section on, for a document with `PACKAGES`."""
    sources: tuple[Source, ...]
    """All that it cites."""
    n_tables: int
    n_figures: int


def appendix(
    leaderboard: Leaderboard,
    runs: Sequence[RunResult],
    cost: SocialCost | None,
    url: str = "",
    widest_em: float = long_table.WIDEST_EM,
) -> Appendix:
    """Write an appendix.

    Args:
        runs: All of the logs, each once: what statement, checklists and hardware are about.
        cost: None leaves out what the emissions cost.
        url: Where the runs' pages are, "" for nowhere.
        widest_em: What a table may be, in the em of its font.
    """
    writer = _Writer(widest_em, leaderboard.files)
    whole = impact(runs)
    said = statement(whole, cost, url)
    # Another label than in the statement, which may stand in the same paper.
    text = body(said).replace(TABLE_LABEL, f"{TABLE_LABEL}-all")
    writer.text(r"\section{Energy and emissions}\label{app:wattboard}", text)
    writer.text(r"\section{Answers for checklists}\label{app:wattboard-checklists}")
    writer.text(answers.checklist(leaderboard, whole, runs))
    budget = answers.budget_table(leaderboard)
    if budget is not None:
        writer.table(budget)
    for root in leaderboard.roots:
        _write_group(writer, root, 0)
    writer.text(r"\section{Hardware and software}\label{app:wattboard-hardware}")
    for table in hardware_tables(whole, runs):
        writer.table(table)
    return Appendix(
        leaderboard.roots[0].node.title if len(leaderboard.roots) == 1 else "",
        "\n".join((_LOOSE, *writer.pieces, _END_LOOSE)),
        said.sources,
        writer.n_tables + len(said.tables),
        writer.n_figures,
    )


class _Writer:
    """Puts pieces one after the other, and sees to it that not too many floats wait for a place."""

    def __init__(self, widest_em: float, files: RunFiles) -> None:
        self.pieces: list[str] = []
        self.widest_em = widest_em
        self.files = files
        self.n_tables = 0
        self.n_figures = 0
        self.n_groups = 0
        self._waiting = 0

    def text(self, *pieces: str) -> None:
        self.pieces += pieces

    def table(self, table: LongTable) -> None:
        latex = long_table.long_table(table, self.widest_em)
        self.n_tables += 1
        self._float(latex, latex.count("\\wattboardend\n") + latex.count("\\wattboardbreak\n"))

    def figure(self, plot: Plot) -> None:
        self.n_figures += 1
        self._float(plots.figure(plot), 1)

    def _float(self, latex: str, n: int) -> None:
        if self._waiting and self._waiting + n > _MOST_WAITING:
            self.pieces.append("\\wattboardflush\n")
            self._waiting = 0
        self._waiting += n
        self.pieces.append(latex)


def _write_group(writer: _Writer, group: Group, depth: int) -> None:
    """A section with its children's inside."""
    writer.n_groups += 1
    number = writer.n_groups
    level = _LEVELS[min(depth, len(_LEVELS) - 1)]
    title = group.node.title
    # Two versions: hyperref cannot make a bookmark of what breaks into lines.
    heading = rf"\texorpdfstring{{{wrapping(title)}}}{{{escape(title)}}}"
    writer.text(rf"\{level}{{{heading}}}\label{{app:wattboard-{number}}}")
    writer.text(from_html(str(description(group.node.description))))
    if not group.runs:
        writer.text("No run belongs here.\n")
        return
    writer.table(group_table(group, f"tab:wattboard-{number}"))
    for plot in _plots(group, number, writer.files):
        writer.figure(plot)
    for child in group.children:
        _write_group(writer, child, depth + 1)


def _plots(group: Group, number: int, files: RunFiles) -> Iterator[Plot]:
    yield from scatter_plots(group, f"fig:wattboard-{number}")
    if group.node.is_leaf:
        plot = power_plot(group, files, f"fig:wattboard-{number}-power")
        if plot is not None:
            yield plot


def as_input(made: Appendix, *, with_sources: bool) -> str:
    r"""LaTeX for the author's own document, to be read with \input.

    Args:
        with_sources: Append the BibTeX entries, where LaTeX passes over them.
    """
    packages = "".join(rf"%   \usepackage{{{name}}}" + "\n" for name in PACKAGES)
    head = (
        "% A compute appendix, written by Wattboard. Put it behind \\appendix with \\input; the preamble needs\n"
        f"{packages}%   {plots.PREAMBLE}\n"
        "% (each once: most styles load url and natbib themselves). A text of one or of two columns will do.\n"
        r"% Search for \wattboardtodo: those are for you to fill in."
        "\n"
    )
    if needs_other_fonts(made.text):
        head += "% Holds letters that pdflatex has no fonts for: use lualatex or xelatex.\n"
    text = f"{head}{_macros()}\n{made.text}"
    if not with_sources:
        return text
    sources = f"% The sources, for the paper's .bib file; LaTeX skips them here.\n{_SKIPPED_FROM}\n"
    return f"{text}\n{sources}{bibtex(made.sources)}{_SKIPPED_TO}\n"


def as_document(made: Appendix) -> str:
    """A document that compiles by itself, without BibTeX."""
    packages = [
        _MARGINS,
        *("[numbers]{natbib}" if name == "natbib" else name for name in PACKAGES),
    ]
    title = f": {wrapping(made.title)}" if made.title else ""
    parts = (
        rf"\title{{Compute appendix{title}}}\author{{}}\date{{}}\maketitle",
        r"\appendix",
        _macros(),
        made.text,
        bibliography(made.sources),
    )
    return document("\n".join(parts), packages, plots.PREAMBLE)


def _macros() -> str:
    return "\n".join((CITE, _BOOKMARKS, long_table.MACROS, plots.MACROS, answers.MACROS))
