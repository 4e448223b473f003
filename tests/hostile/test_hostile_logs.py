"""Logs that are damaged, empty or made up: each costs itself at most, and says what is wrong with it."""

from __future__ import annotations

import gzip
import json
import math
import random
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import (
    HEALTHY,
    build,
    contents,
    measured,
    only,
    published,
    read_json,
    state,
    wattboard,
    write_healthy,
)
from golden import check_golden
from logs import (
    CPU_POWER,
    GPU_POWER,
    GPU_USE,
    START_S,
    Sample,
    as_lines,
    our_info,
    power_samples,
    seed_info,
    write_run,
)

GOLDEN = Path(__file__).parent / "golden"
BAD = "logs/ppo/bad"


def changed(**fields: Any) -> list[Sample]:
    """Good samples, of which the third has some fields changed."""
    samples = power_samples(gpu_w=100.0)
    samples[2] |= fields
    return samples


def without(field: str) -> list[Sample]:
    samples = changed()
    del samples[2][field]
    return samples


GOOD = power_samples(gpu_w=100.0)
LINES = as_lines(GOOD)

SKIPPED: Mapping[str, bytes] = {
    "empty": b"",
    "only_blank_lines": b"\n \n\t\n\r\n",
    "web_page": b"<!doctype html>\n<title>404</title>\n<script>alert(1)</script>\n",
    "binary": random.Random(1).randbytes(5000),
    "compressed": gzip.compress(LINES, mtime=0),
    "utf_16": LINES.decode().encode("utf-16"),
    "one_line_cut_off": LINES.splitlines()[0][:40],
    "indented_object": json.dumps(GOOD[0], indent=1).encode(),
    "list_of_samples": json.dumps(GOOD).encode(),
    "no_timestamps": as_lines({CPU_POWER: 50.0} for _ in range(8)),
    "timestamps_in_milliseconds": as_lines(power_samples(start_s=START_S * 1000)),
    "deep_brackets": b"[" * 200_000 + b"\n",
    "deep_objects": b'{"a":' * 200_000 + b"\n",
}
"""Not one sample to be had."""

KEPT: Mapping[str, bytes] = {
    "last_line_cut_off": LINES[:-25],
    "blank_lines": LINES.replace(b"\n", b"\n\n  \n"),
    "windows_line_ends": LINES.replace(b"\n", b"\r\n"),
    "nan_readings": as_lines(changed(**{CPU_POWER: math.nan, GPU_POWER: math.nan})),
    "infinite_readings": as_lines(changed(**{CPU_POWER: math.inf, GPU_POWER: -math.inf})),
    "null_readings": as_lines(changed(**{CPU_POWER: None, GPU_POWER: None})),
    "text_for_numbers": as_lines(changed(**{CPU_POWER: "50 W", GPU_POWER: "<script>alert(1)"})),
    "lists_for_numbers": as_lines(changed(**{CPU_POWER: [50.0], GPU_POWER: {"0": 100.0}})),
    "booleans_for_numbers": as_lines(changed(**{CPU_POWER: True, GPU_POWER: False})),
    "numbers_for_objects": as_lines(changed(cpu_time_seconds=7, energy_j="all", process_ids=1)),
    "numbers_beyond_floats": LINES.replace(b"50.0", b"1e999", 1).replace(b"50.0", b"9" * 400, 1),
    "timestamp_missing": as_lines(without("timestamp")),
    "timestamp_null": as_lines(changed(timestamp=None)),
    "timestamp_text": as_lines(changed(timestamp="2023-11-14 22:13:40")),
    "timestamp_nan": as_lines(changed(timestamp=math.nan)),
    "timestamp_negative": as_lines(changed(timestamp=-5.0)),
    "timestamps_out_of_order": as_lines(random.Random(1).sample(GOOD, len(GOOD))),
    "timestamps_repeated": as_lines([*GOOD[:6], *GOOD[3:]]),
    "one_sample": as_lines(GOOD[:1]),
    "some_other_lines": LINES.replace(b"\n", b"\nKilled\n[1, 2]\n17\nnull\n", 2),
    "many_other_lines": LINES + b"Killed\n" * 1000,
    "null_bytes_at_the_end": LINES + bytes(4096),
    "broken_utf_8": LINES + b'{"timestamp": 1700000200.0, "note": "\xff\xfe"}\n',
}
"""Some samples are good."""


