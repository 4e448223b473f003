"""Every page without JavaScript: complete, in the order of the site's spec, and without controls that do nothing."""

from __future__ import annotations

from typing import Any

import pytest
from kinds import Kind
from serving import OpenPage
from sites import SAMPLE_PAGES, Site

pytestmark = pytest.mark.browser

_DEAD = """main button, main input, main select, main textarea,
header button:not([popovertarget]), header input, header select, footer button, footer input"""


def test_nothing_waits_for_a_script(open_page: OpenPage, kind: Kind) -> None:
    """What only a script can serve is not shown; each chart's drawing can be seen, or stands in a fold."""
    page = open_page(kind.site, kind.path, java_script_enabled=False)
    shown = [control for control in page.locator(_DEAD).all() if control.is_visible()]
    assert [control.inner_text() or control.get_attribute("class") for control in shown] == []
    for chart in page.locator(".wb-chart").all():
        drawing = chart.locator("svg.wb-svg")
        assert drawing.count() == 1
        assert drawing.is_visible() == chart.is_visible()


@pytest.mark.parametrize("kind_of", ["front", "group", "leaf"])
@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
def test_a_table_has_every_row_in_its_order(
    open_page: OpenPage, sample_site: Site, kind_of: str, *, from_disk: bool
) -> None:
    """The rows of leaderboard.json are those of the table, in its order, with every figure that is there."""
    path = SAMPLE_PAGES[kind_of]
    board = sample_site.json(path + "leaderboard.json")
    page = open_page(sample_site, path, from_disk=from_disk, java_script_enabled=False)
    table = page.locator("table[data-sortable]").last
    shown = table.locator("tbody th a").all_text_contents()
    assert len(shown) == len(board["rows"])
    assert [text.strip() for text in shown] == [_title(row) for row in board["rows"]]
    values = [v for row in board["rows"] for v in row["values"].values() if v["mean"] is not None]
    assert table.locator("td[data-v]:visible").count() >= len(values)


def _title(row: dict[str, Any]) -> str:
    """What a table shows of a row: a run's short name, which is the end of its path."""
    return str(row["experiment"])


def test_the_list_of_all_runs_is_whole(open_page: OpenPage, sample_site: Site) -> None:
    """Each run of the site is on the page of all runs, with a link to its page."""
    page = open_page(sample_site, "runs/", java_script_enabled=False)
    runs = {sample_site.address + run["address"] for run in sample_site.json("runs.json")}
    links = set(page.evaluate("[...document.querySelectorAll('main tbody a')].map((a) => a.href)"))
    assert runs <= links


def test_comparing_says_that_it_needs_a_script(open_page: OpenPage, sample_site: Site) -> None:
    """The one page that cannot do without JavaScript says so, and leads on."""
    page = open_page(sample_site, "compare/", java_script_enabled=False)
    assert "JavaScript" in page.locator("main").inner_text()
    assert page.locator("main a:visible").count() >= 1
