"""What a run says of itself: missing, damaged, newer, a lie, or an attack."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from commands import HEALTHY, build, contents, only, published, state, wattboard, write_healthy
from golden import check_golden
from logs import START_S, our_info, power_samples, seed_info, write_run

GOLDEN = Path(__file__).parent / "golden"
BAD = "logs/ppo/bad"
GOOD = power_samples(gpu_w=100.0)
OURS = our_info(GOOD)


class Call:
    """Pickles as a call of some function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


MARK = "canary"
TOUCH = f"touch {MARK}"
TOUCH_IN_PYTHON = f"__import__('pathlib').Path('{MARK}').touch()"


def nested_lists(depth: int) -> bytes:
    return b"\x80\x04" + b"]" * depth + b"a" * (depth - 1) + b"."


def doubling(times: int) -> bytes:
    """A tuple that holds one tuple twice, and so on: 2 ** times leaves when walked."""
    return b"\x80\x04)" + b"2\x86" * times + b"."


def long_promise(length: int) -> bytes:
    """A text that claims a length that the file does not have."""
    return b"\x80\x04\x8d" + struct.pack("<Q", length) + b"abc."


HOSTILE: Mapping[str, bytes] = {
    "os_system": pickle.dumps({"cpu_info": Call(os.system, TOUCH)}),
    "os_system_protocol_0": b"cos\nsystem\n(S'" + TOUCH.encode() + b"'\ntR.",
    "posix_system": f"cposix\nsystem\n(X\x0c\x00\x00\x00{TOUCH}tR.".encode(),
    "eval": pickle.dumps({"region": Call(eval, TOUCH_IN_PYTHON)}),
    "exec": pickle.dumps([Call(exec, TOUCH_IN_PYTHON)]),
    "nested_reduce": pickle.dumps(Call(getattr, Call(__import__, "os"), "system")),
    "by_getattr_of_a_class": b"\x80\x04\x8c\x0bcollections\x8c\x17OrderedDict.__globals__\x93.",
    "memory_by_arguments": pickle.dumps({"x": Call(bytearray, 1 << 40), "y": Call(os.getcwd)}),
    "memo_far_away": b"\x80\x04]r\xff\xff\xff\x7f.",
    "huge_number": b"\x80\x04\x8b" + struct.pack("<i", 1 << 20) + b"\x01" * (1 << 20) + b".",
    "million_opcodes": b"\x80\x04" + b"N0" * 500_000 + b"N.",
}
"""No honest log holds these: the run is skipped."""

DAMAGED: Mapping[str, bytes] = {
    "truncated": seed_info(GOOD)[:100],
    "empty_pickle": b"",
    "no_pickle": b"just some text\n",
    "json_in_a_pickle": json.dumps(OURS).encode(),
    "pickle_of_a_list": pickle.dumps([1, 2]),
    "long_promise": long_promise(1 << 60),
    "nested_lists": nested_lists(40_000),
    "doubling_tuples": doubling(2_000),
    "dates_that_are_none": seed_info(GOOD, experiment_start="soon", experiment_end=7.5),
    "everything_of_the_wrong_kind": pickle.dumps(
        {key: [{"a": (None,)}] for key in pickle.loads(seed_info(GOOD))}
    ),
}
"""Nothing or little of it can be used; the samples can."""

OUR_KIND: Mapping[str, bytes | Mapping[str, Any]] = {
    "info_of_all_wrong_types": {key: {"a": [1]} for key in OURS} | {"format": "wattboard/1"},
    "info_cut_off": json.dumps(OURS).encode()[:100],
    "info_empty": b"",
    "info_a_list": b"[]",
    "info_no_utf_8": json.dumps(OURS).encode().replace(b"Example", b"\xff\xfe"),
    "info_deep": b"[" * 100_000,
    "info_of_two_mib": b" " * (2 << 20) + b"{}",
    "info_without_format": {k: v for k, v in OURS.items() if k != "format"},
    "end_before_start": OURS | {"experiment_end": "2020-01-01T00:00:00Z"},
    "start_after_the_samples": OURS | {"experiment_start": "2030-01-01T00:00:00Z"},
    "times_without_offset": OURS | {"experiment_start": "2023-11-14T22:13:20"},
    "numbers_beyond_measure": OURS
    | {"pue": 1e300, "carbon_intensity": {"g_per_kwh": 1e308}, "interval_s": -1},
}
NEWER: Mapping[str, Mapping[str, Any]] = {
    "info_newer": OURS | {"format": "wattboard/2"},
    "info_of_another_tool": OURS | {"format": "codecarbon"},
}

SKIPPED = {**HOSTILE, **NEWER}
KEPT = {**DAMAGED, **OUR_KIND}


def write_bad(folder: Path, content: bytes | Mapping[str, Any], name: str) -> None:
    """A run with good samples and a bad info."""
    write_run(folder, GOOD, None)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "impacttracker" / name).write_bytes(data)


def file_of(case: str) -> str:
    return "info.pkl" if case in HOSTILE or case in DAMAGED else "info.json"


