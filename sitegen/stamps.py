"""What tells that a log has changed, without opening it."""

from __future__ import annotations

import hashlib
import os

from .location import SAMPLES_FILE, PartLocation

INFO_FILES = ("info.json", "info.pkl")
FILES = (SAMPLES_FILE, *INFO_FILES)
"""All that is read of a part."""


def part_stamp(part: PartLocation) -> str:
    """A text of 32 letters that differs whenever one of a part's files may have changed, or has come or gone.

    On this machine it is made of size, inode, and the times of the last change in nanoseconds, of the content and of
    the inode: that of the inode cannot be set back. In a store, of what listing told: size and ETag or whatever it has.

    A file may be written while it is read: what was read belongs to a stamp that was taken before.
    """
    if part.stored is not None:
        told = "|".join(f"{file.name} {file.size} {file.version}" for file in part.stored)
    else:
        told = "|".join(_told(f"{part.folder}/{name}") for name in FILES)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _told(file: str) -> str:
    try:
        found = os.stat(file)  # noqa: PTH116 - 100,000 runs have 300,000 of them
    except OSError as error:
        return f"-{error.errno}"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