@pytest.mark.parametrize("case", [*SKIPPED, *KEPT])
def test_a_bad_log_costs_itself_at_most(case: str, tmp_path: Path) -> None:
    """A bad log is skipped, or used as far as it goes, and told by file and line; no other run changes."""
    healthy = write_healthy(tmp_path)
    write_run(tmp_path / BAD, {**SKIPPED, **KEPT}[case], our_info(GOOD))
    before = state(tmp_path / "logs")

    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")

    assert outcome.code == 0
    figures = {record["run"]: record["metrics"] for record in json.loads(outcome.out)}
    assert only(figures, HEALTHY) == healthy
    assert (BAD in figures) == (case in KEPT)
    check_golden(GOLDEN / "logs" / f"{case}.txt", outcome.messages(tmp_path))
    assert state(tmp_path / "logs") == before


@pytest.mark.parametrize("case", sorted(KEPT.keys() - {"one_sample"}))
def test_what_is_left_of_a_log_gives_its_energy(case: str, tmp_path: Path) -> None:
    """A run of constant power has the same energy whatever single samples or readings are lost."""
    write_run(tmp_path / "logs" / "good", LINES, our_info(GOOD))
    write_run(tmp_path / "logs" / "bad", KEPT[case], our_info(GOOD))
    figures = measured(tmp_path / "logs")
    for name in ("cpu_energy_kwh", "gpu_energy_kwh", "facility_energy_kwh", "duration_hours"):
        assert figures["logs/bad"][name] == pytest.approx(figures["logs/good"][name], rel=1e-9)


def test_one_sample_alone_has_a_duration_only_by_its_info(tmp_path: Path) -> None:
    """A single sample speaks for the whole of a short run, and for nothing where there is no start and end."""
    (sample,) = power_samples(1, cpu_w=360.0)
    span = our_info([sample, {"timestamp": START_S + 10.0}])
    write_run(tmp_path / "logs" / "spanned", [sample], span)
    write_run(tmp_path / "logs" / "alone", [sample], None)
    figures = measured(tmp_path / "logs")
    assert figures["logs/spanned"]["energy_kwh"] == pytest.approx(0.001)
    assert figures["logs/alone"]["duration_hours"] is None
    assert figures["logs/alone"]["mean_power_w"] is None


def test_all_bad_logs_at_once_leave_the_site_of_the_good(tmp_path: Path) -> None:
    """A tree full of bad logs gives a site: skipped ones are named, all others shown, the good ones unchanged."""
    healthy = write_healthy(tmp_path)
    for case, data in {**SKIPPED, **KEPT}.items():
        write_run(tmp_path / "logs" / "ppo" / case, data, our_info(GOOD))
    before = state(tmp_path / "logs")

    outcome = build(tmp_path)

    site = tmp_path / "site"
    assert outcome.code == 0
    figures = published(site)
    assert only(figures, HEALTHY) == healthy
    assert figures.keys() == {*HEALTHY, *(f"logs/ppo/{case}" for case in KEPT)}
    for case in SKIPPED:
        assert f"logs/ppo/{case}/impacttracker/data.json" in outcome.err
        assert not (site / "runs" / "logs" / "ppo" / case).exists()
    for case in KEPT:
        assert (site / "runs" / "logs" / "ppo" / case / "index.html").is_file()
        assert (site / "runs" / "logs" / "ppo" / case / "log.zip").is_file()
    assert not any(b"<script>alert" in content for content in contents(site).values())
    assert state(tmp_path / "logs") == before


