"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import Problem, Severity
from ..location import LOG_FOLDER, SAMPLES_FILE, RunLocation
from ..model import RunPart, RunResult
from ..scan_logs import name_text
from ..units import SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, and what it belongs to."""

    problem: Problem
    check: str
    """What was looked at, in a word or two: the title of an annotation, and "check" in JSON."""
    run: str = ""
    """The run's path; "" where it is no run's."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a log folder, whatever it is."""

    path: str
    """For messages: the log folder's own name and the path below it, with "/"."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Submission:
    """All that is looked at."""

    runs: tuple[RunResult, ...]
    """Those that could be measured, in the order of their paths."""
    now_s: float
    """Seconds since 1970: what is later lies in the future."""
    files: tuple[ListedFile, ...] = ()
    """All files below the log folders, by path; none of those that lie in stores."""
    used: frozenset[str] = field(default_factory=frozenset)
    """Folders of all runs that were found, measured or not."""


Check = Callable[[Submission], Iterator[Finding]]


def of_run(
    check: str,
    run: RunResult,
    message: str,
    hint: str,
    severity: Severity = "error",
    key: str = "",
) -> Finding:
    """Something about a run, at its log or at the line of another tool's file."""
    file, line = file_of(run.location)
    problem = Problem(file, message, line, key, hint, severity)
    return Finding(problem, check, run.location.path)


def file_of(location: RunLocation) -> tuple[str, int | None]:
    """The file in which a run is told, and the line where it begins."""
    source = location.reported
    if source is None:
        part = location.part_names[0]
        folder = f"{LOG_FOLDER}/part-{part}" if part else LOG_FOLDER
        return f"{location.path}/{folder}/{SAMPLES_FILE}", None
    # Behind the file's name stands what tells the run from others in it.
    folder, name, _ = f"{location.path}/".rpartition(f"/{name_text(source.file_name)}/")
    return f"{folder}{name}".rstrip("/"), source.run.line


def figure(run: RunResult, name: str) -> float | None:
    """A figure by our name; None where it is absent."""
    found = run.figures.get(name)
    return None if found is None else found.value


def facts_of(part: RunPart) -> Mapping[str, str]:
    """What a log says of the processor."""
    return part.info.cpu_info


def part_hours(run: RunResult) -> Iterator[tuple[RunPart, float]]:
    """Each log of a run, and for how many hours it went on; without those that do not tell."""
    for part in run.parts:
        if part.start_s is not None and part.end_s is not None and len(run.parts) > 1:
            yield part, max(0.0, part.end_s - part.start_s) / SECONDS_PER_HOUR
        elif len(run.parts) == 1 and (hours := figure(run, "duration_hours")):
            yield part, hours
