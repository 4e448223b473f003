"""The folder that a cache is: whose it is, where its files go, and who else is using it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import Problem, WattboardError
from ..locks import is_free, locked

TAG = "CACHEDIR.TAG"
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"
"""By which backup programs know a folder that need not be kept: bford.info/cachedir."""
_TAG_TEXT = f"""{_SIGNATURE}
# What wattboard keeps from one build to the next. Safe to delete.
"""
DATABASE = "runs.sqlite"
_FILES = "files"
_LOCK = "lock"

DEFAULT = Path(".cache", "wattboard")
"""Beside the spec."""


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """Where results are kept from one command to the next."""

    folder: Path | None = None
    """None: where the cache of this spec lies by itself."""
    is_off: bool = False


BY_DEFAULT = CacheOptions()


def default_folder(spec_file: Path | None) -> Path:
    """Where a cache lies unless another place is named: beside the spec, or the user's own where there is none."""
    if spec_file is not None:
        return spec_file.absolute().parent / DEFAULT
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "wattboard"


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """A folder that is ours."""

    path: Path

    @property
    def database(self) -> Path:
        """The file with all records."""
        return self.path / DATABASE

    @property
    def files(self) -> Path:
        """The folder of the runs' chart data and downloads."""
        return self.path / _FILES

    def size_bytes(self) -> int:
        """What all of it takes on disk."""
        total = 0
        for folder, _, names in os.walk(self.path):
            for name in names:
                with suppress(OSError):
                    total += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118
        return total

    @contextmanager
    def in_use(self) -> Iterator[bool]:
        """Tell others that the cache is being used. Gives whether nobody else was using it at the start."""
        lock = self.path / _LOCK
        alone = is_free(lock)
        with locked(lock, shared=True):
            yield alone


def opened(path: Path) -> CacheFolder:
    """A folder as a cache, made if there is none.

    Raises:
        WattboardError: it is a file, or holds what is not ours.
        OSError: it cannot be made.
    """
    if not (path / TAG).is_file():
        _check_free(path)
        path.mkdir(parents=True, exist_ok=True)
        (path / _FILES).mkdir(exist_ok=True)
        # What is in it is nobody's source.
        (path / ".gitignore").write_text("*\n", encoding="utf-8")
        (path / TAG).write_text(_TAG_TEXT, encoding="utf-8")
    _check_ours(path)
    (path / _FILES).mkdir(exist_ok=True)
    return CacheFolder(path)


def existing(path: Path) -> CacheFolder | None:
    """A folder that is a cache; None where there is none.

    Raises:
        WattboardError: there is something else.
    """
    if not path.exists():
        return None
    _check_ours(path)
    return CacheFolder(path)


def _check_free(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise _refused(path, "expected a folder for the cache, found a file")
    # One that was killed as it made the cache has left these.
    left = {".gitignore", _FILES}
    if path.is_dir() and not {entry.name for entry in path.iterdir()} <= left:
        raise _refused(
            path, "expected a cache of wattboard's or an empty folder, found other files"
        )


def _check_ours(path: Path) -> None:
    try:
        ours = (path / TAG).read_text(encoding="utf-8", errors="replace") == _TAG_TEXT
    except OSError:
        ours = False
    if not ours:
        raise _refused(path, "expected a cache of wattboard's, found something else")


def _refused(path: Path, message: str) -> WattboardError:
    return WattboardError(
        Problem(
            str(path),
            message,
            hint="choose another --cache-dir, or --no-cache",
            severity="error",
        )
    )


@contextmanager
def temporary() -> Iterator[CacheFolder]:
    """A cache for one build, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wattboard-", ignore_cleanup_errors=True) as folder:
        yield opened(Path(folder) / "cache")


def remove(folder: CacheFolder) -> int:
    """Delete a cache, and nothing beside it. Gives the bytes that were freed."""
    freed = folder.size_bytes()
    shutil.rmtree(folder.path)
    return freed
