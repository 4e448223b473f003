"""The raw log of a run as a zip: its samples and our form of its info, with the fields of the format and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IFREG
from typing import Any

import msgspec
from isal import isal_zlib
from stream_zip import ZIP_32, ZIP_64, stream_zip

from .model import LiveIntensity, RunLog, Surroundings
from .readers.hardware import PYTHON_LABEL, cpu_keys, gpu_keys
from .readers.info_json import FORMAT

# Zips hold a date for each file, and the earliest is 1980. One date for all, so that the same log gives the same zip.
# In UTC, because it is kept as seconds since 1970, too.
_DATE = datetime(1980, 1, 1, tzinfo=UTC)
_CHUNK_BYTES = 1 << 18
_MODE = S_IFREG | 0o644
_MAX_ZIP_32_BYTES = 3 << 30


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
    form = ZIP_32 if log_bytes < _MAX_ZIP_32_BYTES else ZIP_64

    def members() -> Iterator[tuple[Any, ...]]:
        for part in parts:
            yield f"{part.folder}data.json", _DATE, _MODE, form, part.blocks
            log = part.read_log()
            if log is not None:
                yield f"{part.folder}info.json", _DATE, _MODE, form, (info_json(log).encode(),)

    with file.open("wb") as out:
        # isal's fastest level: zlib would take longer than all other work on a log, for a somewhat smaller file.
        out.writelines(
            stream_zip(
                members(),
                chunk_size=_CHUNK_BYTES,
                get_compressobj=_fast_deflate,
            )
        )


def _fast_deflate() -> Any:
    return isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15)


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
