""" "Cite this": how a page is cited, in words and as BibTeX, and its badge."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from ..addresses import RUNS
from ..latex.bib import Source, bibtex, reference
from .badge import Badge, BadgeView, badge_view
from .links import Links
from .site import Site
from .subject import Subject, permanent, program

_MOST_KEY_CHARS = 60
_MOST_NAME_CHARS = 24
_NOT_KEY = re.compile(r"[^0-9a-z]+")
_NOT_URL = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"})


@dataclass(frozen=True, slots=True)
class CiteView:
    sentence: str
    bibtex: str
    address: str
    """Absolute; "" where the site does not know its own."""
    day: str
    """The date of the data, such as "2026-11-23"; "" where the page shows no run."""
    licence: str
    """"" where the site does not state one."""
    badge: BadgeView | None
    dataset: Markup
    """JSON-LD for searches for data, ready to stand in a `<script>`; "" for a page that holds none."""


def cite_view(
    site: Site, links: Links, subject: Subject, badge: Badge | None, dataset: Markup
) -> CiteView:
    """All that "Cite this" shows of a page."""
    address, day = permanent(site, links, subject.address), subject.last_day
    source = _source(site, subject, address, day)
    return CiteView(
        sentence=reference(source),
        bibtex=bibtex([source]),
        address=address,
        day=day,
        licence=site.licence,
        badge=None if badge is None else badge_view(badge, site, links, subject.address),
        dataset=dataset,
    )


@lru_cache(16)
def authors(site: Site) -> tuple[str, ...]:
    """Who is cited: the site's authors (several are parted by ";"), else the site itself."""
    named = (author.strip() for author in site.author.split(";"))
    return tuple(filter(None, named)) or (site.name,)


def cite_key(site: Site, address: str) -> str:
    """The BibTeX key of a page: ASCII, the same whatever data comes in, and no other page's.

    >>> cite_key(Site("Our lab"), ""), cite_key(Site("Our lab"), "digits/k-nearest-neighbours/")
    ('our-lab', 'our-lab.digits.k-nearest-neighbours')
    >>> cite_key(Site("Our lab"), "runs/results/Digits/seed_1/")
    'our-lab.seed-1.6ef9aa'
    """
    name = _slug(site.name)[:_MOST_NAME_CHARS].strip("-") or "leaderboard"
    parts = [name, *address.strip("/").split("/")]
    key = ".".join(filter(None, parts))
    if address.startswith(f"{RUNS}/") and len(parts) > 2:
        # A run's path tells upper from lower case, which BibTeX does not.
        key = f"{parts[0]}.{_slug(parts[-1])}.{_hash(address)}"
    if len(key) <= _MOST_KEY_CHARS:
        return key
    return f"{key[: _MOST_KEY_CHARS - 7].rstrip('-.')}.{_hash(address)}"


def _slug(text: str) -> str:
    return _NOT_KEY.sub("-", text.lower()).strip("-")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _title(site: Site, subject: Subject) -> str:
    """Of a page, with the site's name; once is enough where the site is its own author."""
    titles = list(subject.titles)
    if len(titles) > 1 and titles[0] == site.name and not site.author:
        del titles[0]
    elif site.author and site.name not in titles:
        titles.insert(0, site.name)
    return ": ".join(titles)


def _source(site: Site, subject: Subject, address: str, day: str) -> Source:
    data = f"Data of {day}" if day else ""
    note = "; ".join(filter(None, (data, site.licence, f"made with {program()}")))
    return Source(
        cite_key(site, subject.address),
        "misc",
        authors(site),
        _title(site, subject),
        int(day[:4]) if day else None,
        note=note[:1].upper() + note[1:],
        url=address.translate(_NOT_URL),
        is_web_page=True,
    )
