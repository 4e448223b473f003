"""Put a log that was made beside its target in place."""

from __future__ import annotations

from filecmp import cmp
from pathlib import Path

from ..errors import Problem, RunError
from ..location import LOG_FOLDER

_OLD = "replaced"


def put(made: Path, run_folder: Path, *, force: bool) -> bool:
    """Move the log in a folder to a run's folder. What else is there stays.

    Args:
        made: On the same file system.
        force: Replace another log.

    Returns:
        False: the same log is there already, and nothing was changed.

    Raises:
        RunError: there is another one.
    """
    new, there = made / LOG_FOLDER, run_folder / LOG_FOLDER
    if there.exists() or there.is_symlink():
        if _content(new) == _content(there) and _is_alike(new, there):
            return False
        if not force and _content(there) != set():
            message = "expected no log, or one that is the same, found another"
            hint = "give another --output-dir, or --force to replace it"
            raise RunError(Problem(str(there), message, hint=hint, severity="error"))
        there.rename(made / _OLD)
    run_folder.mkdir(parents=True, exist_ok=True)
    new.rename(there)
    return True


def _content(folder: Path) -> set[str] | None:
    """What is in a folder, by path within it; None where it is no folder."""
    if folder.is_symlink() or not folder.is_dir():
        return None
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def _is_alike(one: Path, other: Path) -> bool:
    files = (path for path in one.rglob("*") if path.is_file())
    return all(cmp(file, other / file.relative_to(one), shallow=False) for file in files)
