"""Real runs: real processes, really measured and really killed."""

from __future__ import annotations

import getpass
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from wattboard.collector import CollectorError, ImpactTracker, LogExistsError, MonitorError

INTERVAL_S = 0.1


def work(seconds: float) -> None:
    """Keep a CPU busy."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def read_log(logdir: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    folder = logdir / "impacttracker"
    lines = (folder / "data.json").read_text(encoding="utf-8").splitlines()
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    return info, [json.loads(line) for line in lines]


def processes() -> set[int]:
    """This process and those that other tests have left waiting below it."""
    return {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a run that used a CPU for 0.6 s, with all that a user can state."""
    logdir = tmp_path_factory.mktemp("run")
    with ImpactTracker(
        logdir, interval=INTERVAL_S, region="DEU", carbon_intensity=330, pue=1.2, run_name="test"
    ):
        work(0.6)
    return logdir


def test_a_run_becomes_a_log(recorded: Path) -> None:
    """The log tells when the run began and ended, what it used, and what the user stated."""
    info, samples = read_log(recorded)
    last = samples[-1]
    assert info["format"] == "wattboard/1"
    assert info["experiment_start"] < info["experiment_end"]
    assert info["region"] == {"id": "DEU", "name": "", "found_by": "stated by the user"}
    assert info["carbon_intensity"]["g_per_kwh"] == 330
    assert (info["pue"], info["run_name"]) == (1.2, "test")
    assert {"name": "psutil", "version": psutil.__version__} in info["python_packages"]
    assert len(samples) >= 4
    assert last["attributable_cpu_seconds"] == pytest.approx(0.6, abs=0.1)
    assert last["cpu_time_seconds"][str(os.getpid())]["user"] == pytest.approx(0.6, abs=0.15)
    assert set(last["process_ids"]) == processes()


def test_times_increase_and_energy_never_falls(recorded: Path) -> None:
    """Samples are in order, and so are the joules; no reading is negative."""
    _, samples = read_log(recorded)
    times = [sample["timestamp"] for sample in samples]
    joules = [sample["attributable_energy_j"].get("cpu", 0.0) for sample in samples]
    assert all(before < after for before, after in pairwise(times))
    assert joules == sorted(joules)
    assert joules[0] == 0 < joules[-1]


def test_an_estimate_never_passes_for_a_counter(recorded: Path) -> None:
    """Keys of RAPL stand in the log only where RAPL was read."""
    info, samples = read_log(recorded)
    kinds = {source["name"]: source["kind"] for source in info["power_sources"]}
    has_rapl_keys = any(key.startswith("rapl_") for sample in samples for key in sample)
    assert has_rapl_keys == ("rapl" in kinds)
    assert kinds.get("tdp", "estimate") == "estimate"


def test_a_log_obeys_the_schema(recorded: Path) -> None:
    """Each line of data.json and info.json are as docs/log-format.md says."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        (files("wattboard.collector") / "data" / "log-format.schema.json").read_text("utf-8")
    )
    info, samples = read_log(recorded)
    for name, values in (("info", [info]), ("sample", samples)):
        part = {**schema, "anyOf": [{"$ref": f"#/$defs/{name}"}]}
        for value in values:
            jsonschema.validate(value, part, cls=jsonschema.Draft202012Validator)
    known = schema["$defs"]["sample"]["properties"].keys()
    assert {key for sample in samples for key in sample} <= known
    assert info.keys() <= schema["$defs"]["info"]["properties"].keys()


def test_nothing_private_is_written(recorded: Path) -> None:
    """No file of the log holds a path, the host's name or the user's."""
    # A short name such as "vm" is part of other words; the log would write it as a whole text.
    names = [f'"{name}"' for name in (socket.gethostname(), getpass.getuser())]
    private = [str(Path.home()), str(recorded), sys.prefix, *names]
    for file in (recorded / "impacttracker").iterdir():
        text = file.read_text(encoding="utf-8")
        assert not [words for words in private if words in text], file.name


def test_a_run_shorter_than_the_interval_has_a_beginning_and_an_end(tmp_path: Path) -> None:
    """Two samples are there even when the first interval is not over."""
    with ImpactTracker(tmp_path, interval=60):
        work(0.1)
    info, samples = read_log(tmp_path)
    assert len(samples) == 2
    assert samples[1]["attributable_cpu_seconds"] == pytest.approx(0.1, abs=0.05)
    assert info["experiment_end"] is not None


def test_an_exception_ends_the_run_and_goes_through(tmp_path: Path) -> None:
    """A training that fails is a run with an end, and fails as it would without the tracker."""
    with pytest.raises(ZeroDivisionError), ImpactTracker(tmp_path, interval=INTERVAL_S):
        _ = 1 / 0
    info, _ = read_log(tmp_path)
    assert info["experiment_end"] is not None


def test_two_runs_in_a_row(tmp_path: Path) -> None:
    """The second run of a process has its own log and none of the first one's CPU time."""
    for name in ("first", "second"):
        with ImpactTracker(tmp_path / name, interval=INTERVAL_S):
            work(0.3)
    infos = [read_log(tmp_path / name)[0] for name in ("first", "second")]
    _, samples = read_log(tmp_path / "second")
    assert infos[0]["run_id"] != infos[1]["run_id"]
    assert samples[-1]["attributable_cpu_seconds"] == pytest.approx(0.3, abs=0.1)
    assert samples[-1]["cpu_time_seconds"][str(os.getpid())]["user"] == pytest.approx(0.3, abs=0.15)


