"""Reading a log: blocks of lines that are alike, long logs, and what is known of what was read."""

from __future__ import annotations

import errno
import json
import os
import random
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xxhash
from big_logs import heavy_run, long_run, our_lines, seed_lines
from logs import (
    CPU_POWER,
    GPU_POWER,
    START_S,
    Sample,
    our_info,
    power_samples,
    seed_info,
    write_run,
)
from wattboard.sitegen.errors import RunError
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.measure import MeasuredRun, MeasureOptions, measure
from wattboard.sitegen.model import RunLog
from wattboard.sitegen.read_run import RunLogs, read_run
from wattboard.sitegen.readers import content_of, spool
from wattboard.sitegen.readers.content import PartContent
from wattboard.sitegen.readers.samples import SampleStream


def located(run: Path) -> RunLocation:
    return RunLocation(run, run.resolve(), "logs/run")


def measured(run: Path, out: Path) -> tuple[MeasuredRun, bytes]:
    """The run, and its download."""
    out.mkdir(exist_ok=True)
    result = measure(located(run), MeasureOptions(), out / "log.zip")
    assert isinstance(result, MeasuredRun), result
    return result, (out / "log.zip").read_bytes()


# -- lines that are alike


def odd_lines(generator: random.Random) -> Iterator[str]:
    """A log in which processes come, go and take each other's place, readings fail, and some lines are no samples."""
    pids = [generator.randrange(100, 99999) for _ in range(generator.choice([1, 3, 30]))]
    time_s, separators = START_S, generator.choice([(",", ":"), (", ", ": ")])
    seconds: dict[int, float] = {}
    for i in range(generator.choice([3, 40, 400])):
        time_s += generator.choice([10.0] * 20 + [0.0, -5.0, 400.0])
        if generator.random() < 0.05:
            pids.append(generator.randrange(100, 99999))
        if generator.random() < 0.05 and len(pids) > 1:
            pids.pop(0)
        if generator.random() < 0.05:
            pids[-1] = generator.randrange(100, 99999)
        for pid in pids:
            seconds[pid] = seconds.get(pid, 0.0) + generator.random()
        sample: Sample = {
            "timestamp": time_s,
            CPU_POWER: generator.choice([generator.uniform(1, 20)] * 20 + [None, -7.0]),
            "cpu_time_seconds": {
                str(pid): {"user": seconds[pid], "system": 0.5, "children_user": 0.0}
                for pid in pids
            },
            "absolute_mem_usage": generator.randrange(10**9),
            "mem_info_per_process": {
                str(pid): {"rss": generator.randrange(10**9), "vms": 10**9} for pid in pids
            },
            GPU_POWER: generator.uniform(50, 200),
            "energy_j": {"cpu:package-0": 30.0 * i, "gpu:0": 100.0 * i},
            "realtime_carbon_intensity": generator.choice([300.5] * 9 + ["n/a"]),
            "cpu_count_adjusted_average_load": [generator.random() for _ in range(3)],
            "process_ids": pids,
        }
        if generator.random() < 0.02:
            sample["host"] = "secret"
        line = json.dumps(sample, separators=separators)
        yield generator.choice([line] * 60 + [line[:50], "", "Killed"])


def as_read(run: Path) -> dict[str, Any]:
    """All that comes of reading a run with one log."""
    logs = read_run(located(run))
    (log,) = logs.logs
    columns = {**log.samples.channels, **log.samples.energy_j, "time": log.samples.time_s}
    return {
        "columns": {name: column.tolist() for name, column in columns.items()},
        "cpu_seconds": log.samples.cpu_seconds,
        "problems": logs.problems,
        "content": logs.content,
    }


