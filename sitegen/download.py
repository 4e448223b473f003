"""The raw log of a run as a zip: its samples and our form of its info, with the fields of the format and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IFREG
from typing import Any

import msgspec
from isal import isal_zlib
from stream_zip import ZIP_32, ZIP_64, stream_zip

from .model import RunLog
from .readers.hardware import PYTHON_LABEL, cpu_keys, gpu_keys
from .readers.info_json import FORMAT

# Zips hold a date for each file, and the earliest is 1980. One date for all, so that the same log gives the same zip.
# In UTC, because it is kept as seconds since 1970, too.
_DATE = datetime(1980, 1, 1, tzinfo=UTC)
_CHUNK_BYTES = 1 << 18
_MODE = S_IFREG | 0o644
_MAX_ZIP_32_BYTES = 3 << 30


def write_zip(
    file: Path, blocks: Iterable[bytes], log_bytes: int, read_log: Callable[[], RunLog]
) -> None:
    """Write a zip with `data.json`, made of the blocks as they come, and `info.json`.

    Args:
        log_bytes: About the sum of the blocks; decides whether the zip needs its 64-bit form.
        read_log: Called once the blocks are exhausted.
    """

    def members() -> Iterator[tuple[Any, ...]]:
        form = ZIP_32 if log_bytes < _MAX_ZIP_32_BYTES else ZIP_64
        yield "data.json", _DATE, _MODE, form, blocks
        yield "info.json", _DATE, _MODE, ZIP_32, (info_json(read_log()).encode(),)

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
        "pue": info.pue,
        "python_version": python_version,
        "python_packages": info.packages,
    }
    if info.format != FORMAT:
        content["converted_from"] = info.format
    return msgspec.json.format(msgspec.json.encode(_present(content)).decode(), indent=1) + "\n"


def _present(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent."""
    return {key: value for key, value in content.items() if value not in (None, "")}


def iso(time_s: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="microseconds")
