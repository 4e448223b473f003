"""Put a finished site in place: what changed and no more, and never half of it where that can be helped."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import Problem, WattboardError

MANIFEST = ".wattboard-manifest.json"


def check_output(output: Path, log_folders: Sequence[Path], *, force: bool) -> None:
    """See that a site may be written to a folder, before any work is done.

    Raises:
        WattboardError: it is a file, lies in the experiments, or holds files that we did not write.
    """
    if output.exists() and not output.is_dir():
        raise _refused(output, "expected a folder, found a file", "choose another --output-dir")
    real = output.resolve()
    for folder in log_folders:
        if real.is_relative_to(folder.resolve()):
            raise _refused(
                output,
                f"expected a folder outside the logs, found one in {folder}",
                "reading never writes into the experiments: choose another --output-dir",
            )
    if (
        output.is_dir()
        and any(output.iterdir())
        and not (output / MANIFEST).is_file()
        and not force
    ):
        raise _refused(
            output,
            "expected an empty folder or a site of wattboard's, found other files",
            "choose another --output-dir, or --force to put the site among them (they stay)",
        )


def _refused(output: Path, message: str, hint: str) -> WattboardError:
    return WattboardError(Problem(str(output), message, hint=hint, severity="error"))


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A folder to build in, on the output's own file system; removed at the end, whatever happens."""
    # Absolute: MkDocs takes a relative site_dir for one beside its config file.
    parent = output.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staged: Path, output: Path) -> int:
    """Rename the staged files that differ into place, and remove what an earlier build left and this one does not have.

    Files that we did not write stay.

    Returns:
        How many files were written.
    """
    output.mkdir(parents=True, exist_ok=True)
    before = _manifest(output)
    now = sorted(_files(staged))
    # First, so that whatever is there after a kill is known to be ours.
    _write_manifest(output, sorted({*before, *now}))
    written = 0
    for name in now:
        written += _put(staged / name, output / name, output, before)
    for name in set(before) - set(now):
        _remove(output, name)
    _write_manifest(output, now)
    return written


def _put(source: Path, target: Path, output: Path, ours: Sequence[str]) -> bool:
    if target.is_file() and not target.is_symlink() and filecmp.cmp(source, target, shallow=False):
        return False
    _make_room(target, output, ours)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    return True


def _make_room(target: Path, output: Path, ours: Sequence[str]) -> None:
    """A file of ours that became a folder, or a folder that became a file, since the last build."""
    name = target.relative_to(output).as_posix()
    for parent in target.relative_to(output).parents:
        if parent.as_posix() in ours:
            _remove(output, parent.as_posix())
    if target.is_dir() and not target.is_symlink():
        for inner in ours:
            if inner.startswith(f"{name}/"):
                _remove(output, inner)
    if target.is_dir():
        raise _refused(
            target,
            "expected room for a file, found a folder of other files",
            "move it out of the site",
        )


def _remove(output: Path, name: str) -> None:
    """Remove a stale file, and the folders that it leaves empty."""
    file = output / name
    file.unlink(missing_ok=True)
    for parent in file.relative_to(output).parents:
        if parent == Path():
            break
        try:
            (output / parent).rmdir()
        except OSError:  # not empty
            break


def _files(folder: Path) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        for name in names:
            yield (Path(path) / name).relative_to(folder).as_posix()


def _manifest(output: Path) -> list[str]:
    """The files of the last build; none where there is no manifest or none that can be read."""
    try:
        names = json.loads((output / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if not isinstance(names, list):
        return []
    return [name for name in names if isinstance(name, str) and _is_inside(name)]


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/") and bool(name)


def _write_manifest(output: Path, names: Sequence[str]) -> None:
    new = output / f"{MANIFEST}.new"
    new.write_text(json.dumps({"files": list(names)}, indent=0) + "\n", encoding="utf-8")
    new.replace(output / MANIFEST)
