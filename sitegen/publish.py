"""Put a finished site in place: what changed and no more, and never half of it where that can be helped."""

from __future__ import annotations

import filecmp
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from .errors import Problem, WattboardError
from .locks import locked

log = logging.getLogger(__name__)

MANIFEST = ".wattboard-manifest.json"
_MAX_OBSTACLES = 10


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
            "choose another --output-dir, or --force to put the site among them; those of the same name are replaced",
        )


def _refused(output: Path, message: str, hint: str) -> WattboardError:
    return WattboardError(Problem(str(output), message, hint=hint, severity="error"))


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A folder to build in, on the output's own file system; removed at the end, whatever happens."""
    # Links resolved, and absolute: MkDocs takes a relative site_dir for one beside its config file.
    real = output.resolve()
    is_mount = real.is_dir() and real.stat().st_dev != real.parent.stat().st_dev
    parent = real if is_mount else real.parent
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone_in(output: Path) -> Iterator[None]:
    """Let only one build at a time work on a site's folder; a second one waits. Makes the folder."""
    is_new = not output.exists()
    output.mkdir(parents=True, exist_ok=True)
    try:
        with locked(output, on_wait=lambda: log.warning("%s: waiting for another build", output)):
            yield
    finally:
        if is_new:
            with suppress(OSError):  # not empty: all went well
                output.rmdir()


def publish(
    staged: Path,
    output: Path,
    log_folders: Sequence[Path] = (),
    kept: Iterable[str] = (),
    *,
    force: bool = False,
) -> int:
    """Rename the staged files that differ into place, and remove what an earlier build left and this one does not have.

    Files that we did not write stay.

    Args:
        kept: Files in the folder that are part of this build as they are.
        force: Replace someone else's file where the site has one of the same name.

    Returns:
        How many files were written.

    Raises:
        WattboardError: a file of someone else's is in the way, or a link leads into the logs. Nothing was written.
    """
    output.mkdir(parents=True, exist_ok=True)
    before = frozenset(_manifest(output))
    # Folders that the output has none of are moved as a whole: of a new site's files nearly all lie in such.
    whole = sorted(_whole_folders(staged, output))
    apart = sorted(_files(staged, without=whole))
    obstacles = [
        *_obstacles(staged, output, apart, before, force=force),
        *_ways_into(log_folders, output, [*apart, *(f"{folder}/" for folder in whole)]),
    ]
    if obstacles:
        raise WattboardError(*obstacles[:_MAX_OBSTACLES])
    inside = [f"{folder}/{name}" for folder in whole for name in _files(staged / folder)]
    now = {*apart, *inside, *kept}
    # First, so that whatever is there after a kill is known to be ours.
    _write_manifest(output, before, before | now)
    stale = sorted(before - now)
    # Before the new ones only where a page has become a folder, or a folder a page.
    folders = {*_folders(apart), *whole} if stale else set()
    in_the_way = [
        name
        for name in stale
        if name in folders or not now.isdisjoint(map(str, PurePosixPath(name).parents))
    ]
    for name in in_the_way:
        _remove(output, name)
    for folder in whole:
        _put_folder(staged / folder, output / folder)
    written = len(inside) + sum(_put(staged / name, output / name) for name in apart)
    for name in set(stale) - set(in_the_way):
        _remove(output, name)
    _write_manifest(output, before | now, now)
    return written


def _obstacles(
    staged: Path, output: Path, now: Sequence[str], ours: Collection[str], *, force: bool
) -> Iterator[Problem]:
    """What stands where a file or a folder of the site shall be, and is not ours to remove."""
    for name in now:
        target = output / name
        if target.is_dir() and not target.is_symlink():
            free = all(f"{name}/{inner}" in ours for inner in _files(target))
        else:
            free = (
                force or name in ours or not os.path.lexists(target) or _same(staged / name, target)
            )
        if not free:
            yield _in_the_way(target)
    for folder in _folders(now):
        target = output / folder
        if os.path.lexists(target) and not target.is_dir() and folder not in ours:
            yield _in_the_way(target)


def _ways_into(log_folders: Sequence[Path], output: Path, now: Sequence[str]) -> Iterator[Problem]:
    """Folders of the site that lie in the logs, as where the logs lie in the output folder, or by a link."""
    logs = [folder.resolve() for folder in log_folders]
    for folder in _folders(now):
        real = (output / folder).resolve()
        if any(real.is_relative_to(log_folder) for log_folder in logs):
            yield Problem(
                str(output / folder),
                "expected a folder of the site, found one of the logs",
                hint="reading never writes into the experiments: choose another --output-dir",
                severity="error",
            )
            return  # all below it lie there too


def _folders(names: Sequence[str]) -> list[str]:
    """The folders that the files lie in, outermost first."""
    return sorted({str(parent) for name in names for parent in PurePosixPath(name).parents} - {"."})


def _in_the_way(target: Path) -> Problem:
    return Problem(
        str(target),
        "expected room for the site, found something that wattboard did not write",
        hint="move it away; nothing was written",
        severity="error",
    )


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and not other.is_symlink() and filecmp.cmp(one, other, shallow=False)


def _put_folder(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _put(source: Path, target: Path) -> bool:
    if _same(source, target):
        return False
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)  # holds no file: see _obstacles
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    return True


def _remove(output: Path, name: str) -> None:
    """Remove a stale file, and the folders that it leaves empty. What lies behind a link is not the site's."""
    file = output / name
    is_ours = file.parent.resolve() == output.resolve() / PurePosixPath(name).parent
    if not is_ours or (file.is_dir() and not file.is_symlink()):
        return
    file.unlink(missing_ok=True)
    for parent in file.relative_to(output).parents:
        if parent == Path():
            break
        try:
            (output / parent).rmdir()
        except OSError:  # not empty
            break


def _files(folder: Path, without: Collection[str] = ()) -> Iterator[str]:
    """The files below a folder, by their names relative to it.

    Args:
        without: Folders below it that are left out.
    """
    left_out = {os.path.join(folder, name) for name in without}  # noqa: PTH118
    start = len(str(folder)) + 1
    for path, folders, names in os.walk(folder):
        if left_out:
            folders[:] = [name for name in folders if f"{path}/{name}" not in left_out]
        within = path[start:]
        yield from (f"{within}/{name}" if within else name for name in names)


def _whole_folders(staged: Path, output: Path) -> Iterator[str]:
    """The outermost staged folders in whose place there is nothing."""
    start = len(str(staged)) + 1
    for path, folders, _ in os.walk(staged):
        there = []
        for name in folders:
            within = f"{path}/{name}"[start:]
            if os.path.lexists(f"{output}/{within}"):
                there.append(name)
            else:
                yield within
        folders[:] = there


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
    return not {"", ".", ".."} & set(name.split("/"))


def _write_manifest(output: Path, before: Collection[str], names: Collection[str]) -> None:
    if before == names and names:
        return
    new = output / f"{MANIFEST}.new"
    new.write_text(json.dumps({"files": sorted(names)}, indent=0) + "\n", encoding="utf-8")
    new.replace(output / MANIFEST)
