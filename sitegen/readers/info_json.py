"""Read `info.json`, our own description of a run: docs/log-format.md."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from ..errors import Problem, RunError
from ..model import (
    Basis,
    GridIntensity,
    LiveIntensity,
    Origin,
    Package,
    PowerSource,
    Region,
    RunInfo,
)
from ..pue import MAX_PUE
from .hardware import cpu_facts, gpu_facts
from .info_fields import (
    MAX_PACKAGES,
    MAX_PROCESSES,
    WITHOUT_INFO,
    Fields,
    clean,
    package,
    shown,
    sorted_packages,
)
from .surroundings import surroundings

FORMAT = "wattboard/1"
SEED_FORMAT = "experiment-impact-tracker"

_KNOWN_FORMAT = re.compile(r"wattboard/1(\.\d{1,9})?")
_NEWER_FORMAT = re.compile(r"wattboard/([2-9]|[1-9]\d{1,9})(\.\d{1,9})?")
_RUN_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_BASES: tuple[Basis, ...] = ("lifecycle", "direct", "marginal", "unknown")
_MAX_NAME_CHARS = 100
_MAX_TOLD = 64
_MOST_KEPT_BYTES = 100_000
"""Of a list of packages that is kept for the next run."""
_MAX_YEAR = 9999
_LONGEST_INTERVAL_S = 3600.0
_SHORTEST_INTERVAL_S = 1e-3
_LEAST_EXIT_CODE, _MOST_EXIT_CODE = -(1 << 31), (1 << 32) - 1


class _Info(msgspec.Struct):
    """The known fields, each still as text: one that is no good does not spoil the others."""

    format: msgspec.Raw = msgspec.Raw()
    run_id: msgspec.Raw = msgspec.Raw()
    experiment_start: msgspec.Raw = msgspec.Raw()
    experiment_end: msgspec.Raw = msgspec.Raw()
    interval_s: msgspec.Raw = msgspec.Raw()
    cpu_info: msgspec.Raw = msgspec.Raw()
    gpu_info: msgspec.Raw = msgspec.Raw()
    python_version: msgspec.Raw = msgspec.Raw()
    python_packages: msgspec.Raw = msgspec.Raw()
    region: msgspec.Raw = msgspec.Raw()
    carbon_intensity: msgspec.Raw = msgspec.Raw()
    live_intensity: msgspec.Raw = msgspec.Raw()
    power_sources: msgspec.Raw = msgspec.Raw()
    pue: msgspec.Raw = msgspec.Raw()
    collector_version: msgspec.Raw = msgspec.Raw()
    converted_from: msgspec.Raw = msgspec.Raw()
    origin: msgspec.Raw = msgspec.Raw()
    part: msgspec.Raw = msgspec.Raw()
    node: msgspec.Raw = msgspec.Raw()
    os: msgspec.Raw = msgspec.Raw()
    git: msgspec.Raw = msgspec.Raw()
    scheduler: msgspec.Raw = msgspec.Raw()
    container: msgspec.Raw = msgspec.Raw()
    cloud: msgspec.Raw = msgspec.Raw()
    exit_code: msgspec.Raw = msgspec.Raw()


def parse(data: bytes, file: str) -> tuple[RunInfo, tuple[Problem, ...]]:
    """Read the content of info.json. Unknown fields are ignored, bad ones left out with a problem.

    Args:
        file: The file's name for messages.

    Raises:
        RunError: the file is of a format that this version does not know.
    """
    fields = Fields(file)
    try:
        raw = msgspec.json.decode(data, type=_Info)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"expected a JSON object, found: {_reason(error)}"
        return RunInfo(FORMAT), (Problem(file, message, hint=WITHOUT_INFO),)
    listed = bytes(raw.python_packages)
    packages = _good_packages(listed) if len(listed) <= _MOST_KEPT_BYTES else None
    if packages is not None:
        raw.python_packages = msgspec.Raw()
    values = {name: _decoded(fields, name, getattr(raw, name)) for name in _Info.__struct_fields__}
    _check_format(fields, values["format"])
    return _run_info(fields, values, packages), tuple(fields.problems)


@lru_cache(maxsize=16)
def _good_packages(raw: bytes) -> tuple[Package, ...] | None:
    """A list of packages in JSON, None where something is wrong with it. Runs of one environment have the same."""
    fields = Fields("")
    packages = _packages(fields, _decoded(fields, "python_packages", msgspec.Raw(raw)))
    return None if fields.problems else packages


def _run_info(
    fields: Fields, values: dict[str, Any], packages: tuple[Package, ...] | None
) -> RunInfo:
    """Args:
    packages: Those of the list, where they are known.
    """
    machine = fields.mapping("cpu_info", values["cpu_info"])
    part = fields.mapping("part", values["part"])
    origin = fields.mapping("origin", values["origin"])
    python_version = fields.text("python_version", values["python_version"], _MAX_NAME_CHARS)
    return RunInfo(
        # A download of a seed log keeps the seed's rules.
        format=SEED_FORMAT if values["converted_from"] == SEED_FORMAT else FORMAT,
        start_s=fields.iso_time("experiment_start", values["experiment_start"]),
        end_s=fields.iso_time("experiment_end", values["experiment_end"]),
        run_id=fields.matching(
            "run_id", values["run_id"], _RUN_ID, "letters, digits, and . _ : - (at most 100)"
        ),
        interval_s=fields.number(
            "interval_s", values["interval_s"], least=_SHORTEST_INTERVAL_S, most=_LONGEST_INTERVAL_S
        ),
        cpu_info=cpu_facts(fields, machine | {"python_version": python_version}),
        gpu_info=gpu_facts(fields, values["gpu_info"]),
        packages=_packages(fields, values["python_packages"]) if packages is None else packages,
        region=_region(fields, values["region"]),
        carbon_intensity=_intensity(fields, values["carbon_intensity"]),
        live_intensity=_live_intensity(fields, values["live_intensity"]),
        power_sources=_power_sources(fields, values["power_sources"]),
        pue=fields.number("pue", values["pue"], least=1.0, most=MAX_PUE),
        collector_version=fields.text(
            "collector_version", values["collector_version"], _MAX_NAME_CHARS
        ),
        rank=fields.whole("part.rank", part.get("rank"), most=MAX_PROCESSES),
        n_ranks=fields.whole("part.of", part.get("of"), least=1, most=MAX_PROCESSES),
        surroundings=surroundings(fields, values),
        exit_code=fields.whole(
            "exit_code", values["exit_code"], least=_LEAST_EXIT_CODE, most=_MOST_EXIT_CODE
        ),
        origin=_origin(fields, origin),
        told=_told(fields, origin.get("told")),
    )


def _origin(fields: Fields, origin: dict[str, Any]) -> Origin | None:
    tool, version, file = (
        fields.text(f"origin.{key}", origin.get(key), _MAX_NAME_CHARS)
        for key in ("tool", "version", "file")
    )
    return Origin(tool, version, file) if tool else None


def _told(fields: Fields, value: object) -> dict[str, str]:
    told = list(fields.mapping("origin.told", value).items())[:_MAX_TOLD]
    texts = {clean(key, _MAX_NAME_CHARS): fields.text("origin.told", text) for key, text in told}
    return {label: text for label, text in texts.items() if label and text}


def _decoded(fields: Fields, key: str, raw: msgspec.Raw) -> Any:
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"expected a value in JSON, found: {_reason(error)}"
        fields.problems.append(Problem(fields.file, message, key=key, hint="the field is left out"))
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "lists or objects nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "a text that is no UTF-8"
    return str(error)


def _check_format(fields: Fields, value: object) -> None:
    if isinstance(value, str) and _KNOWN_FORMAT.fullmatch(value):
        return
    if value is None:
        fields.problems.append(
            Problem(fields.file, f'expected "{FORMAT}", found none', key="format")
        )
        return
    hint = "the run is skipped"
    if isinstance(value, str) and _NEWER_FORMAT.fullmatch(value):
        hint = "the log was written by a newer Wattboard: upgrade this one; the run is skipped"
    message = f'expected "{FORMAT}", found {shown(value)}'
    raise RunError(Problem(fields.file, message, key="format", hint=hint, severity="error"))


def _packages(fields: Fields, value: object) -> tuple[Package, ...]:
    entries = fields.entries("python_packages", value, MAX_PACKAGES)
    found = [package(e.get("name"), e.get("version")) for e in entries if isinstance(e, dict)]
    known = {p for p in found if p}
    if len(found) < len(entries) or None in found:
        bad = next(e for e in entries if not isinstance(e, dict) or not package(e.get("name"), ""))
        fields.refuse("python_packages", 'entries with a "name" and a "version"', bad)
    return sorted_packages(known)


def _region(fields: Fields, value: object) -> Region | None:
    region = fields.mapping("region", value)
    name = fields.text("region.name", region.get("name"), _MAX_NAME_CHARS)
    zone = fields.text("region.id", region.get("id"), _MAX_NAME_CHARS)
    found_by = fields.text("region.found_by", region.get("found_by"))
    return Region(zone, name, found_by) if zone else None


def _intensity(fields: Fields, value: object) -> GridIntensity | None:
    intensity = fields.mapping("carbon_intensity", value)
    g_per_kwh = fields.number("carbon_intensity.g_per_kwh", intensity.get("g_per_kwh"))
    if g_per_kwh is None:
        return None
    year = fields.number("carbon_intensity.year", intensity.get("year"), most=_MAX_YEAR)
    return GridIntensity(
        g_per_kwh,
        source=fields.text("carbon_intensity.source", intensity.get("source")),
        year=None if year is None else int(year),
        basis=_basis(fields, "carbon_intensity.basis", intensity.get("basis")),
    )


def _live_intensity(fields: Fields, value: object) -> LiveIntensity | None:
    live = fields.mapping("live_intensity", value)
    texts = {
        name: fields.text(f"live_intensity.{name}", live.get(name))
        for name in ("provider", "zone", "source", "attribution")
    }
    if not texts["provider"]:
        return None
    basis = _basis(fields, "live_intensity.basis", live.get("basis"))
    return LiveIntensity(**texts, basis=basis, is_estimated=live.get("estimated") is True)


def _basis(fields: Fields, key: str, value: object) -> Basis:
    if value is not None and value not in _BASES:
        fields.refuse(key, "lifecycle, direct, marginal or unknown", value)
    return next((known for known in _BASES if known == value), "unknown")


def _power_sources(fields: Fields, value: object) -> tuple[PowerSource, ...]:
    found = []
    for i, entry in enumerate(fields.entries("power_sources", value)):
        key = f"power_sources[{i}]"
        source = fields.mapping(key, entry)
        name = fields.text(f"{key}.name", source.get("name"), _MAX_NAME_CHARS)
        component = fields.text(f"{key}.component", source.get("component"), _MAX_NAME_CHARS)
        match source.get("kind"):
            case ("counter" | "power" | "estimate" | "reported") as kind if name:
                rated_w = fields.number(f"{key}.rated_power_w", source.get("rated_power_w"))
                found_by = fields.text(f"{key}.found_by", source.get("found_by"))
                note = fields.text(f"{key}.note", source.get("note"))
                found.append(PowerSource(name, kind, component, rated_w, found_by, note))
            case kind if source:
                fields.refuse(f"{key}.kind", "counter, power, estimate or reported", kind)
    return tuple(found)
