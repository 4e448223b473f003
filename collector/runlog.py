"""Writes and reads the files of a run log. The format is described in docs/log-format.md."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
from pathlib import Path
from typing import Any, NamedTuple

from .errors import CollectorError, LogExistsError
from .ranks import part_names

FORMAT = "wattboard/1"
LOG_FOLDER = "impacttracker"
DATA_FILE = "data.json"
INFO_FILE = "info.json"
TRACKER_LOG_FILE = "impact_tracker_log.log"

_READ_BLOCK = 1 << 16


class Claim(NamedTuple):
    """The place of one log: the whole run's, or that of one of its parts."""

    folder: Path
    part: str
    """The part's name, "" for the run's own folder."""


def claim(logdir: Path, rank: int = 0, *, resume: bool = False) -> Claim:
    """Make a log's folder and its empty data file; of two trackers on one folder, one succeeds.

    Args:
        logdir: The run's folder.
        rank: Ranks above 0 write a part of their own.
        resume: Where a log is, go on in a new part.

    Raises:
        LogExistsError: There is a log already; or, when resuming, it is still being written.
        OSError: The folder cannot be written to.
    """
    names = part_names(rank)
    while True:
        part = next(names)
        folder = log_folder(logdir, part)
        folder.mkdir(parents=True, exist_ok=True)
        present = _present(folder)
        if not present:
            return Claim(folder, part)
        if not resume:
            raise LogExistsError(
                f"{folder}: expected a folder without a log, found {' and '.join(present)}. A log "
                "is never written over: give each run a folder of its own, or add to this one with "
                "resume (and rank, for processes that work on one run together)"
            )
        if _is_being_written(folder):
            raise LogExistsError(
                f"{folder}: expected a log that has ended, found one that another tracker is "
                "writing: stop that one first, or give this run a folder of its own"
            )


def log_folder(logdir: Path, part: str) -> Path:
    """Where a part of a run lies."""
    return logdir / LOG_FOLDER / f"part-{part}" if part else logdir / LOG_FOLDER


def _present(folder: Path) -> list[str]:
    """The files of a log that are there; if none is, the data file is made now."""
    present = [name for name in (DATA_FILE, INFO_FILE, "info.pkl") if (folder / name).exists()]
    if not present:
        try:
            (folder / DATA_FILE).touch(exist_ok=False)
        except FileExistsError:
            return [DATA_FILE]
    return present


def _is_being_written(folder: Path) -> bool:
    try:
        file = os.open(folder / DATA_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(file)
    return False


class RunLogWriter:
    """Appends samples, each as one whole line in one write, and replaces info.json as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / DATA_FILE
        self._data = os.open(self._file, os.O_WRONLY | os.O_APPEND)
        # Held until this process ends, however it ends: so a later one knows that it may resume.
        with contextlib.suppress(OSError):
            fcntl.flock(self._data, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(self, sample: dict[str, Any]) -> None:
        """Add a line to data.json. A number that is not finite becomes null.

        Raises:
            CollectorError: The file was deleted, or takes no more.
        """
        if os.fstat(self._data).st_nlink == 0:
            # Linux goes on writing into a deleted file: the run would end without a log or a word.
            raise CollectorError(f"{self._file} was deleted while the run went on")
        line = _dumps(sample).encode(errors="replace") + b"\n"
        try:
            written = os.write(self._data, line)
        except OSError as error:
            raise CollectorError(
                f"{self._file}: no sample can be added: {error.strerror}"
            ) from error
        if written != len(line):
            # A disk that filled up half-way: the next line must not continue this one.
            os.ftruncate(self._data, os.fstat(self._data).st_size - written)
            raise CollectorError(f"{self._file}: no sample can be added: the disk is full")

    def write_info(self, info: dict[str, Any]) -> None:
        """Replace info.json, which is at every moment either the old one or the new one.

        Raises:
            CollectorError: The folder is gone, or takes no more.
        """
        staged = self.folder / f"{INFO_FILE}.new"
        try:
            with staged.open("w", encoding="utf-8", errors="replace") as file:
                file.write(_dumps(info, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            staged.replace(self.folder / INFO_FILE)
        except OSError as error:
            with contextlib.suppress(OSError):
                staged.unlink()
            raise CollectorError(
                f"{self.folder / INFO_FILE}: cannot be written: {error.strerror}"
            ) from error

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
