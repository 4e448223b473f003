"""Builds that are killed, meet each other, or find a cache that is damaged or not theirs: never a wrong page."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import faults_work
import psutil
import pytest
from edited_board import Board, counted
from wattboard.sitegen import execute, processes
from wattboard.sitegen.cache import store
from wattboard.sitegen.cache.folder import CacheOptions
from wattboard.sitegen.errors import WattboardError

_KILLS = int(os.environ.get("WATTBOARD_KILLS", "5"))

# Processes for few and small runs, too.
_COMMAND = """
import sys
sys.path.insert(0, {tests!r})
from wattboard.sitegen import execute, forked
execute._WORTH_A_PROCESS_S = 0.001
execute._BATCH_S = 0.002
forked._WORTH_A_PROCESS = 2
from wattboard.sitegen.pages import render
render._WORTH_A_PROCESS = 1
from wattboard.sitegen.cli import main
main()
"""


def _build(board: Board, *more: str) -> subprocess.Popen[bytes]:
    code = _COMMAND.format(tests=str(Path(__file__).parent.parent))
    arguments = [board.logs, "--site-spec", board.spec(), "--output-dir", board.site, "--jobs", "2"]
    return subprocess.Popen(
        [sys.executable, "-c", code, "build", *map(str, arguments), *more],
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def _processes_of(session: int) -> list[int]:
    return [
        pid
        for pid in psutil.pids()
        if _session_of(pid) == session and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _gone(session: int) -> bool:
    """Whether no process of a session is left, after a little while."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if not _processes_of(session):
                return True
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.1)
    return False


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """Twelve runs, not built yet."""
    made = Board(tmp_path)
    for i in range(12):
        made.run(f"{'ab'[i % 2]}/seed_{i}", 50.0 + i, score=i + 1)
    made.settle()
    return made


def test_killed_at_any_moment(board: Board) -> None:
    """No process is left behind, and the next build gives the right site."""
    began = time.monotonic()
    assert _build(board).wait(120) == 0
    took_s = time.monotonic() - began
    chance = random.Random(os.environ.get("WATTBOARD_SEED", "7"))
    for i in range(_KILLS):
        if i % 3 == 0:
            shutil.rmtree(board.cache)
        board.run("a/seed_0", 50.0 + i, score=i)
        board.factor = float(i)
        process = _build(board)
        time.sleep(chance.uniform(0.2, 1.0) * took_s)
        process.kill()
        process.wait()
        assert _gone(process.pid)
        if i % 2 == 0:
            board.build()
            board.check()
    board.build()
    board.check()
    # What the killed ones left half done is gone from the cache, too.
    assert len(list((board.cache / "files").rglob("*.zip"))) == 12
    assert not [f for f in (board.cache / "files").iterdir() if f.is_file()]


