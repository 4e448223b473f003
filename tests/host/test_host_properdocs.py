"""ProperDocs, the continuation of MkDocs 1.x, builds the same site from the same `mkdocs.yml`."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from lab import lab_with_pages, tree

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("properdocs") is None, reason="properdocs is not installed"
)


@pytest.mark.parametrize("theme", ["wattboard", "material"])
def test_properdocs_builds_the_same_site(theme: str, tmp_path: Path) -> None:
    """Under ProperDocs every file is the same as under MkDocs, but for what names the program: Material's
    `generator`, and the ids that the script of the search plugin looks for."""
    if theme == "material":
        pytest.importorskip("material")
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, theme=theme, site_url="https://example.org/lab/")
    assert lab.mkdocs("--strict").code == 0
    expected = {name: _without_program(data) for name, data in tree(lab.site).items()}
    done = lab.call(Path(sys.executable).name, "-m", "properdocs", "build", "--strict")
    assert done.code == 0, done.err
    found = {name: _without_program(data) for name, data in tree(lab.site).items()}
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == []


def _without_program(data: bytes) -> bytes:
    data = re.sub(rb'<meta name="generator"[^>]*>', b"", data)
    return re.sub(rb"properdocs-search-", b"mkdocs-search-", data)