def test_trackers_one_inside_the_other_both_count(tmp_path: Path) -> None:
    """What happens in the inner run belongs to both; a monitor belongs to neither."""
    with ImpactTracker(tmp_path / "outer", interval=INTERVAL_S):
        work(0.2)
        with ImpactTracker(tmp_path / "inner", interval=INTERVAL_S):
            work(0.3)
    outer, inner = (read_log(tmp_path / name)[1] for name in ("outer", "inner"))
    assert inner[-1]["attributable_cpu_seconds"] == pytest.approx(0.3, abs=0.1)
    assert outer[-1]["attributable_cpu_seconds"] == pytest.approx(0.5, abs=0.15)
    # Seen by the outer run between fork and exec, the inner monitor is not yet known for one: it may
    # stand in the samples in which it begins, where it has had no time to use any.
    known = processes()
    begins = [
        (pid, sample["cpu_time_seconds"][str(pid)])
        for sample in outer
        for pid in sample["process_ids"]
        if pid not in known
    ]
    assert len({pid for pid, _ in begins}) <= 1
    assert all(used["user"] + used["system"] <= 0.02 for _, used in begins)
    assert set(outer[-1]["process_ids"]) <= known
    for sample in inner:
        assert set(sample["process_ids"]) <= known


def test_a_function_is_measured_as_it_is(tmp_path: Path) -> None:
    """A decorated function gets its arguments, gives its value, and keeps its name and its errors."""

    @ImpactTracker(tmp_path / "good", interval=INTERVAL_S)
    def train(seconds: float, *, result: str) -> str:
        """Train."""
        work(seconds)
        return result

    @ImpactTracker(tmp_path / "bad", interval=INTERVAL_S)
    def fail() -> None:
        raise KeyError("a mistake")

    assert train(0.2, result="trained") == "trained"
    assert (train.__name__, train.__doc__) == ("train", "Train.")
    with pytest.raises(KeyError, match="a mistake"):
        fail()
    for name in ("good", "bad"):
        assert read_log(tmp_path / name)[0]["experiment_end"] is not None
    samples = read_log(tmp_path / "good")[1]
    assert samples[-1]["attributable_cpu_seconds"] == pytest.approx(0.2, abs=0.1)


def test_a_function_that_is_called_again_adds_to_its_run_or_is_refused(tmp_path: Path) -> None:
    """Without resume the second call does not run at all: its log would be lost."""
    calls = []
    once = ImpactTracker(tmp_path / "once", interval=INTERVAL_S)(lambda: calls.append("once"))
    often = ImpactTracker(tmp_path / "often", interval=INTERVAL_S, resume=True)(
        lambda: calls.append("often")
    )
    once()
    with pytest.raises(LogExistsError, match="resume"):
        once()
    for _ in range(3):
        often()
    assert calls == ["once", "often", "often", "often"]
    parts = sorted(path.parent.name for path in (tmp_path / "often").rglob("info.json"))
    assert parts == ["impacttracker", "part-resume-2", "part-resume-3"]


