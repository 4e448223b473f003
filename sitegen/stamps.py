"""Whether a run's files may have changed, without opening them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .location import SAMPLES_FILE, RunLocation, part_folder

FRESH_S = 2.0
"""A file that changed so shortly before it was read may change again without a new time: some file systems count
whole seconds, or two."""
_CTIME_GRACE_S = FRESH_S - 0.1
"""The time of the last change of any kind, which nobody can set, is finer. That of copies is young, and says little."""
FILES = (SAMPLES_FILE, "info.json", "info.pkl")
"""All that is read of a part."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a run's log files."""

    text: str
    """Differs whenever one of them may have changed, come or gone."""
    changed_s: float
    """When the newest was changed, in seconds since 1970."""


def file_stamp(file: str | os.PathLike[str]) -> Stamp:
    """Size, times and inode of one file."""
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError as error:
        return Stamp(f"-{error.errno}", 0.0)
    text = f"{found.st_size},{found.st_mtime_ns},{found.st_ctime_ns},{found.st_ino}"
    return Stamp(text, max(found.st_mtime, found.st_ctime - _CTIME_GRACE_S))


def run_stamp(location: RunLocation) -> Stamp:
    """Size, times and inode of all files that a run's figures are made of; of those in a store what listing it told."""
    if location.reported is not None:
        return Stamp(location.reported.digest, 0.0)
    names = (",".join(location.part_names), ",".join(location.lost_parts))
    if location.stored is not None:
        files = [file for part in location.stored.parts for file in part]
        told = [f"{file.name} {file.size}" for file in files]
        versions = [file.version for file in files]
        return Stamp(f"{'|'.join((*names, *told))}#{'|'.join(versions)}", 0.0)
    sizes, times, changed_s = [], [], 0.0
    for part in location.part_names:
        folder = f"{location.folder}/{part_folder(part)}/"  # a Path for each would cost more than looking
        for name in FILES:
            stamp = file_stamp(folder + name)
            size, _, rest = stamp.text.partition(",")
            sizes.append(size)
            times.append(rest)
            changed_s = max(changed_s, stamp.changed_s)
    return Stamp(f"{'|'.join((*names, *sizes))}#{'|'.join(times)}", changed_s)


def may_be_same(one: str, other: str) -> bool:
    """Whether two stamps differ in times only, so that the bytes may be the same."""
    return one.partition("#")[0] == other.partition("#")[0]
