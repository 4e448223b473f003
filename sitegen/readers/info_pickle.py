"""Read `info.pkl`, the description of a run that experiment-impact-tracker (the seed) writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ..errors import Problem, RunError
from ..model import GridIntensity, Package, Region, RunInfo
from .foreign import Foreign
from .hardware import cpu_facts, gpu_facts
from .info_fields import (
    MAX_PACKAGES,
    WITHOUT_INFO,
    Fields,
    epoch_seconds,
    package,
    shown,
    sorted_packages,
)
from .info_json import SEED_FORMAT
from .pickle_opcodes import DamagedPickleError, RefusedPickleError
from .safe_pickle import load

FORMAT = SEED_FORMAT

_YEAR_IN_BRACKETS = re.compile(r"\([^()]*\b((?:19|20)\d\d)\)")
_EGG_NAME = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_MAX_NAME_CHARS = 100
_MAX_PATH_CHARS = 300


def parse(data: bytes, file: str) -> tuple[RunInfo, tuple[Problem, ...]]:
    """Read the content of info.pkl. The unknown is ignored, what is bad left out with a problem.

    Args:
        file: The file's name for messages.

    Raises:
        RunError: the pickle was made to do harm.
    """
    fields = Fields(file)
    try:
        info = load(data)
    except RefusedPickleError as error:
        hint = "nothing of it was run; no honest log holds this, so the run is skipped"
        raise RunError(Problem(file, f"the pickle {error}", hint=hint, severity="error")) from error
    except DamagedPickleError as error:
        return RunInfo(FORMAT), (Problem(file, f"the pickle {error}", hint=WITHOUT_INFO),)
    if not isinstance(info, dict):
        message = f"expected a pickle of a dict, found {shown(info)}"
        return RunInfo(FORMAT), (Problem(file, message, hint=WITHOUT_INFO),)
    return _run_info(fields, info), tuple(fields.problems)


def _run_info(fields: Fields, values: Mapping[str, object]) -> RunInfo:
    start, end = _start_and_end(fields, values)
    return RunInfo(
        format=FORMAT,
        start_s=epoch_seconds(start) if start else None,
        end_s=epoch_seconds(end) if end else None,
        start_is_local=start is not None and start.tzinfo is None,
        cpu_info=cpu_facts(fields, values.get("cpu_info")),
        gpu_info=gpu_facts(fields, values.get("gpu_info")),
        packages=_packages(fields, values.get("python_package_info")),
        region=_region(fields, values.get("region")),
        carbon_intensity=_intensity(fields, values.get("region_carbon_intensity_estimate")),
        collector_version=fields.text(
            "experiment_impact_tracker_version",
            values.get("experiment_impact_tracker_version"),
            _MAX_NAME_CHARS,
        ),
    )


def _start_and_end(
    fields: Fields, values: Mapping[str, object]
) -> tuple[datetime | None, datetime | None]:
    """The two times, both naive or both with an offset."""
    start = _time(fields, "experiment_start", values.get("experiment_start"))
    end = _time(fields, "experiment_end", values.get("experiment_end"))
    # A local end is placed by the start's offset from UTC: it is worth nothing without one.
    is_local = start is not None and start.tzinfo is None
    if end and (end.tzinfo is None) != is_local:
        fields.refuse("experiment_end", "a time of the same kind as experiment_start", end)
        end = None
    return start, end


def _time(fields: Fields, key: str, value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if value is not None:
        fields.refuse(key, "a time", value)
    return None


def _packages(fields: Fields, value: object) -> tuple[Package, ...]:
    entries = fields.entries("python_package_info", value, MAX_PACKAGES)
    return sorted_packages({p for entry in entries if (p := _package(entry))})


def _package(entry: object) -> Package | None:
    """A distribution of pkg_resources, or a line such as "numpy==1.17.3"."""
    if isinstance(entry, str):
        named, _, pinned = entry[:_MAX_PATH_CHARS].partition("==")
        return package(named.strip(), pinned.strip())
    state = entry.state if isinstance(entry, Foreign) else None
    if not isinstance(state, dict):
        return None
    project, version = state.get("project_name"), state.get("_version")
    if not isinstance(version, str):
        # pkg_resources looks a version up when it is first asked for it.
        from_folder = _package_of_folder(state.get("_provider"))
        if from_folder and project in (None, from_folder.name):
            return from_folder
    return package(project, version)


def _package_of_folder(provider: object) -> Package | None:
    """By the name of its metadata's folder, such as …/wheel-0.33.6-py3.7.egg-info."""
    state = provider.state if isinstance(provider, Foreign) else None
    folder = state.get("egg_info") if isinstance(state, dict) else None
    if not isinstance(folder, str):
        return None
    found = _EGG_NAME.fullmatch(re.split(r"[\\/]", folder[-_MAX_PATH_CHARS:])[-1])
    return package(found["name"], found["version"]) if found else None


def _region(fields: Fields, value: object) -> Region | None:
    region = fields.mapping("region", value)
    properties = fields.mapping("region.properties", region.get("properties"))
    zone = fields.text("region.id", region.get("id"), _MAX_NAME_CHARS)
    name = fields.text("region.properties.zoneName", properties.get("zoneName"), _MAX_NAME_CHARS)
    zone = zone or name
    return Region(zone, "" if name == zone else name) if zone else None


def _intensity(fields: Fields, value: object) -> GridIntensity | None:
    place = "region_carbon_intensity_estimate"
    estimate = fields.mapping(place, value)

    def share(key: str) -> float | None:
        return fields.number(f"{place}.{key}", estimate.get(key), most=1.0)

    g_per_kwh = fields.number(f"{place}.carbonIntensity", estimate.get("carbonIntensity"))
    if g_per_kwh is None:
        return None
    source = fields.text(f"{place}._source", estimate.get("_source"))
    year = _YEAR_IN_BRACKETS.search(source)
    return GridIntensity(
        g_per_kwh,
        source,
        year=int(year[1]) if year else None,
        # The seed's averages are ElectricityMap's, which count a plant's whole life.
        basis="lifecycle" if "electricitymap" in source.lower() else "unknown",
        fossil_share=share("fossilFuelRatio"),
        renewable_share=share("renewableRatio"),
    )
