"""Energy counters of Intel and AMD processors, from the Linux powercap files.

A machine shows zones `intel-rapl:<n>` (also with AMD processors), each a package or, on some
laptops, the whole platform ("psys"), and in a package the sub-zones core, uncore and dram. Core and
uncore are parts of the package; dram is not; psys holds them all. The same packages can appear
again as `intel-rapl-mmio:<n>`. So that nothing is counted twice: packages and their dram, or psys
where no package is shown.
See https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..errors import SourceUnavailableError
from .source import Component, Kind, PowerReading, RemediableError, Usage

POWERCAP = Path("/sys/class/powercap")

STILL_S = 0.02
"""A counter that has not moved in this time stands still: hardware moves it every millisecond."""

MOST_W = 2000.0
"""No package draws more: a counter that seems to have gained more was set back."""

_TOP_ZONE = re.compile(r"intel-rapl:\d+")
_UJ_PER_J = 1e6
_MOST_BYTES = 32

log = logging.getLogger(__name__)


class Zone:
    """One counter, unwrapped. Its file stays open, so that a reading is one call of the system."""

    def __init__(self, device: str, folder: Path, *, is_dram: bool) -> None:
        """Args:
            device: Such as "cpu:package-0" or "cpu:package-0:dram".

        Raises:
            OSError: The counter cannot be read.
            ValueError: It shows no number.
        """
        self.device = device
        self.is_dram = is_dram
        self.total_j = 0.0
        """Since the zone was opened."""
        self._range_uj = _range_uj(folder)
        self._path = folder / "energy_uj"
        self._file: int | None = None
        self._last_uj = self._read_uj()
        self._last_s: float | None = None

    def moves(self) -> bool:
        """Whether the counter shows something else than when it was opened."""
        try:
            return self._read_uj() != self._last_uj
        except (OSError, ValueError):
            return False

    def advance(self, time_s: float) -> float | None:
        """Joules since the last successful call; None when the counter gives no answer.

        One that is set back, or that stands still while time passes, gives none either: a package
        that is on uses energy.
        """
        try:
            now_uj = self._read_uj()
        except (OSError, ValueError):
            self.close()
            return None
        elapsed_s = None if self._last_s is None else time_s - self._last_s
        counted_uj = now_uj - self._last_uj
        if counted_uj < 0 and self._range_uj is not None:
            counted_uj += self._range_uj
        if counted_uj == 0 and not self.is_dram and (elapsed_s or 0.0) >= STILL_S:
            return None
        self._last_uj, self._last_s = now_uj, time_s
        joules = counted_uj / _UJ_PER_J
        # A second's worth is always allowed: the first reading follows the opening at once.
        if not 0 <= joules <= MOST_W * max(1.0, elapsed_s or 0.0):
            log.warning("the counter of %s was set back; what it had counted is lost", self.device)
            return None
        self.total_j += joules
        return joules

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read_uj(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY)
        # The kernel makes the content anew for each read at the beginning.
        return int(os.pread(self._file, _MOST_BYTES, 0))


class RaplSource:
    """Packages by the run's share of CPU time, dram by its share of memory in use."""

    component: Component = "cpu"
    kind: Kind = "counter"
    power_key = "rapl_power_draw_absolute"
    attributable_key = "rapl_estimated_attributable_power_draw"

    def __init__(self, root: Path = POWERCAP, still_s: float = STILL_S) -> None:
        """Args:
            root: The folder of the powercap zones.
            still_s: How long to wait for the counters to move; 0 takes them as they are.

        Raises:
            SourceUnavailableError: No counters, none that may be read, or none that moves.
        """
        zones = _open_zones(root)
        self._zones = zones if still_s == 0 else _moving(zones, still_s)
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
        joules = {zone.device: zone.advance(usage.time_s) for zone in self._zones}
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
        for zone in self._zones:
            zone.close()


def _open_zones(root: Path) -> list[Zone]:
    try:
        top = sorted(
            (path for path in root.iterdir() if _TOP_ZONE.fullmatch(path.name)), key=_number
        )
    except OSError:
        top = []
    if not top:
        raise _no_counters(root)
    names = {zone: _zone_name(zone) for zone in top}
    if not any(names.values()):
        raise RemediableError(
            f"the energy counters in {root} are hidden, as containers do",
            "show them with: docker run --security-opt systempaths=unconfined",
        )
    packages = [zone for zone in top if names[zone].startswith("package")]
    if packages:
        return list(_with_dram(packages, names))
    platform = [zone for zone in top if names[zone] == "psys"]
    if not platform:
        raise SourceUnavailableError(f"no energy counters: no package and no psys zone in {root}")
    return [_open_zone(platform[0], "cpu:psys", is_dram=False)]


def _no_counters(root: Path) -> SourceUnavailableError:
    reason = f"no energy counters in {root}"
    if not root.parent.is_dir():
        return SourceUnavailableError(reason)
    return RemediableError(
        reason,
        "unless this is a virtual machine, which has none, load their driver: "
        "sudo modprobe intel_rapl_msr",
    )


def _with_dram(packages: Iterable[Path], names: dict[Path, str]) -> Iterator[Zone]:
    seen: set[str] = set()
    for package in packages:
        device = f"cpu:{names[package]}"
        if device in seen:
            device += f"-zone-{_number(package)}"
        seen.add(device)
        yield _open_zone(package, device, is_dram=False)
        for zone in sorted(package.glob(f"{package.name}:*")):
            if _zone_name(zone) == "dram":
                yield _open_zone(zone, f"{device}:dram", is_dram=True)


def _moving(zones: list[Zone], still_s: float) -> list[Zone]:
    """The zones whose counters move; some machines, above all virtual ones, show dead ones."""
    deadline_s = time.monotonic() + still_s
    still = [zone for zone in zones if not zone.moves()]
    while still and time.monotonic() < deadline_s:
        time.sleep(still_s / 20)
        still = [zone for zone in still if not zone.moves()]
    for zone in still:
        zone.close()
    if any(not zone.is_dram for zone in still):
        raise SourceUnavailableError(
            f"the energy counter of {still[0].device} stands still: nothing counts behind it"
        )
    return [zone for zone in zones if zone not in still]


def _number(zone: Path) -> int:
    return int(zone.name.rpartition(":")[2])


def _zone_name(zone: Path) -> str:
    try:
        return (zone / "name").read_text().strip()
    except OSError:
        return ""


def _range_uj(folder: Path) -> int | None:
    """Where the counter begins again at 0; None where the system does not say."""
    try:
        return int((folder / "max_energy_range_uj").read_text()) or None
    except (OSError, ValueError):
        return None


def _open_zone(folder: Path, device: str, *, is_dram: bool) -> Zone:
    try:
        return Zone(device, folder, is_dram=is_dram)
    except PermissionError as error:
        # Since Linux 5.10 only root may read them (CVE-2020-8694).
        raise RemediableError(
            "the energy counters may be read by root alone",
            f"grant it until the next start with: sudo chmod -R a+r {folder.parent}/intel-rapl*",
        ) from error
    except (OSError, ValueError) as error:
        raise SourceUnavailableError(f"the energy counter {folder} cannot be read") from error
