"""Statements compile as they stand, in the documents that people paste them into."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from paper_runs import EMBER, STORIES, result, write_story
from wattboard.sitegen.cli.estimate import Request as EstimateRequest
from wattboard.sitegen.cli.estimate import written as estimate_written
from wattboard.sitegen.cli.statement import Request, written
from wattboard.sitegen.latex.bib import bibtex
from wattboard.sitegen.model import Region
from wattboard.sitegen.paper.impact import impact
from wattboard.sitegen.paper.latex import as_document, as_latex
from wattboard.sitegen.paper.prose import Statement
from wattboard.sitegen.paper.social_cost import of_country
from wattboard.sitegen.paper.sources import every_source
from wattboard.sitegen.paper.statement import statement

if TYPE_CHECKING:
    from conftest import Compile

pytestmark = pytest.mark.latex

MOST_OVERFULL_PT = 10.0

PLAIN = r"\usepackage{booktabs}"
PREAMBLES = {
    "bare article": (r"\documentclass{article}", PLAIN, "plain"),
    "natbib": (
        r"\documentclass{article}",
        PLAIN + r"\usepackage{natbib}\usepackage{url}",
        "plainnat",
    ),
    "two columns, T1": (
        r"\documentclass[twocolumn]{article}",
        PLAIN + r"\usepackage[T1]{fontenc}\usepackage{url,natbib}",
        "plainnat",
    ),
}


def pasted(text: str, kind: str) -> tuple[str, str]:
    """A paper with a statement in it, and the entries that came with it, as somebody would copy them out."""
    class_, packages, style = PREAMBLES[kind]
    match = re.search(r"\\iffalse\n(.*)\\fi", text, re.DOTALL)
    assert match
    body = rf"{text}\bibliographystyle{{{style}}}\bibliography{{sources}}"
    return f"{class_}{packages}\\begin{{document}}\n{body}\n\\end{{document}}\n", match[1]


@pytest.mark.parametrize("kind", sorted(PREAMBLES))
@pytest.mark.parametrize("story", sorted(set(STORIES) - {"awkward"}))
def test_statement_compiles_in_a_paper(
    kind: str, story: str, tmp_path: Path, compiled: Compile
) -> None:
    """Pasted whole into a plain article, with natbib or without, it compiles and every citation is found."""
    text = written(Request((write_story(story, tmp_path / "logs"),), "DEU"))
    document, entries = pasted(text, kind)
    page = compiled(document, sources=entries)
    assert page.errors == []
    assert page.undefined == []
    assert "Warning" not in page.bibtex_log
    assert "error" not in page.bibtex_log.lower()
    assert "The Wattboard contributors" in page.text.replace("\n", " ")
    assert "@article" not in page.text
    if kind != "two columns, T1":
        assert [pt for pt in page.overfull_pt if pt > MOST_OVERFULL_PT] == []


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
@pytest.mark.parametrize("story", ["mixed", "one"])
def test_document_compiles_by_itself(
    engine: str, story: str, tmp_path: Path, compiled: Compile
) -> None:
    """`--standalone` needs no BibTeX and no package beyond booktabs, url and natbib."""
    logs = write_story(story, tmp_path / "logs")
    text = written(Request((logs,), "DEU", standalone=True, url="https://example.org/a_b#c%d"))
    page = compiled(text, engine)
    assert page.errors == []
    assert page.undefined == []
    assert "https://example.org/a_b#c%d" in page.text
    assert [pt for pt in page.overfull_pt if pt > MOST_OVERFULL_PT] == []


def test_names_of_any_script_compile_under_lualatex(tmp_path: Path, compiled: Compile) -> None:
    """Names that are all LaTeX's own signs, and Chinese, come out as they are."""
    logs = write_story("awkward", tmp_path / "logs")
    text = written(Request((logs,), "DEU", standalone=True))
    page = compiled(text, "lualatex")
    assert page.errors == []
    assert page.undefined == []
    for name in ("显卡", "Ünïcødé", r"\evil{50%&#1_$x$^~}*[a]*<b>|`'\"@", "R&D_Lab_#1"):
        assert name in page.squeezed


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_four_hundred_runs_on_many_grids_and_machines(engine: str, compiled: Compile) -> None:
    """A table of 60 grids with long names, and a hundred kinds of machine, fit on their pages."""
    runs = [
        result(
            f"logs/{i}",
            region=Region(f"Z{i % 60}", f"Zone & place number_{i % 60} of the Ünited Grids {{%}}"),
            grid=replace(EMBER, g_per_kwh=100.0 + i % 60, source=f"a_source/of/its_own_{i % 60}"),
            cpu_info={"Processor": f"Processor_{i % 100} & Co #{i % 100}", "Memory": "64.0 GiB"},
        )
        for i in range(400)
    ]
    said: Statement = statement(impact(runs), of_country("USA", "United States"))
    page = compiled(as_document(said), engine)
    assert page.errors == []
    assert page.undefined == []
    assert "The400runs" in page.squeezed
    assert "96furtherkinds" in page.squeezed
    assert "48furtherones" in page.squeezed
    assert [pt for pt in page.overfull_pt if pt > MOST_OVERFULL_PT] == []
    assert "Float too large" not in page.log


def test_every_source_is_bibtex(compiled: Compile) -> None:
    """BibTeX reads every entry without a warning, whether it is cited in this or that statement."""
    keys = ",".join(source.key for source in every_source())
    document = (
        r"\documentclass{article}\usepackage{url,natbib}\begin{document}"
        rf"\citep{{{keys}}}\bibliographystyle{{plainnat}}\bibliography{{sources}}\end{{document}}"
    )
    page = compiled(document, sources=bibtex(every_source()))
    assert page.errors == []
    assert page.undefined == []
    # Services that go on have no year of publication.
    yearless = sorted(source.key for source in every_source() if source.year is None)
    warnings = [line for line in page.bibtex_log.splitlines() if line.startswith("Warning")]
    assert sorted(warnings) == [f"Warning--empty year in {key}" for key in yearless]
    assert "KevinRennert" in page.squeezed


def test_estimate_compiles(compiled: Compile) -> None:
    """An estimate's LaTeX compiles in a bare article, and says that it is one."""
    text = estimate_written(EstimateRequest(1.0, gpu="RTX 3090", zone="US-CA", form="latex"))
    document, entries = pasted(text, "bare article")
    page = compiled(document, sources=entries)
    assert page.errors == []
    assert page.undefined == []
    assert "roughestimate" in page.squeezed


def test_fragment_says_what_it_needs() -> None:
    """Text that pdflatex cannot show says so in a comment; other text has none."""
    run = result("logs/a", region=Region("X", "日本"))
    needs = "% Holds letters that pdflatex has no fonts for"
    assert as_latex(statement(impact([run]), None), with_sources=True).startswith(needs)
    assert needs not in as_latex(statement(impact([result()]), None), with_sources=True)
