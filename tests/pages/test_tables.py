"""The tables of pages as HTML: ranks, the best, n, marks; and the list of all runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from boards import tables_board
from golden import check_golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def site(built: Callable[..., Path]) -> Path:
    """The small board."""
    return built("tables", tables_board)


def _table(page: Path, heading: str) -> str:
    """From a table's heading to the end of what its columns mean."""
    html = page.read_text(encoding="utf-8")
    (found,) = re.findall(rf'<h2 id="{heading}">.*?</dl>\n</details>\n', html, re.DOTALL)
    return str(found)


def _cells(row: str) -> list[str]:
    """What each cell of a row says, aloud too."""
    cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
    return [
        re.sub(r"<[^>]*>", "", re.sub(r'<i [^>]*label="(\w+)".*?</i>', r"\1 ", cell))
        for cell in cells
    ]


def _rows(table: str) -> list[str]:
    return re.findall(r"<tr>.*?</tr>", table.partition("</table>")[0], re.DOTALL)[1:]


@pytest.mark.parametrize(
    ("page", "heading", "name"),
    [
        ("index.html", "wb-summary", "group_table.html"),
        ("alpha/index.html", "wb-runs", "leaf_table.html"),
    ],
)
def test_the_structure_of_a_table(site: Path, page: str, heading: str, name: str) -> None:
    """The HTML of a group's and of a leaf's table is what somebody read and found good."""
    check_golden(GOLDEN / name, _table(site / page, heading))


def test_a_row_has_the_ranks_that_the_data_allow(site: Path) -> None:
    """Alpha is significantly better than beta; gamma, of one run, claims no rank, and the page says why and how."""
    table = _table(site / "index.html", "wb-summary")
    alpha, gamma, beta = _rows(table)
    assert _cells(alpha)[0] == "1–2"
    assert _cells(beta)[0] == "2–3"
    assert _cells(gamma)[0] == "—fewer than two runs: no rank is claimed"
    assert "pairwise Welch tests" in table
    assert 'href="methods/"' in table


def test_a_cell_says_how_many_runs_it_is_of(site: Path) -> None:
    """Where fewer runs have a figure than the row has, the cell says so; else nothing."""
    _, _, beta = _rows(_table(site / "index.html", "wb-summary"))
    assert "n = 2 of 3" in _cells(beta)[4]
    assert "n =" not in _cells(beta)[3]


def test_the_best_of_a_column_is_said_not_only_shown(site: Path) -> None:
    """Bold and the word "best" stand at the highest score and the lowest energy, and nowhere else."""
    rows = _rows(_table(site / "index.html", "wb-summary"))
    best = [["best" in cell for cell in _cells(row)[2:]] for row in rows]
    assert best[0] == [True, False, False]
    assert sum(map(sum, best)) == 3
    one_run = _rows(_table(site / "gamma/index.html", "wb-runs"))
    assert "best" not in "".join(one_run)


def test_a_leaf_s_rows_are_lean(site: Path) -> None:
    """No rank, no bar and no tooltip for a row of one run: a thousand rows stay a small page."""
    for row in _rows(_table(site / "alpha/index.html", "wb-runs")):
        assert "<svg" not in row
        assert " title=" not in row
        assert len(row) < 500


def test_all_runs_are_listed_with_their_surroundings(site: Path) -> None:
    """A row a run, in the order of the paths, with leaf, date, hardware, region, and how its energy came about."""
    html = (site / "runs/index.html").read_text(encoding="utf-8")
    rows = _rows(html[html.index("<table") :])
    assert len(rows) == 8
    assert _cells(rows[0])[:2] == ["Alpha", "2023-11-14"]
    assert _cells(rows[0])[5:] == ["measured", "Processor A", "GPU X", "Germany"]
    assert _cells(rows[5])[5:] == ["measured", "Processor A", "—none logged", "France"]
    assert _cells(rows[7])[5:] == ["measured", "Processor B", "3 × GPU X", "Germany"]


def test_packages_lead_to_rows(site: Path) -> None:
    """The data file beside the list gives, by package and version, the rows that had it."""
    text = (site / "runs/packages.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("wattboard.receive(").removesuffix(");\n"))
    assert index == {
        "numpy": {"2.0.0": [0, 1, 2, 3], "2.1.0": [4, 5, 6], "2.2.0": [7]},
        "torch": {"2.9.1": [0, 1, 2, 3]},
    }
