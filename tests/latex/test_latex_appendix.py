"""Appendices compile by themselves and within papers of one and of two columns, whatever the names and the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from logs import our_info, power_samples, write_run
from paper_runs import write_story
from wattboard.sitegen.cli.appendix import Request, made_of
from wattboard.sitegen.cli.statement import Request as StatementRequest
from wattboard.sitegen.cli.statement import written
from wattboard.sitegen.latex import long_table, plots
from wattboard.sitegen.latex.bib import bibtex
from wattboard.sitegen.latex.document import document
from wattboard.sitegen.latex.from_html import from_html
from wattboard.sitegen.latex.long_table import Column, LongTable
from wattboard.sitegen.latex.plots import Plot, Trace
from wattboard.sitegen.paper.appendix import as_document, as_input
from wattboard.sitegen.paper.sources import every_source

if TYPE_CHECKING:
    from conftest import Compile, Compiled

pytestmark = pytest.mark.latex

MOST_OVERFULL_PT = 10.0

PAPERS = {
    # As wide as the venue's style, of which the first needs no longtable and the others have no use for it.
    "NeurIPS": (r"\documentclass{article}", "textwidth=5.5in", ""),
    "ACL": (r"\documentclass[11pt,twocolumn]{article}", "textwidth=16cm", ",longtable"),
    "ICML": (
        r"\documentclass[twocolumn]{article}",
        "textwidth=6.75in,columnsep=0.25in",
        ",longtable",
    ),
    "plain article": (r"\documentclass{article}", "", ",longtable"),
}

LATIN = r"""\evil{50% & #1_$x$^~} *[a]* <b>|`'"@ --,,? äöüßÅøŁé × ± CO₂ 10⁻³ α"""


def assert_clean(page: Compiled) -> None:
    """It compiled, all references lead somewhere, and nothing sticks out."""
    assert page.errors == []
    assert page.undefined == []
    assert [pt for pt in page.overfull_pt if pt > MOST_OVERFULL_PT] == []
    assert "Float too large" not in page.log
    assert "multiply defined" not in page.log


def requested(sample: Path, **more: object) -> Request:
    return Request((sample / "runs",), sample / "site.yml", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_sample_s_appendix_compiles_by_itself(engine: str, sample: Path, compiled: Compile) -> None:
    """A standalone appendix has statement, checklists, every group, hardware, packages and sources."""
    made = made_of(requested(sample, standalone=True))
    page = compiled(as_document(made), engine)
    assert_clean(page)
    for said in ("The30runsofthiswork", "Supportvectormachine", "Multilayerperceptron", "AMDEPYC"):
        assert said in page.squeezed
    assert "scikitlearn" in page.squeezed
    assert "ErrorbarsWhatfollows±" in page.squeezed.replace(".", "")
    assert made.n_tables > 15
    assert made.n_figures > 12


@pytest.mark.parametrize("venue", sorted(PAPERS))
def test_one_input_in_a_paper(venue: str, sample: Path, compiled: Compile) -> None:
    """Read into a paper as wide as a venue's, with hyperref, it fits its columns and its sources are found."""
    class_, size, longtable = PAPERS[venue]
    made = made_of(requested(sample))
    geometry = rf"\usepackage[{size}]{{geometry}}" if size else ""
    paper = (
        rf"{class_}\usepackage[T1]{{fontenc}}\usepackage{{lmodern}}{geometry}"
        rf"\usepackage{{booktabs{longtable},url,natbib,pgfplots,hyperref}}{plots.PREAMBLE}"
        rf"\begin{{document}}\section{{Paper}}Text.\appendix{as_input(made, with_sources=True)}"
        r"\bibliographystyle{plainnat}\bibliography{sources}\end{document}"
    )
    page = compiled(paper, sources=bibtex(made.sources))
    assert_clean(page)
    assert "Warning" not in page.bibtex_log
    assert "@article" not in page.text


def test_statement_and_appendix_in_one_paper(tmp_path: Path, compiled: Compile) -> None:
    """Both can be read into one paper, of runs on several grids: no label is set twice."""
    logs = write_story("mixed", tmp_path)
    (tmp_path / "site.yml").write_text("All: {}\n")
    made = made_of(Request((logs,), tmp_path / "site.yml", jobs=1))
    said = written(StatementRequest((logs,), "USA"))
    page = compiled(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern}"
        rf"\usepackage{{booktabs,longtable,url,natbib,pgfplots}}{plots.PREAMBLE}\begin{{document}}{said}\appendix "
        rf"{as_input(made, with_sources=False)}\bibliographystyle{{plainnat}}\bibliography{{sources}}\end{{document}}",
        sources=bibtex(every_source()),
    )
    assert_clean(page)


def _awkward_site(folder: Path, title: str, n_runs: int) -> Request:
    """A leaf of many runs with one name, and one of few with another; each with a GPU and long names."""
    for i in range(n_runs):
        samples = power_samples(4, cpu_w=50.0 + i, gpu_w=100.0)
        info = our_info(
            samples,
            experiment_end=None if i % 50 == 3 else our_info(samples)["experiment_end"],
            python_packages=[{"name": f"package-of-a-long-name-{i % 7}", "version": f"1.{i % 3}"}],
        )
        name = f"seed_{i:03}_of_a-very-long.name,without_end"
        write_run(folder / "logs" / ("few" if i < 3 else "many") / name, samples, info)
    plots_ = [{"x": "duration_hours", "y": "facility_energy_kwh"}]
    spec = {
        f"Root {title}": {
            "description": f"**{title.replace('*', '')}** [link](https://example.org/a_b%20c#d)\n\n- one\n    1. two\n",
            "executive_summary_plots": plots_,
            "child_experiments": {
                title * 2: {"filter": "/many/", "executive_summary_plots": plots_},
                "X" * 120: {"filter": "/few/"},
                "Empty": {"filter": "nothing"},
            },
        }
    }
    (folder / "site.json").write_text(json.dumps(spec))
    return Request((folder / "logs",), folder / "site.json", standalone=True, jobs=1)


@pytest.mark.parametrize(
    ("engine", "title"), [("pdflatex", LATIN), ("lualatex", LATIN + "显卡能耗的比较" * 6)]
)
def test_four_hundred_runs_of_awkward_names(
    engine: str, title: str, tmp_path: Path, compiled: Compile
) -> None:
    """Titles of all LaTeX's signs, of umlauts and of Chinese, and a leaf of 400 runs: every run has its row."""
    page = compiled(as_document(made_of(_awkward_site(tmp_path, title, 400))), engine)
    assert_clean(page)
    for i in range(400):
        assert f"seed_{i:03}" in page.squeezed
    assert r"\evil{50%&#1_$x$^~}*[a]*<b>|`'" in page.squeezed
    assert "Norunbelongshere" in page.squeezed
    if engine == "lualatex":
        assert "显卡能耗的比较" in page.squeezed


def _standing_alone(body: str) -> str:
    packages = ("booktabs", "longtable", "pgfplots")
    return document(long_table.MACROS + plots.MACROS + body, packages, plots.PREAMBLE)


def test_wide_tables_are_shared_out(compiled: Compile) -> None:
    """Thirty columns become several tables that fit; a sum stays with its mean; every part repeats the names."""
    columns = [Column("Experiment", width_em=9.0)]
    for i in range(15):
        columns += [Column(f"Variable number {i}", "kg CO₂eq"), Column("Sum", "kWh", follows=True)]
    row = ("a_name", *(f"{i} ± 0.0123" for i in range(30)))
    table = LongTable(tuple(columns), (row,) * 3, f"Many{long_table.PART}. Only once.", "tab:many")
    latex = long_table.long_table(table)
    n_parts = latex.count(r"\wattboardend")
    assert n_parts > 3
    assert latex.count("Only once") == 1
    assert f"(part {n_parts} of {n_parts})" in latex
    for part in latex.split(r"\wattboardend"):
        assert part.count("Variable number") == part.count("{Sum")
    assert_clean(compiled(_standing_alone(latex)))


@pytest.mark.parametrize(
    "values",
    [[5.0], [0.0, 0.0], [1e-12, 3e-12], [1e12, 1.0], [-1.0, 1.0], [0.97, 0.9701]],
)
def test_figures_of_any_range_compile(values: list[float], compiled: Compile) -> None:
    """One point, equal points, tiny and huge numbers: pgfplots draws them without an error."""
    latex = "".join(
        plots.figure(
            Plot("x & y (%)", "y_1 [kWh], {a}", traces, is_line, "A figure.", f"fig:{is_line}")
        )
        for is_line in (False, True)
        for traces in (
            (
                Trace("a, b", values, values),
                Trace(
                    "c] = {d}", values, [None if is_line and i else v for i, v in enumerate(values)]
                ),
            ),
        )
    )
    page = compiled(_standing_alone(latex))
    assert_clean(page)
    assert "a,b" in page.squeezed
    assert "c]={d}" in page.squeezed


def test_descriptions_keep_their_structure(compiled: Compile) -> None:
    """Paragraphs, emphasis, lists and links of a description come out; addresses as footnotes; pictures do not."""
    html = (
        "<p>One <em>two</em> <strong>three</strong> <code>x_1</code> 5 &lt; 6 &amp; 50%</p>"
        '<p><a href="https://example.org/a_b%20c#d">here</a> <a href="../local/">there</a> <img src="x.png"></p>'
        "<ul><li>a<ul><li>b<ol><li>c<ul><li>too deep</li></ul></li></ol></li></ul></li></ul>"
        "<h2>Head<br>line</h2><table><tr><th>k</th><td>v</td></tr></table><blockquote><p>q</p></blockquote><b>open"
    )
    latex = from_html(html)
    assert latex.count(r"\footnote") == 1
    page = compiled(document(latex))
    assert_clean(page)
    for said in (
        "One two three x_1 5 < 6 & 50%",
        "too deep",
        "k v",
        "example.org/a_b%20c#d",
        "open",
    ):
        assert said.replace(" ", "") in page.squeezed
    assert from_html("") == ""
