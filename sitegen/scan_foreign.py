"""Find the runs in a file that may be another tool's, by what reads such files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .errors import Problem
from .files import UnfitFileError, content, is_there
from .foreign.find import MAX_FILE_BYTES, runs_in
from .location import PartLocation, RunLocation, StoredRun
from .scan_logs import name_text

if TYPE_CHECKING:
    from .foreign.registry import Readers
    from .store import Folder, StoredFile


def reported_runs(
    folder: Folder,
    root: Folder,
    name: str,
    file_name: str,
    readers: Readers,
    problems: list[Problem],
    stored: tuple[StoredFile, ...] | None = None,
) -> Iterator[RunLocation]:
    """The runs of a file, in its order; none where no reader recognises it.

    Args:
        folder: The file's.
        root: The log folder, links resolved. Nothing outside is read.
        name: The folder's, for messages.
        stored: All files of the folder, where it lies in a store.
    """
    within = PartLocation(folder, root, name, stored=stored)
    path = f"{name}/{name_text(file_name)}"

    def read(wanted: str) -> bytes | None:
        if not is_there(within, wanted):
            return None
        try:
            return content(within, wanted, MAX_FILE_BYTES)
        except UnfitFileError as error:
            problems.append(
                Problem(
                    f"{name}/{name_text(wanted)}",
                    f"expected a file that can be read, found {error}",
                    hint="if there are runs in it, they are missing from the site",
                )
            )
            return None

    found, faults = runs_in(path, read, readers)
    problems += faults
    for key, source in found:
        yield RunLocation(
            folder,
            root,
            f"{path}/{key}" if key else path,
            stored=None if stored is None else StoredRun((stored,), stored),
            reported=source,
        )
