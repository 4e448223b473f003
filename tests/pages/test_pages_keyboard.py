"""Every page by keyboard alone: each control is reached, shows that it is, and lets go."""

from __future__ import annotations

from typing import Any

import pytest
from kinds import DESK, PHONE, Kind, open_folds, settle
from serving import OpenPage
from sites import Site

pytestmark = pytest.mark.browser

_MARK = """() => {
  const selector = "a[href], button, input, select, textarea, summary, [tabindex]";
  const controls = [...document.querySelectorAll(selector)].filter((element) =>
    element.tabIndex >= 0 && !element.disabled && element.type !== "radio" &&
    element.checkVisibility({ visibilityProperty: true }));
  controls.forEach((element, i) => (element.dataset.control = String(i)));
  return controls.map((element) => element.outerHTML.slice(0, 160));
}"""

_LOOK = """() => {
  const look = (element) => {
    const style = getComputedStyle(element);
    const names = ["outline-style", "outline-width", "outline-color", "box-shadow", "border-color", "background-color",
      "color", "text-decoration-line", "transform", "top"];
    return names.map((name) => style.getPropertyValue(name)).join(";");
  };
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const focused = look(element);
  const box = element.getBoundingClientRect();
  const isInView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  element.blur();
  const at_rest = look(element);
  element.focus({ preventScroll: true, focusVisible: true });
  const html = element.outerHTML.slice(0, 160);
  return { control: element.dataset.control ?? null, shows: focused !== at_rest, isInView, html };
}"""

# The search of the comparing page loads what can be chosen when it gets the focus; its list moves what lies below it.
_LOADED = """() => [...document.querySelectorAll("[role=status]")].every((status) =>
  !status.textContent.startsWith("Loading"))"""


def _tabbed(page: Any, most: int) -> list[dict[str, Any]]:
    """What gets the focus, in order, when Tab is pressed until the page is left."""
    seen: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        page.wait_for_function(_LOADED)
        look = page.evaluate(_LOOK)
        if look is None or (seen and look["control"] == seen[0]["control"]):
            break
        seen.append(look)
    return seen


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_tab_reaches_every_control(
    open_page: OpenPage, kind: Kind, viewport: dict[str, int]
) -> None:
    """Tab leads through each control, each shows its focus and is in view, and the last lets go."""
    page = open_page(kind.site, kind.path, viewport=viewport)
    open_folds(page)
    settle(page)
    controls = page.evaluate(_MARK)
    most = (
        2 * len(controls) + 100
    )  # charts that come into view on the way bring buttons of their own
    seen = _tabbed(page, most)
    assert len(seen) < most, "the focus is trapped"
    reached = {look["control"] for look in seen}
    assert [html for i, html in enumerate(controls) if str(i) not in reached] == []
    assert [look["html"] for look in seen if not look["shows"]] == []
    assert [look["html"] for look in seen if not look["isInView"]] == []


def test_the_first_tab_skips_to_the_content(open_page: OpenPage, kind: Kind) -> None:
    """The first stop is a link over the menu to the content, which works."""
    page = open_page(kind.site, kind.path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_the_menu_of_a_phone_opens_and_closes(open_page: OpenPage, sample_site: Site) -> None:
    """Enter opens the menu, Tab leads into it, Escape closes it and gives the focus back."""
    page = open_page(sample_site, viewport=PHONE)
    button = page.get_by_role("button", name="Menu")
    button.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#site-nav")
    assert menu.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#site-nav').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert page.evaluate("document.activeElement.textContent").strip() == "Menu"


def test_a_fold_opens_by_keyboard(open_page: OpenPage, sample_site: Site) -> None:
    """Enter opens and closes what is folded."""
    page = open_page(sample_site, "digits/")
    # The element itself: a locator would look anew for a closed one.
    fold = page.locator("main details:not([open])").first.element_handle()
    fold.query_selector("summary").focus()
    for is_open in (True, False):
        page.keyboard.press("Enter")
        assert fold.evaluate("fold => fold.open") == is_open


def test_search_is_left_by_escape(open_page: OpenPage, sample_site: Site) -> None:
    """ "/" leads to the search, a word finds pages, arrows or Tab reach them, Escape closes the list."""
    page = open_page(sample_site)
    page.keyboard.press("/")
    page.keyboard.type("wine")
    result = page.locator(".search-results a").first
    result.wait_for()
    page.keyboard.press("Escape")
    assert not result.is_visible()
    assert page.evaluate("document.activeElement.type") == "search"
