"""Read all logs of a run, and make its download as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from .download import ZipPart, write_zip
from .errors import Problem, RunError
from .location import PART_PREFIX, PartLocation, RunLocation
from .model import RunLog
from .readers import LogReader, open_log
from .readers.content import PartContent


@dataclass(frozen=True, slots=True)
class RunLogs:
    """What was read of a run."""

    logs: tuple[RunLog, ...]
    """At least one, in the order of the parts' names."""
    lost: tuple[str, ...]
    """The names of the parts that cannot be read."""
    problems: tuple[Problem, ...]
    content: tuple[PartContent, ...]
    """Of each log that was read, also where it cannot be used: those in `lost` that could not be opened are missing."""


def read_run(
    location: RunLocation, download: Path | None = None, *, every_problem: bool = False
) -> RunLogs:
    """Read the logs of a run. Those that cannot be read are left out, as long as there are others.

    Args:
        download: Where to write the zip of what was read. None: write none.
        every_problem: List each faulty line, not only the first few of a kind.

    Raises:
        RunError: none of the logs can be read; says why.
        OSError: the download cannot be written.
    """
    parts = location.parts
    lost: dict[str, RunError] = {}
    content: dict[str, PartContent] = {}
    while True:
        reading = _Reading(every_problem=every_problem)
        if download is None:
            _take(reading.parts(parts))
        else:
            write_zip(download, reading.parts(parts), location.log_bytes)
        lost |= reading.lost
        content |= reading.content
        if download is None or not reading.lost or not reading.logs:
            break
        # What was written of those that were lost cannot be taken back: once more without them.
        parts = tuple(part for part in parts if part.name not in lost)
    problems = [problem for error in lost.values() for problem in error.problems]
    if not reading.logs:
        raise RunError(*problems)
    problems = [_of_part(problem) for problem in problems]
    problems += [problem for log in reading.logs for problem in log.problems]
    return RunLogs(
        tuple(reading.logs),
        (*location.lost_parts, *lost),
        tuple(problems),
        tuple(content[name] for name in location.part_names if name in content),
    )


def _of_part(problem: Problem) -> Problem:
    """What cost one part says so, and not that it cost the run."""
    hint = "the part is left out, and the run's figures are partial"
    return replace(problem, hint=problem.hint.replace("the run is skipped", hint))


def _take(parts: Iterable[ZipPart]) -> None:
    for part in parts:
        for _ in part.blocks:
            pass
        part.read_log()


class _Reading:
    """One pass over the logs of a run: what was read, and what cannot be."""

    def __init__(self, *, every_problem: bool) -> None:
        self._every_problem = every_problem
        self.logs: list[RunLog] = []
        self.lost: dict[str, RunError] = {}
        self.content: dict[str, PartContent] = {}

    def parts(self, parts: Iterable[PartLocation]) -> Iterator[ZipPart]:
        """Each log that can be opened. It is read as its blocks are taken, and then its `read_log` is called."""
        for part in parts:
            try:
                with open_log(part, every_problem=self._every_problem) as reader:
                    yield ZipPart(
                        f"{PART_PREFIX}{part.name}/" if part.name else "",
                        self._blocks(part, reader),
                        partial(self._log, part, reader),
                    )
            except RunError as error:
                self.lost[part.name] = error

    def _blocks(self, part: PartLocation, reader: LogReader) -> Iterator[bytes]:
        try:
            yield from reader.blocks
        except RunError as error:
            self.lost[part.name] = error

    def _log(self, part: PartLocation, reader: LogReader) -> RunLog | None:
        if part.name not in self.lost:
            try:
                log = reader.log()
            except RunError as error:
                self.lost[part.name] = error
            else:
                self.logs.append(log)
                return log
            finally:
                self.content[part.name] = reader.content
        return None