def test_check_names_every_faulty_line_and_fails_for_a_skipped_run(tmp_path: Path) -> None:
    """`check` lists each of many faulty lines, and exits with 1 for a run that is lost."""
    write_run(tmp_path / "logs" / "many", LINES + b"Killed\n" * 20, our_info(GOOD))
    write_run(tmp_path / "logs" / "empty", b"", our_info(GOOD))
    outcome = wattboard("check", tmp_path / "logs", "--format", "json")
    problems = json.loads(outcome.out)
    assert outcome.code == 1
    assert [
        p["line"] for p in problems if p["file"] == f"{tmp_path}/logs/many/impacttracker/data.json"
    ] == [*range(len(GOOD) + 1, len(GOOD) + 21)]
    assert [p["file"] for p in problems if p["severity"] == "error"] == [
        f"{tmp_path}/logs/empty/impacttracker/data.json"
    ]
    github = wattboard("check", tmp_path / "logs", "--format", "github")
    assert f"::error file={tmp_path}/logs/empty/impacttracker/data.json,title=Log::" in github.out
    assert wattboard("check", tmp_path / "logs" / "many").code == 0
    assert wattboard("check", tmp_path / "logs" / "many", "--strict").code == 1


# -- readings that are missing -------------------------------------------------------------------------------------

SEED_PUE = 1.58
N_INTERVALS = 100
POWER_W = 0.057 / SEED_PUE * 3.6e6 / (N_INTERVALS * 10.0)
"""So that 100 intervals of 10 s come to 0.057 kWh with the default PUE."""
LOST = [i for i in range(1, N_INTERVALS) if i % 15 in {3, 4, 8, 13}]
"""26 samples, so that counting their readings as 0 W gives 0.042 kWh."""


@pytest.mark.parametrize("lost", ["null", "NaN", "absent", "text"])
@pytest.mark.parametrize("info", ["seed", "ours"])
def test_a_missing_reading_is_held_and_never_zero(lost: str, info: str, tmp_path: Path) -> None:
    """A quarter of the readings missing leaves 0.057 kWh, where counting them as zero gives 0.042."""
    samples = power_samples(N_INTERVALS + 1, cpu_w=POWER_W)
    as_zero = sum(POWER_W * 10.0 for i in range(1, N_INTERVALS + 1) if i not in LOST)
    assert as_zero * SEED_PUE / 3.6e6 == pytest.approx(0.042, abs=5e-4)
    for i in LOST:
        if lost == "absent":
            del samples[i][CPU_POWER]
        else:
            samples[i][CPU_POWER] = {"null": None, "NaN": math.nan, "text": "[N/A]"}[lost]
    about = our_info(samples) if info == "ours" else seed_info(samples)
    write_run(tmp_path / "logs" / "run", samples, about)
    figures = measured(tmp_path / "logs")["logs/run"]
    assert figures["facility_energy_kwh"] == pytest.approx(0.057, rel=1e-3)
    assert figures["measured_share"] == pytest.approx(1.0)


def seed_energy_kwh(samples: Iterable[Sample]) -> float:
    """As experiment-impact-tracker adds up, in the order of the lines."""
    listed = list(samples)
    intervals = [b["timestamp"] - a["timestamp"] for a, b in pairwise(listed)]
    powers = [sample[CPU_POWER] for sample in listed[1:]]
    return SEED_PUE * sum(t * p for t, p in zip(intervals, powers, strict=True)) / 3.6e6


def test_samples_out_of_order_and_repeated_leave_the_energy(tmp_path: Path) -> None:
    """Lines that a crash wrote twice and out of order give the energy of the log in order, not the seed's."""
    # The power falls, as at the end of a run: the seed counts the time of the lines written twice at its highest.
    power_w = [POWER_W * (1.2 - 0.4 * i / N_INTERVALS) for i in range(N_INTERVALS + 1)]
    ordered = power_samples(N_INTERVALS + 1, cpu_w=power_w)
    mixed = [*ordered[:80], *ordered[20:60], *ordered[80:]]
    assert seed_energy_kwh(mixed) != pytest.approx(seed_energy_kwh(ordered), rel=1e-3)
    for name, samples in (("ordered", ordered), ("mixed", mixed)):
        write_run(tmp_path / "logs" / name, samples, seed_info(ordered))
    figures = measured(tmp_path / "logs")
    assert figures["logs/mixed"] == figures["logs/ordered"]
    assert figures["logs/ordered"]["facility_energy_kwh"] == pytest.approx(0.057, rel=1e-2)


