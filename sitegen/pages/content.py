"""What a page comes to, before a theme puts its frame around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page, ready for a theme."""

    address: str
    """Its folder below the leaderboard's own, "" or ending with "/"."""
    title: str
    """Plain text, not escaped."""
    html: str
    summary: str
    """A line of plain text for search and for the page's description."""
    above: str | None = None
    """Address of the leaf that a run's page belongs under; None where no leaf lists it."""
    within: str = ""
    """Title of the group that tells it from pages of the same title; "" where that is the front page."""
    newest_run: str = ""
    """When the newest of the runs that it shows ended, as 2026-11-25 (UTC); "" on the page of one run."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name to text of what lies beside the page."""
    digest: str = ""
    """Another one whenever these may differ, or the page. "" on the page of one run."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """What the rest of the site says of a run's page, whether the page is made anew or not."""

    address: str
    """As in `PageContent`, and so are those that follow."""
    title: str
    summary: str
    above: str | None
    within: str
    about: str
    """Further words to find it by, such as those of its hardware."""
