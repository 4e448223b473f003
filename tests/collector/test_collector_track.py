"""`wattboard track`: measures a command, and is otherwise as if it were not there."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from trainings import Job, clean_environment, job, read_info, read_samples, wait_until

WATTBOARD = str(Path(sys.executable).with_name("wattboard"))
PYTHON = sys.executable


def track(logdir: Path, *command: str, interval_s: float = 0.1) -> list[str]:
    """The command line that measures a command."""
    ours = [WATTBOARD, "track", "--log-dir", str(logdir), "--interval", str(interval_s)]
    return [*ours, "--", *command]


def finished(command: list[str], **run: object) -> subprocess.CompletedProcess[str]:
    """A command's end and what it said."""
    options = {"capture_output": True, "text": True, "timeout": 60, "env": clean_environment()}
    result: subprocess.CompletedProcess[str] = subprocess.run(command, **{**options, **run})  # type: ignore[call-overload]
    return result


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


BURN = "import time\nwhile time.process_time() < {}: pass\n"


# How it ends


@pytest.mark.parametrize("exit_code", [0, 7, 255])
def test_the_exit_code_passes_through(tmp_path: Path, exit_code: int) -> None:
    """The caller sees the command's exit code, and so does the log, which has an end."""
    result = finished(track(tmp_path, *python(f"raise SystemExit({exit_code})")))
    assert (result.returncode, result.stdout, result.stderr) == (exit_code, "", "")
    info = read_info(tmp_path)
    assert info["exit_code"] == exit_code
    assert info["experiment_end"] is not None


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL", "SIGSEGV"])
def test_death_by_a_signal_passes_through(tmp_path: Path, name: str) -> None:
    """Whoever waits sees the very status of the command itself; the log has a shell's number."""
    number = signal.Signals[name]
    command = ["sh", "-c", f"kill -{number.value} $$"]
    assert finished(command).returncode == -number
    assert finished(track(tmp_path, *command)).returncode == -number
    assert read_info(tmp_path)["exit_code"] == 128 + number


def test_a_command_that_cannot_be_started(tmp_path: Path) -> None:
    """127 where there is no such command, 126 where it is no program, as in a shell."""
    (tmp_path / "text").write_text("not a program")
    for name, exit_code in (("no-such-command", 127), (str(tmp_path / "text"), 126), ("/etc", 126)):
        result = finished(track(tmp_path / str(exit_code) / name.strip("/"), name))
        assert result.returncode == exit_code
        assert result.stderr.startswith(f"wattboard: {name}: ")
    # No log of nothing, which would be a run without energy and keep the folder from the right command.
    assert [file.name for file in tmp_path.iterdir()] == ["text"]


def test_a_wrong_option_starts_nothing(tmp_path: Path) -> None:
    """A mistake in our own options is told before the command runs."""
    marker = tmp_path / "marker"
    ours = [WATTBOARD, "track", "--log-dir", str(tmp_path / "run")]
    for wrong, message in (("0", "interval: expected"), ("inf", "interval: expected")):
        result = finished([*ours, "--interval", wrong, "--", "touch", str(marker)])
        assert result.returncode != 0
        assert message in result.stderr
    assert finished(ours).returncode == 2
    mistyped = finished([*ours, "--intervall", "1", "--", "touch", str(marker)])
    assert mistyped.returncode == 2
    assert "Did you mean --interval" in mistyped.stderr.replace("'", "")
    assert not marker.exists()
    assert not (tmp_path / "run").exists()


# What is measured


def test_the_whole_tree_is_counted(tmp_path: Path) -> None:
    """All that the command starts, one after the other or at once; nothing of ours."""
    burn = shlex.join(python(BURN.format(0.3)))
    script = f"{burn}; {burn} & {burn}; wait"
    assert finished(track(tmp_path, "sh", "-c", script)).returncode == 0
    samples = read_samples(tmp_path)
    assert samples[-1]["attributable_cpu_seconds"] == pytest.approx(0.95, abs=0.2)
    assert max(len(sample["process_ids"]) for sample in samples) == 3


