"""The raw log of a run as a zip: its samples and our form of its info, with the fields of the format and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from .model import LiveIntensity, RunLog, Surroundings
from .readers.hardware import PYTHON_LABEL, cpu_keys, gpu_keys
from .readers.info_json import FORMAT

_LARGE_BYTES = 3 << 30
"""A zip says of each file beforehand whether it may have more than 4 GiB."""


@dataclass(frozen=True, slots=True)
class ZipPart:
    """A log on its way into a zip."""

    folder: str
    """Inside the zip: "" for the run's own log, else such as "part-rank-1/"."""
    blocks: Iterable[bytes]
    """What becomes `data.json`, made as it is taken."""
    read_log: Callable[[], RunLog | None]
    """Called once the blocks are exhausted. None: the log cannot be used, and gets no `info.json`."""


def write_zip(file: Path, parts: Iterable[ZipPart], log_bytes: int) -> None:
    """Write a zip with `data.json`, made of the blocks as they come, and `info.json` of each part.

    Args:
        log_bytes: About the sum of all blocks; decides whether the zip needs its 64-bit form.
    """
    from .zip_writer import ZipWriter  # with a library that figures alone do not need

    with file.open("wb") as out:
        archive = ZipWriter(out)
        for part in parts:
            archive.add(f"{part.folder}data.json", part.blocks, large=log_bytes >= _LARGE_BYTES)
            log = part.read_log()
            if log is not None:
                archive.add(f"{part.folder}info.json", (info_json(log).encode(),))
        archive.finish()


def info_json(log: RunLog) -> str:
    """A run's info in the log format, so that a download can be read like any log. `RunInfo` holds nothing private."""
    info = log.info
    python_version = info.cpu_info.get(PYTHON_LABEL)
    content: dict[str, Any] = {
        "format": FORMAT,
        "run_id": info.run_id,
        "experiment_start": iso(log.start_s),
        "experiment_end": iso(log.end_s) if log.ended else None,
        "interval_s": info.interval_s,
        "collector_version": info.collector_version,
        "cpu_info": cpu_keys(info.cpu_info),
        "gpu_info": [gpu_keys(gpu) for gpu in info.gpu_info],
        "power_sources": [_present(asdict(source)) for source in info.power_sources],
        "region": info.region,
        "carbon_intensity": info.carbon_intensity,
        "live_intensity": info.live_intensity and _live_keys(info.live_intensity),
        "pue": info.pue,
        "python_version": python_version,
        "python_packages": info.packages,
        **_surroundings(info.surroundings),
        "exit_code": info.exit_code,
    }
    if log.location.name or info.rank is not None or info.n_ranks is not None:
        content["part"] = {"name": log.location.name, "rank": info.rank, "of": info.n_ranks}
    if info.origin is not None:
        content["origin"] = _present(asdict(info.origin) | {"told": info.told or None})
    if info.format != FORMAT:
        content["converted_from"] = info.format
    return msgspec.json.format(msgspec.json.encode(_present(content)).decode(), indent=1) + "\n"


def _live_keys(live: LiveIntensity) -> dict[str, Any]:
    keys = asdict(live)
    return keys | {"estimated": keys.pop("is_estimated")}


def _surroundings(known: Surroundings) -> dict[str, Any]:
    commit, scheduler, cloud = known.commit, known.scheduler, known.cloud
    return {
        "node": known.node,
        "os": known.operating_system,
        "git": commit and {"commit": commit.id, "modified": commit.modified},
        "scheduler": scheduler and _present(asdict(scheduler)),
        "container": known.container,
        "cloud": cloud and _present(asdict(cloud)),
    }


def _present(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent."""
    return {key: value for key, value in content.items() if value not in (None, "")}


def iso(time_s: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="microseconds")
