"""What the theme's templates make of settings, of overrides, and of what other themes' users know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from themed import build_site

BLOCKS = (
    *("site_meta", "htmltitle", "styles", "libs", "analytics", "extrahead", "announce"),
    *(
        "site_name",
        "search_button",
        "repo",
        "site_nav",
        "content",
        "next_prev",
        "footer",
        "scripts",
    ),
)
"""MkDocs' own, in the order of the page, and `announce`, which Material's users know."""


def _read(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with no option set but an address below a path."""
    folder = tmp_path_factory.mktemp("plain")
    return build_site(folder, site_url="https://example.org/lab/", site_author="A. Turing")


def test_every_block_can_be_added_to(tmp_path: Path) -> None:
    """A `main.html` of the owner's reaches each block, in the order in which other themes have them."""
    override = "".join(
        f"{{% block {name} %}}{{{{ super() }}}}<!-- own {name} -->{{% endblock %}}"
        for name in BLOCKS
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "main.html").write_text('{% extends "base.html" %}' + override)
    site = build_site(
        tmp_path, {"custom_dir": str(tmp_path / "own")}, repo_url="https://example.org/code"
    )
    for name in (
        "index.html",
        "leaderboard/index.html",
        "leaderboard/runs/results/a/seed_0/index.html",
    ):
        found = re.findall("<!-- own (\\w+) -->", _read(site, name))
        # The content holds the links to the pages before and after.
        at = found.index("next_prev")
        found[at : at + 2] = reversed(found[at : at + 2])
        assert found == list(BLOCKS), name


def test_a_part_can_be_replaced(tmp_path: Path) -> None:
    """A file of the same name in `custom_dir` takes the place of one of the theme's parts."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "footer.html").write_text("<p>Own foot of {{ config.site_name }}</p>")
    site = build_site(tmp_path, {"custom_dir": str(tmp_path / "own")})
    for name in ("index.html", "404.html", "leaderboard/index.html"):
        page = _read(site, name)
        assert "Own foot of Our lab" in page
        assert "<p>Made with Wattboard</p>" not in page


def test_options_show_on_every_page(tmp_path: Path) -> None:
    """Logo, colours, links, footer and the rest stand on pages of the lab's own, of groups and of runs."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "own.css").write_text("body { margin: 0 }")
    theme = {
        "logo": "img/logo.svg",
        "accent": "rebeccapurple",
        "accent_dark": "#cbf",
        "color_mode": "dark",
        "links": [{"title": "A & B", "url": "https://example.org/?a=1&b=2"}],
        "footer": "Funded by <nobody>",
    }
    site = build_site(tmp_path, theme, extra_css=["own.css"], copyright="&copy; 2026 us")
    for name in (
        "index.html",
        "leaderboard/index.html",
        "leaderboard/runs/results/a/seed_0/index.html",
    ):
        page = _read(site, name)
        for part in (
            'img/logo.svg" alt="">',
            "--wb-theme-accent: rebeccapurple; --wb-theme-accent-dark: #cbf",
            'data-theme="dark"',
            '<a href="https://example.org/?a=1&amp;b=2">A &amp; B</a>',
            "Funded by &lt;nobody&gt;",
            "&copy; 2026 us",
        ):
            assert part in page, (name, part)
        styles = re.findall(r'rel="stylesheet" href="[^"]*?([\w-]+\.css)"', page)
        assert styles == ["theme.css", "print.css", "wattboard.css", "own.css"]


@pytest.mark.parametrize(
    ("options", "language", "direction"),
    [
        ({}, "en", "ltr"),
        ({"language": "ar"}, "ar", "rtl"),
        ({"language": "fa-IR"}, "fa-IR", "rtl"),
        ({"locale": "pt_BR"}, "pt-BR", "ltr"),
        ({"locale": "he"}, "he", "rtl"),
        ({"language": "az", "direction": "rtl"}, "az", "rtl"),
    ],
)
def test_direction_follows_the_language(
    options: dict[str, Any], language: str, direction: str, tmp_path: Path
) -> None:
    """The language is written as browsers want it; the direction follows from it or from the option."""
    site = build_site(tmp_path, options)
    assert f'<html lang="{language}" dir="{direction}"' in _read(site, "index.html")


def test_nothing_on_a_page_runs_inline(plain: Path) -> None:
    """The policy allows scripts of the site only, and no page has another, nor a handler in an attribute."""
    pages = list(plain.rglob("*.html"))
    assert len(pages) > 8
    for file in pages:
        page = file.read_text(encoding="utf-8")
        assert "script-src 'self';" in page
        scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL)
        for attributes, code in scripts:
            assert "src=" in attributes or "application/ld+json" in attributes, (file, code)
        assert not re.search(r"<[^>]*\son\w+=", page), file


def test_a_shared_link_has_a_title_and_an_address(plain: Path) -> None:
    """Open Graph's properties name the page, say what it is, and where it lies."""
    page = _read(plain, "leaderboard/runs/results/a/seed_0/index.html")
    address = "https://example.org/lab/leaderboard/runs/results/a/seed_0/"
    for part in (
        '<meta property="og:type" content="website">',
        '<meta property="og:site_name" content="Our lab">',
        f'<meta property="og:url" content="{address}">',
        f'<link rel="canonical" href="{address}">',
    ):
        assert page.count(part) == 1, part
    assert re.search(r'property="og:title" content="[^"]*seed_0[^"]*"', page)
    assert re.search(r'property="og:description" content="[^"]+"', page)


def test_a_title_is_no_markup_for_those_who_share_it(plain: Path) -> None:
    """A hostile title is escaped once in Open Graph's properties."""
    pages = [file.read_text(encoding="utf-8") for file in plain.rglob("index.html")]
    found = [title for page in pages for title in re.findall(r'og:title" content="([^"]*)"', page)]
    assert any("&lt;script&gt;alert(1)" in title for title in found)
    assert not any("&amp;lt;" in title or "<" in title for title in found)


def test_the_page_for_wrong_addresses_finds_its_files(plain: Path) -> None:
    """404.html is shown at any depth: all its links begin with the path that the site lies below."""
    page = _read(plain, "404.html")
    links = re.findall(r'(?:href|src|data-search)="([^"]*)"', page)
    assert len(links) > 8
    for link in links:
        assert link.startswith(("/lab/", "#", "https://")), link


def test_the_foot_says_by_whom_and_how(plain: Path) -> None:
    """Author, the day of the newest run of those shown, and a link to the methods that works from any page."""
    newest = '<time datetime="2023-11-14">2023-11-14</time>'
    for name, methods, has_newest in (
        ("index.html", "leaderboard/methods/", False),
        ("leaderboard/index.html", "methods/", True),
        # A run's own page: another run that ends later does not change it.
        ("leaderboard/runs/results/a/seed_0/index.html", "../../../../methods/", False),
    ):
        foot = _read(plain, name).partition("<footer")[2]
        assert "by A. Turing" in foot
        assert (newest in foot) == has_newest
        assert f'href="{methods}"' in foot


def test_the_leaderboards_own_tools_stand_apart(plain: Path) -> None:
    """In the navigation, the pages of all runs, for comparing and of the methods are set off from the groups."""
    page = _read(plain, "leaderboard/index.html")
    tools = re.findall(r'<li class="(tool[^"]*)">\s*<a href="([^"]*)"', page)
    assert tools == [("tool tool-first", "runs/"), ("tool", "compare/"), ("tool", "methods/")]