def test_components_without_readings_are_absent(tmp_path: Path) -> None:
    """Runs without GPU, without RAPL and without either have no such figures, never zeros, and others keep theirs."""
    healthy = write_healthy(tmp_path)
    gpu = {"gpu_info": [{"name": "Example GPU"}]}
    cases = {
        "no_gpu": power_samples(cpu_w=50.0),
        "no_rapl": power_samples(cpu_w=None, gpu_w=100.0, **{GPU_USE: 0.5}),
        "neither": power_samples(cpu_w=None),
        "silent_gpu": power_samples(cpu_w=50.0),
    }
    for name, samples in cases.items():
        about = our_info(samples, **(gpu if name == "silent_gpu" else {}))
        write_run(tmp_path / "logs" / "ppo" / name, samples, about)

    assert build(tmp_path).code == 0

    figures = published(tmp_path / "site")
    assert only(figures, HEALTHY) == healthy
    of = {name: figures[f"logs/ppo/{name}"] for name in cases}
    assert of["no_gpu"]["gpu_energy_kwh"] is None
    assert of["no_gpu"]["gpu_hours"] is None
    assert of["no_gpu"]["energy_kwh"] == of["no_gpu"]["cpu_energy_kwh"] is not None
    assert of["no_rapl"]["cpu_energy_kwh"] is None
    assert of["no_rapl"]["energy_kwh"] == of["no_rapl"]["gpu_energy_kwh"] is not None
    for name in ("energy_kwh", "facility_energy_kwh", "emissions_kg", "mean_power_w"):
        assert of["neither"][name] is None
    provenance = {r["run"]: r["provenance"] for r in read_json(tmp_path / "site" / "runs.json")}
    assert provenance["logs/ppo/no_gpu"]["energy_kwh"] == "measured"
    assert provenance["logs/ppo/no_rapl"]["energy_kwh"] == "partial"
    assert provenance["logs/ppo/silent_gpu"]["energy_kwh"] == "partial"
    rows = read_json(tmp_path / "site" / "ppo" / "leaderboard.json")["rows"]
    energies = {row["path"]: row["values"]["facility_energy_kwh"]["mean"] for row in rows}
    assert energies == {
        path: figures[path]["facility_energy_kwh"] for path in figures if "/ppo/" in path
    }


@pytest.mark.parametrize("info", ["seed", "ours"])
def test_a_gpu_that_falls_silent_half_way(info: str, tmp_path: Path) -> None:
    """What is known of the GPU is kept: the seed's rule holds its last reading, ours says how much was measured."""
    samples = power_samples(201, cpu_w=50.0, gpu_w=100.0)
    for sample in samples[101:]:
        del sample[GPU_POWER]
    about = our_info(samples) if info == "ours" else seed_info(samples)
    write_run(tmp_path / "logs" / "run", samples, about)
    (record,) = json.loads(wattboard("measure", tmp_path / "logs", "--format", "json").out)
    figures = record["metrics"]
    assert figures["cpu_energy_kwh"] == pytest.approx(50 * 2000 / 3.6e6, rel=1e-3)
    gpu_s = 1000 if info == "ours" else 2000
    assert figures["gpu_energy_kwh"] == pytest.approx(100 * gpu_s / 3.6e6, rel=1e-3)
    assert figures["measured_share"] == pytest.approx(0.5, abs=0.01)
    assert record["provenance"]["gpu_energy_kwh"] == "partial"
    assert record["provenance"]["facility_energy_kwh"] == "partial"


@pytest.mark.parametrize(
    "power_w",
    [1e308, 1.7e308, -1e308, -5.0],
    ids=["huge", "overflowing", "hugely_negative", "negative"],
)
def test_powers_of_no_device_on_earth(power_w: float, tmp_path: Path) -> None:
    """Made-up powers never reach a page as infinities, and cost no other run anything."""
    healthy = write_healthy(tmp_path)
    write_run(tmp_path / BAD, power_samples(cpu_w=power_w, gpu_w=power_w))
    outcome = build(tmp_path)
    assert outcome.code == 0
    figures = published(tmp_path / "site")
    assert only(figures, HEALTHY) == healthy
    assert BAD in outcome.err
    energy = figures.get(BAD, {}).get("energy_kwh")
    assert energy is None or 0 <= energy < 1e6
