"""What other tools say of machine, region and software, in the form in which our own logs have it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..grid import zones
from ..model import Region
from ..readers.hardware import PYTHON_LABEL
from ..readers.info_fields import clean

MAX_GPUS = 1_024
_MAX_WORDS_CHARS = 200
_HOW_MANY = re.compile(r"(\d{1,4})\s*[x×]\s+(.*)")


def cpu_facts(
    processor: str = "",
    logical_cpus: float | None = None,
    memory_gib: float | None = None,
    python: str = "",
) -> dict[str, str]:
    """Label to text, without what is not known."""
    facts = {
        "Processor": words(processor),
        "Logical CPUs": "" if logical_cpus is None else f"{logical_cpus:g}",
        "Memory": "" if memory_gib is None else f"{memory_gib:.1f} GiB",
        PYTHON_LABEL: words(python),
    }
    return {label: text for label, text in facts.items() if text}


def gpu_facts(names: str, count: float | None = None) -> tuple[Mapping[str, str], ...]:
    """One for each GPU of a text such as "2 x Tesla V100" or "GTX 1080, GTX 1080".

    Args:
        count: How many there are, where the file tells.
    """
    found: list[Mapping[str, str]] = []
    for part in re.split(r"[|;,]", names):
        match = _HOW_MANY.fullmatch(part.strip())
        n, name = (int(match[1]), match[2]) if match else (1, part)
        if words(name):
            found += [{"Name": words(name)}] * min(n, MAX_GPUS - len(found))
        if len(found) >= MAX_GPUS:
            break
    if count is not None and count == int(count) and 0 <= count <= MAX_GPUS:
        found = (found or [{}])[:1] * int(count) if len(found) != count else found
    return tuple(found[:MAX_GPUS])


def region(country: str, part: str = "", found_by: str = "", name: str = "") -> Region | None:
    """The zone of a country by its code or name, or of one of its states; None where the tables have none.

    Args:
        part: Of the country, as the tool names it; taken where the tables know it.
    """
    whole = zones.meant(country)
    if whole is None:
        return Region(words(country), words(name), found_by) if words(country) else None
    for wanted in (part, f"{part}, {whole.name}") if part else ():
        zone = zones.meant(wanted)
        if zone is not None and zone.country_iso3 == whole.id:
            return Region(zone.id, zone.label, found_by)
    return Region(whole.id, whole.label, found_by)


def words(text: str) -> str:
    """A stranger's text as it can be shown: one short line, without paths."""
    return clean(text, _MAX_WORDS_CHARS)
