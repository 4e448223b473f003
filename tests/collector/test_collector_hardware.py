"""Facts on the processors, from the files that Linux shows on machines of several kinds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from wattboard.collector.hardware import CpuFacts, read_arm_parts, read_cpu_facts

XEON = """\
processor\t: {number}
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz
physical id\t: {package}
siblings\t: 4
core id\t\t: {core}
cpu cores\t: 2
flags\t\t: fpu vme {flag}
"""

GRAVITON = """\
processor\t: {number}
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes
CPU implementer\t: {implementer}
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: {part}
CPU revision\t: 1
"""


def machine(root: Path, *blocks: str, mem_kib: int = 1 << 20) -> Path:
    """A root folder with these processors and this memory."""
    write(root, "proc/cpuinfo", "\n".join(blocks) + "\n")
    write(root, "proc/meminfo", f"MemTotal:       {mem_kib} kB\nMemFree:  1 kB\n")
    return root


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def xeons(sockets: int, cores: int, threads: int, flag: str = "vmx") -> list[str]:
    places = [(s, c) for _ in range(threads) for s in range(sockets) for c in range(cores)]
    return [
        XEON.format(number=number, package=package, core=core, flag=flag)
        for number, (package, core) in enumerate(places)
    ]


def arm(implementer: str, part: str, count: int = 2) -> list[str]:
    return [GRAVITON.format(number=n, implementer=implementer, part=part) for n in range(count)]


def test_two_sockets_with_two_threads_a_core(tmp_path: Path) -> None:
    """Cores that bear the same number in two sockets are two, threads of one core are one."""
    facts = read_cpu_facts(machine(tmp_path, *xeons(sockets=2, cores=3, threads=2), mem_kib=4096))
    assert facts.brand == "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz"
    assert (facts.sockets, facts.physical_cores) == (2, 6)
    assert facts.total_memory == 4096 * 1024
    assert not facts.is_virtual


def test_a_virtual_machine_is_known_by_its_flag(tmp_path: Path) -> None:
    """The hypervisor shows itself among the CPU's flags, whatever the firmware says."""
    write(tmp_path, "sys/class/dmi/id/sys_vendor", "Somebody\n")
    assert read_cpu_facts(machine(tmp_path, *xeons(1, 1, 1, "hypervisor"))).is_virtual


def test_an_x86_machine_is_not_virtual_by_its_makers_name(tmp_path: Path) -> None:
    """Where the flags speak, a maker that also sells virtual machines does not count."""
    write(tmp_path, "sys/class/dmi/id/product_name", "Virtual Machine\n")
    assert not read_cpu_facts(machine(tmp_path, *xeons(1, 1, 1))).is_virtual


@pytest.mark.parametrize(
    ("implementer", "part", "brand"),
    [
        ("0x41", "0xd0c", "Arm Neoverse-N1"),
        ("0x41", "0xd40", "Arm Neoverse-V1"),
        ("0x41", "0xd49", "Arm Neoverse-N2"),
        ("0x41", "0xd4f", "Arm Neoverse-V2"),
        ("0xc0", "0xac3", "Ampere-1"),
        ("0x99", "0xd4f", "ARM implementer 0x99 part 0xd4f"),
    ],
)
def test_arm_servers_are_named_by_their_codes(
    tmp_path: Path, implementer: str, part: str, brand: str
) -> None:
    """ARM's cpuinfo holds codes: known ones become names, others are shown as they are."""
    assert read_cpu_facts(machine(tmp_path, *arm(implementer, part))).brand == brand


def test_a_board_and_its_two_kinds_of_cores_are_named(tmp_path: Path) -> None:
    """Large and small cores of one chip are both in the name, and the board from the device tree."""
    write(tmp_path, "proc/device-tree/model", "Some Board Rev 1.1\0")
    root = machine(tmp_path, *arm("0x41", "0xd03", 4), *arm("0x41", "0xd08", 2))
    assert read_cpu_facts(root).brand == "Arm Cortex-A53 + Arm Cortex-A72 (Some Board Rev 1.1)"


