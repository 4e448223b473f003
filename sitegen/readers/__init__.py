"""Read one log: `impacttracker/data.json` with its `info.json`, or the seed's `info.pkl`; or that of a run's part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ..errors import Problem, RunError
from ..files import open_samples
from ..location import SAMPLES_FILE, PartLocation
from ..model import RunLog
from .clock import place
from .info import read_info
from .samples import SampleStream


class LogReader:
    """A log that is being read: first its `blocks`, once, then `log()`."""

    def __init__(self, location: PartLocation, file: BinaryIO, *, every_problem: bool) -> None:
        self._location = location
        name = f"{location.path}/{SAMPLES_FILE}"
        self._stream = SampleStream(file, name, every_problem=every_problem)
        self.log_bytes = location.log_bytes

    @property
    def blocks(self) -> Iterator[bytes]:
        """The lines for the download; reading the log happens as they are taken.

        Raises:
            RunError: reading failed on the way.
        """
        try:
            yield from self._stream
        except OSError as error:
            raise _unreadable(self._location, error) from error

    def log(self) -> RunLog:
        """The log, once all blocks are taken.

        Raises:
            RunError: it cannot be used; says why.
        """
        location = self._location
        samples = self._stream.samples()
        info, info_problems = read_info(location)
        first_s, last_s = float(samples.time_s[0]), float(samples.time_s[-1])
        start_s, end_s, ended, clock_problems = place(info, first_s, last_s, location.path)
        problems = (*info_problems, *self._stream.problems, *clock_problems)
        return RunLog(location, info, samples, start_s, end_s, ended, self.log_bytes, problems)


@contextmanager
def open_log(location: PartLocation, *, every_problem: bool = False) -> Iterator[LogReader]:
    """Open a log for one pass over it.

    Args:
        every_problem: List each faulty line, not only the first few of a kind.

    Raises:
        RunError: the log cannot be opened.
    """
    try:
        file = open_samples(location)
    except OSError as error:
        raise _unreadable(location, error) from error
    with file:
        yield LogReader(location, file, every_problem=every_problem)


def _unreadable(location: PartLocation, error: OSError) -> RunError:
    return RunError(
        Problem(
            f"{location.path}/{SAMPLES_FILE}",
            f"expected a file that can be read, found: {error.strerror}",
            hint="the run is skipped",
            severity="error",
        )
    )
