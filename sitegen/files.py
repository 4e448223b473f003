"""The files of a run, wherever it lies: on this machine, or in a store, where no links and pipes are met."""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

from .location import SAMPLES_FILE, PartLocation, RunLocation, part_folder
from .store import StoredFile, open_stored


class UnfitFileError(Exception):
    """Says what was found in place of a file that can be read."""


def open_samples(part: PartLocation) -> BinaryIO:
    """Open a part's data.json, to be read once from its beginning.

    Raises:
        OSError: it cannot be opened.
        StoreError: the store does not answer, or refuses.
    """
    if part.stored is None:
        return Path(f"{part.folder}/{SAMPLES_FILE}").open("rb")
    return _open_stored(part, _listed(part, SAMPLES_FILE))


def is_there(part: PartLocation, name: str) -> bool:
    """Whether a part has a file of a name, be it one that can be read or not."""
    if part.stored is None:
        return os.path.lexists(f"{part.folder}/{name}")
    return any(file.name == name for file in part.stored)


def content(part: PartLocation, name: str, max_bytes: int) -> bytes:
    """The bytes of a regular file within the tree. Never waits, as a plain open of a pipe would.

    Raises:
        UnfitFileError: it is none, cannot be read, or is larger.
        StoreError: the store does not answer, or refuses.
    """
    try:
        with _open_info(part, name, max_bytes) as opened:
            data = opened.read(max_bytes + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        reason = error.strerror if isinstance(error, OSError) else "a loop of symbolic links"
        raise UnfitFileError(reason) from error
    if len(data) > max_bytes:
        raise _too_large(max_bytes)
    return data


def _open_info(part: PartLocation, name: str, max_bytes: int) -> BinaryIO:
    if part.stored is not None:
        file = _listed(part, name)
        if file.size > max_bytes:
            raise _too_large(max_bytes)
        return _open_stored(part, file)
    path = Path(f"{part.folder}/{name}")
    if not path.resolve(strict=True).is_relative_to(str(part.tree)):
        raise UnfitFileError("a symbolic link out of the log folder")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    opened = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        opened.close()
        raise UnfitFileError("no regular file")
    return opened


def _too_large(max_bytes: int) -> UnfitFileError:
    return UnfitFileError(f"more than {max_bytes >> 20} MiB")


def _listed(part: PartLocation, name: str) -> StoredFile:
    return next(file for file in part.stored or () if file.name == name)


def _open_stored(location: PartLocation | RunLocation, file: StoredFile) -> BinaryIO:
    assert not isinstance(location.folder, Path)  # noqa: S101 - what was listed by a store lies there
    return open_stored(location.folder, file)


def has_file(run: RunLocation, name: str) -> bool:
    """Whether a run's folder has a file of a name, with "/" for one further below."""
    if run.stored is None:
        return Path(f"{run.folder}/{name}").is_file()
    wanted = posixpath.normpath(name)
    return any(file.name == wanted for file in run.stored.others) or any(
        f"{part_folder(part)}/{file.name}" == wanted
        for part, files in zip(run.part_names, run.stored.parts, strict=True)
        for file in files
    )


def copy_stored(run: RunLocation, file: StoredFile, target: Path) -> None:
    """Copy one of the other files of a run in a store.

    Raises:
        OSError: it is gone, or cannot be written.
        StoreError: the store does not answer, or refuses.
    """
    with _open_stored(run, file) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
