"""The raw log of a run as a zip: its samples and our form of its info, with the fields of the format and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IFREG
from typing import Any

import msgspec
from isal import isal_zlib
from stream_zip import ZIP_32, ZIP_64, stream_zip

from .model import RunLog

# Zips hold a date for each file, and the earliest is 1980. One date for all, so that the same log gives the same zip.
# In UTC, because it is kept as seconds since 1970, too.
_DATE = datetime(1980, 1, 1, tzinfo=UTC)
_CHUNK_BYTES = 1 << 18
_MODE = S_IFREG | 0o644
_MAX_ZIP_32_BYTES = 3 << 30

_CLOCK_READINGS = frozenset({"start_s", "end_s", "start_is_local"})
"""Of the info: what the log says of them, before they are placed on the samples' clock."""


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
        # isal's level 1 is some fifteen times as fast as zlib's level 6, for 7 % instead of 4.5 % of the size.
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
    """Our JSON form of a run's info. `RunInfo` holds nothing private, so all of it is shown."""
    content = {
        field.name: getattr(log.info, field.name)
        for field in fields(log.info)
        if field.name not in _CLOCK_READINGS
    }
    content["experiment_start"] = iso(log.start_s)
    content["experiment_end"] = iso(log.end_s) if log.ended else None
    text = msgspec.json.encode(content, order="sorted").decode()
    return msgspec.json.format(text, indent=1) + "\n"


def iso(time_s: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")
