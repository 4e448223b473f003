"""Every row of the real samples, field by field: the right figure, unit, value and provenance."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from measured import measured
from reading import SAMPLES, one, read, value
from wattboard.sitegen.foreign.model import ReportedRun
from wattboard.sitegen.measure_reported import report_charts
from wattboard.sitegen.scan import scan

pytestmark = [
    pytest.mark.real_logs,
    pytest.mark.skipif(
        not SAMPLES.is_dir(), reason="other tools' samples are not part of the repository"
    ),
]

CODECARBON = [
    "codecarbon_1.x.csv",
    "codecarbon_2.x.csv",
    "codecarbon_2.4.2.csv",
    "codecarbon_3.0.8.csv",
]
ENERGIES = {"energy_consumed": "energy_kwh"} | {
    f"{part}_energy": f"{part}_energy_kwh" for part in ("cpu", "gpu", "ram")
}
TOLD = {
    "water_consumed": "Water (L)",
    "emissions_rate": "Emissions rate (kg/s)",
    "project_name": "Project",
    "tracking_mode": "Tracking mode",
    "wue": "WUE (L/kWh)",
    "experiment_id": "Experiment",
}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", CODECARBON)
def test_every_field_of_codecarbon_is_read(name: str) -> None:
    """Each row is a run: energies (kWh) and emissions (kg) as they stand there, seconds as hours; empty is absent."""
    rows = list(csv.DictReader(sample(name).decode().splitlines()))
    runs, _ = read({"emissions.csv": sample(name)})
    assert len(runs) == len(rows)
    for run, row in zip(runs, rows, strict=True):
        check_codecarbon(run, row)


def check_codecarbon(run: ReportedRun, row: dict[str, str]) -> None:
    pue = float(row.get("pue") or 1)
    assert run.info.pue == run.emissions_pue == pue
    for column, figure in ENERGIES.items():
        if not row.get(column):
            assert value(run, figure) is None, column
        elif column == "gpu_energy" and not row["gpu_model"]:
            assert value(run, figure) is None, "a machine without GPU has used none"
        else:
            assert value(run, figure) == float(row[column]) / pue, column
    assert value(run, "emissions_kg") == (float(row["emissions"]) if row["emissions"] else None)
    duration_s = float(row["duration"])
    assert value(run, "duration_hours") == pytest.approx(duration_s / 3600, rel=1e-15)
    assert run.end_s == utc(row["timestamp"])
    assert run.start_s == pytest.approx(utc(row["timestamp"]) - duration_s, abs=1e-6)
    assert run.info.region is not None
    assert run.info.region.id == row["country_iso_code"]
    assert run.info.run_id == row.get("run_id", "")
    assert run.tool == f"CodeCarbon {row.get('codecarbon_version', '')}".strip()
    facts = run.info.cpu_info
    assert facts.get("Processor", "") == row.get("cpu_model", "")
    assert facts.get("Logical CPUs", "") == row.get("cpu_count", "")
    assert facts.get("Python", "") == row.get("python_version", "")
    if row.get("ram_total_size"):
        assert facts["Memory"] == f"{float(row['ram_total_size']):.1f} GiB"
    assert [gpu["Name"] for gpu in run.info.gpu_info] == (
        [row["gpu_model"]] * int(float(row["gpu_count"])) if row.get("gpu_model") else []
    )
    assert run.info.surroundings.operating_system == row.get("os", "")
    assert {label: run.info.told.get(label, "") for label in TOLD.values()} == {
        label: row.get(column) or "" for column, label in TOLD.items()
    }
    for part in ("CPU", "GPU", "RAM"):
        power = row.get(f"{part.lower()}_power")
        if power:
            assert run.info.told[f"{part} power (W), of the last sample, not the mean"] == power


def test_provenance_of_codecarbon_says_what_it_does() -> None:
    """GPUs are read, RAM is always estimated, of the CPU it does not tell; a sum is as good as its weakest part."""
    run = read({"emissions.csv": sample("codecarbon_2.x.csv")})[0][0]
    kinds = {name: figure.provenance for name, figure in run.figures.items()}
    assert kinds == {
        "cpu_energy_kwh": "reported",
        "gpu_energy_kwh": "measured",
        "ram_energy_kwh": "estimated",
        "energy_kwh": "estimated",
        "emissions_kg": "estimated",
        "duration_hours": "measured",
    }


def test_epochs_of_carbontracker() -> None:
    """33.57 s at 0.0195 W of the GPU and 6.785 W of the CPU; its mean intensity; its PUE is not applied."""
    run = one({"x_carbontracker.log": sample("carbontracker_2.3_std.log")})
    gpu_j, cpu_j = 33.57 * 0.019533333333333337, 33.57 * 6.785066666666666
    assert value(run, "gpu_energy_kwh") == pytest.approx(gpu_j / 3.6e6, rel=1e-12)
    assert value(run, "cpu_energy_kwh") == pytest.approx(cpu_j / 3.6e6, rel=1e-12)
    assert value(run, "energy_kwh") == pytest.approx((gpu_j + cpu_j) / 3.6e6, rel=1e-12)
    assert value(run, "duration_hours") == pytest.approx(33.57 / 3600, rel=1e-12)
    assert run.end_s == utc("2025-11-18 15:54:28")
    assert run.info.pue is None
    assert run.info.carbon_intensity is not None
    assert run.info.carbon_intensity.g_per_kwh == 143.30
    assert run.info.region is not None
    assert run.info.region.id == "DNK"
    assert {power.component: power.power_w.tolist() for power in run.power} == {
        "gpu": [0.019533333333333337],
        "cpu": [6.785066666666666],
    }
    assert "2.3.4" in run.tool


def test_output_of_carbontracker() -> None:
    """0.009417 kWh and 0.96049 g with its PUE of that year in 2 min 22 s."""
    run = one({"x_carbontracker_output.log": sample("carbontracker_1.1_output.log")})
    assert run.info.pue == run.emissions_pue == 1.59
    assert value(run, "energy_kwh") == pytest.approx(0.009417 / 1.59, rel=1e-12)
    assert value(run, "emissions_kg") == pytest.approx(0.960490e-3, rel=1e-12)
    assert value(run, "duration_hours") == pytest.approx(142 / 3600, rel=1e-12)
    assert run.end_s == utc("2022-11-14 15:44:48")
    assert "does not name the PUE" in run.problems[0].message


def test_eco2ai() -> None:
    """Its sample reads 0.002 kWh in 7.4 ms: the figures stand, and a warning says that it is 973 kW."""
    run = one({"emission.csv": sample("eco2ai_emission.csv")})
    assert value(run, "energy_kwh") == 0.002
    assert value(run, "emissions_kg") == 7.844e-05
    assert value(run, "duration_hours") == pytest.approx(0.007401227951049805 / 3600, rel=1e-12)
    assert run.start_s == utc("2026-10-06 01:17:23")
    assert run.info.region is not None
    assert run.info.region.id == "CHE"
    assert run.info.surroundings.operating_system == "Windows"
    assert run.info.pue is None
    assert "972812 W" in run.problems[0].message


def test_boamps() -> None:
    """0.00267074 kWh in 19.09 s, by CodeCarbon, whose energies have their PUE already."""
    run = one({"boamps.json": sample("boamps_llm_inference.json")})
    assert value(run, "energy_kwh") == 0.00267074
    assert value(run, "duration_hours") == pytest.approx(19.09390426 / 3600, rel=1e-12)
    assert run.figures["energy_kwh"].provenance == "estimated"
    assert run.start_s == utc("2024-09-30 09:09:40")
    assert run.info.pue == 1
    assert run.info.region is not None
    assert run.info.region.id == "FRA"
    assert [gpu["Name"] for gpu in run.info.gpu_info] == ["Tesla V100S-PCIE-32GB"] * 2
    assert run.info.cpu_info["Processor"] == "Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz"
    assert run.info.told["Model"] == "llama2-13b"
    assert run.tool == "BoAmps, by codecarbon 2.5.0"


def test_mlperf_power() -> None:
    """Five readings, a second each; the minute without any between the last two adds no energy, and it says so."""
    run = one({"spl.txt": sample("mlperf_spl.txt")})
    watts = [12.151, 12.216, 12.222, 12.192, 17.861]
    assert run.power[0].power_w.tolist() == watts
    assert value(run, "energy_kwh") == pytest.approx(sum(watts) / 3.6e6, rel=1e-3)
    assert run.start_s == utc("2021-08-24 17:28:47.621")
    assert run.figures["energy_kwh"].provenance == "partial"
    assert value(run, "measured_share") == pytest.approx(5 / 61, rel=1e-2)
    assert "56 s of 1 min 1 s without any" in run.problems[0].message


def test_no_line_is_drawn_where_the_meter_was_silent() -> None:
    """The chart breaks off in the minute between the fourth reading and the fifth."""
    run = one({"spl.txt": sample("mlperf_spl.txt")})
    (chart,) = report_charts(run)
    (series,) = chart.series
    gaps = [i for i, watts in enumerate(series.value) if watts is None]
    assert gaps == [8]
    assert series.time_s[9] - series.time_s[7] == pytest.approx(56, abs=0.1)


def test_mean_power_is_that_of_the_time_that_was_measured(tmp_path: Path) -> None:
    """13.3 W over the five seconds with readings, and not 1.1 W over the minute."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/spl.txt").write_bytes(sample("mlperf_spl.txt"))
    (location,) = scan([tmp_path / "logs"]).runs
    power = measured(location).result.figures["mean_power_w"]
    assert power.value == pytest.approx(13.33, rel=1e-2)
    assert power.provenance == "partial"
