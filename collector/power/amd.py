"""AMD GPUs, from the files of the Linux driver amdgpu. Not run on such a machine by us.

Power by the card's sensor; the run's part by the compute processes (ROCm) that hold memory of the
card, in equal parts, since their use of it is not told. The driver's energy accumulator is not
used: it was seen to stand still and to run backwards (ROCm/amdsmi issues 38 and 115).

A GPU that is part of a processor (an APU, also the MI300A) is left out: its sensor tells the power of
the whole processor, which the CPU's source has already, and nothing tells the two apart. Of two
dies on one card (MI200) only the first has a sensor.
See https://docs.kernel.org/gpu/amdgpu/thermal.html and drivers/gpu/drm/amd/amdkfd in the kernel.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..attribution import gpu_share
from ..errors import SourceUnavailableError
from .account import Account
from .gpu import (
    SILENT,
    GpuUse,
    charge,
    hashed_id,
    is_first_namespace,
    process_check,
    reading_of,
    sole_users_part,
)
from .source import Component, Kind, PowerReading, RemediableError, Usage

CARDS = Path("sys/class/drm")
COMPUTE = Path("sys/class/kfd/kfd")
NAMES = Path("usr/share/libdrm/amdgpu.ids")
DRIVER_VERSION = Path("sys/module/amdgpu/version")

_CARD = re.compile(r"card(\d+)")
_AMD = "0x1002"
_MI300A = "0x74a0"
_SENSORS = ("power1_average", "power1_input")
_UW_PER_W = 1e6
_MOST_BYTES = 64


class AmdCard:
    """One card, or one die of a card."""

    def __init__(self, number: int, device: Path, processes: Path, compute_id: str | None) -> None:
        """Args:
        number: Of the card, as in /sys/class/drm/card0.
        device: Its folder of the PCI device.
        processes: The folder of the compute driver's processes.
        compute_id: By which that driver knows the card; None where it is not there.
        """
        self.number = number
        self.device = device
        self._processes = processes
        self.account = Account()
        self._compute_id = compute_id
        self._hwmon = next(iter(sorted(device.glob("hwmon/hwmon*"))), device)
        sensors = (self._hwmon / name for name in _SENSORS)
        self._sensor = next((file for file in sensors if _number(file)), None)

    @property
    def has_sensor(self) -> bool:
        return self._sensor is not None

    @property
    def is_integrated(self) -> bool:
        """Part of a processor. Only such a GPU tells the voltage of a north bridge; but the MI300A."""
        is_apu = _text(self._hwmon / "in1_label") == "vddnb"
        return is_apu or _text(self.device / "device") == _MI300A

    def facts(self, root: Path) -> dict[str, Any]:
        """The card's entry of info.json's `gpu_info`."""
        unique = _text(self.device / "unique_id")
        limit_uw = _number(self._hwmon / "power1_cap")
        facts = {
            "name": _text(self.device / "product_name") or _listed_name(self.device, root / NAMES),
            "id": hashed_id(unique) if unique else None,
            "total_memory": _number(self.device / "mem_info_vram_total"),
            "driver_version": _text(root / DRIVER_VERSION),
            "power_limit_w": limit_uw / _UW_PER_W if limit_uw else None,
        }
        return {key: value for key, value in facts.items() if value}

    def read(self, compute_pids: Collection[str] | None, usage: Usage, first: bool) -> GpuUse:
        """Read once.

        Args:
            compute_pids: The compute driver's processes; None where it is not there.
            usage: What the run used.
            first: Whether process numbers are those of the machine's first namespace.
        """
        power_uw = _number(self._sensor) if self._sensor else None
        busy_percent = _number(self.device / "gpu_busy_percent")
        if power_uw is None and busy_percent is None:
            return SILENT
        share = None
        if compute_pids is not None and self._compute_id is not None:
            memory = f"vram_{self._compute_id}"
            share = gpu_share(
                {},
                [int(pid) for pid in compute_pids if _number(f"{self._processes}/{pid}/{memory}")],
                usage.pids,
                process_check(first_namespace=first),
                device_busy=not first,
            )
        # A card that is on draws something: 0 is what a die without a sensor says.
        power_w = power_uw / _UW_PER_W if power_uw else None
        return GpuUse(power_w, share=share, utilization=sole_users_part(share, busy_percent))


class AmdSource:
    """All AMD cards of the machine that are not part of a processor."""

    component: Component = "gpu"
    kind: Kind = "power"
    power_key = "gpu_power_draw_absolute"
    attributable_key = "gpu_attributable_power_draw"

    def __init__(self, root: Path = Path("/"), *, first_namespace: bool | None = None) -> None:
        """Args:
            root: Where the system's folders begin.
            first_namespace: Whether the driver's process numbers are ours; found out, if left out.

        Raises:
            SourceUnavailableError: No AMD card with a sensor of its own.
        """
        self._root = root
        self._first = is_first_namespace() if first_namespace is None else first_namespace
        cards = list(_cards(root))
        if not cards:
            raise SourceUnavailableError("no AMD GPU")
        self._cards = [card for card in cards if not card.is_integrated]
        if not self._cards:
            raise SourceUnavailableError(
                "the AMD GPU is part of the processor, whose power contains its"
            )
        if not any(card.has_sensor for card in self._cards):
            raise RemediableError(
                "no AMD GPU has a power sensor",
                "a newer kernel or driver (amdgpu) may know it",
            )

    def describe(self) -> dict[str, Any]:
        return {
            "name": "amd",
            "kind": self.kind,
            "component": self.component,
            "devices": [f"gpu:{card.number}" for card in self._cards if card.has_sensor],
        }

    def devices(self) -> list[dict[str, Any]]:
        return [card.facts(self._root) for card in self._cards]

    def read(self, usage: Usage) -> PowerReading:
        compute_pids = _compute_pids(self._root / COMPUTE / "proc")
        uses = {card: card.read(compute_pids, usage, self._first) for card in self._cards}
        measured = {card: use for card, use in uses.items() if card.has_sensor}
        if len(measured) < len(uses):
            # Which dies share a sensor is not told: the shares of all must agree.
            shares = {use.share for use in uses.values()}
            share = shares.pop() if len(shares) == 1 else None
            measured = {card: replace(use, share=share) for card, use in measured.items()}
        charged = [charge(c.account, use, usage, by_counter=False) for c, use in measured.items()]
        run_j = sum(card.account.run_j for card in measured) if all(charged) else None
        return reading_of({card.number: use for card, use in measured.items()}, run_j)

    def close(self) -> None:
        """Nothing stays open: each read opens its files."""


def _cards(root: Path) -> Iterator[AmdCard]:
    ids = _compute_ids(root / COMPUTE / "topology" / "nodes")
    numbers = sorted(
        int(card[1]) for path in _entries(root / CARDS) if (card := _CARD.fullmatch(path.name))
    )
    for number in numbers:
        device = root / CARDS / f"card{number}" / "device"
        if _text(device / "vendor") == _AMD:
            compute_id = ids.get(_render_minor(device))
            yield AmdCard(number, device, root / COMPUTE / "proc", compute_id)


def _compute_ids(nodes: Path) -> dict[int | None, str]:
    """The compute driver's names of the cards by the minor number of their render device."""
    ids: dict[int | None, str] = {}
    for node in _entries(nodes):
        name = _text(node / "gpu_id")
        minor = re.search(r"^drm_render_minor (\d+)$", _text(node / "properties"), re.MULTILINE)
        if name not in ("", "0") and minor:
            ids[int(minor[1])] = name
    return ids


def _render_minor(device: Path) -> int | None:
    names = [path.name for path in _entries(device / "drm")]
    minors = (re.fullmatch(r"renderD(\d+)", name) for name in names)
    return next((int(minor[1]) for minor in minors if minor), None)


def _compute_pids(processes: Path) -> list[str] | None:
    try:
        return [entry.name for entry in processes.iterdir() if entry.name.isdecimal()]
    except OSError:
        return None


def _listed_name(device: Path, names: Path) -> str:
    """The card's name by libdrm's table, whose lines are "device, revision, name"."""
    model = _text(device / "device").removeprefix("0x").upper()
    revision = _text(device / "revision").removeprefix("0x").upper()
    for line in _text(names).splitlines():
        fields = [field.strip() for field in line.split(",", 2)]
        if fields[:2] == [model, revision]:
            return fields[2]
    return f"AMD GPU {model}".strip()


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(file: Path | str) -> int | None:
    # Asked for every process and card at every sample: a third of the time of `read_text`.
    try:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            return int(os.read(descriptor, _MOST_BYTES))
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return None
