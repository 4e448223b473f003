"""Energy counters of Intel and AMD processors, from the Linux powercap files.

A machine shows zones `intel-rapl:<n>` (also with AMD processors), each a package or, on some
laptops, the whole platform ("psys"), and in a package the sub-zones core, uncore and dram. Core and
uncore are parts of the package; dram is not; psys holds them all. The same packages can appear
again as `intel-rapl-mmio:<n>`. So that nothing is counted twice: packages and their dram, or psys
where no package is shown.
See https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SourceUnavailableError
from .source import Component, Kind, PowerReading, Usage

POWERCAP = Path("/sys/class/powercap")

_TOP_ZONE = re.compile(r"intel-rapl:\d+")
_UJ_PER_J = 1e6


@dataclass(slots=True)
class Zone:
    """One counter, unwrapped."""

    device: str
    """Such as "cpu:package-0" or "cpu:package-0:dram"."""
    is_dram: bool
    file: Path
    range_uj: int
    """Where the counter begins again at 0."""
    last_uj: int
    total_j: float = 0.0
    """Since the zone was opened."""

    def advance(self) -> float | None:
        """Joules since the last successful call; None when the counter cannot be read."""
        try:
            now_uj = int(self.file.read_text())
        except (OSError, ValueError):
            return None
        counted_uj = now_uj - self.last_uj
        if counted_uj < 0:
            counted_uj += self.range_uj
        self.last_uj = now_uj
        joules = counted_uj / _UJ_PER_J
        self.total_j += joules
        return joules


class RaplSource:
    """Packages by the run's share of CPU time, dram by its share of memory in use."""

    component: Component = "cpu"
    kind: Kind = "counter"
    power_key = "rapl_power_draw_absolute"
    attributable_key = "rapl_estimated_attributable_power_draw"

    def __init__(self, root: Path = POWERCAP) -> None:
        """Raises:
        SourceUnavailableError: No counters, or none that may be read.
        """
        self._zones = _open_zones(root)
        self._last_s: float | None = None
        self._run_j = 0.0
        self._pending = dict.fromkeys((zone.device for zone in self._zones), 0.0)

    def describe(self) -> dict[str, Any]:
        return {
            "name": "rapl",
            "kind": self.kind,
            "component": self.component,
            "devices": [zone.device for zone in self._zones],
        }

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Usage) -> PowerReading:
        joules = {zone.device: zone.advance() for zone in self._zones}
        energy_j = {z.device: z.total_j for z in self._zones if joules[z.device] is not None}
        for device, counted in joules.items():
            self._pending[device] += counted or 0.0
        if len(energy_j) < len(self._zones):
            # A sum without a part would pass for the whole. What the others counted waits.
            return PowerReading(energy_j=energy_j)
        return self._power_since_last(usage, energy_j)

    def _power_since_last(self, usage: Usage, energy_j: dict[str, float]) -> PowerReading:
        last_s, self._last_s = self._last_s, usage.time_s
        pending, self._pending = self._pending, dict.fromkeys(self._pending, 0.0)
        if last_s is None:
            return PowerReading(attributable_j=self._run_j, energy_j=energy_j)
        run_j = sum(
            pending[zone.device] * (usage.mem_share if zone.is_dram else usage.cpu_share)
            for zone in self._zones
        )
        self._run_j += run_j
        if not usage.gives_rates:
            return PowerReading(attributable_j=self._run_j, energy_j=energy_j)
        elapsed_s = usage.time_s - last_s
        return PowerReading(
            power_w=sum(pending.values()) / elapsed_s,
            attributable_power_w=run_j / elapsed_s,
            attributable_j=self._run_j,
            energy_j=energy_j,
        )

    def close(self) -> None:
        """Nothing stays open: each read opens its file."""


def _open_zones(root: Path) -> list[Zone]:
    try:
        top = sorted(path for path in root.iterdir() if _TOP_ZONE.fullmatch(path.name))
    except OSError as error:
        raise SourceUnavailableError(f"no energy counters: {root} cannot be listed") from error
    names = {zone: _zone_name(zone) for zone in top}
    packages = [zone for zone in top if names[zone].startswith("package")]
    if packages:
        return list(_with_dram(packages, names))
    platform = [zone for zone in top if names[zone] == "psys"]
    if not platform:
        raise SourceUnavailableError(f"no energy counters: no package and no psys zone in {root}")
    return [_open_zone(zone, "cpu:psys", is_dram=False) for zone in platform[:1]]


def _with_dram(packages: Iterable[Path], names: dict[Path, str]) -> Iterable[Zone]:
    for package in packages:
        device = f"cpu:{names[package]}"
        yield _open_zone(package, device, is_dram=False)
        for zone in sorted(package.glob(f"{package.name}:*")):
            if _zone_name(zone) == "dram":
                yield _open_zone(zone, f"{device}:dram", is_dram=True)


def _zone_name(zone: Path) -> str:
    try:
        return (zone / "name").read_text().strip()
    except OSError:
        return ""


def _open_zone(zone: Path, device: str, *, is_dram: bool) -> Zone:
    file = zone / "energy_uj"
    try:
        return Zone(
            device=device,
            is_dram=is_dram,
            file=file,
            range_uj=int((zone / "max_energy_range_uj").read_text()),
            last_uj=int(file.read_text()),
        )
    except PermissionError as error:
        # Since Linux 5.10 only root may read them (CVE-2020-8694).
        raise SourceUnavailableError(
            f"the energy counters may be read by root alone; "
            f"grant it until the next start with: sudo chmod -R a+r {zone.parent}/intel-rapl*"
        ) from error
    except (OSError, ValueError) as error:
        raise SourceUnavailableError(f"the energy counter {file} cannot be read") from error
