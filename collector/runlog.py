"""Writes and reads the files of a run log. The format is described in docs/log-format.md."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from .errors import CollectorError, LogExistsError

FORMAT = "wattboard/1"
LOG_FOLDER = "impacttracker"
DATA_FILE = "data.json"
INFO_FILE = "info.json"
TRACKER_LOG_FILE = "impact_tracker_log.log"

_READ_BLOCK = 1 << 16


def claim(logdir: Path) -> Path:
    """Make the log's folder and its empty data file; of two trackers on one folder, one succeeds.

    Returns:
        The folder `impacttracker` in `logdir`.

    Raises:
        LogExistsError: The folder already holds a log.
        OSError: The folder cannot be written to.
    """
    folder = logdir / LOG_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    present = [name for name in (DATA_FILE, INFO_FILE, "info.pkl") if (folder / name).exists()]
    if not present:
        try:
            (folder / DATA_FILE).touch(exist_ok=False)
        except FileExistsError:
            present = [DATA_FILE]
    if present:
        raise LogExistsError(
            f"{folder}: expected a folder without a log, found {' and '.join(present)}. "
            "A log is never written over: give each run a folder of its own, or remove this one"
        )
    return folder


class RunLogWriter:
    """Appends samples, each as one whole line in one write, and replaces info.json as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = os.open(folder / DATA_FILE, os.O_WRONLY | os.O_APPEND)

    def append(self, sample: dict[str, Any]) -> None:
        """Add a line to data.json. A number that is not finite becomes null."""
        if os.fstat(self._data).st_nlink == 0:
            # Linux goes on writing into a deleted file: the run would end without a log or a word.
            raise CollectorError(f"{self.folder / DATA_FILE} was deleted while the run went on")
        line = _dumps(sample).encode() + b"\n"
        written = os.write(self._data, line)
        if written != len(line):
            # A disk that filled up half-way: the next line must not continue this one.
            os.ftruncate(self._data, os.fstat(self._data).st_size - written)
            raise CollectorError(f"{self.folder / DATA_FILE}: the disk is full")

    def write_info(self, info: dict[str, Any]) -> None:
        """Replace info.json, which is at every moment either the old one or the new one."""
        staged = self.folder / f"{INFO_FILE}.new"
        with staged.open("w", encoding="utf-8") as file:
            file.write(_dumps(info, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self.folder / INFO_FILE)

    def close(self) -> None:
        os.close(self._data)


def last_sample(folder: Path) -> dict[str, Any] | None:
    """The last whole line of data.json; None when there is none yet. Reads only the file's end."""
    with (folder / DATA_FILE).open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        tail = b""
        while position > 0:
            step = min(_READ_BLOCK, position)
            position = file.seek(position - step)
            tail = file.read(step) + tail
            whole, newline, _ = tail.rpartition(b"\n")
            if newline and (position == 0 or b"\n" in whole):
                sample: dict[str, Any] = json.loads(whole.rpartition(b"\n")[2])
                return sample
    return None


def _dumps(value: dict[str, Any], indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else None
    return json.dumps(
        _rounded(value), indent=indent, separators=separators, allow_nan=False, ensure_ascii=False
    )


def _rounded(value: Any) -> Any:
    """Numbers to a millionth, below what any source resolves; those not finite as None."""
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
