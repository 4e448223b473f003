"""Where a leaderboard stands in a site's navigation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, lab_with_pages, small_lab
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.plugins import BasePlugin
from mkdocs.structure.nav import Navigation, Section

OTHERS = ["All runs", "Compare", "Methods"]
BELOW = ["Method A", "Method B", *OTHERS]
BOARD = ("Energy board", ["Energy board", *BELOW])


class _Seen(BasePlugin):  # type: ignore[type-arg]
    """Keeps the finished navigation."""

    nav: Navigation

    def on_page_context(self, context: Any, *, nav: Navigation, **_: Any) -> Any:
        self.nav = nav
        return context


def _outline(items: list[Any]) -> list[Any]:
    return [
        (item.title, _outline(item.children)) if isinstance(item, Section) else str(item.title)
        for item in items
    ]


def _navigation(lab: Lab) -> list[Any]:
    config = load_config(str(lab.folder / "mkdocs.yml"))
    seen = _Seen()
    config.plugins["seen"] = seen
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    assert list(_pages(seen.nav.items)) == seen.nav.pages
    return _outline(seen.nav.items)


def _pages(items: list[Any]) -> Any:
    for item in items:
        if isinstance(item, Section):
            assert all(child.parent is item for child in item.children)
            yield from _pages(item.children)
        elif item.is_page:
            yield item


def test_a_leaderboard_alone_is_the_navigation(tmp_path: Path) -> None:
    """Without other pages the front page stands at the top level, with the groups beside it."""
    assert _navigation(small_lab(tmp_path / "lab")) == ["Energy board", *BELOW]


def test_without_nav_it_comes_last(tmp_path: Path) -> None:
    """A site without `nav` lists its own pages as MkDocs does, then the leaderboard as a section."""
    lab = lab_with_pages(tmp_path / "lab")
    assert _navigation(lab) == ["Our lab", ("Team", ["People"]), BOARD]


def test_as_the_front_page_it_comes_first(tmp_path: Path) -> None:
    """Without a prefix the leaderboard's front page is the site's, and comes before the lab's own pages."""
    lab = lab_with_pages(tmp_path / "lab")
    (lab.folder / "docs/index.md").unlink()
    lab.page("team/people.md", "# People\n")
    lab.settings()
    assert _navigation(lab) == ["Energy board", *BELOW, ("Team", ["People"])]


@pytest.mark.parametrize(
    ("nav", "outline"),
    [
        ([{"Home": "index.md"}], ["Home", BOARD]),
        (["index.md", "leaderboard/index.md", {"Us": "team/people.md"}], ["Our lab", BOARD, "Us"]),
        (
            [{"Energy": "leaderboard/index.md"}, "index.md"],
            [("Energy", ["Energy", *BELOW]), "Our lab"],
        ),
        (
            ["index.md", {"Results": [{"Energy": "leaderboard/index.md"}, "team/people.md"]}],
            ["Our lab", ("Results", [("Energy", ["Energy", *BELOW]), "People"])],
        ),
        (
            ["index.md", {"B": "leaderboard/method-b/index.md"}, {"All": "leaderboard/index.md"}],
            ["Our lab", "B", "All"],
        ),
    ],
    ids=["not named", "named", "named with a title", "in a section", "page by page"],
)
def test_a_nav_decides_where_it_stands(nav: list[Any], outline: list[Any], tmp_path: Path) -> None:
    """A `nav` puts the leaderboard where it names its front page, under the title that it gives it, else it comes last;
    one that names more of its pages is left as it is."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, nav=nav)
    assert _navigation(lab) == outline


def test_groups_within_groups_are_sections(tmp_path: Path) -> None:
    """A group with children is a section that begins with its own page."""
    lab = small_lab(tmp_path / "lab")
    inner = {"child_experiments": {"Seed 0": {"filter": "seed_0"}, "Seed 1": {"filter": "seed_1"}}}
    lab.spec({"Board": {"child_experiments": {"Method A": {"filter": "/a/", **inner}}}})
    expected = ["Board", ("Method A", ["Method A", "Seed 0", "Seed 1"]), *OTHERS]
    assert _navigation(lab) == expected


def test_our_theme_unfolds_the_way_to_a_page(tmp_path: Path) -> None:
    """In our theme a page is marked in the navigation, and a run's page shows the section that its leaf lies in."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.build()

    def menu(name: str) -> str:
        found = re.search(r'<nav class="site-nav".*?</nav>', lab.read(name), re.DOTALL)
        assert found is not None
        return found[0]

    assert "Method A" not in menu("team/people/index.html")
    leaf = menu("leaderboard/method-a/index.html")
    assert re.findall(r'aria-current="page">([^<]*)<', leaf) == ["Method A"]
    run = menu("leaderboard/runs/results/a/seed_0/index.html")
    assert "Method A" in run
    assert "aria-current" not in run


def test_lost_readers_find_home(tmp_path: Path) -> None:
    """The page for a missing address links to the front page by an address that works at any depth."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, site_url="https://example.org/board/")
    lab.build()
    assert 'href="/board/."' in lab.read("404.html")
    assert "Page not found" in lab.read("404.html")
