"""A converted log says what the original does, and never more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
from commands import wattboard
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import power_samples, seed_info, write_run
from measured import measured
from reading import SAMPLES
from wattboard.sitegen.model import WEAKEST_FIRST, RunResult
from wattboard.sitegen.scan import scan

FIGURES = ("energy_kwh", "cpu_energy_kwh", "gpu_energy_kwh", "facility_energy_kwh", "emissions_kg")
STRENGTH = {kind: n for n, kind in enumerate(("not measured", *WEAKEST_FIRST))}
BEGIN_S = 1_700_000_000
HEAD = """{at} - carbontracker version 2.3.4
{at} - The following components were found: GPU with device(s) A100. CPU with device(s) Xeon.
"""
ZEUS = """start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy
1700000000.5,train,12.25,1000.5,900.25
1700000020,eval,3.5,10,20
"""

Epoch = tuple[int, float, float | None, float | None]
"""Whole seconds since the one before ended, its length, and watts of GPU and CPU, None: too short to be measured."""


def carbontracker(epochs: Sequence[Epoch]) -> str:
    """A log with epochs."""
    at_s = float(BEGIN_S)
    lines = [HEAD.format(at=_clock(at_s))]
    for n, (pause_s, length_s, gpu_w, cpu_w) in enumerate(epochs, 1):
        at_s += pause_s + length_s
        at = _clock(at_s)
        hours, rest = divmod(length_s, 3600)
        minutes, seconds = divmod(rest, 60)
        lines.append(f"{at} - Epoch {n}:\n")
        lines.append(f"{at} - Duration: {int(hours)}:{int(minutes):02}:{seconds:05.2f}\n")
        lines.append(f"{at} - Average power usage (W) for gpu: {gpu_w}\n")
        lines.append(f"{at} - Average power usage (W) for cpu: {cpu_w}\n")
    lines.append(f"{at} - Average carbon intensity during training was 143.30 gCO2eq/kWh.\n")
    return "".join(lines)


def _clock(time_s: float) -> str:
    return datetime.fromtimestamp(int(time_s), UTC).strftime("%Y-%m-%d %H:%M:%S")


def results(folder: Path, **options: Any) -> dict[str, RunResult]:
    """The runs below a folder, measured, by their paths below it."""
    return {
        run.path.partition("/")[2]: measured(run, **options).result for run in scan([folder]).runs
    }


def check_same(original: RunResult, made: RunResult) -> None:
    for name in (*FIGURES, "duration_hours"):
        told, found = original.figures[name], made.figures[name]
        expected = None if told.value is None else pytest.approx(told.value, rel=1e-6, abs=2e-9)
        assert found.value == expected, name
        assert STRENGTH[found.provenance] <= STRENGTH[told.provenance], name


def check_schema(output: Path) -> None:
    """Every file of every log."""
    text = (files("wattboard.collector.data") / "log-format.schema.json").read_text("utf-8")
    whole: Mapping[str, Any] = json.loads(text)
    of = {
        name: jsonschema.Draft202012Validator(
            {"$defs": whole["$defs"], "$ref": f"#/$defs/{name}"},
            format_checker=jsonschema.FormatChecker(),
        )
        for name in ("info", "sample")
    }
    infos = list(output.rglob("info.json"))
    assert infos
    for info in infos:
        of["info"].validate(json.loads(info.read_text("utf-8")))
        assert str(output.parent) not in info.read_text("utf-8")
        for line in (info.parent / "data.json").read_text("utf-8").splitlines():
            of["sample"].validate(json.loads(line))


def converted(logs: Path, output: Path, *more: object) -> dict[str, RunResult]:
    """What is made of all that can be converted, checked against the originals; by path."""
    outcome = wattboard("convert", logs, "--output-dir", output, *more)
    assert outcome.code == 0, outcome.err
    check_schema(output)
    originals, made = results(logs), results(output / logs.name)
    assert made.keys() <= originals.keys()
    for path, run in made.items():
        check_same(originals[path], run)
        assert not run.problems
    return made


WATTS = st.one_of(st.none(), st.floats(0.01, 500.0).map(lambda watts: round(watts, 4)))
EPOCHS = st.lists(
    st.tuples(
        st.integers(0, 5_000),
        st.floats(0.1, 40_000.0).map(lambda length: round(length, 2)),
        WATTS,
        WATTS,
    ),
    min_size=1,
    max_size=8,
).filter(lambda epochs: any(gpu or cpu for _, _, gpu, cpu in epochs))


@settings(max_examples=40)
@given(EPOCHS)
def test_epochs_keep_their_energy_and_time(epochs: list[Epoch]) -> None:
    """Whatever lies between epochs, and whichever of them lack a power: energy, time and emissions stay the same."""
    with TemporaryDirectory() as folder:
        logs = Path(folder) / "logs"
        logs.mkdir()
        (logs / "x_carbontracker.log").write_text(carbontracker(epochs))
        (made,) = converted(logs, Path(folder) / "out").values()
        hours = sum(length_s for _, length_s, _, _ in epochs) / 3600
        assert made.figures["duration_hours"].value == pytest.approx(hours, rel=1e-6, abs=2e-9)


def test_time_between_epochs_is_not_the_runs(tmp_path: Path) -> None:
    """Two epochs with an hour between are two logs of one run; two that follow each other are one."""
    (tmp_path / "logs").mkdir()
    epochs = [(0, 10.0, 100.0, 50.0), (0, 10.0, 100.0, 50.0), (3600, 10.0, 200.0, 50.0)]
    (tmp_path / "logs/x_carbontracker.log").write_text(carbontracker(epochs))
    (made,) = converted(tmp_path / "logs", tmp_path / "out").values()
    assert [part.name for part in made.parts] == ["", "resume-2"]
    assert made.figures["energy_kwh"].value == pytest.approx((3 * 500 + 4000) / 3.6e6)
    assert made.figures["cpu_energy_kwh"].provenance == "reported"
    assert made.figures["gpu_energy_kwh"].provenance == "measured"
    assert len(made.info.gpu_info) == 1
    assert made.info.pue is None


def test_an_epoch_without_power_makes_the_run_partial(tmp_path: Path) -> None:
    """Its time counts, and no energy stands for it."""
    (tmp_path / "logs").mkdir()
    epochs: list[Epoch] = [(0, 10.0, 100.0, 50.0), (0, 10.0, None, None), (0, 10.0, 100.0, None)]
    (tmp_path / "logs/x_carbontracker.log").write_text(carbontracker(epochs))
    (made,) = converted(tmp_path / "logs", tmp_path / "out").values()
    assert {made.figures[name].provenance for name in FIGURES} == {"partial"}
    samples = (tmp_path / "out").rglob("data.json")
    assert all('"cpu:all":0}' not in file.read_text() for file in samples)


def test_windows_of_zeus(tmp_path: Path) -> None:
    """Each is a run with the joules that its GPUs counted; without the CPU's its energy is partial."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/zeus.csv").write_text(ZEUS)
    made = converted(tmp_path / "logs", tmp_path / "out")
    assert set(made) == {"zeus.csv/train", "zeus.csv/eval"}
    train = made["zeus.csv/train"]
    assert train.figures["gpu_energy_kwh"].value == pytest.approx(1900.75 / 3.6e6)
    assert train.figures["gpu_energy_kwh"].provenance == "measured"
    assert train.figures["energy_kwh"].provenance == "partial"
    assert train.figures["cpu_energy_kwh"].value is None


