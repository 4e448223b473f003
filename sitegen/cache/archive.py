"""The results of runs: from the cache where nothing changed, else measured now and kept."""

from __future__ import annotations

import hashlib
import logging
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ..errors import Problem, WattboardError
from ..execute import outcomes
from ..location import RunLocation
from ..measure import MeasureOptions, SkippedRun
from ..model import RunResult, TimeChart
from ..progress import Progress
from ..stamps import may_be_same, run_stamp
from ..step import Outcome, StepOptions, Task, step
from . import folder as cache_folder
from . import versions
from .files import LostFileError, RunFileNames, kept_charts, kept_download
from .folder import CacheFolder, CacheOptions
from .records import Decoder
from .store import RunRow, Store

log = logging.getLogger(__name__)

_RESULT, _SKIPPED = b"R", b"S"
_KEEP_EVERY = 256
_KEEP_EVERY_S = 2.0

_encode = msgspec.msgpack.Encoder().encode
_decode_problems = msgspec.msgpack.Decoder(tuple[Problem, ...]).decode


@contextmanager
def archive(options: CacheOptions, spec_file: Path | None) -> Iterator[Archive]:
    """Open the cache for a command.

    Raises:
        WattboardError: the folder that was named is not a cache's.
    """
    with _folder(options, spec_file) as place, place.in_use() as alone:
        store = Store(place.database)
        session = uuid.uuid4().hex
        try:
            was_cut_off = store.begin(session)
            if was_cut_off and alone:
                _sweep(place, store)
            yield Archive(place, store)
        finally:
            store.end(session, all_sessions=alone)
            store.close()


@contextmanager
def _folder(options: CacheOptions, spec_file: Path | None) -> Iterator[CacheFolder]:
    if not options.is_off:
        path = options.folder or cache_folder.default_folder(spec_file)
        try:
            place = cache_folder.opened(path)
        except OSError as error:
            if options.folder is not None:
                message = f"expected a folder that can be written, found: {error.strerror}"
                raise WattboardError(Problem(str(path), message, severity="error")) from error
            log.info("there is no cache, since %s cannot be written: %s", path, error.strerror)
        else:
            yield place
            return
    with cache_folder.temporary() as place:
        yield place


def _sweep(place: CacheFolder, store: Store) -> None:
    """Delete the files of runs that a command was working on when it was killed."""
    known = store.fingerprints()
    for folder, _, names in os.walk(place.files):
        for name in names:
            if Path(folder).name + Path(name).stem not in known:
                with suppress(OSError):
                    (Path(folder) / name).unlink()


class Archive:
    """A cache in use."""

    def __init__(self, place: CacheFolder, store: Store) -> None:
        self.store = store
        self._files = place.files
        self._decoder = Decoder()
        self._options: StepOptions | None = None
        self.folder_stamps: dict[str, str] = {}
        """Run path to the state of all files in the run's folder when it was looked at; see `extras.py`."""
        self.matches: dict[tuple[str, int], list[str]] = {}
        """What filters let through; see `group.members`."""

    def results(
        self,
        locations: Sequence[RunLocation],
        options: MeasureOptions,
        jobs: int | None,
        progress: Progress,
        *,
        with_files: bool,
        scheduler: str | None = None,
    ) -> list[RunResult | SkippedRun]:
        """What is known of each run, in the order given.

        Args:
            with_files: Whether chart data and downloads are wanted, too.
            scheduler: Of the Dask cluster to read and measure on; None: here.

        Raises:
            WattboardError: the cluster cannot do it.
            OSError: the cache's folder cannot be written.
        """
        self._options = StepOptions(options, _variant(options), self._files if with_files else None)
        lookup = _Lookup(self, self._options, locations)
        found, tasks = lookup.found, lookup.tasks()
        with progress.step("Reading logs", total=len(tasks)) as shown:
            if tasks:
                self.forget(self.store.runs_of_others(versions.measuring()))
            keeping = _Keeping(self, self._options.variant, lookup.stale)
            try:
                for outcome in self._outcomes(tasks, jobs, scheduler):
                    path = outcome.location.path
                    found[path] = self._result(outcome, lookup.known.get(path))
                    keeping.add(outcome, lookup.known.get(path))
                    shown.advance()
            finally:
                keeping.finish()
        return [found[location.path] for location in locations]

    def _outcomes(
        self, tasks: Sequence[Task], jobs: int | None, scheduler: str | None
    ) -> Iterator[Outcome]:
        assert self._options is not None  # noqa: S101 - `results` has set them
        if scheduler is None:
            return outcomes(tasks, self._options, jobs)
        from ..elsewhere import outcomes_from_cluster

        return outcomes_from_cluster(tasks, self._options, scheduler)

    # -- RunFiles --------------------------------------------------------------------------------------------------

    def charts(self, run: RunResult) -> tuple[TimeChart, ...]:
        """The chart data of a run.

        Raises:
            WattboardError: its log has changed since it was read.
        """
        try:
            return kept_charts(self._names(run))
        except LostFileError:
            self._make_again(run)
            return kept_charts(self._names(run))

    def download(self, run: RunResult) -> Path:
        """A run's zip.

        Raises:
            WattboardError: its log has changed since it was read.
        """
        try:
            return kept_download(self._names(run))
        except LostFileError:
            self._make_again(run)
            return kept_download(self._names(run))

    def _names(self, run: RunResult) -> RunFileNames:
        return RunFileNames(self._files, run.fingerprint)

    def _make_again(self, run: RunResult) -> None:
        """Another command may have cleared the cache, or its disk may have lost something."""
        assert self._options is not None  # noqa: S101 - there is a result
        outcome = step(Task(run.location), self._options)
        if outcome.fingerprint != run.fingerprint:
            message = "this run's log changed while the site was being built"
            raise WattboardError(
                Problem(run.location.path, message, hint="build again", severity="error")
            )

    def forget(self, rows: Sequence[RunRow]) -> None:
        """Drop runs that are no more, or that an older program measured."""
        self.store.forget_runs(rows)
        for row in rows:
            self.remove_files(row.fingerprint)

    def remove_files(self, fingerprint: str) -> None:
        """Delete what belongs to a record that is no more."""
        if fingerprint:
            RunFileNames(self._files, fingerprint).remove()

    # -- records ---------------------------------------------------------------------------------------------------

    def decoded(self, location: RunLocation, record: bytes) -> RunResult | SkippedRun | None:
        """What a record says of a run; None where it cannot be read."""
        try:
            if record[:1] == _SKIPPED:
                return SkippedRun(location, _decode_problems(record[1:]), is_final=True)
            return self._decoder.result(location, record[1:])
        except (msgspec.DecodeError, KeyError):
            return None

    def learn(self, facts: Iterable[tuple[bytes, bytes]]) -> None:
        """Take in what records refer to."""
        try:
            self._decoder.learn(facts)
        except msgspec.DecodeError:
            log.debug("facts in the cache cannot be read", exc_info=True)

    def _result(self, outcome: Outcome, row: RunRow | None) -> RunResult | SkippedRun:
        if outcome.skipped is not None:
            return outcome.skipped
        if outcome.encoded is not None:
            self.learn(outcome.encoded.facts)
        record = _record(outcome, row)
        result = self.decoded(outcome.location, record)
        assert result is not None  # noqa: S101 - it was encoded by this program, or decoded before
        return result


