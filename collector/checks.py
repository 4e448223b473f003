"""Assertions that end a job on the wrong hardware, before it spends energy there.

assert_gpus_by_attributes({"name": "NVIDIA A100-SXM4-80GB"})
assert_cpus_by_attributes({"brand": "AMD EPYC 7763 64-Core Processor"})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import HardwareMismatchError
from .hardware import CpuFacts, read_cpu_facts
from .power import SourceEntry, known_sources, open_sources


def assert_gpus_by_attributes(
    attributes: Mapping[str, str | float], registry: Sequence[SourceEntry] | None = None
) -> None:
    """Go on only if there are GPUs that the run can see, and each is as expected.

    Args:
        attributes: Of each GPU, by the names in info.json's `gpu_info`: "name", "total_memory"
            (bytes), "driver_version", … Case and runs of spaces do not matter.
        registry: The power sources that are asked for GPUs. None: all that are known.

    Raises:
        HardwareMismatchError: There is none, or one is different. All that was found is listed.
    """
    cpu = read_cpu_facts()
    known = known_sources() if registry is None else registry
    gpu_registry = [entry for entry in known if entry.component == "gpu"]
    gpus = _gpus(cpu, gpu_registry)
    if not gpus:
        reasons = "".join(f"\n  {reason}" for reason in _reasons(cpu, gpu_registry))
        raise HardwareMismatchError(f"expected GPUs{_with(attributes)}, found no GPU{reasons}")
    _assert_each("GPUs", attributes, {f"GPU {index}": gpu for index, gpu in enumerate(gpus)})


def assert_cpus_by_attributes(
    attributes: Mapping[str, str | float], cpu: CpuFacts | None = None
) -> None:
    """Go on only if the processors are as expected.

    Args:
        attributes: By the names in info.json's `cpu_info`: "brand", "count" (logical CPUs),
            "physical_cores", "sockets", "arch", "virtual_machine" (yes, no), "total_memory".
            Case and runs of spaces do not matter.
        cpu: The processors; this machine's if None.

    Raises:
        HardwareMismatchError: Something is different. All that was found is listed.
    """
    found = (cpu or read_cpu_facts()).labelled()
    _assert_each("processors", attributes, {"CPU": found})


def _gpus(cpu: CpuFacts, registry: Sequence[SourceEntry]) -> list[dict[str, Any]]:
    sources = open_sources(cpu, registry)
    try:
        return [device for source in sources for device in source.devices()]
    finally:
        for source in sources:
            source.close()


def _reasons(cpu: CpuFacts, registry: Sequence[SourceEntry]) -> list[str]:
    """Why no source finds a GPU."""
    reasons = []
    for entry in registry:
        try:
            entry.open(cpu).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is why there is no GPU
            reasons.append(f"{entry.name}: {error}")
    return reasons


def _assert_each(
    kind: str, attributes: Mapping[str, str | float], devices: Mapping[str, Mapping[str, Any]]
) -> None:
    mistakes = [
        f"{device}: {mistake}"
        for device, found in devices.items()
        for mistake in _mistakes(attributes, found)
    ]
    if mistakes:
        listed = [f"{device}: {_listed(found)}" for device, found in devices.items()]
        raise HardwareMismatchError(
            f"expected {kind}{_with(attributes)}, but\n  "
            + "\n  ".join(mistakes)
            + "\nfound\n  "
            + "\n  ".join(listed)
        )


def _mistakes(attributes: Mapping[str, str | float], found: Mapping[str, Any]) -> list[str]:
    mistakes = []
    for name, expected in attributes.items():
        if name not in found:
            mistakes.append(f'no attribute "{name}" among {", ".join(found)}')
        elif not _is_same(expected, found[name]):
            mistakes.append(f"{_listed({name: found[name]})}")
    return mistakes


def _is_same(expected: object, found: object) -> bool:
    if isinstance(expected, int | float) or isinstance(found, int | float):
        try:
            return float(expected) == float(found)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
    return _plain(expected) == _plain(found)


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def _with(attributes: Mapping[str, Any]) -> str:
    return f" with {_listed(attributes)}" if attributes else ""


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f'{name} "{value}"' if isinstance(value, str) else f"{name} {value}"
        for name, value in values.items()
    )