@pytest.mark.parametrize("column", ["gpu1_energy", "start_time"])
def test_a_window_that_does_not_tell_all_is_refused(tmp_path: Path, column: str) -> None:
    """Without one GPU's joules it would be called measured; without a start there is no time for its samples."""
    (tmp_path / "logs").mkdir()
    header, row, _ = ZEUS.splitlines()
    values = dict(zip(header.split(","), row.split(","), strict=True)) | {column: ""}
    (tmp_path / "logs/zeus.csv").write_text(f"{header}\n{','.join(values.values())}\n")
    outcome = wattboard("convert", tmp_path / "logs", "--output-dir", tmp_path / "out")
    assert outcome.code == 1
    assert not outcome.out
    expected = {"gpu1_energy": "of GPU energy, without PUE what", "start_time": "a window with a"}
    assert expected[column] in outcome.err
    assert "logs/zeus.csv: expected" in outcome.err
    assert not list(tmp_path.rglob("info.json"))


@pytest.mark.parametrize("ended", [True, False])
def test_a_seed_log_keeps_its_figures(tmp_path: Path, ended: bool) -> None:
    """Its pickle becomes JSON, its rules stay: a reading stands however long the gap."""
    samples = power_samples(cpu_w=50.0, gpu_w=[100.0 + i for i in range(11)])
    samples[7]["timestamp"] += 5_000.0
    samples = samples[:8]
    info = seed_info(samples) if ended else seed_info(samples, experiment_end=None)
    write_run(tmp_path / "logs" / "ppo" / "seed_0", samples, info)
    (made,) = converted(tmp_path / "logs", tmp_path / "out").values()
    assert made.info.format == "experiment-impact-tracker"
    assert made.ended is ended
    (original,) = results(tmp_path / "logs").values()
    assert made.figures == original.figures
    assert not list((tmp_path / "out").rglob("*.pkl"))


