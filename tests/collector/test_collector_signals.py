"""However a training ends: its log tells the end, and its exit status is what it would be unmeasured."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from trainings import read_info, read_samples, run_training, training, wait_until

SIGNALS = {"TERM": signal.SIGTERM, "INT": signal.SIGINT}

# Name, code, the signal that it gets once it is ready. The log tells the end of all of them.
ENDS = {
    "falls off the end": ("tracker().launch_impact_monitor()", None),
    "exception": ("with tracker(): raise ValueError('a mistake')", None),
    "exit code": ("tracker().launch_impact_monitor(); sys.exit(7)", None),
    "terminated": ("tracker().launch_impact_monitor(); ready(); time.sleep(60)", "TERM"),
    "terminated in the context": ("with tracker(): ready(); time.sleep(60)", "TERM"),
    "terminated at work": ("with tracker(): ready(); burn(60)", "TERM"),
    "interrupted": ("tracker().launch_impact_monitor(); ready(); time.sleep(60)", "INT"),
    "interrupted in the context": ("with tracker(): ready(); time.sleep(60)", "INT"),
    "handler that exits": (
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\n"
        "tracker().launch_impact_monitor(); ready(); time.sleep(60)",
        "TERM",
    ),
    "handler set after the launch": (
        "with tracker():\n"
        "    signal.signal(signal.SIGTERM, lambda *_: sys.exit(4)); ready(); time.sleep(60)",
        "TERM",
    ),
    "handler that raises": (
        "def fail(*_): raise RuntimeError('asked to end')\n"
        "signal.signal(signal.SIGTERM, fail)\n"
        "with tracker(): ready(); time.sleep(60)",
        "TERM",
    ),
    "handler that goes on": (
        "asked = threading.Event()\n"
        "signal.signal(signal.SIGTERM, lambda *_: asked.set())\n"
        "with tracker(): ready(); asked.wait()\n"
        "sys.exit(9)",
        "TERM",
    ),
    "terminated after the end": (
        "with tracker(): pass\nready(); time.sleep(60)",
        "TERM",
    ),
    "two trackers": (
        "outer = tracker('outer'); outer.launch_impact_monitor()\n"
        "with tracker(): ready(); time.sleep(60)",
        "TERM",
    ),
    "two trackers, the first one's end before": (
        "outer = tracker('outer'); outer.launch_impact_monitor()\n"
        "with tracker(): outer.stop(); ready(); time.sleep(60)",
        "TERM",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_end_is_written_and_the_exit_status_stays(tmp_path: Path, name: str) -> None:
    """Whatever ends a training, short of kill -9, its log has an end and its caller sees no difference."""
    code, signal_name = ENDS[name]
    statuses = []
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                training(
                    tmp_path / "run", code, *arguments, until_ready=False, stderr=subprocess.PIPE
                )
            )
            for arguments in ((), ("bare",))
        ]
        for run in runs:
            if signal_name is not None:
                assert run.line() == "ready"
                run.process.send_signal(SIGNALS[signal_name])
            statuses.append(run.wait())
        wait_until(lambda: not runs[0].others())
    assert statuses[0] == statuses[1]
    for info in tmp_path.rglob("info.json"):
        assert read_info(info.parent.parent)["experiment_end"] is not None, info
    assert len(read_samples(tmp_path / "run")) >= 2


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_while_the_end_is_written(tmp_path: Path, name: str) -> None:
    """The training ends by the signal, but not before the end of the run is in the log."""
    with training(
        tmp_path,
        "t = tracker(); t.launch_impact_monitor(); ready()\n"
        "sys.stdin.readline(); ready(); t.stop(); time.sleep(60)",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        monitor = run.monitor()
        monitor.suspend()
        assert run.process.stdin is not None
        run.process.stdin.write("\n")
        run.process.stdin.flush()
        run.line()
        wait_until(lambda: psutil.Process(run.pid).status() == psutil.STATUS_SLEEPING)
        run.process.send_signal(SIGNALS[name])
        monitor.resume()
        assert run.wait() == -SIGNALS[name]
        wait_until(lambda: not run.others())
    assert read_info(tmp_path)["experiment_end"] is not None


def test_an_exit_that_skips_all_has_no_end(tmp_path: Path) -> None:
    """os._exit leaves a log without an end, and no process behind."""
    with training(tmp_path, "tracker().launch_impact_monitor(); ready(); os._exit(7)") as run:
        assert run.wait() == 7
        wait_until(lambda: not run.others())
    assert read_info(tmp_path)["experiment_end"] is None
    assert read_samples(tmp_path)


def test_a_tracker_that_a_thread_launched(tmp_path: Path) -> None:
    """It measures, sees the training's end, and takes no signal away from it."""
    code = (
        "t = tracker(); thread = threading.Thread(target=t.launch_impact_monitor)\n"
        "thread.start(); thread.join(); burn(0.3); ready()\n"
        "if 'wait' in sys.argv: time.sleep(60)"
    )
    assert run_training(tmp_path / "ends", code)[0] == 0
    assert read_info(tmp_path / "ends")["experiment_end"] is not None
    assert read_samples(tmp_path / "ends")[-1]["attributable_cpu_seconds"] >= 0.25
    with training(tmp_path / "terminated", code, "wait") as run:
        run.process.terminate()
        assert run.wait() == -signal.SIGTERM
        wait_until(lambda: not run.others())
    assert read_samples(tmp_path / "terminated")


