"""Facts on the machine and the software, gathered once a run: no host, user or path."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import psutil

CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class CpuFacts:
    """The machine's processors."""

    brand: str
    """As the system names it; the architecture where it gives no name."""
    logical_cpus: int
    physical_cores: int | None
    sockets: int
    arch: str
    is_virtual: bool
    """A virtual machine: its CPUs are an unknown part of a processor."""
    total_memory: int
    """Bytes."""

    def labelled(self) -> dict[str, str | int]:
        """As info.json's `cpu_info`."""
        labelled: dict[str, str | int] = {"brand": self.brand, "count": self.logical_cpus}
        if self.physical_cores is not None:
            labelled["physical_cores"] = self.physical_cores
        labelled |= {"sockets": self.sockets, "arch": self.arch}
        labelled["virtual_machine"] = "yes" if self.is_virtual else "no"
        labelled["total_memory"] = self.total_memory
        return labelled


def read_cpu_facts(cpuinfo: Path = CPUINFO) -> CpuFacts:
    """This machine's processors; `cpuinfo` is the Linux file with what psutil does not know."""
    listed = _cpuinfo_fields(cpuinfo)
    return CpuFacts(
        brand=_first(listed, "model name") or platform.processor() or platform.machine(),
        logical_cpus=psutil.cpu_count() or 1,
        physical_cores=psutil.cpu_count(logical=False),
        sockets=len(listed.get("physical id", ())) or 1,
        arch=platform.machine(),
        is_virtual="hypervisor" in (_first(listed, "flags") or "").split(),
        total_memory=psutil.virtual_memory().total,
    )


def read_packages() -> list[dict[str, str]]:
    """Names and versions of the installed Python packages, sorted; never where they lie."""
    found = {(dist.name, dist.version) for dist in distributions() if dist.name}
    ordered = sorted(found, key=lambda package: (package[0].lower(), package[1]))
    return [{"name": name, "version": version} for name, version in ordered]


def _cpuinfo_fields(cpuinfo: Path) -> dict[str, dict[str, None]]:
    """Each field's different values, in the order in which they come."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    fields: dict[str, dict[str, None]] = {}
    for key, value in re.findall(r"^([^:\n]+?)\s*:[ \t]*(.*)$", text, flags=re.MULTILINE):
        fields.setdefault(key, {})[value.strip()] = None
    return fields


def _first(fields: Mapping[str, dict[str, None]], key: str) -> str | None:
    return next(iter(fields.get(key, ())), None)