@pytest.mark.parametrize("seed", range(40))
def test_lines_read_together_are_read_as_one_by_one(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a log holds, blocks of lines that are alike give the numbers, messages and download of its lines."""
    lines = "\n".join(odd_lines(random.Random(seed))) + "\n"
    run = write_run(tmp_path / "run", lines.encode(), our_info(power_samples()))
    together = as_read(run), measured(run, tmp_path / "a")
    monkeypatch.setattr(SampleStream, "_as_usual", lambda *_: 0)
    by_line = as_read(run), measured(run, tmp_path / "b")
    np.testing.assert_equal(together[0], by_line[0])
    assert together[1] == by_line[1]
    assert b"secret" not in together[1][1]


def test_what_no_figure_needs_is_cut_out_of_long_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of a line of experiment-impact-tracker is never decoded."""
    decoded: list[int] = []
    real = SampleStream._take_alike

    def counting(stream: SampleStream, data: bytes, *rest: Any) -> int:
        shortened = rest[0].excerpt.of(data)
        assert shortened is not None
        decoded.append(len(shortened[0]) * 4)
        assert decoded[-1] < len(data)
        return real(stream, data, *rest)

    monkeypatch.setattr(SampleStream, "_take_alike", counting)
    measured(long_run(tmp_path / "run", seed_lines(), 1_000_000), tmp_path / "out")
    assert len(decoded) > 3


def test_a_number_that_is_none_is_found_where_all_problems_are_asked_for(tmp_path: Path) -> None:
    """In what no figure needs, a damaged number costs its line only where every faulty line is to be listed."""
    lines = [next(stream) for stream in [seed_lines()] for _ in range(60)]
    lines[50] = lines[50].replace(b'"rss":3274608640', b'"rss":32746.086.40', 1)
    run = write_run(tmp_path / "run", b"".join(lines), seed_info(power_samples()))
    assert read_run(located(run)).problems == ()
    (problem,) = read_run(located(run), every_problem=True).problems
    assert problem.line == 51


def test_a_process_that_another_replaces_keeps_its_time(tmp_path: Path) -> None:
    """Each process counts with its last reading, also where only the digits of its number tell it from the next."""
    samples = power_samples(2000)
    for i, sample in enumerate(samples):
        pid = 100 + i // 700
        sample["cpu_time_seconds"] = {str(pid): {"user": 1.0 + i % 700, "system": 0.0}}
        sample["process_ids"] = [pid]
    run = write_run(tmp_path / "run", samples)
    (log,) = read_run(located(run)).logs
    assert log.samples.cpu_seconds == 700.0 + 700.0 + 600.0


def test_processes_that_the_list_does_not_name_are_all_read(tmp_path: Path) -> None:
    """Where the list of processes is not that of those with a time, no time is passed over."""
    samples = power_samples(4000)
    for i, sample in enumerate(samples):
        pid = 200 if i == 3000 else 100
        sample["cpu_time_seconds"] = {str(pid): {"user": 5.0, "system": 0.0}}
        sample["process_ids"] = [1]
    run = write_run(tmp_path / "run", samples)
    (log,) = read_run(located(run)).logs
    assert log.samples.cpu_seconds == 10.0


# -- long logs


def test_a_log_that_is_spilled_has_the_same_figures_and_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that went through a temporary file, in many pieces, give the result of those that did not."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    unordered = power_samples(3000)
    random.Random(1).shuffle(unordered)
    runs = [
        heavy_run(tmp_path / "heavy", 3000),
        write_run(tmp_path / "seed", power_samples(3000), seed_info(power_samples(3000))),
        write_run(tmp_path / "unordered", unordered),
        write_run(tmp_path / "odd", "\n".join(odd_lines(random.Random(2))).encode()),
    ]
    in_memory = [measured(run, tmp_path / "a") for run in runs]
    spilled: list[int] = []
    real = tempfile.TemporaryFile

    def counted(*args: Any, **options: Any) -> Any:
        spilled.append(1)
        return real(*args, dir=folder, **options)

    monkeypatch.setattr(spool, "SPILL_BYTES", 5000)
    monkeypatch.setattr(tempfile, "TemporaryFile", counted)
    assert [measured(run, tmp_path / "b") for run in runs] == in_memory
    assert len(spilled) == len(runs)


def test_a_temporary_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a spilled log is in use there is no file to be left behind."""
    monkeypatch.setattr(spool, "SPILL_BYTES", 5000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (log,) = read_run(located(heavy_run(tmp_path / "run", 500))).logs
    assert len(log.samples.channels["cpu_power_w"]) == 500
    assert os.listdir(tmp_path / "temporary") == []  # noqa: PTH208


def test_a_full_disk_is_no_fault_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a temporary file cannot be written, the run is not skipped: the command ends and says why."""

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "SPILL_BYTES", 5000)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    run = heavy_run(tmp_path / "run", 500)
    with pytest.raises(OSError, match="temporary file: No space left on device"):
        measure(located(run), MeasureOptions())


def peak_bytes(run: Path, out: Path) -> int:
    """The most memory that measuring a run takes."""
    tracemalloc.start()
    try:
        measured(run, out)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("lines", "mb"), [(our_lines, 1), (seed_lines, 3)])