async def _coroutine() -> None: ...


def _generator() -> Iterator[int]:
    yield 1


async def _asynchronous_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize("function", [_coroutine, _generator, _asynchronous_generator])
def test_a_function_whose_call_does_not_run_it_is_refused(
    tmp_path: Path, function: Callable[[], Any]
) -> None:
    """Its call would be measured, not its work: the message says what to do."""
    with pytest.raises(CollectorError, match=rf"{function.__name__}: expected .* use `with"):
        ImpactTracker(tmp_path)(function)
    assert not list(tmp_path.iterdir())


def test_a_second_tracker_on_the_folder_is_refused(tmp_path: Path) -> None:
    """While one run is measured, another one into the same folder is an error at its start."""
    second = ImpactTracker(tmp_path)
    with ImpactTracker(tmp_path, interval=INTERVAL_S), pytest.raises(LogExistsError):
        second.launch_impact_monitor()
    info, _ = read_log(tmp_path)
    assert info["experiment_end"] is not None


def test_children_are_counted(tmp_path: Path) -> None:
    """What a child process uses belongs to the run, though it has ended by the last sample."""
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    with ImpactTracker(tmp_path, interval=INTERVAL_S):
        subprocess.run([sys.executable, "-c", burn], check=True)
    _, samples = read_log(tmp_path)
    assert samples[-1]["attributable_cpu_seconds"] == pytest.approx(0.4, abs=0.15)
    assert max(len(sample["process_ids"]) for sample in samples) == len(processes()) + 1


def test_launch_stop_and_latest_sample(tmp_path: Path) -> None:
    """The calls of the original tool: launch, latest sample, stop (twice does no harm)."""
    tracker = ImpactTracker(tmp_path, interval=INTERVAL_S)
    tracker.launch_impact_monitor()
    with pytest.raises(CollectorError, match="already measures"):
        tracker.launch_impact_monitor()
    latest = tracker.get_latest_info_and_check_for_errors()
    tracker.stop()
    tracker.stop()
    assert latest is not None
    assert set(latest["process_ids"]) == processes()


def monitor_of(pid: int) -> psutil.Process:
    """The monitor process that a process has started."""
    monitors = [
        child
        for child in psutil.Process(pid).children()
        if "wattboard.collector.monitor" in child.cmdline()
    ]
    assert len(monitors) == 1
    return monitors[0]


def test_a_killed_monitor_is_told_and_the_training_goes_on(tmp_path: Path) -> None:
    """When the monitor dies, the training learns of it only when it asks."""
    with ImpactTracker(tmp_path, interval=INTERVAL_S) as tracker:
        monitor = monitor_of(os.getpid())
        monitor.kill()
        while monitor.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        with pytest.raises(MonitorError, match="signal 9"):
            tracker.get_latest_info_and_check_for_errors()
    with pytest.raises(MonitorError):
        tracker.get_latest_info_and_check_for_errors()
    info, samples = read_log(tmp_path)
    assert (info["experiment_end"], len(samples) >= 1) == (None, True)


def test_a_folder_that_vanishes_is_told_with_a_traceback(tmp_path: Path) -> None:
    """What went wrong comes with the monitor's traceback; leaving the context raises nothing."""
    with ImpactTracker(tmp_path / "run", interval=INTERVAL_S) as tracker:
        for file in (tmp_path / "run" / "impacttracker").iterdir():
            file.unlink()
    with pytest.raises(MonitorError, match=r"(?s)Traceback.*data\.json was deleted"):
        tracker.get_latest_info_and_check_for_errors()


def test_a_folder_that_cannot_be_made_does_not_stop_the_training(tmp_path: Path) -> None:
    """The run goes on unmeasured; the reason is raised when asked for."""
    (tmp_path / "file").touch()
    with ImpactTracker(tmp_path / "file" / "run") as tracker:
        pass
    with pytest.raises(MonitorError, match="not measured"):
        tracker.get_latest_info_and_check_for_errors()


TRAINING = """
import os, sys, time
from wattboard.collector import ImpactTracker
tracker = ImpactTracker(sys.argv[1], interval=0.1)
tracker.launch_impact_monitor()
child = os.fork() if "fork" in sys.argv else 1
if child:
    print("running", flush=True)
time.sleep(60 if "wait" in sys.argv else 0.2)
"""


