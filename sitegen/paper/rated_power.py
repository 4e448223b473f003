"""Rated power of processors by name, as people write names. Tables and their sources: data/README.md."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from ..errors import Problem, WattboardError
from ..grid.tables import rows

Kind = Literal["GPU", "CPU"]

_N_SUGGESTIONS = 5
_SIMILARITY = 0.6


@dataclass(frozen=True, slots=True)
class Rated:
    """A processor's rated power (TDP), that of all its parts at work."""

    name: str
    """As the table has it."""
    watts: float
    verified: bool = True
    """False where the table's makers found no text that states it."""
    note: str = ""


class UnknownProcessorError(WattboardError):
    """No table has a processor of that name, or several of different power. The hint names those that are near."""


def gpu(name: str) -> Rated:
    """A GPU's rated power, by its name or as "250 W".

    Raises:
        UnknownProcessorError: see there.
    """
    return _find("GPU", name, _gpus())


def cpu(name: str) -> Rated:
    """The rated power of one CPU with all its cores, by its name or as "95 W".

    Raises:
        UnknownProcessorError: see there.
    """
    return _find("CPU", name, _cpus())


_Words = frozenset[str]
_Table = dict[_Words, list[Rated]]


@cache
def _gpus() -> _Table:
    return _by_words(
        (
            Rated(row["name"], float(row["rated_power_w"]), row["verified"] == "yes", row["note"])
            for row in rows("gpu_rated_power.csv")
        ),
        _GPU_NOISE,
    )


@cache
def _cpus() -> _Table:
    # The collector's own table: 4,908 names need not lie in the package twice. This reads data, and runs no code of it.
    table = (files("wattboard.collector") / "data" / "cpu_rated_power.csv").read_text("utf-8")
    listed = csv.DictReader(table.splitlines())
    return _by_words(
        (Rated(row["name"], float(row["rated_power_w"])) for row in listed), _CPU_NOISE
    )


_GPU_NOISE = re.compile(
    r"\b(?:nvidia|geforce|tesla|quadro|amd|google|graphics|gpu|hbm\d\w?)\b|\d+ ?gi?b\b"
)
_CPU_NOISE = re.compile(
    r"@.*|\b(?:with|w/) radeon\b.*|\b\d+(?:st|nd|rd|th) gen\b|\b\w+-cores?\b|\b(?:cpu|processor|apu|intel|amd)\b"
)
_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™]")
_WORD = re.compile(r"[^\s()\[\],_/-]+")
_WATTS = re.compile(r"(\d{1,5}(?:\.\d+)?) ?[wW]")
_MEMORY = re.compile(r"(\d+) ?gi?b")


def _by_words(listed: Iterable[Rated], noise: re.Pattern[str]) -> _Table:
    table: _Table = {}
    for rated in listed:
        table.setdefault(_words(rated.name, noise), []).append(rated)
    return table


def _plain(name: str, noise: re.Pattern[str]) -> str:
    return " ".join(noise.sub(" ", _MARKS.sub(" ", name.lower())).split())


def _words(name: str, noise: re.Pattern[str]) -> _Words:
    """What tells a processor from others, in lower case; of memory only the size."""
    lowered = _MARKS.sub(" ", name.lower())
    sizes = {f"{size}gb" for size in _MEMORY.findall(lowered)}
    return frozenset(_WORD.findall(noise.sub(" ", lowered))) | sizes


def _find(kind: Kind, name: str, table: _Table) -> Rated:
    stated = _WATTS.fullmatch(name.strip())
    if stated:
        return Rated(f"{kind} of {float(stated[1]):g} W", float(stated[1]), note="power as stated")
    noise = _GPU_NOISE if kind == "GPU" else _CPU_NOISE
    words = _words(name, noise)
    without_memory = frozenset(word for word in words if not _MEMORY.fullmatch(word))
    tries: Sequence[Callable[[_Words], bool]] = (
        lambda listed: listed == words,
        # A card's memory or slot that the table does not tell apart, such as V100 SXM2 32GB and P100 PCIe.
        lambda listed: listed == without_memory,
        lambda listed: listed == without_memory - {"pcie"},
        # Part of a name, such as A6000; of several their power must be the same.
        lambda listed: bool(without_memory) and without_memory < listed,
    )
    for fits in tries:
        found = [rated for listed, each in table.items() if fits(listed) for rated in each]
        if len({rated.watts for rated in found}) == 1:
            return min(found, key=lambda rated: (not rated.verified, len(rated.name), rated.name))
        if found:
            raise _error(f"{name!r} may be one of several {kind}s of different power", found)
    raise _error(f"expected a {kind} that the table has, found {name!r}", _near(name, table, noise))


def _near(name: str, table: _Table, noise: re.Pattern[str]) -> list[Rated]:
    listed = {_plain(rated.name, noise): rated for each in table.values() for rated in each}
    near = get_close_matches(_plain(name, noise), listed, _N_SUGGESTIONS, _SIMILARITY)
    return [listed[plain] for plain in near]


def _error(message: str, near: Sequence[Rated]) -> UnknownProcessorError:
    listed = ", ".join(f"{rated.name} ({rated.watts:g} W)" for rated in near[:_N_SUGGESTIONS])
    hint = f"did you mean {listed}? Or give" if near else "give"
    return UnknownProcessorError(
        Problem(
            "",
            message,
            hint=f'{hint} its rated power instead of a name, such as "250 W"',
            severity="error",
        )
    )