@pytest.mark.parametrize("case", [*SKIPPED, *KEPT])
def test_a_bad_info_runs_nothing_and_costs_itself_at_most(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile info skips its run, a damaged one only loses itself; nothing of either is run."""
    monkeypatch.chdir(tmp_path)
    healthy = write_healthy(tmp_path)
    write_bad(tmp_path / BAD, {**SKIPPED, **KEPT}[case], file_of(case))
    before = state(tmp_path / "logs")

    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")

    assert not Path(MARK).exists()
    assert outcome.code == 0
    figures = {record["run"]: record["metrics"] for record in json.loads(outcome.out)}
    assert only(figures, HEALTHY) == healthy
    assert (BAD in figures) == (case in KEPT)
    if case in KEPT:
        assert figures[BAD]["cpu_energy_kwh"] == pytest.approx(50 * 100 / 3.6e6)
    assert f"{BAD}/impacttracker" in outcome.err
    check_golden(GOLDEN / "info" / f"{case}.txt", outcome.messages(tmp_path))
    assert state(tmp_path / "logs") == before


def test_the_canary_sings_where_pickles_are_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attacks of this file are real: Python's own unpickler falls for them."""
    for case in ("os_system", "os_system_protocol_0", "posix_system", "eval", "exec"):
        folder = tmp_path / case
        folder.mkdir()
        monkeypatch.chdir(folder)
        pickle.loads(HOSTILE[case])
        assert Path(MARK).exists(), case


def test_all_bad_infos_at_once_leave_the_site_of_the_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree full of bad infos gives a site with every run but the hostile and the newer ones."""
    monkeypatch.chdir(tmp_path)
    healthy = write_healthy(tmp_path)
    for case, content in {**SKIPPED, **KEPT}.items():
        write_bad(tmp_path / "logs" / "ppo" / case, content, file_of(case))
    write_run(tmp_path / "logs" / "ppo" / "no_info", GOOD, None)
    before = state(tmp_path / "logs")

    outcome = build(tmp_path)

    assert outcome.code == 0
    assert not Path(MARK).exists()
    figures = published(tmp_path / "site")
    assert only(figures, HEALTHY) == healthy
    assert figures.keys() == {*HEALTHY, *(f"logs/ppo/{name}" for name in [*KEPT, "no_info"])}
    assert "logs/ppo/no_info/impacttracker: expected info.json or info.pkl, found" in outcome.err
    assert state(tmp_path / "logs") == before


@pytest.mark.parametrize("kind", ["seed", "ours"])
def test_a_killed_run_ends_with_its_last_sample(kind: str, tmp_path: Path) -> None:
    """Without `experiment_end` the last sample ends the run, and its page says that it ended abruptly."""
    info = (
        seed_info(GOOD, experiment_end=None)
        if kind == "seed"
        else our_info(GOOD, experiment_end=None)
    )
    write_run(tmp_path / "logs" / "ppo" / "killed", GOOD, info)
    assert build(tmp_path).code == 0
    (record,) = json.loads((tmp_path / "site" / "runs.json").read_text())
    assert record["metrics"]["duration_hours"] == pytest.approx(100 / 3600, rel=3e-3)
    assert record["experiment_end"] is None
    page = tmp_path / "site" / "runs" / "logs" / "ppo" / "killed" / "index.html"
    assert "ended abruptly" in page.read_text()


def test_an_info_gives_away_no_path_and_no_markup(tmp_path: Path) -> None:
    """Markup in an info is shown as text; paths, user and host names reach no page and no download."""
    secret = "/home/ada/envs/rl"
    about = our_info(
        GOOD,
        hostname="ada-laptop",
        user="ada",
        cpu_info={"brand": "<img src=x onerror=alert(1)> CPU", "hostname": "ada-laptop"},
        gpu_info=[{"name": "</script><script>alert(2)</script>", "path": secret}],
        region={"id": "US-CA", "name": "<b>California", "found_by": secret},
        python_packages=[{"name": "numpy", "version": "1.0", "location": secret}],
    )
    samples = [sample | {"argv": ["train.py", secret], "user": "ada"} for sample in GOOD]
    write_run(tmp_path / "logs" / "ppo" / "run", samples, about)
    assert build(tmp_path).code == 0
    files = contents(tmp_path / "site")
    folder = "runs/logs/ppo/run"
    with ZipFile(tmp_path / "site" / folder / "log.zip") as archive:
        files |= {name: archive.read(name) for name in archive.namelist()}
        assert len(archive.read("data.json").splitlines()) == len(GOOD)
    for name, content in files.items():
        for word in (b"ada-laptop", b"/home/ada", b'"ada"', b"train.py"):
            assert word not in content, (name, word)
        if name.endswith(".html"):
            for markup in (b"<img src=x", b"<script>alert", b"<b>California"):
                assert markup not in content, (name, markup)
    assert b"&lt;img src=x onerror=alert(1)&gt; CPU" in files[f"{folder}/index.html"]


@pytest.mark.parametrize("hours", [-8.0, 0.0, 5.75, 14.0])
def test_a_clock_of_any_zone_gives_the_same_run(hours: float, tmp_path: Path) -> None:
    """The seed's naive times are placed by the samples, whatever zone the clock that was read stood in."""
    samples = power_samples(interval_s=60.0)
    write_run(tmp_path / "logs" / "run", samples, seed_info(samples, utc_offset_hours=hours))
    (record,) = json.loads(wattboard("measure", tmp_path / "logs", "--format", "json").out)
    assert record["metrics"]["duration_hours"] == pytest.approx(600.2 / 3600, rel=1e-9)


def test_a_start_of_no_zone_is_told_and_not_used(tmp_path: Path) -> None:
    """A naive start that is days away from the first sample is no start."""
    start = datetime.fromtimestamp(START_S - 5 * 86_400, UTC).replace(tzinfo=None)
    write_run(tmp_path / "logs" / "run", GOOD, seed_info(GOOD, experiment_start=start))
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    assert "logs/run/impacttracker: expected a start that some time zone's clock" in outcome.err
    assert json.loads(outcome.out)[0]["metrics"]["duration_hours"] == pytest.approx(100 / 3600)
