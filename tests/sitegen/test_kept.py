"""What pages of runs share of their theme's frame."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from mkdocs.utils import get_relative_url
from wattboard.sitegen.kept import Kept


@dataclass
class Page:
    url: str
    parent: object = None


_URLS = st.lists(
    st.lists(st.sampled_from(["a", "b", "runs"]), max_size=4).map(
        lambda parts: "".join(f"{part}/" for part in parts)
    ),
    min_size=1,
    max_size=8,
)


@given(_URLS, _URLS, st.sampled_from(["", "index.html"]))
def test_pages_that_share_a_menu_have_its_links(
    menu: list[str], pages: list[str], name: str
) -> None:
    """Whatever lies where: two pages that are given the same menu reach each of its pages by the same link."""
    in_menu = [f"{url}{name}" for url in menu]
    kept = Kept(in_menu)
    links: dict[int, list[str]] = {}
    for url in (f"{page}{name}" for page in pages):
        own = [get_relative_url(target, url) for target in in_menu]
        assert links.setdefault(id(kept.of(Page(url))), own) == own


def test_little_is_kept() -> None:
    """What was not asked for in a while is forgotten, what was asked for last is not."""
    kept = Kept([])
    first = kept.of(Page("", "often"))
    for i in range(1000):
        kept.of(Page("", i))
        assert kept.of(Page("", "often")) is first
    menu = kept.of(Page("", 1000))
    menu["menu"] = "long"
    for i in range(1000):
        kept.of(Page("", i))
    assert kept.of(Page("", 1000)) == {}


def test_runs_of_one_section_share_a_menu() -> None:
    """Siblings share it; a run of another section, or deeper down, does not."""
    kept = Kept(["", "digits/knn/", "digits/", "runs/"])
    leaf, other = object(), object()
    first = kept.of(Page("runs/logs/seed_0/", leaf))
    assert kept.of(Page("runs/logs/seed_1/", leaf)) is first
    assert kept.of(Page("runs/logs/seed_1/", other)) is not first
    assert kept.of(Page("runs/logs/knn/seed_1/", leaf)) is not first
