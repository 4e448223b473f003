"""Convert all runs below some folders, one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import Problem, RunError, WattboardError
from ..foreign.model import FileReader
from ..foreign.registry import Readers
from ..location import INFO_FILE, RunLocation, part_folder
from ..readers.info_json import SEED_FORMAT
from ..scan import ScanResult, scan, scan_run
from ..scan_foreign import reported_runs
from ..text import count
from .agree import check_agreement
from .pieces import pieces
from .place import put
from .reported import write_reported
from .seed import write_seed


@dataclass(frozen=True, slots=True)
class Converted:
    """A run that has its log in our format now."""

    location: RunLocation
    """Of the original."""
    tool: str
    folder: Path
    """The run's."""
    n_samples: int
    is_new: bool
    """False: the same log was there already."""


def find(sources: Sequence[Path], readers: Sequence[FileReader]) -> ScanResult:
    """The runs in some folders and files.

    Raises:
        WattboardError: one of them is missing, or two runs would bear the same name.
    """
    folders = [source for source in sources if not source.is_file()]
    found = scan(folders, readers=readers) if folders else ScanResult((), ())
    runs = {run.path: run for run in found.runs}
    problems = list(found.problems)
    known = Readers(readers)
    for file in sources:
        if file.is_file():
            folder = file.absolute().parent
            root, name = folder.resolve(), folder.name
            for run in reported_runs(folder, root, name, file.name, known, problems):
                other = runs.setdefault(run.path, run)
                if other.place != run.place:
                    raise WattboardError(
                        Problem(
                            str(file),
                            f'this run and one in {other.folder} would both be called "{run.path}"',
                            hint="a run is named by its folder's last part: convert them one by one",
                            severity="error",
                        )
                    )
    return ScanResult(tuple(runs[path] for path in sorted(runs)), tuple(problems))


def convert(
    runs: Sequence[RunLocation], output: Path, *, force: bool
) -> Iterator[Converted | Problem]:
    """Convert each run, or say why not. What cannot be converted of a file is said once for all its runs alike.

    Args:
        output: Gets each run under its own path. Made where it is missing.

    Raises:
        OSError: the folder cannot be written.
    """
    refused: dict[tuple[str, Problem], int] = {}
    for location in runs:
        try:
            yield _one(location, output, force=force)
        except RunError as error:
            file = location.path
            if location.reported is not None and location.reported.run.key:
                file = file.removesuffix(f"/{location.reported.run.key}")
            for problem in error.problems:
                refused[file, problem] = refused.get((file, problem), 0) + 1
    for (file, problem), n in refused.items():
        of = f"{count(n, 'run')}: " if n > 1 else ""
        yield replace(problem, file=problem.file or file, message=f"{of}{problem.message}")


def _one(location: RunLocation, output: Path, *, force: bool) -> Converted:
    if location.reported is None and _is_ours(location):
        message = "expected a log of another tool, found one that is in our format already"
        raise RunError(Problem("", message, hint="copy its folder"))
    source = location.reported
    found = () if source is None else pieces(source.run)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=output) as temporary:
        made = Path(temporary).resolve()
        if source is None:
            tool, n_samples = SEED_FORMAT, write_seed(location, made)
        else:
            tool, n_samples = source.run.tool, write_reported(source, found, made)
        check_agreement(location, scan_run(made).runs[0])
        folder = output / location.path
        is_new = put(made, folder, force=force)
    return Converted(location, tool, folder, n_samples, is_new)


def _is_ours(location: RunLocation) -> bool:
    """Whether any of its logs has our `info.json`."""
    folder = Path(str(location.folder))
    return any((folder / part_folder(name) / INFO_FILE).exists() for name in location.part_names)