class _Lookup:
    """What the cache has of some runs, and what is to be done for the others."""

    def __init__(
        self, archive: Archive, options: StepOptions, locations: Sequence[RunLocation]
    ) -> None:
        self.found: dict[str, RunResult | SkippedRun] = {}
        self.known: dict[str, RunRow] = {}
        """Runs whose bytes may be the same, though their times are not."""
        self.stale: dict[str, str] = {}
        """Fingerprints of what the cache has of runs that are to be worked on."""
        self._archive = archive
        self._options = options
        self._locations = locations
        archive.learn(archive.store.facts())
        by_path = {location.path: location for location in locations}
        trees = {location.path.partition("/")[0] for location in locations}
        gone = []
        for row in archive.store.runs(options.variant):
            location = by_path.get(row.path)
            if location is not None:
                self._look_at(location, row)
            elif row.path.partition("/")[0] in trees:
                gone.append(row)
        archive.forget(gone)

    def _look_at(self, location: RunLocation, row: RunRow) -> None:
        self.stale[row.path] = row.fingerprint
        result = self._archive.decoded(location, row.record)
        if result is None or not self._has_files(result):
            return
        stamp = run_stamp(location)
        if stamp.text == row.stamp and not row.is_fresh:
            self.found[row.path] = result
            del self.stale[row.path]
        elif row.content and may_be_same(stamp.text, row.stamp):
            self.known[row.path] = row

    def _has_files(self, result: RunResult | SkippedRun) -> bool:
        if self._options.files is None or isinstance(result, SkippedRun):
            return True
        # Whether they are still there is seen when one is wanted, and most are not.
        return result.zip_bytes is not None

    def tasks(self) -> list[Task]:
        """The runs that are to be worked on."""
        return [
            Task(location, self.known[path].content if path in self.known else "")
            for location in self._locations
            for path in (location.path,)
            if path not in self.found
        ]


class _Keeping:
    """Puts outcomes into the cache, many at a time; what was done before a kill is kept."""

    def __init__(self, archive: Archive, variant: str, stale: dict[str, str]) -> None:
        self._archive = archive
        self._stale = stale
        self._variant = variant
        self._rows: list[RunRow] = []
        self._facts: dict[bytes, bytes] = {}
        self._kept_s = time.monotonic()

    def add(self, outcome: Outcome, row: RunRow | None) -> None:
        """Take in one."""
        if outcome.skipped is not None and not outcome.skipped.is_final:
            return
        if outcome.encoded is not None:
            self._facts.update(outcome.encoded.facts)
        self._rows.append(
            RunRow(
                outcome.location.path,
                self._variant,
                outcome.stamp,
                outcome.content,
                outcome.is_fresh,
                row.fingerprint if outcome.is_unchanged and row else outcome.fingerprint,
                _record(outcome, row),
            )
        )
        is_due = time.monotonic() - self._kept_s > _KEEP_EVERY_S
        if is_due or len(self._rows) >= _KEEP_EVERY:
            self.finish()

    def finish(self) -> None:
        """Write what was taken in."""
        self._archive.store.put_facts(self._facts.items())
        self._archive.store.put_runs(self._rows)
        for row in self._rows:
            before = self._stale.pop(row.path, "")
            if before != row.fingerprint:
                self._archive.remove_files(before)
        self._rows, self._facts, self._kept_s = [], {}, time.monotonic()


def _record(outcome: Outcome, row: RunRow | None) -> bytes:
    if outcome.is_unchanged:
        assert row is not None  # noqa: S101 - its content was what the task named
        return row.record
    if outcome.skipped is not None:
        return _SKIPPED + _encode(outcome.skipped.problems)
    assert outcome.encoded is not None  # noqa: S101 - it is one of the three
    return _RESULT + outcome.encoded.record


def _variant(options: MeasureOptions) -> str:
    """Differs whenever the same log may give another result: by this program, or by the options."""
    said = repr(options).encode()
    return f"{versions.measuring()}-{hashlib.blake2b(said, digest_size=8).hexdigest()}"