@pytest.mark.real_logs
def test_published_logs_of_the_seed(pong_logs: Path, tmp_path: Path) -> None:
    """All figures of a published run stay the same, to the last digit that counts."""
    run = sorted((pong_logs / "stable_baselines_results").glob("seed_0_*"))[0]
    (made,) = converted(run, tmp_path / "out").values()
    (original,) = results(run).values()
    for name, figure in original.figures.items():
        expected = None if figure.value is None else pytest.approx(figure.value, rel=1e-9)
        assert made.figures[name].value == expected


@pytest.mark.real_logs
@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="other tools' samples are not part of the repository"
)
def test_every_sample(tmp_path: Path) -> None:
    """What has a series is converted, passes the check and makes a site; all else is refused by its tool's name."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for file in SAMPLES.iterdir():
        name = {".csv": f"emissions_{file.name}", ".txt": "spl.txt"}.get(file.suffix, file.name)
        if file.name == "carbontracker_2.3_std.log":
            name = "x_carbontracker.log"
        (logs / name).write_bytes(file.read_bytes())
    made = converted(logs, tmp_path / "out")
    assert set(made) == {"x_carbontracker.log"}
    outcome = wattboard("convert", logs, "--output-dir", tmp_path / "again")
    tools = ("BoAmps", "eco2AI", "CodeCarbon", "CarbonTracker")
    assert all(f"this file of {tool} tells no more" in outcome.err for tool in tools)
    assert "spl.txt: expected the power of CPU and GPU, found that of the machine" in outcome.err
    said = wattboard("statement", tmp_path / "out" / "logs", "--format", "text", "--no-cache")
    assert "CarbonTracker" in said.out
    check = wattboard("check", tmp_path / "out" / "logs", "--no-cache", "--strict")
    assert check.code == 0, check.out
    spec = tmp_path / "spec.json"
    spec.write_text('{"Board": {"filter": ".*"}}')
    site = wattboard(
        "build", tmp_path / "out/logs", "--site-spec", spec, "--output-dir", tmp_path / "site"
    )
    assert site.code == 0, site.err
    pages = [page.read_text("utf-8") for page in (tmp_path / "site").rglob("*.html")]
    assert any("x_carbontracker.log, of CarbonTracker 2.3.4" in page for page in pages)