def start_training(logdir: Path, *options: str) -> subprocess.Popen[str]:
    """A training in a process of its own, once it is measured."""
    training = subprocess.Popen(
        [sys.executable, "-c", TRAINING, str(logdir), *options], stdout=subprocess.PIPE, text=True
    )
    assert training.stdout is not None
    assert training.stdout.readline() == "running\n"
    return training


@pytest.mark.parametrize("option", ["alone", "fork"])
def test_the_monitor_dies_with_a_killed_training(tmp_path: Path, option: str) -> None:
    """After kill -9 of the training its monitor is gone within 2 s, even if a fork lives on."""
    training = start_training(tmp_path, "wait", option)
    monitor = monitor_of(training.pid)
    forks = [child for child in psutil.Process(training.pid).children() if child != monitor]
    training.send_signal(signal.SIGKILL)
    training.wait()
    monitor.wait(timeout=2)
    for fork in forks:
        fork.kill()
    info, samples = read_log(tmp_path)
    assert info["experiment_end"] is None
    assert samples


def test_a_training_that_forgets_to_stop_has_an_end(tmp_path: Path) -> None:
    """Without stop(), the run ends when the training's process ends in the usual way."""
    assert start_training(tmp_path).wait() == 0
    info, _ = read_log(tmp_path)
    assert info["experiment_end"] is not None


def test_a_fork_of_the_training_does_not_end_the_run(tmp_path: Path) -> None:
    """Of a training and its fork, which both end as usual, only the training writes the end."""
    assert start_training(tmp_path, "fork").wait() == 0
    info, samples = read_log(tmp_path)
    assert info["experiment_end"] is not None
    assert any(len(sample["process_ids"]) == 2 for sample in samples)


def test_ctrl_c_leaves_the_monitor_to_the_training(tmp_path: Path) -> None:
    """The terminal's interrupt ends the training, which then writes the end of the run."""
    training = start_training(tmp_path, "wait")
    training.send_signal(signal.SIGINT)
    training.wait()
    info, _ = read_log(tmp_path)
    assert info["experiment_end"] is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interval": 0}, "interval: expected"),
        ({"interval": float("nan")}, "interval: expected"),
        ({"interval": float("inf")}, "interval: expected"),
        ({"run_name": Path("ppo")}, "run_name: expected"),
        ({"pue": 0.5}, "pue: expected"),
        ({"region": {"name": "Germany"}}, "region: expected"),
        ({"region": "Atlantis"}, "found 'Atlantis'; `wattboard region` tells"),
        ({"region": {"id": "Germany", "name": "Germany"}}, "a zone's id such as"),
        ({"region": {"id": "DEU", "zone": "DE"}}, "region: expected"),
        ({"carbon_intensity": -1}, "carbon_intensity: expected"),
        ({"carbon_intensity": {"g_per_kwh": 1, "basis": "net"}}, "carbon_intensity: expected"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_at_once(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    """A mistake in an argument is told before the training starts, with what was expected."""
    with pytest.raises(CollectorError, match=message):
        ImpactTracker(tmp_path, **arguments)


def test_the_collector_needs_nothing_of_the_generator() -> None:
    """Importing it loads no module of an extra, and no psutil or NVML into the training."""
    code = "import sys, wattboard.collector; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    loaded = {name.partition(".")[0] for name in output.split()}
    extras = {"mkdocs", "jinja2", "markdown", "plotly", "pandas", "numpy", "msgspec", "pydantic"}
    extras |= {"nh3", "regex", "rich", "isal", "xxhash", "tsdownsample", "yaml"}
    assert not loaded & (extras | {"psutil", "pynvml", "requests"})
    assert not any(name.startswith("wattboard.sitegen") for name in output.split())


def test_the_monitor_needs_nothing_of_the_generator() -> None:
    """The monitor's process gets along with the base install."""
    code = "import sys, wattboard.collector.monitor; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    loaded = {name.partition(".")[0] for name in output.split()}
    assert not loaded & {"mkdocs", "numpy", "pandas", "msgspec", "pydantic", "plotly", "requests"}
