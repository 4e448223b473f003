"""What a search and a crawler find of a leaderboard."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, lab_with_pages, small_lab

HOSTILE = "<img src=x onerror=alert(1)> & co"


def _index(lab: Lab) -> dict[str, dict[str, Any]]:
    content = json.loads(lab.read("search/search_index.json"))
    entries = {entry["location"]: entry for entry in content["docs"]}
    assert len(entries) == len(content["docs"])
    return entries


def test_pages_are_found_by_title_path_and_hardware(tmp_path: Path) -> None:
    """Group and run pages have a short entry each, the lab's own pages their text, and no table or chart is indexed."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.build()
    index = _index(lab)
    board = index["leaderboard/"]
    assert (board["title"], "4 runs" in board["text"]) == ("Energy board", True)
    run = index["leaderboard/runs/results/a/seed_0/"]
    assert "seed_0" in run["title"]
    for word in ("results/a/seed_0", "Example Processor 9000", "Example GPU", "2023-11-14"):
        assert word in run["text"]
    assert "energy board" in index[""]["text"]
    ours = [entry for place, entry in index.items() if place.startswith("leaderboard/")]
    stubs = 1 + 1 + 1  # a processor, a GPU and a package
    sections = [place for place in index if place.startswith("leaderboard/methods/#")]
    assert len(ours) == 10 + stubs + len(sections)
    assert "leaderboard/methods/#pue" in sections
    short = [entry for entry in ours if entry["location"] not in sections]
    assert all(len(entry["text"]) < 200 for entry in short)
    assert "facility_energy_kwh" not in lab.read("search/search_index.json")


def test_titles_are_plain_in_the_index_of_mkdocs(tmp_path: Path) -> None:
    """MkDocs' search escapes what it shows, so titles stand in its index as they are."""
    lab = _hostile_lab(tmp_path / "lab", "wattboard")
    entries = _index(lab)
    assert entries[""]["title"] == HOSTILE
    assert any(HOSTILE in entry["text"] for place, entry in entries.items() if "runs/" in place)


def test_titles_are_html_in_the_index_of_material(tmp_path: Path) -> None:
    """Material's search shows its index as HTML, so a name in it must not be HTML."""
    pytest.importorskip("material")
    lab = _hostile_lab(tmp_path / "lab", "material")
    text = lab.read("search/search_index.json")
    assert "<img" not in text
    assert _index(lab)[""]["title"] == HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(
        ">", "&gt;"
    )


def _hostile_lab(folder: Path, theme: str) -> Lab:
    lab = Lab(folder)
    lab.run(f"a/{HOSTILE}")
    lab.spec({HOSTILE: {"filter": None}})
    lab.settings(theme=theme)
    lab.build()
    return lab


def test_a_site_without_search_builds(tmp_path: Path) -> None:
    """Without the search plugin there is no index, and nothing is missed."""
    lab = small_lab(tmp_path / "lab")
    ours = {"logdirs": ["results"], "site_spec": "site.json"}
    lab.settings(plugins=[{"wattboard": ours}])
    lab.build(strict=True)
    assert not (lab.site / "search").exists()


def test_the_sitemap_lists_every_page(tmp_path: Path) -> None:
    """With a site address, the sitemap and its compressed copy hold group and run pages under that address."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, site_url="https://example.org/lab/")
    lab.build()
    sitemap = lab.read("sitemap.xml")
    assert gzip.decompress((lab.site / "sitemap.xml.gz").read_bytes()).decode() == sitemap
    pages = {file.parent.relative_to(lab.site).as_posix() for file in lab.site.rglob("index.html")}
    for page in pages:
        address = f"https://example.org/lab/{page}/".replace("/./", "/")
        assert sitemap.count(f"<loc>{address}</loc>") == 1
    assert sitemap.count("<loc>") == len(pages) == 12
    assert sitemap.rstrip().endswith("</urlset>")


def test_search_plugins_read_a_line_and_readers_the_page(tmp_path: Path) -> None:
    """While plugins gather what they need of a page it holds one line, so that no search parses its tables and charts;
    what others made of its content before is what is shown."""
    lab = small_lab(tmp_path / "lab")
    (lab.folder / "hook.py").write_text(
        "from pathlib import Path\n"
        "seen = Path(__file__).with_name('seen.txt')\n"
        "def on_page_content(html, **_):\n"
        "    return html + '<i>changed</i>'\n"
        "def on_page_context(context, *, page, **_):\n"
        "    with seen.open('a') as out:\n"
        "        print(page.content, file=out)\n",
        encoding="utf-8",
    )
    lab.settings(hooks=["hook.py"])
    lab.build()
    seen = (lab.folder / "seen.txt").read_text(encoding="utf-8").splitlines()
    assert seen[0] == "<p>Energy and emissions of 4 runs: Energy board.</p>"
    assert len(seen) == 6
    assert "<i>changed</i>" in lab.read("method-a/index.html")
    assert "<table" in lab.read("method-a/index.html")
