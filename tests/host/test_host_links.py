"""Every link of every page leads to a file, wherever the site lies and however its addresses are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lab import Lab, lab_with_pages, small_lab
from links import dead_links

Make = Callable[[Path], Lab]

SEVERAL_ROOTS = {
    "Vision": {"filter": "^results/a/"},
    "Speech & text": {
        "filter": "^results/b/",
        "child_experiments": {"First": {"filter": "seed_0"}, "Second": {"filter": "seed_1"}},
    },
}
ODD_NAMES = ("a/x #1 100%", "a/ünïcode ?q=1", "a/<b>&\"'", "a/with space", "b/plain")


def _odd_lab(folder: Path) -> Lab:
    lab = Lab(folder)
    for name in ODD_NAMES:
        lab.run(name)
    lab.spec(
        {
            "Böard #1 <b>&\"'": {
                "executive_summary_plots": [{"x": "duration_hours", "y": "facility_energy_kwh"}],
                "child_experiments": {"100% / 50 %": {"filter": "/a/"}, "...": {"filter": "/b/"}},
            }
        }
    )
    lab.settings()
    return lab


@pytest.mark.parametrize("directory_urls", [True, False])
@pytest.mark.parametrize("make", [small_lab, lab_with_pages, _odd_lab])
def test_every_link_leads_to_a_file(make: Make, directory_urls: bool, tmp_path: Path) -> None:
    """No link of a page, of a chart or of a style sheet is dead, with short addresses and with long ones."""
    site = make(tmp_path / "lab").build(use_directory_urls=directory_urls)
    assert len(list(site.rglob("assets/wattboard/plotly.min.js"))) == 1
    assert dead_links(site) == []


@pytest.mark.parametrize("make", [small_lab, lab_with_pages])
def test_a_site_with_long_addresses_opens_from_disk(make: Make, tmp_path: Path) -> None:
    """With `use_directory_urls: false` no link counts on a web server that finds a folder's index.html."""
    site = make(tmp_path / "lab").build(use_directory_urls=False)
    assert dead_links(site, from_disk=True) == []


@pytest.mark.parametrize(("make", "prefix"), [(small_lab, ""), (lab_with_pages, "leaderboard/")])
def test_several_roots_are_listed_on_one_page(make: Make, prefix: str, tmp_path: Path) -> None:
    """Several roots get one page that links to each, and their pages and runs link to each other."""
    lab = make(tmp_path / "lab")
    lab.spec(SEVERAL_ROOTS)
    site = lab.build()
    front = lab.read(f"{prefix}index.html")
    assert 'href="vision/"' in front
    assert 'href="speech-text/"' in front
    assert (site / f"{prefix}speech-text/first/leaderboard.json").is_file()
    assert dead_links(site) == []


def test_a_root_without_children_is_the_front_page(tmp_path: Path) -> None:
    """A spec of a single leaf makes its table of runs the front page."""
    lab = small_lab(tmp_path / "lab")
    lab.spec({"All our runs": {"filter": None}})
    site = lab.build()
    front = lab.read("index.html")
    assert 'href="runs/results/a/seed_0/"' in front
    assert dead_links(site) == []


def test_a_site_may_lie_below_a_path(tmp_path: Path) -> None:
    """Under an address with a path, links still lead to files, those of the page for lost readers too."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, site_url="https://example.org/group/board/")
    site = lab.build()
    assert dead_links(site, root="/group/board/") == []
    page = lab.read("leaderboard/runs/results/a/seed_0/index.html")
    canonical = "https://example.org/group/board/leaderboard/runs/results/a/seed_0/"
    assert f'<link rel="canonical" href="{canonical}">' in page


def test_the_link_checker_sees_dead_links(tmp_path: Path) -> None:
    """A link to a missing file, an id that is not there and a folder on disk count as dead."""
    (tmp_path / "index.html").write_text(
        '<a href="gone.html">a</a><a href="#nowhere">b</a><a href="sub/">c</a><a href="../x">d</a>',
        encoding="utf-8",
    )
    (tmp_path / "data.js").write_text('wattboard.receive({"charts":[{"url":["lost/"]}]});\n')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/index.html").write_text("<p>", encoding="utf-8")
    dead = ["gone.html", "#nowhere", "../x", "lost/"]
    assert dead_links(tmp_path) == [f"index.html: {link}" for link in dead]
    assert "index.html: sub/" in dead_links(tmp_path, from_disk=True)