def test_cores_from_sysfs_where_cpuinfo_has_none(tmp_path: Path) -> None:
    """ARM's cores and sockets are counted by which threads stand together in which package."""
    for number, (package, siblings) in enumerate([(0, "0-1"), (0, "0-1"), (36, "2"), (36, "3")]):
        folder = f"sys/devices/system/cpu/cpu{number}/topology"
        write(tmp_path, f"{folder}/physical_package_id", f"{package}\n")
        write(tmp_path, f"{folder}/thread_siblings_list", f"{siblings}\n")
    facts = read_cpu_facts(machine(tmp_path, *arm("0x41", "0xd0c", 4)))
    assert (facts.sockets, facts.physical_cores) == (2, 3)


@pytest.mark.parametrize(
    ("vendor", "product", "is_virtual"),
    [
        ("Amazon EC2", "c7g.4xlarge", True),
        ("Amazon EC2", "c7g.metal", False),
        ("QEMU", "KVM Virtual Machine", True),
        ("Microsoft Corporation", "Virtual Machine", True),
        ("GIGABYTE", "R272-P30-JG", False),
    ],
)
def test_virtual_arm_machines_are_known_by_their_firmware(
    tmp_path: Path, vendor: str, product: str, is_virtual: bool
) -> None:
    """ARM's cpuinfo does not tell of a hypervisor; the firmware's names do."""
    write(tmp_path, "sys/class/dmi/id/sys_vendor", f"{vendor}\n")
    write(tmp_path, "sys/class/dmi/id/product_name", f"{product}\n")
    facts = read_cpu_facts(machine(tmp_path, *arm("0x41", "0xd40")))
    assert facts.is_virtual is is_virtual


def test_other_architectures_have_their_own_field(tmp_path: Path) -> None:
    """POWER and RISC-V name their processors under other keys."""
    power = machine(tmp_path / "power", "processor\t: 0\ncpu\t\t: POWER9, altivec supported\n")
    riscv = machine(tmp_path / "riscv", "processor\t: 0\nhart\t: 1\nuarch\t: sifive,u74-mc\n")
    assert read_cpu_facts(power).brand == "POWER9, altivec supported"
    assert read_cpu_facts(riscv).brand == "sifive,u74-mc"


def test_a_machine_that_says_nothing_still_has_facts(tmp_path: Path) -> None:
    """Without /proc and /sys the architecture stands for the name, and unknown cores are absent."""
    facts = read_cpu_facts(tmp_path)
    assert facts.brand == facts.arch
    assert facts.physical_cores is None
    assert (facts.sockets, facts.is_virtual) == (1, False)
    assert facts.logical_cpus >= 1
    assert facts.total_memory > 1 << 20
    assert "physical_cores" not in facts.labelled()


def test_the_table_of_arm_parts_has_each_once() -> None:
    """Codes are written as Linux writes them, and none stands twice."""
    parts = read_arm_parts()
    assert len(set(parts.values())) == len(parts)
    assert all(maker.startswith("0x") and part.startswith("0x") for maker, part in parts)


def test_labels_say_what_the_log_says() -> None:
    """The log's `cpu_info` has words that people can read."""
    labelled = CpuFacts("X", 8, 4, 1, "x86_64", True, 1 << 30).labelled()
    assert labelled["virtual_machine"] == "yes"
    assert (labelled["count"], labelled["physical_cores"]) == (8, 4)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems are asked through psutil")
def test_the_monitor_does_not_load_psutil_for_it() -> None:
    """On Linux the facts are read without psutil, which takes longer to load than all the rest."""
    code = (
        "import sys; from wattboard.collector.hardware import read_cpu_facts; read_cpu_facts(); "
        "sys.exit('psutil' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
