"""Facts on the machine, gathered once a run: no host, user or path.

On Linux from a few small files, in some milliseconds: the monitor's first sample waits for them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")

_BYTES_PER_KIB = 1024

_FIELD = re.compile(r"^([^:\n]+?)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_CORE = re.compile(r"^physical id\s*:\s*(\d+)\n(?:\w.*\n)*?core id\s*:\s*(\d+)$", re.MULTILINE)
"""Both in one processor's block: an empty line ends it."""
_ARM_PART = re.compile(
    r"^CPU implementer\s*:\s*(\S+)\n(?:\w.*\n)*?CPU part\s*:\s*(\S+)$", re.MULTILINE
)

_NAME_FIELDS = ("model name", "Model Name", "cpu", "uarch")
"""Of x86, LoongArch, POWER and RISC-V."""

_VIRTUAL_MACHINES = (
    "alibaba cloud ecs",
    "amazon ec2",
    "apple virtualization",
    "google compute engine",
    "kvm",
    "openstack",
    "parallels",
    "qemu",
    "virtual machine",
    "virtualbox",
    "vmware",
    "xen",
)
"""In what the firmware calls the machine; asked only where the CPU's flags say nothing of it."""

_NO_BOARD = "linux,dummy-virt"
"""What QEMU calls the board that it makes up."""


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


def read_cpu_facts(root: Path = ROOT) -> CpuFacts:
    """This machine's processors; on Linux from the files of /proc and /sys below `root`."""
    return _linux_facts(root) if sys.platform == "linux" else _other_facts()


def read_text(file: Path) -> str:
    """A small file of /proc or /sys without the white space around it; "" where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip("\0 \n\t")
    except OSError:
        return ""


def _linux_facts(root: Path) -> CpuFacts:
    cpuinfo = read_text(root / "proc/cpuinfo")
    # The blocks differ in numbers only, and there may be hundreds.
    first = dict(_FIELD.findall(cpuinfo.partition("\n\n")[0]))
    cores = set(_CORE.findall(cpuinfo)) or _cores_by_sysfs(root)
    arch = os.uname().machine
    return CpuFacts(
        brand=_name(cpuinfo, first, root) or arch,
        # Not os.cpu_count(), which PYTHON_CPU_COUNT changes.
        logical_cpus=max(1, os.sysconf("SC_NPROCESSORS_ONLN")),
        physical_cores=len(cores) or None,
        sockets=len({package for package, _ in cores}) or 1,
        arch=arch,
        is_virtual=_is_virtual(first, root),
        total_memory=_total_memory(root),
    )


def _name(cpuinfo: str, first: Mapping[str, str], root: Path) -> str | None:
    if "CPU implementer" in first:
        return _arm_name(cpuinfo, root)
    named = (first.get(field) for field in _NAME_FIELDS)
    return next((name for name in named if name), None) or _board(root)


def _arm_name(cpuinfo: str, root: Path) -> str:
    """ARM's cpuinfo has numbers in place of names; kinds of cores joined, and the board if known."""
    names = read_arm_parts()
    parts = dict.fromkeys(_ARM_PART.findall(cpuinfo))
    kinds = [
        names.get((maker.lower(), part.lower()), f"ARM implementer {maker} part {part}")
        for maker, part in parts
    ]
    board = _board(root)
    return " + ".join(kinds) + (f" ({board})" if board else "")


def read_arm_parts() -> dict[tuple[str, str], str]:
    """Names of ARM cores by the codes of their implementer and part."""
    import csv
    from importlib.resources import files

    with (files(__package__) / "data" / "arm_parts.csv").open(encoding="utf-8") as file:
        return {(row["implementer"], row["part"]): row["name"] for row in csv.DictReader(file)}


def _board(root: Path) -> str | None:
    board = read_text(root / "proc/device-tree/model")
    return board if board and board != _NO_BOARD else None


def _cores_by_sysfs(root: Path) -> set[tuple[str, str]]:
    """Package and sibling threads of each core, for processors whose cpuinfo has neither."""
    cores = set()
    for folder in (root / "sys/devices/system/cpu").glob("cpu[0-9]*/topology"):
        siblings = read_text(folder / "core_cpus_list") or read_text(
            folder / "thread_siblings_list"
        )
        if siblings:
            cores.add((read_text(folder / "physical_package_id"), siblings))
    return cores


def _is_virtual(first: Mapping[str, str], root: Path) -> bool:
    if "flags" in first:
        return "hypervisor" in first["flags"].split()
    if (root / "proc/device-tree/hypervisor").exists():
        return True
    if read_text(root / "proc/device-tree/model") == _NO_BOARD:
        return True
    dmi = root / "sys/class/dmi/id"
    machine = " ".join(read_text(dmi / name) for name in ("sys_vendor", "product_name")).lower()
    # Amazon's machines without a hypervisor bear its name too.
    return ".metal" not in machine and any(name in machine for name in _VIRTUAL_MACHINES)


def _total_memory(root: Path) -> int:
    kib = re.search(r"^MemTotal:\s*(\d+) kB$", read_text(root / "proc/meminfo"), re.MULTILINE)
    if kib:
        return int(kib[1]) * _BYTES_PER_KIB
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _other_facts() -> CpuFacts:
    import platform

    import psutil

    return CpuFacts(
        brand=_sysctl("machdep.cpu.brand_string") or platform.processor() or platform.machine(),
        logical_cpus=psutil.cpu_count() or 1,
        physical_cores=psutil.cpu_count(logical=False),
        sockets=1,
        arch=platform.machine(),
        is_virtual=_sysctl("kern.hv_vmm_present") == "1",
        total_memory=psutil.virtual_memory().total,
    )


def _sysctl(name: str) -> str:
    """A value that macOS knows by this name; "" elsewhere."""
    import subprocess

    try:
        answer = subprocess.run(  # noqa: S603 - a fixed program, and names of ours
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=1, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
