"""What must not depend on the machine: its time zone, its cores, its memory, the moment."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from commands import (
    SPEC,
    build,
    contents,
    measured,
    wattboard,
    wattboard_process,
    write_healthy,
    write_spec,
)
from logs import as_lines, our_info, power_samples, seed_info, write_run
from wattboard.sitegen import execute, forked

MIB = 1 << 20
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe")


def write_runs(folder: Path) -> None:
    """Good runs of both formats, one across the end of summer time in Los Angeles and Lord Howe, and bad ones."""
    write_healthy(folder)
    for i, start_s in enumerate((1_604_221_200.0, 1_586_012_400.0, 1_572_547_147.6)):
        samples = power_samples(400, start_s=start_s, interval_s=30.0, gpu_w=80.0)
        write_run(folder / "logs" / "ppo" / f"pickle_{i}", samples, seed_info(samples))
    write_run(folder / "logs" / "ppo" / "no_info", power_samples(), None)
    write_run(folder / "logs" / "ppo" / "empty", b"")
    write_run(folder / "logs" / "ppo" / "damaged", as_lines(power_samples())[:-9], b"junk")


@pytest.fixture
def zone_of_the_test() -> object:
    """Puts the clock back to the machine's own zone."""
    yield
    time.tzset()


def test_results_are_the_same_in_every_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone_of_the_test: object
) -> None:
    """`measure` prints the same bytes wherever its machine stands."""
    write_runs(tmp_path)
    said = {}
    offsets = set()
    for zone in ZONES:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            offsets.add(datetime.fromtimestamp(1_572_547_147).astimezone().utcoffset())
            said[zone] = wattboard("measure", tmp_path / "logs", "--format", "json")
        time.tzset()
    if len(offsets) < len(ZONES):
        pytest.skip("this machine has no table of time zones")
    assert json.loads(said["UTC"].out)
    assert all(outcome == said["UTC"] for outcome in said.values())


def test_two_builds_of_the_same_input_are_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SOURCE_DATE_EPOCH: another folder, process, hash seed, zone and number of jobs, and the same site."""
    write_runs(tmp_path)
    spec = write_spec(tmp_path, SPEC)
    first = wattboard_process(
        *("build", tmp_path / "logs", "--site-spec", spec, "--output-dir", tmp_path / "first"),
        *("--jobs", 1),
        environment={"SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": "1", "TZ": "UTC"},
    )
    assert first.code == 0, first.err
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.setattr(execute, "_WORTH_A_PROCESS_S", 0.001)  # so small a tree is read by one
    monkeypatch.setattr(forked, "_WORTH_A_PROCESS", 1)
    second = build(tmp_path, "--jobs", 2, "--no-cache", output="second")
    assert second.code == 0
    one, other = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    assert len(one) > 30


def test_processes_give_what_one_process_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same figures and the same messages in the same order, whatever number of processes read the logs."""
    write_runs(tmp_path)
    anew = ("measure", tmp_path / "logs", "--format", "json", "--no-cache")
    alone = wattboard(*anew, "--jobs", 1)
    monkeypatch.setattr(execute, "_WORTH_A_PROCESS_S", 0.001)
    together = wattboard(*anew, "--jobs", 2)
    assert together == alone


# -- memory --------------------------------------------------------------------------------------------------------

PEAK = """
import resource, sys
from wattboard.sitegen.cli import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak_bytes(log_folder: Path) -> tuple[int, str]:
    """The most memory that `measure` used, and what it printed."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PEAK,
            "measure",
            str(log_folder),
            "--format",
            "json",
            "--jobs",
            "1",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return int(done.stderr.splitlines()[-1]) * 1024, done.stdout


