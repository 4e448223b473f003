"""Trainings that are unlike others: the tracker works in them, and does not get in their way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from trainings import (
    clean_environment,
    job,
    read_info,
    read_samples,
    run_training,
    training,
    wait_until,
)

MEASURED = "with tracker(): burn(0.3)\nready('done')"


def check(logdir: Path) -> None:
    """A log with an end, which holds what the training used."""
    assert read_info(logdir)["experiment_end"] is not None
    assert read_samples(logdir)[-1]["attributable_cpu_seconds"] >= 0.25


ODD = {
    "no standard streams": "for fd in (0, 1, 2): os.close(fd)\nwith tracker(): burn(0.3)",
    "more open files than select knows": (
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))\n"
        "files = [os.dup(0) for _ in range(1100)]\n"
        "with tracker() as t: burn(0.3); print(t.get_latest_info_and_check_for_errors())"
    ),
    "a folder that is gone": "import shutil\nos.mkdir(logdir + '-x'); os.chdir(logdir + '-x')\n"
    "shutil.rmtree(logdir + '-x')\nwith tracker(): burn(0.3)",
    "another folder after the launch": (
        "os.chdir(os.path.dirname(logdir)); t = ImpactTracker(os.path.basename(logdir), interval=0.1)\n"
        "t.launch_impact_monitor(); os.chdir('/'); burn(0.3)\n"
        "t.get_latest_info_and_check_for_errors(); t.stop()"
    ),
    "children that nobody waits for": (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "with tracker() as t: burn(0.3); t.get_latest_info_and_check_for_errors()"
    ),
    "somebody who waits for all children": (
        "def reap():\n"
        "    while True:\n"
        "        try: os.waitpid(-1, 0)\n"
        "        except ChildProcessError: time.sleep(0.01)\n"
        "threading.Thread(target=reap, daemon=True).start()\n"
        "with tracker() as t: burn(0.3); t.get_latest_info_and_check_for_errors()"
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_training_is_measured(tmp_path: Path, name: str) -> None:
    """Whatever it does with its files, folders and children."""
    logdir = tmp_path / "run"
    with training(logdir, ODD[name], until_ready=False, stderr=subprocess.PIPE) as run:
        _, errors = run.process.communicate(timeout=60)
        assert (run.process.returncode, errors) == (0, "")
        wait_until(lambda: not run.others())
    check(logdir)


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONWARNINGS": "error", "PYTHONSAFEPATH": "1"},
        {"PYTHONDEVMODE": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONOPTIMIZE": "2"},
        {"HOME": "/nonexistent", "PATH": "/nonexistent", "TMPDIR": "/nonexistent"},
        {"PYTHONPATH": "chatty"},
    ],
)
def test_an_odd_environment_is_no_hindrance(tmp_path: Path, variables: dict[str, str]) -> None:
    """Whatever Python is told by the environment, the log is whole and nothing is said."""
    (tmp_path / "chatty").mkdir()
    (tmp_path / "chatty" / "sitecustomize.py").write_text("print('Welcome to the cluster!')\n")
    environment = clean_environment(**variables)
    with training(
        tmp_path / "run",
        MEASURED,
        until_ready=False,
        environment=environment,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as run:
        output, errors = run.process.communicate(timeout=60)
    assert (output.splitlines()[-1:], errors) == (["ready done"], "")
    check(tmp_path / "run")
    assert read_info(tmp_path / "run")["python_packages"]


def test_files_of_the_users_that_are_called_like_modules(tmp_path: Path) -> None:
    """The training's folder may hold a json.py: the monitor imports its own modules."""
    folder = tmp_path / "code"
    folder.mkdir()
    for name in ("csv", "email", "platform", "psutil", "pynvml", "sched", "zipfile"):
        (folder / f"{name}.py").write_text("raise ImportError('not the one that was meant')\n")
    script = folder / "train.py"
    script.write_text(
        "import sys\nfrom wattboard.collector import ImpactTracker\n"
        "with ImpactTracker(sys.argv[1], interval=0.1): sum(range(20_000_000))\n"
    )
    with job([sys.executable, str(script), str(tmp_path / "run")], cwd=folder) as run:
        assert run.wait() == 0
    assert read_info(tmp_path / "run")["python_packages"]