@pytest.mark.parametrize("end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_the_last_moments_are_counted(tmp_path: Path, end: str) -> None:
    """Of a command that ends long before the second sample nothing is missing, killed or not."""
    command = python(BURN.format(0.5) + end)
    finished(track(tmp_path, *command, interval_s=60))
    samples = read_samples(tmp_path)
    assert len(samples) == 2
    assert samples[-1]["attributable_cpu_seconds"] == pytest.approx(0.5, abs=0.06)


# Where the log goes


def test_the_default_folder_is_new_each_time(tmp_path: Path) -> None:
    """In wattboard-runs, named by time and command; where, is said on stderr."""
    for _ in range(2):
        result = finished([WATTBOARD, "track", "/bin/echo", "hello"], cwd=tmp_path)
        assert (result.returncode, result.stdout) == (0, "hello\n")
        assert result.stderr.startswith("wattboard: the log goes to wattboard-runs/")
    folders = list((tmp_path / "wattboard-runs").iterdir())
    assert len(folders) == 2
    for folder in folders:
        assert folder.name.rsplit("-", 1)[0].endswith("-echo")
        assert read_info(folder)["exit_code"] == 0


def test_a_folder_with_a_log_is_refused_before_the_command_runs(tmp_path: Path) -> None:
    """Nothing is run for hours to be refused at its end, and nothing is written over."""
    finished(track(tmp_path / "run", "true"))
    before = (tmp_path / "run" / "impacttracker" / "data.json").read_bytes()
    marker = tmp_path / "marker"
    result = finished(track(tmp_path / "run", "touch", str(marker)))
    assert result.returncode == 1
    assert "expected a folder without a log" in result.stderr
    assert "Traceback" not in result.stderr
    assert not marker.exists()
    assert (tmp_path / "run" / "impacttracker" / "data.json").read_bytes() == before


def test_where_nothing_can_be_written_the_command_runs_unmeasured(tmp_path: Path) -> None:
    """The measurement is not worth a run: a message says that there is none, and why."""
    (tmp_path / "file").touch()
    result = finished(
        track(tmp_path / "file" / "run", *python("print('done'); raise SystemExit(3)"))
    )
    assert (result.returncode, result.stdout) == (3, "done\n")
    assert result.stderr.startswith("wattboard: the command is not measured: ")
    assert str(tmp_path / "file") in result.stderr


def test_a_monitor_that_dies_changes_nothing_for_the_command(tmp_path: Path) -> None:
    """The exit code is the command's; that the log is not whole is said once."""
    with job(
        track(tmp_path, *python("print('ready', flush=True); input(); raise SystemExit(5)")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.line() == "ready"
        run.monitor().kill()
        output, errors = run.process.communicate("\n", timeout=60)
    assert (run.process.returncode, output) == (5, "")
    assert errors.count("the monitor ended by signal 9") == 1


# What the command gets


def test_options_of_the_command_are_left_alone(tmp_path: Path) -> None:
    """Behind `--`, and behind the command's name, an option that looks like ours is the command's."""
    theirs = ["--interval", "x", "--debug", "--help", "--", "--log-dir", "-h", "", "a b"]
    command = [*python("import sys; print(sys.argv[1:])"), *theirs]
    for name, dashes in (("with", ["--"]), ("without", [])):
        ours = [WATTBOARD, "track", "--log-dir", str(tmp_path / name)]
        result = finished([*ours, *dashes, *command])
        assert (result.returncode, result.stdout, result.stderr) == (0, f"{theirs}\n", "")


def test_the_three_streams_are_untouched(tmp_path: Path) -> None:
    """Bytes of any kind and number go in and out as they are, and end when they end."""
    content = os.urandom(3_000_000)
    copy = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    result = subprocess.run(
        track(tmp_path, *python(copy + "; sys.stderr.buffer.write(b'\\xff\\n')")),
        input=content,
        capture_output=True,
        timeout=60,
        env=clean_environment(),
        check=True,
    )
    assert result.stdout == content
    assert result.stderr == b"\xff\n"


SURROUNDINGS = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    # Two signals above 31 are the C library's own: posix_spawn ignores them.
    "signals": [int(status[key], 16) & 0x7FFFFFFF for key in ("SigBlk", "SigIgn", "SigCgt")],
    "descriptors": sorted(os.listdir("/proc/self/fd")),
    "environment": sorted(os.environ.items()),
    "group": os.getpgrp() == os.getpgid(os.getppid()),
    "limits": open("/proc/self/limits").read(),
    "nice": os.nice(0),
    "cwd": os.getcwd(),
}))
"""


def test_the_command_finds_all_as_without_us(tmp_path: Path) -> None:
    """Blocked and ignored signals, descriptors, environment, process group, limits, folder."""
    read, write = os.pipe()
    options = {
        "cwd": tmp_path,
        "pass_fds": (write,),
        "env": clean_environment(EMPTY="", UMLAUT="ä"),
    }
    bare = finished(python(SURROUNDINGS), **options)
    measured = finished(track(tmp_path / "run", *python(SURROUNDINGS)), **options)
    os.close(read)
    os.close(write)
    expected, found = json.loads(bare.stdout), json.loads(measured.stdout)
    assert {key: found[key] for key in expected} == expected
    assert str(write) in expected["descriptors"]


def test_a_pipe_that_is_closed_ends_the_command(tmp_path: Path) -> None:
    """As without us: Python ignores SIGPIPE, the command must not inherit that."""
    script = f"{shlex.join(track(tmp_path, 'yes'))} | head -1; echo ${{PIPESTATUS[0]}}"
    result = finished(["bash", "-c", script])
    assert (result.stdout, result.stderr) == ("y\n141\n", "")
    assert read_info(tmp_path)["exit_code"] == 141


# Signals

COUNTS = """
import os, signal, sys, time
last = signal.SIGTERM
got = []
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda number, _: (got.append(number), print("got", number, flush=True)))
print("ready", os.getpid(), flush=True)
while last not in got: time.sleep(0.01)
time.sleep(0.2)  # for a second one that should not come
sys.exit(3)
"""
"""Says which signals it gets, until SIGTERM."""

SIGNALS = ["SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU", "SIGTERM"]


def test_a_signal_reaches_the_command_once(tmp_path: Path) -> None:
    """What a scheduler or a user sends to the wrapper is the command's to answer."""
    with job(track(tmp_path, *python(COUNTS), *SIGNALS), stdout=subprocess.PIPE) as run:
        assert run.line().startswith("ready")
        for name in SIGNALS:
            run.process.send_signal(signal.Signals[name])
            assert run.line() == f"got {signal.Signals[name]:d}"
        assert run.line() == ""
        assert run.wait() == 3
    assert read_info(tmp_path)["exit_code"] == 3


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """Under nohup a hangup ends neither the command nor the measurement."""
    sleeper = "import time; print('ready', flush=True); time.sleep(60)"
    with job(
        track(tmp_path, *python(sleeper)),
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as run:
        run.line()
        run.process.send_signal(signal.SIGHUP)
        n_before = len(read_samples(tmp_path))
        wait_until(lambda: len(read_samples(tmp_path)) > n_before + 1)
        run.process.send_signal(signal.SIGTERM)
        assert run.wait() == -signal.SIGTERM


def test_children_that_nobody_waits_for(tmp_path: Path) -> None:
    """Started by a program that ignores the end of its children, which is inherited, it still sees the command's."""
    result = finished(
        track(tmp_path, *python(BURN.format(0.2) + "raise SystemExit(4)")),
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
    )
    assert (result.returncode, result.stderr) == (4, "")
    assert read_samples(tmp_path)[-1]["attributable_cpu_seconds"] >= 0.15


def test_a_killed_wrapper_leaves_the_command_alone(tmp_path: Path) -> None:
    """After kill -9 of the wrapper the command goes on, unmeasured; the monitor is gone."""
    with job(track(tmp_path, *python(COUNTS), *SIGNALS), stdout=subprocess.PIPE) as run:
        command = int(run.line().removeprefix("ready "))
        run.process.kill()
        run.wait()
        wait_until(lambda: not run.others("wattboard.collector"), 3)
        os.kill(command, signal.SIGTERM)
        assert run.line() == f"got {signal.SIGTERM:d}"
    assert read_info(tmp_path)["experiment_end"] is None


# Terminals

SHELL = """
import os, signal, subprocess, sys

def in_foreground():
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)

job = subprocess.Popen(sys.argv[2:], preexec_fn=in_foreground)
while True:
    _, status = os.waitpid(job.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    print("stopped", flush=True)
    os.read(int(sys.argv[1]), 1)
    os.killpg(job.pid, signal.SIGCONT)
print("ended", os.waitstatus_to_exitcode(status), flush=True)
"""
"""What a shell does for a job in the foreground, until told to continue one that was stopped."""


class Terminal:
    """A command as a shell's job on a terminal of its own."""

    def __init__(self, run: Job, keyboard: int, go_on: int) -> None:
        self.run = run
        self._keyboard = keyboard
        self._go_on = go_on

    def press(self, key: bytes) -> None:
        os.write(self._keyboard, key)

    def go_on(self) -> None:
        os.write(self._go_on, b"\n")


@contextmanager
def on_a_terminal(command: list[str]) -> Iterator[Terminal]:
    keyboard, screen = os.openpty()
    told, go_on = os.pipe()
    try:
        with job(
            [PYTHON, "-c", SHELL, str(told), *command],
            stdin=screen,
            stdout=subprocess.PIPE,
            pass_fds=(told,),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        ) as run:
            yield Terminal(run, keyboard, go_on)
    finally:
        for descriptor in (keyboard, screen, told, go_on):
            os.close(descriptor)


CTRL_C, CTRL_BACKSLASH, CTRL_Z = b"\x03", b"\x1c", b"\x1a"


def test_a_key_reaches_the_command_once(tmp_path: Path) -> None:
    """The terminal tells all of its foreground group: the wrapper must not tell the command again."""
    with on_a_terminal(track(tmp_path, *python(COUNTS), *SIGNALS)) as terminal:
        command = int(terminal.run.line().removeprefix("ready "))
        for key, number in ((CTRL_C, signal.SIGINT), (CTRL_BACKSLASH, signal.SIGQUIT)):
            terminal.press(key)
            assert terminal.run.line() == f"got {number:d}"
        os.kill(command, signal.SIGTERM)
        assert terminal.run.line() == f"got {signal.SIGTERM:d}"
        assert terminal.run.line() == "ended 3"
    assert read_info(tmp_path)["exit_code"] == 3


def test_ctrl_c_ends_a_command_that_does_not_answer_it(tmp_path: Path) -> None:
    """The shell sees that it was interrupted, which ends a script; the log has an end."""
    sleeper = ["sh", "-c", "echo ready; exec sleep 60"]
    with on_a_terminal(track(tmp_path, *sleeper)) as terminal:
        assert terminal.run.line() == "ready"
        terminal.press(CTRL_C)
        assert terminal.run.line() == f"ended {-signal.SIGINT}"
    assert read_info(tmp_path)["experiment_end"] is not None


def test_a_job_can_be_stopped_and_continued(tmp_path: Path) -> None:
    """Ctrl-Z gives the terminal back to the shell; fg goes on, and the log goes on all the while."""
    with on_a_terminal(track(tmp_path, *python(COUNTS), *SIGNALS)) as terminal:
        command = int(terminal.run.line().removeprefix("ready "))
        terminal.press(CTRL_Z)
        assert terminal.run.line() == "stopped"
        wait_until(lambda: psutil.Process(command).status() == psutil.STATUS_STOPPED)
        n_before = len(read_samples(tmp_path))
        wait_until(lambda: len(read_samples(tmp_path)) > n_before + 1)
        terminal.go_on()
        wait_until(lambda: psutil.Process(command).status() != psutil.STATUS_STOPPED)
        os.kill(command, signal.SIGTERM)
        assert terminal.run.line() == f"got {signal.SIGTERM:d}"
        assert terminal.run.line() == "ended 3"