@pytest.fixture(scope="module")
def usual_bytes(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The peak for an ordinary small log."""
    folder = tmp_path_factory.mktemp("usual")
    write_run(folder / "logs" / "run", power_samples())
    return peak_bytes(folder / "logs")[0]


BEGIN = b'{"timestamp": 1700000050.0, "rapl_estimated_attributable_power_draw": 50.0, '
LONG: dict[str, tuple[bytes, bytes, bytes]] = {
    "text": (BEGIN + b'"note": "', b"x" * 1000, b'"}'),
    "other_text": (b"", b"x" * 1000, b""),
    "brackets": (b"", b"[" * 1000, b""),
    "objects": (
        BEGIN + b'"cpu_time_seconds": {"1": {}',
        b', "23456789": {"user": 1.0}' * 40,
        b"}}",
    ),
}


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "unended"])
@pytest.mark.parametrize("case", LONG)
def test_a_line_of_100_mb_takes_little_memory(
    case: str, ended: bool, tmp_path: Path, usual_bytes: int
) -> None:
    """A line of 100 MB is skipped by its number, with less than 100 MB of memory more, and the rest is read."""
    log = write_run(tmp_path / "logs" / "run", power_samples()) / "impacttracker" / "data.json"
    lines = log.read_bytes().splitlines(keepends=True)
    begin, middle, end = LONG[case]
    with log.open("wb") as file:
        file.writelines(lines if not ended else lines[:5])
        file.write(begin)
        file.writelines([middle] * (100_000_000 // len(middle)))
        file.write(end)
        if ended:
            file.write(b"\n")
            file.writelines(lines[5:])
    peak, out = peak_bytes(tmp_path / "logs")
    assert peak - usual_bytes < 100_000_000
    (record,) = json.loads(out)
    assert record["metrics"]["cpu_energy_kwh"] == pytest.approx(50 * 100 / 3.6e6)


HUNGRY = {
    "a_device_for_each_sample": lambda i: {"energy_j": {f"cpu:{i}": 1.0}},
    "a_process_for_each_sample": lambda i: {"cpu_time_seconds": {str(i): {"user": 0.1}}},
    "keys_of_its_own_for_each_sample": lambda i: {"per_gpu_power_draw": {word(i): 1.0}},
}


def word(i: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(i)) * 6


@pytest.mark.parametrize("case", HUNGRY)
def test_a_log_of_endless_variety_takes_little_memory(
    case: str, tmp_path: Path, usual_bytes: int
) -> None:
    """Memory does not grow with the number of devices, processes and keys that a log makes up."""
    samples = [
        sample | HUNGRY[case](i) for i, sample in enumerate(power_samples(30_000, interval_s=1.0))
    ]
    write_run(tmp_path / "logs" / "run", samples)
    peak, _ = peak_bytes(tmp_path / "logs")
    assert peak - usual_bytes < 100_000_000


def test_a_pickle_that_wants_memory_gets_none(tmp_path: Path, usual_bytes: int) -> None:
    """Pickles whose values would fill the memory cost their run, not the machine."""
    samples = power_samples()
    bombs = {
        # Python would reserve what is asked for, grow its memo, or multiply.
        "reserve": b"\x80\x04cbuiltins\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x01\x85R.",
        "memo": b"\x80\x04]r\xff\xff\xff\x7f.",
        "text": b"\x80\x04\x8d\x00\x00\x00\x00\x00\x01\x00\x00abc.",
        "zeros": bytes(64 * MIB),
        "lists": b"\x80\x04" + b"]" * (16 * MIB - 3) + b".",
    }
    for name, data in bombs.items():
        write_run(tmp_path / "logs" / name, samples, data)
    write_run(tmp_path / "logs" / "good", samples, our_info(samples))
    peak, out = peak_bytes(tmp_path / "logs")
    assert peak - usual_bytes < 100_000_000
    assert "logs/good" in {record["run"] for record in json.loads(out)}


def test_many_small_runs_are_read_with_few_open_files(tmp_path: Path) -> None:
    """A tree of more runs than a process may open files is read."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for i in range(150):
        write_run(tmp_path / "logs" / f"run_{i}", power_samples(2))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        assert len(measured(tmp_path / "logs")) == 150
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