def test_ctrl_c_ends_all_processes(board: Board) -> None:
    """Soon, with nothing left of the site that was being built."""
    spec = board.spec()
    (board.folder / "score.py").write_text(
        "import pathlib, time\n\n\ndef score(*_):\n"
        "    pathlib.Path(__file__).with_name('begun').touch()\n    time.sleep(60)\n"
    )
    board.spec = lambda: spec  # type: ignore[method-assign]
    process = _build(board)
    deadline = time.monotonic() + 60
    while not (board.folder / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 130
    assert _gone(process.pid)
    assert not board.site.exists()
    assert not list(board.folder.glob(".site-*"))


def test_two_builds_at_once(board: Board) -> None:
    """The second one waits for the first, and both leave the right site."""
    first, second = _build(board), _build(board)
    assert first.wait(120) == 0
    assert second.wait(120) == 0
    board.check()


def test_two_sites_with_one_cache(board: Board) -> None:
    """Each is right, and they do not get into each other's way."""
    first = _build(board)
    board.build(board.folder / "second")
    assert first.wait(120) == 0
    board.check()


@pytest.mark.parametrize("damage", ["cut", "zeros", "text", "empty", "another program's"])
def test_a_damaged_database(board: Board, damage: str) -> None:
    """Work is done again."""
    board.build()
    file = board.cache / "runs.sqlite"
    data = file.read_bytes()
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    if damage == "another program's":
        file.unlink()
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE runs (x)")
        other.close()
    else:
        middle = len(data) // 2
        file.write_bytes(
            {
                "cut": data[:middle],
                "zeros": data[:4096] + bytes(len(data) - 4096),
                "text": b"not a database\n" * 100,
                "empty": b"",
            }[damage]
        )
    board.run("a/seed_0", 77.0)
    board.build()
    board.check()
    with counted() as work:
        board.build()
    assert work["groups"] == 0


def test_records_that_were_altered(board: Board) -> None:
    """A record whose checksum does not fit is not believed."""
    board.build()
    with sqlite3.connect(board.cache / "runs.sqlite") as database:
        for path, value in database.execute("SELECT path, value FROM runs").fetchall():
            spoilt = value[:-3] + bytes([value[-3] ^ 1]) + value[-2:]
            database.execute("UPDATE runs SET value = ? WHERE path = ?", (spoilt, path))
        database.execute("UPDATE facts SET value = x'00'")
        database.execute("UPDATE pages SET value = x'00'")
    database.close()
    with counted() as work:
        board.build()
    assert work["logs read"] == 12
    board.check()


def test_a_disk_that_is_full(
    board: Board, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The cache is given up with a warning, and the site is built."""

    def full(self: store.Store, statement: str, rows: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store.Store, "_changed", full)
    board.build()
    assert "database or disk is full" in caplog.text
    monkeypatch.undo()
    board.check()


def test_a_folder_that_is_not_a_cache(board: Board, tmp_path: Path) -> None:
    """Someone else's folder is refused, and left as it is."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(WattboardError, match="found other files"):
        board.build(cache=CacheOptions(tmp_path / "mine"))
    (tmp_path / "file").write_text("x")
    with pytest.raises(WattboardError, match="found a file"):
        board.build(cache=CacheOptions(tmp_path / "file"))
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["thesis.tex"]


def test_a_run_that_its_process_dies_of(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is skipped with a message that names it; all others are read."""
    monkeypatch.setattr(processes, "_work", faults_work.deadly)
    monkeypatch.setattr(execute, "_WORTH_A_PROCESS_S", 0.001)
    board.jobs = 2
    board.build()
    assert not (board.site / "runs/runs/b/seed_3").exists()
    assert len(list(board.site.glob("runs/runs/*/*/index.html"))) == 11


_BACKGROUND = """
import os, shutil, signal, sys, threading, time
from pathlib import Path
from wattboard.sitegen import forked
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.progress import Silence

notes = Path(sys.argv[1])

def workers():
    return {file.name.split("-")[1] for file in notes.iterdir()}

def wait_for(n):
    "So many processes work."
    end = time.monotonic() + 60
    while len(workers()) < n:
        assert time.monotonic() < end, (n, workers())
        time.sleep(0.01)

at_once = 1  # so many processes are to work before the first of them goes on

def work(i):
    (notes / f"{i}-{os.getpid()}").touch()
    wait_for(at_once)
    return bytes([i]) * 3_000_000  # more than a pipe takes

def done():
    "By whom each item was worked on."
    found = sorted(file.name.split("-") for file in notes.iterdir())
    for file in notes.iterdir():
        file.unlink()
    assert [int(i) for i, _ in found] == items, found
    return {int(pid) for _, pid in found}

def has_children():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True

items = [1, 2, 3, 4, 5, 6]
expected = sorted(bytes([i]) * 3_000_000 for i in items)
here = {os.getpid()}

# This process is one of those that work at once, until it waits.
for n in (1, 2, 3):
    at_once = n
    with forked.begun(items, work, n) as background:
        wait_for(n - 1)
        before = workers()
        results = background.results()
        assert sorted(results) == expected
    pids = done()
    assert len(before) == n - 1 and len(pids) == n and not pids & here, (n, before, pids)
at_once = 1

# Many items, which take no time: each is worked on once, whoever is quicker.
many = range(100_000)  # more than a pipe has room for
with forked.begun(many, lambda i: i.to_bytes(4, "little"), 3) as background:
    assert sorted(int.from_bytes(i, "little") for i in background.results()) == [*many]

# No more of them than there are items, nor any for none.
with forked.begun(items[:1], work, 8) as background:
    assert len(list(background.results())) == 1
with forked.begun([], work, 8) as background:
    assert list(background.results()) == []
for file in notes.iterdir():
    file.unlink()

# Where a thread has come since, those that were begun do it; where none was, this process.
for n in (1, 2):
    with forked.begun(items, work, n) as background:
        ended = threading.Event()
        thread = threading.Thread(target=ended.wait)
        thread.start()
        assert sorted(background.results()) == expected
        ended.set()
        thread.join()
    assert (done() == here) == (n == 1)

# An error is told at once, whatever the others still do.
def fail(i):
    if i == 2:
        raise OSError(28, "No space left on device", "/x")
    time.sleep(600)

began = time.monotonic()
try:
    with forked.begun([1, 2], fail, 3) as background:
        list(background.results())
except OSError as error:
    assert (error.errno, error.filename) == (28, "/x")
else:
    raise AssertionError("nothing was told")
assert not has_children()

# Of many items alike as well, with none of the others waited for.
forked._WORTH_A_PROCESS = 1
try:
    forked.each_in_children(range(1, 10), fail, 2, Silence(), "x")
except OSError as error:
    assert error.errno == 28
else:
    raise AssertionError("nothing was told")
assert not has_children()

# So is one without a number, by its name, with its place for who wants to look.
try:
    with forked.begun([1], lambda _: shutil.copyfile(forked.__file__, forked.__file__), 1) as background:
        list(background.results())
except forked.ChildError as error:
    assert str(error).startswith("SameFileError: ")
    assert "in copyfile" in error.__notes__[0]
else:
    raise AssertionError("nothing was told")

# One that is killed, as by a system without memory, is no defect.
try:
    with forked.begun([1], lambda _: os.kill(os.getpid(), signal.SIGKILL), 1) as background:
        list(background.results())
except WattboardError as error:
    assert "ended from outside" in str(error)
else:
    raise AssertionError("nothing was told")
assert not has_children()

# Where the system refuses a copy, this process does the work, and leaves no file open.
fork, n_open = os.fork, len(os.listdir("/proc/self/fd"))
def refused():
    raise BlockingIOError(11, "Resource temporarily unavailable")
for broken in ("fork", "can_fork"):
    if broken == "fork":
        os.fork = refused
    else:
        os.fork, forked.can_fork = fork, lambda: False
    for n in (1, 3):
        with forked.begun(items, work, n) as background:
            assert sorted(background.results()) == expected
        assert done() == here
assert len(os.listdir("/proc/self/fd")) == n_open
forked.can_fork = lambda: True

# A signal that comes while a copy is made is not lost, and no copy is.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
def make_and_signal():
    pid = fork()
    if pid:
        os.kill(os.getpid(), number)
    return pid
os.fork = make_and_signal
for number, error in ((signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)):
    try:
        with forked.begun([1, 3], fail, 3):
            raise AssertionError("the signal was lost")
    except error:
        assert not has_children()
os.fork = fork

# So is the caller's own, and Ctrl-C.
for error in (ValueError, KeyboardInterrupt):
    for n in (1, 3):
        try:
            with forked.begun([1, 3], fail, n):
                raise error
        except error:
            assert not has_children()
print("ended" if time.monotonic() - began < 300 else "waited")
"""


def test_work_in_the_background(tmp_path: Path) -> None:
    """No more processes work at once than asked for; all is done, or its error told, and none is left."""
    done = subprocess.run(
        [sys.executable, "-c", _BACKGROUND, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")
