"""Tries all that a run would use on this machine: what works, and why the rest does not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .errors import SourceUnavailableError
from .hardware import CpuFacts
from .machine import Machine
from .power import SourceEntry, known_sources
from .power.gpu import is_first_namespace
from .power.source import Component, Kind, RemediableError
from .power.tdp import rated_power
from .region import (
    LOOKUP_VARIABLE,
    REGION_VARIABLE,
    lookup_allowed,
    mistakes,
    resolve_without_network,
)
from .region_service import SERVICE_NAME


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """A power source: what it covers, or why it does not work."""

    name: str
    component: Component
    works: bool
    used: bool
    """The first of its component that works: what a log will have."""
    kind: Kind | None = None
    devices: tuple[str, ...] = ()
    note: str | None = None
    reason: str | None = None
    """Why it does not work."""
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something else that a log needs."""

    works: bool
    says: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found."""

    wattboard: str
    """The version."""
    cpu: Mapping[str, Any]
    power_sources: tuple[SourceFinding, ...]
    gpus: tuple[Mapping[str, Any], ...]
    processes: Finding
    gpu_processes: Finding | None
    """Whether the run's processes can be told on the GPUs; None without GPUs that are measured."""
    region: Finding

    def used(self, component: Component) -> SourceFinding | None:
        sources = (s for s in self.power_sources if s.used and s.component == component)
        return next(sources, None)


def examine(
    cpu: CpuFacts,
    machine: Machine,
    environ: Mapping[str, str],
    home: Path | None = None,
    registry: Sequence[SourceEntry] | None = None,
    *,
    first_namespace: bool | None = None,
) -> Examination:
    """Try what a run would use. Nothing is written, and the network is not asked.

    Args:
        cpu: The processors, as the system names them.
        machine: The operating system.
        environ: The environment variables.
        home: The user's folder; found out, if left out.
        registry: The power sources in order of trust. None: all that are known.
        first_namespace: Whether drivers know processes by our numbers; found out, if left out.
    """
    sources: list[SourceFinding] = []
    gpus: list[Mapping[str, Any]] = []
    for entry in known_sources() if registry is None else registry:
        is_first = not any(s.used and s.component == entry.component for s in sources)
        finding, devices = _try(entry, cpu, is_first=is_first)
        sources.append(finding)
        gpus += devices if finding.used else []
    rated = rated_power(cpu)
    in_first = is_first_namespace() if first_namespace is None else first_namespace
    has_gpus = any(source.used and source.component == "gpu" for source in sources)
    return Examination(
        wattboard=version("wattboard"),
        cpu={
            **cpu.labelled(),
            "rated_power_w": rated.watts,
            "rated_power_found_by": rated.found_by,
        },
        power_sources=tuple(sources),
        gpus=tuple(gpus),
        processes=_processes(machine),
        gpu_processes=_gpu_processes(first_namespace=in_first) if has_gpus else None,
        region=_region(environ, _home() if home is None else home),
    )


def _try(
    entry: SourceEntry, cpu: CpuFacts, *, is_first: bool
) -> tuple[SourceFinding, list[dict[str, Any]]]:
    reason, remedy = "", None
    try:
        source = entry.open(cpu)
    except RemediableError as error:
        reason, remedy = error.reason, error.remedy
    except SourceUnavailableError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a source that breaks its promise is a finding, too
        reason = f"it fails in a way that it should not: {type(error).__name__}: {error}"
    else:
        described, devices = source.describe(), source.devices()
        source.close()
        finding = SourceFinding(
            name=entry.name,
            component=entry.component,
            works=True,
            used=is_first,
            kind=source.kind,
            devices=tuple(described.get("devices", ())),
            note=described.get("note") or described.get("found_by"),
        )
        return finding, devices
    return SourceFinding(
        entry.name, entry.component, works=False, used=False, reason=reason, remedy=remedy
    ), []


def _processes(machine: Machine) -> Finding:
    process = machine.open(os.getpid())
    if process is not None and process.read() is not None:
        process.close()
        return Finding(works=True, says="the run's processes can be read")
    return Finding(
        works=False,
        says="not even this program's own process can be read: the run's part of the CPU is not known",
        remedy="see that /proc is mounted",
    )


def _gpu_processes(*, first_namespace: bool) -> Finding:
    if first_namespace:
        return Finding(works=True, says="the driver tells them by the numbers that they have here")
    return Finding(
        works=False,
        says="this container has process numbers of its own, and the driver tells them by the host's",
        remedy="let it have the host's: docker run --pid=host, or hostPID: true in Kubernetes",
    )


def _region(environ: Mapping[str, str], home: Path | None) -> Finding:
    region = resolve_without_network(environ, home)
    if region is not None:
        return Finding(works=True, says=f"{region.id}, by {region.found_by}")
    remedy = f"state it: {REGION_VARIABLE}=DEU (ISO 3166), or region= in the training script"
    wrong = mistakes(environ, home)
    if wrong:
        return Finding(works=False, says="; ".join(wrong), remedy=remedy)
    if lookup_allowed(environ, home):
        return Finding(
            works=True,
            says=f"will be looked up by IP address at {SERVICE_NAME} when a run begins "
            f"(not with {LOOKUP_VARIABLE}=off)",
        )
    return Finding(works=False, says="unknown: the lookup is switched off", remedy=remedy)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
