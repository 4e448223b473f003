"""Golden HTML: the structure of each kind of page. `make golden` writes it anew; read the diff."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import check_golden
from sites import SAMPLE_PAGES, Site
from structure import structure

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("kind", [kind for kind, path in SAMPLE_PAGES.items() if "?" not in path])
def test_the_structure_of_a_page(sample_site: Site, kind: str) -> None:
    """Elements, classes, ids, roles and the texts that data does not make are as somebody last found them good."""
    path = SAMPLE_PAGES[kind]
    html = sample_site.read(path if path.endswith(".html") else path + "index.html")
    check_golden(GOLDEN / f"{kind.replace(' ', '-')}.txt", structure(html))


def test_numbers_and_drawings_do_not_count() -> None:
    """What data makes is left out of a structure: figures, drawings, all rows but the first."""
    rows = "".join(f"<tr><th scope=row>Run {i}<td data-value={i}>{i}.5 kWh" for i in range(3))
    one = f"<main id=content><svg class=wb-svg><path d=M0></svg><table><tbody>{rows}</table></main>"
    other = one.replace("1", "7,301.25").replace("<path d=M0>", "<path d=M9><path>")
    assert structure(one) == structure(other)
    assert structure(one) != structure(one.replace("scope=row", "scope=col"))
