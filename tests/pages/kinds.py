"""The kinds of pages that a site has, and what brings one into its final state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sites import SAMPLE_PAGES, Site

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1400, "height": 900}

_COMPARED = "digits/random-forest,digits/k-nearest-neighbours,runs/runs/wine/random_forest/seed_0"

KINDS: Mapping[str, tuple[str, str]] = {
    **{kind: ("sample_site", path) for kind, path in SAMPLE_PAGES.items()},
    "compared": ("sample_site", f"compare/?of={_COMPARED}"),
    "several roots": ("hostile_site", ""),
    "group of none": ("sparse_site", "empty-group/"),
    "leaf of none": ("sparse_site", "no-run/"),
    "leaf of one": ("sparse_site", "one-run/"),
    "document": ("lab_site", "measured/"),
}
"""Kind of page to the fixture of a site and the address of a page in it."""


@dataclass(frozen=True)
class Kind:
    """A page of each kind, in turn."""

    name: str
    site: Site
    path: str

    @property
    def html(self) -> str:
        """As it is without a script."""
        at = self.path.partition("#")[0].partition("?")[0]
        return self.site.read(at + "index.html" if at == "" or at.endswith("/") else at)


def settle(page: Any) -> None:
    """Have everything loaded and every chart drawn, and come back to the top."""
    if "?of=" in page.url:
        page.locator("main .wb-chart").first.wait_for(state="attached")
    for chart in page.locator(".wb-chart:visible").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".wb-live .main-svg").first.wait_for()
    page.evaluate("scrollTo(0, 0)")


def open_folds(page: Any) -> None:
    """Open everything that can be folded."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
