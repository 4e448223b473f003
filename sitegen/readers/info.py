"""Read what a run says of itself: `info.json`, or the `info.pkl` of experiment-impact-tracker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..errors import Problem
from ..files import UnfitFileError, content, is_there
from ..location import PartLocation
from ..model import RunInfo
from . import info_json
from .content import hash_of
from .info_fields import MAX_PICKLE_BYTES, WITHOUT_INFO

MAX_JSON_BYTES = 1 << 20
"""Far more than any honest info has; a value in memory takes up to 25 times its text."""


def _parse_pickle(data: bytes, file: str) -> tuple[RunInfo, tuple[Problem, ...]]:
    from . import info_pickle  # a good part of all readers, which logs of our own do not need

    return info_pickle.parse(data, file)


_Parser = Callable[[bytes, str], tuple[RunInfo, tuple[Problem, ...]]]
_PARSERS: Mapping[str, tuple[_Parser, int, str]] = {
    "info.json": (info_json.parse, MAX_JSON_BYTES, info_json.FORMAT),
    "info.pkl": (_parse_pickle, MAX_PICKLE_BYTES, info_json.SEED_FORMAT),
}


@dataclass(frozen=True, slots=True)
class InfoFile:
    """What lies where a run's info belongs."""

    name: str
    data: bytes = b""
    fault: str = ""
    """What was found in place of a file that can be read; "" where it is one."""


def info_file(location: PartLocation) -> InfoFile | None:
    """Read what a log says of its run. None: there is neither info.json nor info.pkl.

    Of both files info.json counts, even if it is damaged.
    """
    for name, (_, max_bytes, _) in _PARSERS.items():
        if is_there(location, name):
            try:
                return InfoFile(name, content(location, name, max_bytes))
            except UnfitFileError as error:
                return InfoFile(name, fault=str(error))
    return None


def parse_info(
    file: InfoFile | None, location: PartLocation
) -> tuple[RunInfo, tuple[Problem, ...]]:
    """Parse what was read. Where there is none, or none that can be read, the run's start is None.

    Raises:
        RunError: the info is of a newer format, or was made to do harm.
    """
    if file is None:
        message = "expected info.json or info.pkl, found neither"
        return RunInfo(info_json.SEED_FORMAT), (Problem(location.path, message, hint=WITHOUT_INFO),)
    parse, _, log_format = _PARSERS[file.name]
    shown_name = f"{location.path}/{file.name}"
    if file.fault:
        message = f"expected a file that can be read, found {file.fault}"
        return RunInfo(log_format), (Problem(shown_name, message, hint=WITHOUT_INFO),)
    return parse(file.data, shown_name)


def hash_of_info(file: InfoFile | None) -> str:
    """As in `PartContent`."""
    if file is None:
        return ""
    return hash_of(file.fault.encode() if file.fault else file.data)
