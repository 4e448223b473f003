"""A page as schema.org's `Dataset` in JSON-LD, so that searches for data find it.

What such a search needs (name, description of 50 characters or more) and what it shows (creator, licence, dates,
variables, files) follows Google's guide to Dataset markup and schema.org's definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from markupsafe import Markup

from ..addresses import LOG_ZIP, RUN_TABLE
from ..alike import alike
from ..catalog import figure_kinds
from ..model import Provenance, RunResult, weakest
from ..table import Table
from .cite import authors, cite_key
from .links import Links
from .power_words import power_of
from .site import Site
from .subject import Subject, permanent, program

_LEAST_DESCRIPTION_CHARS = 50
_MOST_DESCRIPTION_CHARS = 5000
_METHOD = (
    "Power of CPU and GPU attributed to the run's own processes, integrated over time; "
    "emissions by the carbon intensity of the grid"
)
_FORMATS = {
    ".json": ("JSON", "application/json"),
    ".csv": ("CSV", "text/csv"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
    ".zip": ("ZIP", "application/zip"),
}
LEADERBOARD_FILES = ("leaderboard.json", "leaderboard.csv")
RUNS_FILES = ("runs.json", "runs.csv", RUN_TABLE)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure that a data set holds."""

    name: str
    label: str
    unit: str
    provenance: Provenance
    value: float | None = None
    """Of a run; None for a figure of many."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a data set holds, and what it is a part of."""

    files: tuple[str, ...]
    """Addresses relative to the leaderboard's front page."""
    variables: tuple[Measured, ...] = ()
    whole: str | None = None
    """Address of the page whose data these are a part of; None for the front page."""
    parts: tuple[str, ...] = ()
    """Addresses of the pages with parts of these data."""
    about: str = ""
    """Plain text of what the site's owner says of them."""


def table_contents(
    address: str, table: Table, *, whole: str | None, parts: Sequence[str], about: str
) -> Contents:
    """What a group's or a leaf's page holds."""
    variables = tuple(
        Measured(c.name, c.variable.label, c.variable.unit, provenance)
        for c in table.columns
        if (provenance := _weakest(table, c.name)) != "not measured"
    )
    files = [f"{address}{name}" for name in LEADERBOARD_FILES]
    files += RUNS_FILES if whole is None else ()
    return Contents(tuple(files), variables, whole, tuple(parts), about)


def _weakest(table: Table, name: str) -> Provenance:
    return weakest(table.provenances(name))


def run_contents(address: str, run: RunResult, *, whole: str) -> Contents:
    """What a run's page holds."""
    variables = tuple(
        Measured(kind.name, kind.label, kind.unit, figure.provenance, figure.value)
        for kind in figure_kinds()
        if (figure := run.figures[kind.name]).value is not None
    )
    return Contents((f"{address}{LOG_ZIP}",), variables, whole)


def dataset(site: Site, links: Links, subject: Subject, contents: Contents) -> Markup:
    """JSON-LD that nothing in it can end: it holds no "<", ">" and "&" but as escapes."""
    text = msgspec.json.encode(_dataset(site, links, subject, contents)).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - made safe here


def _dataset(site: Site, links: Links, subject: Subject, contents: Contents) -> dict[str, Any]:
    here = subject.address
    address = permanent(site, links, here)

    def page(address: str) -> str:
        return permanent(site, links, address) or links.page(here, address)

    found = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": subject.title,
        "description": _description(subject, contents.about),
        "url": address or links.page(here, here),
        "identifier": address or cite_key(site, here),
        "creator": _creators(site),
        "license": _licence(site.licence),
        "dateModified": subject.last_day,
        "temporalCoverage": f"{subject.first_day}/{subject.last_day}" if subject.runs else "",
        "keywords": ["energy", "carbon emissions", "machine learning", "computing"],
        "measurementTechnique": [_METHOD, *_sources(subject.runs)],
        "variableMeasured": [_variable(measured) for measured in contents.variables],
        "distribution": [
            _download(site.permanent(file) or links.file(here, file)) for file in contents.files
        ],
        "isPartOf": None if contents.whole is None else page(contents.whole),
        "hasPart": [page(part) for part in contents.parts],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.name, "url": page("")},
        "creditText": f"Made with {program()}",
    }
    return _present(found)


def _description(subject: Subject, about: str) -> str:
    text = " ".join(f"{subject.summary} {about}".split())
    if len(text) < _LEAST_DESCRIPTION_CHARS:
        text += " Figures of machine-learning experiments, with how each was measured."
    return text[:_MOST_DESCRIPTION_CHARS]


@lru_cache(16)
def _creators(site: Site) -> list[dict[str, str]]:
    return [_creator(author) for author in authors(site)]


def _creator(author: str) -> dict[str, str]:
    family, comma, given = author.partition(", ")
    if comma:
        return {"@type": "Person", "name": f"{given} {family}"}
    return {"@type": "Organization", "name": author}


def _licence(licence: str) -> str | dict[str, str]:
    """An address; SPDX has one for each of its ids."""
    if not licence or licence.startswith(("https://", "http://")):
        return licence
    if " " in licence:
        return {"@type": "CreativeWork", "name": licence}
    return f"https://spdx.org/licenses/{licence}.html"


def _sources(runs: Iterable[RunResult]) -> list[str]:
    """What read the power, in words."""
    return sorted({words for run, _ in alike(runs) for words in power_of(run)})


def _variable(measured: Measured) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": measured.label,
        "alternateName": measured.name,
    }
    if measured.unit:
        found["unitText"] = measured.unit
    if measured.value is not None:
        found["value"] = measured.value
    found["measurementTechnique"] = measured.provenance
    return found


def _download(url: str) -> dict[str, str]:
    name = url.rpartition("/")[2]
    form, mime = _FORMATS[name[name.rindex(".") :]]
    return {
        "@type": "DataDownload",
        "name": f"{name} ({form})",
        "encodingFormat": mime,
        "contentUrl": url,
    }


def _present(found: dict[str, Any]) -> dict[str, Any]:
    """Without what is absent."""
    return {name: value for name, value in found.items() if value or value == 0}
