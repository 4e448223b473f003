"""Read what a run says of itself: `info.json`, or the `info.pkl` of experiment-impact-tracker."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import Problem
from ..location import PartLocation
from ..model import RunInfo
from . import info_json, info_pickle, pickle_opcodes
from .info_fields import WITHOUT_INFO

MAX_JSON_BYTES = 1 << 20
"""Far more than any honest info has; a value in memory takes up to 25 times its text."""

_Parser = Callable[[bytes, str], tuple[RunInfo, tuple[Problem, ...]]]
_PARSERS: Mapping[str, tuple[_Parser, int, str]] = {
    "info.json": (info_json.parse, MAX_JSON_BYTES, info_json.FORMAT),
    "info.pkl": (info_pickle.parse, pickle_opcodes.MAX_BYTES, info_pickle.FORMAT),
}


def read_info(location: PartLocation) -> tuple[RunInfo, tuple[Problem, ...]]:
    """Read what a log says of its run. Where there is none, or none that can be read, its start is None.

    Of both files info.json counts, even if it is damaged.

    Raises:
        RunError: the info is of a newer format, or was made to do harm.
    """
    for name, (parse, max_bytes, log_format) in _PARSERS.items():
        file = location.folder / name
        if not os.path.lexists(file):
            continue
        shown_name = f"{location.path}/{name}"
        try:
            data = _content(file, location.tree, max_bytes)
        except _UnfitFileError as error:
            message = f"expected a file that can be read, found {error}"
            return RunInfo(log_format), (Problem(shown_name, message, hint=WITHOUT_INFO),)
        return parse(data, shown_name)
    message = "expected info.json or info.pkl, found neither"
    return RunInfo(info_pickle.FORMAT), (Problem(location.path, message, hint=WITHOUT_INFO),)


class _UnfitFileError(Exception):
    """Says what was found in place of a file that can be read."""


def _content(file: Path, tree: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file within the tree. Never waits, as a plain open of a pipe would."""
    try:
        if not file.resolve(strict=True).is_relative_to(tree):
            raise _UnfitFileError("a symbolic link out of the log folder")
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _UnfitFileError("no regular file")
            data = opened.read(max_bytes + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        reason = error.strerror if isinstance(error, OSError) else "a loop of symbolic links"
        raise _UnfitFileError(reason) from error
    if len(data) > max_bytes:
        raise _UnfitFileError(f"more than {max_bytes >> 20} MiB")
    return data
