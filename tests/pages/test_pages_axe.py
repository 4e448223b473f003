"""Accessibility, as far as axe-core finds its lack."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from kinds import DESK, PHONE, Kind, open_folds, settle
from serving import OpenPage

pytestmark = pytest.mark.browser


@cache
def _axe() -> str:
    if importlib.util.find_spec("axe_playwright_python") is None:
        if os.environ.get("CI"):
            pytest.fail("expected the package axe-playwright-python on CI, found none")
        pytest.skip("the package axe-playwright-python is not installed")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def _violations(page: Any, *rules: str) -> list[str]:
    """What axe-core objects to, by all its rules or by some: the rule, the element, what is wrong with it."""
    # By the debugging protocol: the page's policy would refuse a script of ours.
    page.evaluate(_axe())
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("(options) => axe.run(options)", options)
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(open_page: OpenPage, kind: Kind, viewport: dict[str, int]) -> None:
    """No violation on any kind of page, as it comes and with its charts drawn and its folds opened; nor when dark."""
    page = open_page(kind.site, kind.path, viewport=viewport, color_scheme="light")
    if viewport == PHONE:
        assert _violations(page) == []
    open_folds(page)
    settle(page)
    assert _violations(page) == []
    page.emulate_media(color_scheme="dark")  # changes colours alone
    assert _violations(page, "color-contrast") == []
