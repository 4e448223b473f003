"""The folder of a run as code that knows only folders needs it, wherever the run lies."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Problem, RunError
from .files import copy_stored
from .location import RunLocation
from .store import folder_name

MAX_FILES = 1_000
MAX_BYTES = 64 << 20


@contextmanager
def local_folder(location: RunLocation) -> Iterator[Path]:
    """A run's folder on this machine: its own, or one that has a copy of its files and is removed at the end.

    Of a run in a store all files are copied but its logs, which nobody reads but the generator.

    Raises:
        RunError: there are more files than are copied, one is gone, or their names do not go together.
        StoreError: the store does not answer, or refuses.
    """
    if location.stored is None:
        yield Path(str(location.folder))
        return
    others = location.stored.others
    size = sum(file.size for file in others)
    if len(others) > MAX_FILES or size > MAX_BYTES:
        raise _failed(
            location,
            f"expected at most {MAX_FILES:,} files and {MAX_BYTES >> 20} MiB beside its logs, "
            f"found {len(others):,} files with {size / (1 << 20):.0f} MiB",
        )
    with tempfile.TemporaryDirectory(prefix="wattboard-") as temporary:
        # With the run's own name, which processors look at.
        folder = Path(temporary) / folder_name(location.folder)
        folder.mkdir()
        for file in others:
            target = folder / file.name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                copy_stored(location, file, target)
            except (OSError, ValueError) as error:
                raise _failed(
                    location, f"expected a file that can be copied, found {file.name}: {error}"
                ) from error
        yield folder


def _failed(location: RunLocation, message: str) -> RunError:
    return RunError(
        Problem(
            location.path,
            message,
            hint="processors see a copy of a run's files where it lies in a store; its extra figures are missing",
            severity="error",
        )
    )
