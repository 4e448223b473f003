"""`wattboard doctor`: what a run's log will hold on this machine, and what would make it hold more."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Literal

import click

from .errors import CollectorError
from .examination import Examination, SourceFinding, examine
from .hardware import read_cpu_facts
from .machine import open_machine
from .power.source import Component, Kind

WIDTH = 96
_INDENT = 16

_HOW: Mapping[Kind, str] = {
    "counter": "measured by an energy counter",
    "power": "measured by a power sensor",
    "estimate": "ESTIMATED: nothing is measured but CPU time",
}
_TITLES: Mapping[Component, str] = {"cpu": "CPU", "gpu": "GPUs"}


@click.command()
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
def doctor(output_format: Literal["text", "json"]) -> None:
    """Say what can be measured on this machine, what cannot, and what to do about it."""
    try:
        found = examine(read_cpu_facts(), open_machine(), os.environ)
    except CollectorError as error:
        raise click.ClickException(str(error)) from error
    if output_format == "json":
        click.echo(json.dumps(asdict(found), indent=1, ensure_ascii=False))
    else:
        click.echo(as_text(found), nl=False)


def as_text(found: Examination) -> str:
    """For people, at most `WIDTH` columns but for what cannot be broken."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Examination) -> Iterator[str]:
    yield f"Wattboard {found.wattboard}: what a run's log will hold on this machine"
    yield ""
    for component in _TITLES:
        yield from _row(f"{component.upper()} energy", _summary(component, found))
    yield from _row("region", found.region.says, found.region.remedy)
    yield from _row("processes", found.processes.says, found.processes.remedy)
    if found.gpu_processes is not None:
        yield from _row("GPU processes", found.gpu_processes.says, found.gpu_processes.remedy)
    for component, title in _TITLES.items():
        yield ""
        yield from _hardware(title, found, component)
        for source in found.power_sources:
            if source.component == component:
                yield from _row(f"  {source.name}", _status(source), source.remedy)


def _summary(component: Component, found: Examination) -> str:
    source = found.used(component)
    if source is None or source.kind is None:
        gpu_or_source = "GPU was found that could be" if component == "gpu" else "source works"
        return f"NOT MEASURED: no {gpu_or_source}"
    is_told = component == "cpu" or found.gpu_processes is None or found.gpu_processes.works
    unknown = "" if is_told else ", but the run's part of it is NOT KNOWN"
    return f"{_HOW[source.kind]} ({source.name}){unknown}"


def _hardware(title: str, found: Examination, component: Component) -> Iterator[str]:
    if component == "gpu":
        names = [str(gpu.get("name", "unnamed")) for gpu in found.gpus]
        yield from _row(title, ", ".join(names) or "none")
        return
    cpu = found.cpu
    sockets = f"{cpu['sockets']} processors, " if cpu["sockets"] > 1 else ""
    virtual = ", in a virtual machine" if cpu["virtual_machine"] == "yes" else ""
    yield from _row(title, f"{cpu['brand']}, {sockets}{cpu['count']} logical CPUs{virtual}")
    rated = f"rated power {cpu['rated_power_w']:g} W: {cpu['rated_power_found_by']}"
    yield from _row("", rated)


def _status(source: SourceFinding) -> str:
    if not source.works:
        return f"no: {source.reason}"
    devices = f": {', '.join(source.devices)}" if source.devices else ""
    note = f" ({source.note})" if source.note and source.kind != "estimate" else ""
    use = "used" if source.used else "works, but one above is used"
    return f"{use}{devices}{note}"


def _row(name: str, text: str, remedy: str | None = None) -> Iterator[str]:
    wrapped = textwrap.wrap(text, WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
    for index, line in enumerate(wrapped):
        yield f"{name if index == 0 else '':<{_INDENT}}{line}"
    if remedy:
        # Never wrapped: it is there to be copied.
        yield f"{'':<{_INDENT}}→ {remedy}"
