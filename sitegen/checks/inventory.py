"""What lies below the log folders, by name and size. Nothing is opened, and no link followed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..scan_logs import NEVER_ENTERED, name_text
from ..store import folder_name
from .model import ListedFile

if TYPE_CHECKING:
    from ..store import Folder


def listed_files(log_folders: Sequence[Folder]) -> Iterator[ListedFile]:
    """All files below those of the folders that lie on this machine, by path."""
    for folder in log_folders:
        if isinstance(folder, Path):
            yield from _below(folder.absolute(), folder_name(folder.absolute()))


def _below(top: Path, name: str) -> Iterator[ListedFile]:
    pending = [(str(top), name)]
    while pending:
        folder, path = pending.pop()
        try:
            with os.scandir(folder) as entries:
                held = sorted(entries, key=lambda entry: entry.name)
        except OSError:  # which scanning tells
            continue
        below = []
        for entry in held:
            its_path = f"{path}/{name_text(entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER_ENTERED:
                    below.append((entry.path, its_path))
            elif entry.is_file(follow_symlinks=False):
                yield ListedFile(its_path, entry.stat(follow_symlinks=False).st_size)
        pending.extend(reversed(below))