def test_memory_does_not_grow_with_the_log(
    lines: Any, mb: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log eight times as long takes less than twice the memory, and of what is longer less than a tenth."""
    monkeypatch.setattr(spool, "SPILL_BYTES", 1 << 16)
    short = long_run(tmp_path / "short", lines(), mb * 10**6)
    long = long_run(tmp_path / "long", lines(), 8 * mb * 10**6)
    measured(short, tmp_path / "out")  # so that what is kept from run to run is not counted
    bytes_short, bytes_long = (peak_bytes(run, tmp_path / "out") for run in (short, long))
    assert bytes_long < 2 * bytes_short
    assert bytes_long - bytes_short < 0.1 * 7 * mb * 10**6


# -- what was read


def hashed(data: bytes) -> str:
    return xxhash.xxh3_128(data).hexdigest()


@pytest.mark.parametrize("info", ["info.json", "info.pkl", ""])
def test_the_hashes_are_those_of_the_files(info: str, tmp_path: Path) -> None:
    """Of each part's samples as they stand in the file, faulty lines too, and of its info; "" without one."""
    samples = power_samples(3000)
    about = {"info.json": our_info(samples), "info.pkl": seed_info(samples), "": None}[info]
    run = write_run(tmp_path / "run", samples, about)
    write_run(run, b'no sample\n{"timestamp": 1700000000.0}', None, part="rank-1")
    logs = read_run(located_parts(run))
    first, second = (part.folder for part in located_parts(run).parts)
    assert logs.content == (
        PartContent(
            "",
            hashed((first / "data.json").read_bytes()),
            hashed((first / info).read_bytes()) if info else "",
        ),
        PartContent("rank-1", hashed((second / "data.json").read_bytes()), ""),
    )
    assert tuple(content_of(part) for part in located_parts(run).parts) == logs.content


def located_parts(run: Path) -> RunLocation:
    return RunLocation(run, run.resolve(), "logs/run", ("", "rank-1"))


def test_a_part_that_cannot_be_used_is_hashed_all_the_same(tmp_path: Path) -> None:
    """What was read of it tells when it changes."""
    run = write_run(tmp_path / "run")
    write_run(run, b"no sample\n", part="rank-1")
    logs = read_run(located_parts(run))
    assert logs.lost == ("rank-1",)
    assert [part.samples for part in logs.content][1] == hashed(b"no sample\n")


def test_an_info_that_may_not_be_read_is_not_hashed(tmp_path: Path) -> None:
    """A link out of the log folder, a pipe and no info at all are three things, and none of them is followed."""
    found = set()
    for case in ("link", "pipe", "none"):
        run = write_run(tmp_path / case / "run", info=None)
        file = run / "impacttracker" / "info.json"
        if case == "link":
            (tmp_path / "secret.json").write_text("{}")
            file.symlink_to(tmp_path / "secret.json")
        elif case == "pipe":
            os.mkfifo(file)
        (part,) = located(run).parts
        assert read_run(located(run)).content == (content_of(part),)
        found.add(content_of(part).info)
    assert len(found) == 3
    assert hashed(b"{}") not in found


def test_what_cannot_be_opened_cannot_be_hashed(tmp_path: Path) -> None:
    """It is the error of reading."""
    (part,) = located(tmp_path / "nothing").parts
    with pytest.raises(RunError, match="expected a file that can be read"):
        content_of(part)


# -- types used above


def test_channels_without_a_reading_are_not_there(tmp_path: Path) -> None:
    """A field that is null in all samples is no channel, nor is one whose only reading no device gives."""
    samples = power_samples(5, absolute_mem_usage=None, disk_write_speed=-1.0)
    logs: RunLogs = read_run(located(write_run(tmp_path / "run", samples)))
    log: RunLog = logs.logs[0]
    assert set(log.samples.channels) == {"cpu_power_w"}
    assert "memory_bytes" not in log.samples.channels
    with pytest.raises(KeyError):
        log.samples.channels["memory_bytes"]


def test_a_download_is_the_same_each_time(tmp_path: Path) -> None:
    """Two zips of one log are the same bytes, and Python's own reader finds no fault in them."""
    run = heavy_run(tmp_path / "run", 300)
    _, first = measured(run, tmp_path / "a")
    _, second = measured(run, tmp_path / "b")
    assert first == second
    (file,) = (tmp_path / "a").iterdir()
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.read("data.json") == (run / "impacttracker" / "data.json").read_bytes()
