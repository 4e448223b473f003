"""Parts of a run that are broken, missing, or no parts: each costs itself, is named, and the sum says so."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from commands import HEALTHY, build, measured, only, published, read_json, state, wattboard
from golden import check_golden
from logs import as_lines, our_info, power_samples, write_run

GOLDEN = Path(__file__).parent / "golden" / "parts"
RUN = "logs/ppo/parts"
KWH = 36.0 * 100 / 3.6e6
"""Energy of one good part."""


@pytest.fixture
def run(tmp_path: Path, healthy: Any) -> Path:
    """A run with two good parts."""
    folder = tmp_path / RUN
    write_run(folder, power_samples(cpu_w=36.0))
    return write_run(folder, power_samples(cpu_w=36.0), part="rank-1")


class Call:
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return os.system, ("touch canary",)


def break_part(case: str, run: Path, tmp_path: Path) -> None:
    """Put a bad third part beside the good ones."""
    part = run / "impacttracker" / "part-rank-2"
    outside = write_run(tmp_path / "outside", power_samples(cpu_w=999.0)) / "impacttracker"
    match case:
        case "junk":
            write_run(run, b"junk\n", part="rank-2")
        case "empty":
            write_run(run, b"", part="rank-2")
        case "newer":
            samples = power_samples(cpu_w=999.0)
            newer = our_info(samples, format="wattboard/2")
            write_run(run, samples, newer, part="rank-2")
        case "hostile_pickle":
            write_run(run, power_samples(cpu_w=999.0), pickle.dumps(Call()), part="rank-2")
        case "link_out":
            part.symlink_to(outside)
        case "link_in":
            part.symlink_to(run / "impacttracker" / "part-rank-1")
        case "samples_link_out":
            part.mkdir()
            (part / "data.json").symlink_to(outside / "data.json")
        case "pipe":
            part.mkdir()
            os.mkfifo(part / "data.json")
        case "bad_name":
            write_run(run, power_samples(cpu_w=999.0), part="Rank 2")


CASES = (
    "junk",
    "empty",
    "newer",
    "hostile_pickle",
    "link_out",
    "link_in",
    "samples_link_out",
    "pipe",
    "bad_name",
)


@pytest.mark.parametrize("case", CASES)
def test_a_broken_part_costs_itself_and_makes_the_figures_partial(
    case: str, run: Path, tmp_path: Path, healthy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other parts' sum is shown as partial, the part is named, and the download holds what was read."""
    monkeypatch.chdir(tmp_path)
    break_part(case, run, tmp_path)
    before = state(tmp_path / "logs")
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert not (tmp_path / "canary").exists()
    figures = published(tmp_path / "site")
    assert only(figures, HEALTHY) == healthy
    assert figures[RUN]["energy_kwh"] == pytest.approx(2 * KWH)
    record = next(r for r in read_json(tmp_path / "site" / "runs.json") if r["run"] == RUN)
    assert set(record["provenance"].values()) == {"partial", "not measured"}
    said = outcome.complaints(tmp_path).splitlines()
    check_golden(GOLDEN / f"{case}.txt", "\n".join(said) + "\n")
    with ZipFile(tmp_path / "site" / "runs" / RUN / "log.zip") as archive:
        assert sorted(archive.namelist()) == [
            "data.json",
            "info.json",
            "part-rank-1/data.json",
            "part-rank-1/info.json",
        ]
    assert state(tmp_path / "logs") == before
    assert wattboard("check", tmp_path / "logs").code == 1


def test_a_broken_part_is_told_on_the_run_s_page(run: Path, tmp_path: Path) -> None:
    """Readers of the page see which part is missing, not only who builds it."""
    break_part("junk", run, tmp_path)
    write_run(run, power_samples(), part="<b>")
    assert build(tmp_path).code == 0
    page = (tmp_path / "site" / "runs" / RUN / "index.html").read_text()
    assert "impacttracker/part-rank-2/data.json: expected a sample in JSON on each line" in page
    assert "Parts of this run cannot be read" in page
    assert "&lt;b&gt;" in page
    assert "<b>&#34;" not in page
    assert "2 logs: of 2 ranks" in page


def test_a_broken_main_log_leaves_the_other_parts(run: Path, tmp_path: Path) -> None:
    """Rank 0's log is a part like any other."""
    (run / "impacttracker" / "data.json").write_bytes(b"junk\n")
    assert measured(tmp_path / "logs")[RUN]["energy_kwh"] == pytest.approx(KWH)


def test_a_run_of_broken_parts_is_skipped(run: Path, tmp_path: Path, healthy: Any) -> None:
    """Where no part can be read there is no run, and no download of it."""
    for name in ("data.json", "part-rank-1/data.json"):
        (run / "impacttracker" / name).write_bytes(b"junk\n")
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert published(tmp_path / "site") == healthy
    assert f"{RUN}/impacttracker/data.json" in outcome.err
    assert f"{RUN}/impacttracker/part-rank-1/data.json" in outcome.err
    assert outcome.err.count("the run is skipped") == 2


def test_what_only_looks_like_a_part_is_none(run: Path, tmp_path: Path) -> None:
    """Files, folders without samples, and folders by other names add nothing and are no fault."""
    log = run / "impacttracker"
    (log / "part-rank-3").mkdir()
    (log / "part-rank-3" / "info.json").write_text("{}")
    (log / "part-rank-4").write_bytes(as_lines(power_samples(cpu_w=999.0)))
    (log / "rank-5").mkdir()
    (log / "rank-5" / "data.json").write_bytes(as_lines(power_samples(cpu_w=999.0)))
    write_run(log / "part-rank-1" / "inner", power_samples(cpu_w=72.0))
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    assert outcome.err == ""
    figures = {record["run"]: record for record in json.loads(outcome.out)}
    assert figures[RUN]["metrics"]["energy_kwh"] == pytest.approx(2 * KWH)
    assert figures[RUN]["provenance"]["energy_kwh"] == "measured"
    inner = figures[f"{RUN}/impacttracker/part-rank-1/inner"]
    assert inner["metrics"]["energy_kwh"] == pytest.approx(2 * KWH)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_part_without_permission_is_told(run: Path, tmp_path: Path) -> None:
    """A part's folder that may not be read makes the figures partial."""
    part = run / "impacttracker" / "part-rank-1"
    part.chmod(0)
    try:
        outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    finally:
        part.chmod(0o755)
    records = {record["run"]: record for record in json.loads(outcome.out)}
    assert records[RUN]["provenance"]["energy_kwh"] == "partial"
    assert f"{RUN}/impacttracker/part-rank-1/data.json: expected a log file" in outcome.err


def test_parts_of_different_regions_are_told(run: Path, tmp_path: Path) -> None:
    """One run in two grids, or with intensities of two bases, is summed with a warning."""
    samples = power_samples(cpu_w=36.0)
    grid = {"g_per_kwh": 300.0}
    for part, region, basis in (("", "DEU", "direct"), ("rank-1", "FRA", "lifecycle")):
        intensity = {**grid, "basis": basis}
        about = our_info(samples, region={"id": region}, carbon_intensity=intensity)
        write_run(run, samples, about, part=part)
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    assert f"{RUN}: expected parts with one region, found DEU, FRA" in outcome.err
    assert "one basis of their carbon intensities, found direct, lifecycle" in outcome.err
    assert measured(tmp_path / "logs")[RUN]["emissions_kg"] == pytest.approx(2 * 1.58 * KWH * 0.3)