CHILD = """
import multiprocessing

def train(how, is_launched):
    t = tracker(); t.launch_impact_monitor(); is_launched.set()
    if how == "exit": sys.exit(5)
    if how == "wait": time.sleep(60)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[2])
    is_launched = context.Event()
    child = context.Process(target=train, args=(sys.argv[3], is_launched))
    child.start(); is_launched.wait()
    if sys.argv[3] == "wait": child.terminate()
    child.join(); ready(child.exitcode)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(("how", "status"), [("return", 0), ("exit", 5), ("wait", -15)])
def test_a_training_in_a_child_of_multiprocessing(
    tmp_path: Path, method: str, how: str, status: int
) -> None:
    """Its children skip the usual way out of Python; their runs have an end all the same."""
    with training(tmp_path, CHILD, method, how, until_ready=False) as run:
        assert run.line() == f"ready {status}"
        assert run.wait() == 0
        wait_until(lambda: not run.others())
    assert read_info(tmp_path)["experiment_end"] is not None


def test_the_run_of_a_child_lasts_until_its_own_children_are_done(tmp_path: Path) -> None:
    """multiprocessing waits for children at the end of a process; what they use belongs to the run."""
    code = (
        "import multiprocessing\n"
        "context = multiprocessing.get_context('fork')\n"
        "def work(): time.sleep(0.2); burn(0.5)\n"
        "def train():\n"
        "    tracker().launch_impact_monitor(); context.Process(target=work).start()\n"
        "if 'child' in sys.argv:\n"
        "    child = context.Process(target=train); child.start(); child.join()\n"
        "else:\n"
        "    train()\n"
    )
    for name in ("child", "main"):
        assert run_training(tmp_path / name, code, name)[0] == 0
        assert read_samples(tmp_path / name)[-1]["attributable_cpu_seconds"] >= 0.45


FORKS = {
    "fork": "child = os.fork()\nif not child: time.sleep(60)",
    # Long in C, where Python's handlers have to wait.
    "busy": "child = os.fork()\nif not child: sum(range(10**10))",
    "pool": (
        "import multiprocessing\n"
        "pool = multiprocessing.get_context('fork').Pool(1)\n"
        "child = pool.apply(os.getpid); pool.apply_async(time.sleep, (60,))"
    ),
}


@pytest.mark.parametrize("name", FORKS)
def test_a_fork_dies_by_the_signal_and_the_run_goes_on(tmp_path: Path, name: str) -> None:
    """A forked child that is asked to terminate does so at once, and ends nobody's run."""
    with training(
        tmp_path,
        "t = tracker(); t.launch_impact_monitor()\n" + FORKS[name] + "\n"
        "if child: ready(child); time.sleep(60)",
        until_ready=False,
    ) as run:
        child = int(run.line().removeprefix("ready "))
        forked = psutil.Process(child)
        forked.terminate()
        wait_until(lambda: not forked.is_running() or forked.status() == psutil.STATUS_ZOMBIE, 5)
        assert run.process.poll() is None
        assert read_info(tmp_path)["experiment_end"] is None
        os.kill(run.pid, signal.SIGTERM)
        assert run.wait() == -signal.SIGTERM
    assert read_info(tmp_path)["experiment_end"] is not None


def test_a_child_forked_while_the_end_is_written_can_be_terminated(tmp_path: Path) -> None:
    """What the training was at when the child was forked does not keep the child alive."""
    code = (
        "t = tracker(); t.launch_impact_monitor()\n"
        "monitor = t._monitor._process.pid; os.kill(monitor, signal.SIGSTOP)\n"
        "def fork():\n"
        "    time.sleep(0.1); child = os.fork()\n"
        "    if not child: time.sleep(60); os._exit(0)\n"
        "    os.kill(child, signal.SIGTERM); _, status = os.waitpid(child, 0)\n"
        "    os.kill(monitor, signal.SIGCONT); ready(os.WTERMSIG(status))\n"
        "thread = threading.Thread(target=fork); thread.start(); t.stop(); thread.join()"
    )
    assert run_training(tmp_path, code) == (0, "ready 15\n")
    assert read_info(tmp_path)["experiment_end"] is not None


def test_a_signal_to_all_of_a_job_is_the_trainings_to_answer(tmp_path: Path) -> None:
    """A scheduler's warning, sent to every process of a job, ends no measurement."""
    with training(
        tmp_path,
        "for name in ('SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGALRM', 'SIGXCPU'):\n"
        "    signal.signal(getattr(signal, name), lambda *_: None)\n"
        "with tracker(): ready(); sys.stdin.readline()",
        stdin=subprocess.PIPE,
    ) as run:
        for number in (
            signal.SIGUSR1,
            signal.SIGUSR2,
            signal.SIGHUP,
            signal.SIGALRM,
            signal.SIGXCPU,
        ):
            for process in (psutil.Process(run.pid), *run.others()):
                process.send_signal(number)
        n_before = len(read_samples(tmp_path))
        wait_until(lambda: len(read_samples(tmp_path)) > n_before + 1)
        run.process.communicate("\n", timeout=30)
        assert run.wait() == 0
    assert read_info(tmp_path)["experiment_end"] is not None