def test_a_working_folder_with_such_files(tmp_path: Path) -> None:
    """A training that does not see these files itself does not suffer from them through the monitor."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("json", "logging", "select", "subprocess", "wattboard"):
        (folder / f"{name}.py").write_text("raise ImportError('not the one that was meant')\n")
    status, output = run_training(tmp_path / "run", MEASURED, cwd=folder)
    assert (status, output) == (0, "ready done\n")
    check(tmp_path / "run")


def test_a_monitor_that_fails_is_told_of_though_nobody_waits_for_it(tmp_path: Path) -> None:
    """Where the system forgets how children end, the traceback is still there."""
    code = (
        "import shutil\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "t = tracker('run'); t.launch_impact_monitor()\n"
        "folder = os.path.join(logdir, 'run')\n"
        "while os.path.exists(folder): shutil.rmtree(folder, ignore_errors=True)\n"
        "while True:\n"
        "    try: t.get_latest_info_and_check_for_errors()\n"
        "    except Exception as error:\n"
        "        if 'the log cannot be read' in str(error): continue\n"
        "        ready('Traceback' in str(error)); break\n"
    )
    status, output = run_training(tmp_path, code, stderr=subprocess.DEVNULL)
    assert (status, output) == (0, "ready True\n")


def test_a_training_that_closes_what_is_open(tmp_path: Path) -> None:
    """As daemons do: the measurement ends there, the training does not."""
    code = "with tracker() as t: os.closerange(3, 200)\nready('done')"
    with training(tmp_path, code, until_ready=False, stderr=subprocess.PIPE) as run:
        output, errors = run.process.communicate(timeout=60)
        assert (run.process.returncode, output) == (0, "ready done\n")
        assert "the monitor cannot be reached any more" in errors
        assert "Traceback" not in errors
        wait_until(lambda: not run.others(), 3)
    assert read_samples(tmp_path)


def test_a_fork_may_ask_for_the_latest_sample(tmp_path: Path) -> None:
    """In a forked child the tracker shows the log and does nothing else."""
    code = (
        "with tracker() as t:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        latest = t.get_latest_info_and_check_for_errors(); t.stop()\n"
        "        ready(latest['timestamp'] > 0); os._exit(0)\n"
        "    os.waitpid(child, 0); burn(0.3); t.get_latest_info_and_check_for_errors()\n"
    )
    assert run_training(tmp_path, code) == (0, "ready True\n")
    check(tmp_path)


def test_a_monitor_that_hangs_is_ended(tmp_path: Path) -> None:
    """stop() does not wait for ever, and says what it did."""
    code = (
        "import wattboard.collector.monitor_process as m; m.STOP_TIMEOUT_S = 0.3\n"
        "t = tracker(); t.launch_impact_monitor()\n"
        "os.kill(t._monitor._process.pid, signal.SIGSTOP); t.stop()\n"
        "try: t.get_latest_info_and_check_for_errors()\n"
        "except Exception as error: ready(error)\n"
    )
    with training(tmp_path, code, until_ready=False, stderr=subprocess.DEVNULL) as run:
        assert run.line() == "ready the monitor did not stop within 0.3 s and was killed"
        assert run.wait() == 0
        wait_until(lambda: not run.others())
    assert read_samples(tmp_path)


def test_a_limit_on_processes(tmp_path: Path) -> None:
    """Where no process can be started any more, the training goes on unmeasured."""
    code = (
        "import subprocess\n"
        "def refuse(*_, **__): raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
        "subprocess.Popen = refuse\n"
        "with tracker() as t: pass\n"
        "try: t.get_latest_info_and_check_for_errors()\n"
        "except Exception as error: ready(error)\n"
    )
    status, output = run_training(tmp_path, code, stderr=subprocess.DEVNULL)
    assert status == 0
    assert "not measured: [Errno 11] Resource temporarily unavailable" in output
