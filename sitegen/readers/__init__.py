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
from .content import HashedFile, PartContent
from .info import hash_of_info, info_file, parse_info
from .lines import BLOCK_BYTES
from .samples import SampleStream
from .spool import SpillError


class LogReader:
    """A log that is being read: first its `blocks`, once, then `log()`."""

    def __init__(self, location: PartLocation, file: BinaryIO, *, every_problem: bool) -> None:
        self._location = location
        self._file = HashedFile(file)
        self._info_hash = ""
        name = f"{location.path}/{SAMPLES_FILE}"
        self._stream = SampleStream(self._file, name, every_problem=every_problem)
        self.log_bytes = location.log_bytes

    @property
    def blocks(self) -> Iterator[bytes]:
        """The lines for the download; reading the log happens as they are taken.

        Raises:
            RunError: reading failed on the way.
            SpillError: there is no room for a temporary file.
        """
        try:
            yield from self._stream
        except SpillError:
            raise
        except OSError as error:
            raise _unreadable(self._location, error) from error

    def log(self) -> RunLog:
        """The log, once all blocks are taken.

        Raises:
            RunError: it cannot be used; says why.
            SpillError: there is no room for a temporary file.
        """
        location = self._location
        content = info_file(location)
        self._info_hash = hash_of_info(content)
        samples = self._stream.samples()
        info, info_problems = parse_info(content, location)
        first_s, last_s = float(samples.time_s[0]), float(samples.time_s[-1])
        start_s, end_s, ended, clock_problems = place(info, first_s, last_s, location.path)
        problems = (*info_problems, *self._stream.problems, *clock_problems)
        return RunLog(location, info, samples, start_s, end_s, ended, self.log_bytes, problems)

    @property
    def content(self) -> PartContent:
        """What was read, after `log()` has given the log or said why not."""
        return PartContent(self._location.name, self._file.hash, self._info_hash)


@contextmanager
def open_log(location: PartLocation, *, every_problem: bool = False) -> Iterator[LogReader]:
    """Open a log for one pass over it.

    Args:
        every_problem: List each faulty line, not only the first few of a kind.

    Raises:
        RunError: the log cannot be opened.
    """
    with _opened(location) as file:
        yield LogReader(location, file, every_problem=every_problem)


def content_of(location: PartLocation) -> PartContent:
    """The hashes that reading a log gives, without reading more of it than its bytes.

    Raises:
        RunError: the log cannot be read.
    """
    with _opened(location) as opened:
        file = HashedFile(opened)
        try:
            while file.read(BLOCK_BYTES):
                pass
        except OSError as error:
            raise _unreadable(location, error) from error
    return PartContent(location.name, file.hash, hash_of_info(info_file(location)))


@contextmanager
def _opened(location: PartLocation) -> Iterator[BinaryIO]:
    try:
        file = open_samples(location)
    except OSError as error:
        raise _unreadable(location, error) from error
    with file:
        yield file


def _unreadable(location: PartLocation, error: OSError) -> RunError:
    return RunError(
        Problem(
            f"{location.path}/{SAMPLES_FILE}",
            f"expected a file that can be read, found: {error.strerror}",
            hint="the run is skipped",
            severity="error",
        )
    )
