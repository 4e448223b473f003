"""Estimate from the processor's rated power and CPU time, for machines whose energy nothing counts.

The rated power (TDP) is that of a processor with all its cores at work: power = rated power × CPU
time / (wall time × logical CPUs). It knows nothing of clock rates, instructions or idle power, and
is marked as an estimate wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..hardware import CpuFacts
from .source import Component, Kind, PowerReading, Usage

TABLE = Path(__file__).parent.parent / "data" / "cpu_rated_power.csv"

FALLBACK_W_PER_LOGICAL_CPU = 4.0
"""For processors that the table does not have, and for virtual machines.

In the middle of what processors are rated for: 2.2 W (AMD EPYC 7763: 280 W, 128 logical CPUs),
3.9 W (Intel Core i9-13900K: 125 W, 32), 4.3 W (Xeon E5-2680 v4: 120 W, 28), 5 W (Xeon Platinum
8275CL: 240 W, 48).
"""

_NOISE = (
    r"\((?:r|tm|c)\)",
    r"@.*",
    r"(?:\bwith|\bw/)? radeon\b.*",
    r"\b\d+(?:st|nd|rd|th) gen\b",
    r"\b\d+-cores?\b",
    r"\b(?:dual|triple|quad|six|eight)-core (?=amd)",
    r"\b(?:two|three|four|six|eight|quad|dual|triple)-core(?= processor)",
    r"\b(?:cpu|processor|apu|soc)\b",
)
_NOISE_PATTERN = re.compile("|".join(_NOISE))


class RatedPower(NamedTuple):
    """The rated power of the machine's processors, and how it was found."""

    watts: float
    found_by: str


class TdpSource:
    """The processors' rated power times the part of their CPU time that was used."""

    component: Component = "cpu"
    kind: Kind = "estimate"
    power_key = "cpu_estimated_power_draw"
    attributable_key = "cpu_estimated_attributable_power_draw"

    def __init__(self, cpu: CpuFacts, rated: RatedPower | None = None) -> None:
        """Args:
        cpu: The processor as the system names it.
        rated: Its rated power, where it is known; else the table is asked.
        """
        self._cpu = cpu
        self._run_j = 0.0
        self.rated = rated_power(cpu) if rated is None else rated

    def describe(self) -> dict[str, Any]:
        return {
            "name": "tdp",
            "kind": self.kind,
            "component": self.component,
            "rated_power_w": self.rated.watts,
            "found_by": self.rated.found_by,
        }

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Usage) -> PowerReading:
        watts_per_cpu = self.rated.watts / self._cpu.logical_cpus
        self._run_j += watts_per_cpu * usage.cpu_seconds
        if not usage.gives_rates:
            return PowerReading(attributable_j=self._run_j)
        busy = min(usage.machine_cpu_seconds / usage.interval_s, self._cpu.logical_cpus)
        busy_in_run = min(usage.cpu_seconds / usage.interval_s, self._cpu.logical_cpus)
        return PowerReading(
            # The two come from clocks that tick in hundredths of a second; the machine's use is at
            # least the run's.
            power_w=watts_per_cpu * max(busy, busy_in_run),
            attributable_power_w=watts_per_cpu * busy_in_run,
            attributable_j=self._run_j,
        )

    def close(self) -> None:
        """Nothing was opened."""


def rated_power(cpu: CpuFacts, table: Path = TABLE) -> RatedPower:
    """Rated power of all processors of the machine.

    Args:
        cpu: The processor as the system names it.
        table: Lines "name,watts of one processor", after a header.

    Returns:
        From the table where it has that very name; else a default per logical CPU. A virtual
        machine has an unknown part of a processor: its logical CPUs times the default, and at most
        the whole processor.
    """
    fallback_w = FALLBACK_W_PER_LOGICAL_CPU * cpu.logical_cpus
    by_default = f"{FALLBACK_W_PER_LOGICAL_CPU:g} W for each of {cpu.logical_cpus} logical CPUs"
    listed_w = read_watts(cpu.brand, table)
    if listed_w is None:
        return RatedPower(
            fallback_w, f"processor {cpu.brand!r} is not in the table of rated powers: {by_default}"
        )
    if cpu.is_virtual:
        return RatedPower(
            min(fallback_w, listed_w),
            f"virtual machine with an unknown part of a processor of {listed_w:g} W: {by_default}",
        )
    sockets = (
        f"{cpu.sockets} processors of {listed_w:g} W" if cpu.sockets > 1 else "its rated power"
    )
    return RatedPower(
        listed_w * cpu.sockets, f"processor {cpu.brand!r} in the table of rated powers: {sockets}"
    )


def plain_name(brand: str) -> str:
    """A processor's name without marks, clock rate and generic words, in lower case.

    "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz" and "Intel Xeon E5-2680 v4" have the same one.
    """
    return " ".join(_NOISE_PATTERN.sub(_blank, brand.lower()).split())


def _blank(noise: re.Match[str]) -> str:
    # "FX(tm)-8350" is one word.
    return "" if noise.string[noise.end() : noise.end() + 1] == "-" else " "


def read_watts(brand: str, table: Path = TABLE) -> float | None:
    """Rated watts of a processor; None if its name is not listed, or for different powers.

    A name without a number, such as a cloud's "Intel Xeon CPU @ 2.20GHz", is that of a family.
    """
    name = plain_name(brand)
    if not re.search(r"\d", name):
        return None
    text = table.read_text(encoding="utf-8").lower()
    # To make all 4,908 names plain takes 20 ms. Only those with its rarest word need to be.
    word = min(name.split(), key=text.count)
    found = {watts for listed, watts in _lines_with(word, text) if plain_name(listed) == name}
    return found.pop() if len(found) == 1 else None


def _lines_with(word: str, text: str) -> Iterator[tuple[str, float]]:
    end = text.index("\n")  # of the header
    while (at := text.find(word, end)) >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.index("\n", at)
        listed, _, rated_w = text[start:end].rpartition(",")
        if word in listed:
            yield listed.strip('"'), float(rated_w)
