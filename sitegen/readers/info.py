"""Read what a run says of itself: `info.json`, or the `info.pkl` of experiment-impact-tracker."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import Problem
from ..files import UnfitFileError, content, is_there
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
        if not is_there(location, name):
            continue
        shown_name = f"{location.path}/{name}"
        try:
            data = content(location, name, max_bytes)
        except UnfitFileError as error:
            message = f"expected a file that can be read, found {error}"
            return RunInfo(log_format), (Problem(shown_name, message, hint=WITHOUT_INFO),)
        return parse(data, shown_name)
    message = "expected info.json or info.pkl, found neither"
    return RunInfo(info_pickle.FORMAT), (Problem(location.path, message, hint=WITHOUT_INFO),)
