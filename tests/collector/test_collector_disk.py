"""A log that cannot be written any more: the reason is told to who asks, and the training goes on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from trainings import INTERVAL_S, read_info, read_samples, wait_until
from wattboard.collector import CollectorError, ImpactTracker, MonitorError
from wattboard.collector.runlog import RunLogWriter, claim
from wattboard.sitegen import load_runs


def wait_for_error(tracker: ImpactTracker) -> str:
    """What the tracker says is wrong, as soon as it says so."""
    errors: list[str] = []

    def has_failed() -> bool:
        try:
            tracker.get_latest_info_and_check_for_errors()
        except MonitorError as error:
            errors.append(str(error))
        return bool(errors)

    wait_until(has_failed)
    return errors[0]


def data_file(logdir: Path) -> Path:
    return logdir / "impacttracker" / "data.json"


def is_complete(logdir: Path) -> bool:
    """Until the end, info.json is not written again."""
    return bool(read_info(logdir).get("python_packages"))


def check_whole(logdir: Path) -> None:
    """The log ends with a whole line, has no end, and the generator takes it."""
    assert data_file(logdir).read_bytes().endswith(b"}\n")
    assert len(read_samples(logdir)) >= 2
    assert read_info(logdir)["experiment_end"] is None
    assert len(load_runs([logdir])) == 1


def fill(file: Path) -> None:
    """Write until the disk is full, as a training's own checkpoint may."""
    with file.open("wb", buffering=0) as checkpoint, suppress(OSError):
        while checkpoint.write(bytes(4096)):
            pass


@pytest.mark.parametrize("room", [0, 100])
def test_no_room_for_a_sample(tmp_path: Path, room: int) -> None:
    """Whether nothing of a line can be written or a part of it, the lines before stay whole."""
    tracker = ImpactTracker(tmp_path, interval=INTERVAL_S)
    with tracker:
        wait_until(lambda: len(read_samples(tmp_path)) >= 2 and is_complete(tmp_path))
        (monitor,) = [
            p for p in psutil.Process().children() if "collector.monitor" in str(p.cmdline())
        ]
        monitor.suspend()  # or it might write between the two lines that follow
        allowed = data_file(tmp_path).stat().st_size + room
        resource.prlimit(monitor.pid, resource.RLIMIT_FSIZE, (allowed, allowed))
        monitor.resume()
        message = wait_for_error(tracker)
    assert f"{data_file(tmp_path)}: no sample can be added" in message
    assert "Traceback" in message
    assert data_file(tmp_path).stat().st_size <= allowed
    check_whole(tmp_path)


def clear_away(folder: Path) -> None:
    """Remove a folder into which somebody is writing."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("strikes", [clear_away, lambda folder: data_file(folder).unlink()])
def test_a_log_that_is_deleted(tmp_path: Path, strikes: Callable[[Path], None]) -> None:
    """Someone clears away the run's folder, or only its log, while the run goes on."""
    with ImpactTracker(tmp_path / "run", interval=INTERVAL_S) as tracker:
        strikes(tmp_path / "run")
        message = wait_for_error(tracker)
    assert "was deleted while the run went on" in message or "No such file" in message
    assert str(tmp_path / "run") in message


def test_a_folder_that_is_moved_away(tmp_path: Path) -> None:
    """Its samples move with it; that its info cannot be completed is told at the end."""
    with ImpactTracker(tmp_path / "run", interval=INTERVAL_S) as tracker:
        wait_until(lambda: is_complete(tmp_path / "run"))
        (tmp_path / "run").rename(tmp_path / "moved")
        wait_until(lambda: len(read_samples(tmp_path / "moved")) >= 3)
    with pytest.raises(MonitorError, match=r"run/impacttracker/info\.json: .*No such file"):
        tracker.get_latest_info_and_check_for_errors()
    check_whole(tmp_path / "moved")


def test_a_full_device_says_so(tmp_path: Path) -> None:
    """The message names the file and the reason, as the system words it."""
    folder = claim(tmp_path).folder
    (folder / "data.json").unlink()
    (folder / "data.json").symlink_to("/dev/full")
    writer = RunLogWriter(folder)
    with pytest.raises(CollectorError, match=rf"data\.json: .*{os.strerror(errno.ENOSPC)}"):
        writer.append({"timestamp": 1.0})
    writer.close()


def test_no_room_for_the_info_leaves_the_one_before(tmp_path: Path) -> None:
    """The old info stays whole, and the half of a new one does not take up room."""
    folder = claim(tmp_path).folder
    writer = RunLogWriter(folder)
    writer.write_info({"run": 1})
    (folder / "info.json.new").symlink_to("/dev/full")
    with pytest.raises(CollectorError, match=rf"info\.json: .*{os.strerror(errno.ENOSPC)}"):
        writer.write_info({"run": 2, "more": "x" * 100_000})
    writer.close()
    assert read_info(tmp_path) == {"run": 1}
    assert sorted(path.name for path in folder.iterdir()) == ["data.json", "info.json"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a file system is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up(disk: Path) -> None:
    """The training, or someone else, takes the last byte."""
    with ImpactTracker(disk / "run", interval=INTERVAL_S) as tracker:
        wait_until(lambda: len(read_samples(disk / "run")) >= 2)
        fill(disk / "checkpoint")
        message = wait_for_error(tracker)
    assert str(disk / "run" / "impacttracker") in message
    assert os.strerror(errno.ENOSPC) in message or "the disk is full" in message
    check_whole(disk / "run")


def test_a_folder_that_is_read_only(disk: Path) -> None:
    """The run goes on unmeasured, and the reason is there for who asks."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with ImpactTracker(disk / "run") as tracker:
        pass
    with pytest.raises(
        MonitorError, match=rf"not measured: .*{os.strerror(errno.EROFS)}.*disk/run"
    ):
        tracker.get_latest_info_and_check_for_errors()
