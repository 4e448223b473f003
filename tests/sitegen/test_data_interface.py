"""`DataInterface`, the class of experiment-impact-tracker, in notebooks and papers."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from math import fsum
from pathlib import Path

import pytest
from logs import START_S, our_info, power_samples, seed_info, write_run
from wattboard.sitegen import DataInterface
from wattboard.sitegen.errors import WattboardError

KWH = 36.0 * 100 / 3.6e6
"""Energy of `power_samples(cpu_w=36.0)`."""


@pytest.fixture(autouse=True)
def no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)


@pytest.fixture
def two_runs(tmp_path: Path) -> list[Path]:
    """Two runs of one name in two places."""
    samples = power_samples(cpu_w=36.0)
    return [
        write_run(tmp_path / place / "seed_0", samples, our_info(samples)) for place in ("a", "b")
    ]


def test_the_sums_over_runs(two_runs: list[Path]) -> None:
    """Energy and emissions with PUE, durations added up, and the PUE itself."""
    data = DataInterface(two_runs)
    assert data.total_power == pytest.approx(2 * 1.58 * KWH)
    assert data.kg_carbon == pytest.approx(2 * 1.58 * KWH * 0.4)
    assert data.exp_len_hours == pytest.approx(200 / 3600)
    assert data.PUE == 1.58
    assert data.provenance == {
        "kg_carbon": "estimated",
        "total_power": "measured",
        "exp_len_hours": "measured",
    }


def test_a_run_given_twice_counts_once(two_runs: list[Path], tmp_path: Path) -> None:
    """By whatever path: with a slash, by its log folder, by a link, from above, as a text."""
    run, _ = two_runs
    (tmp_path / "link").symlink_to(run)
    once = DataInterface([run])
    ways = [f"{run}/", run / "impacttracker", tmp_path / "link", run.parent, run / ".." / "seed_0"]
    for way in ways:
        assert vars(DataInterface([way])) == vars(once), way
    assert vars(DataInterface([run, *ways])) == vars(once)
    assert vars(DataInterface(str(run))) == vars(once)


def test_a_folder_of_runs_stands_for_all_of_them(two_runs: list[Path], tmp_path: Path) -> None:
    """As in the seed, a tree of experiments can be given."""
    assert vars(DataInterface([tmp_path])) == vars(DataInterface(two_runs))


def test_a_log_folder_stands_for_its_own_run_alone(two_runs: list[Path]) -> None:
    """What lies beside `impacttracker` is not looked at, even where it is broken."""
    write_run(two_runs[0] / "inner", b"junk")
    once = DataInterface([two_runs[1]])
    assert vars(DataInterface([two_runs[0] / "impacttracker"])) == vars(once)


def test_the_order_of_the_runs_does_not_matter(tmp_path: Path) -> None:
    """The sums are exact: the same to the last bit."""
    folders = [
        write_run(tmp_path / str(i), power_samples(cpu_w=0.1 * 10.0**i)) for i in range(-6, 6)
    ]
    assert vars(DataInterface(folders)) == vars(DataInterface(folders[::-1]))


def test_the_parts_of_a_run_are_in_its_sums(two_runs: list[Path]) -> None:
    """Ranks add energy, not duration."""
    write_run(two_runs[0], power_samples(cpu_w=36.0), part="rank-1")
    data = DataInterface([two_runs[0]])
    assert data.total_power == pytest.approx(2 * 1.58 * KWH)
    assert data.exp_len_hours == pytest.approx(100 / 3600)


def test_which_pue(two_runs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """OVERRIDE_PUE, else the log's own; where runs differ, what their energy was multiplied by on the whole."""
    samples = power_samples(cpu_w=3 * 36.0)
    write_run(two_runs[0], samples, our_info(samples, pue=1.18))
    data = DataInterface(two_runs)
    assert data.total_power == pytest.approx((3 * 1.18 + 1.58) * KWH)
    assert data.total_power / data.PUE == pytest.approx(4 * KWH)
    monkeypatch.setenv("OVERRIDE_PUE", "1.25")
    assert DataInterface(two_runs).PUE == 1.25
    assert DataInterface(two_runs).total_power == pytest.approx(4 * 1.25 * KWH)


def test_what_a_run_lacks_is_not_summed_over_the_others(
    two_runs: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A run without emissions makes their sum None, and is named; the energy is there all the same."""
    samples = power_samples(cpu_w=36.0)
    write_run(two_runs[0], samples, our_info(samples, carbon_intensity=None))
    data = DataInterface(two_runs)
    assert data.kg_carbon is None
    assert data.provenance["kg_carbon"] == "not measured"
    assert data.total_power == pytest.approx(2 * 1.58 * KWH)
    assert "kg_carbon is None: no such figure of seed_0" in caplog.text


def test_bases_of_intensities_are_not_mixed_in_silence(
    two_runs: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    """Direct and lifecycle emissions can be summed, with a warning."""
    samples = power_samples(cpu_w=36.0)
    for folder, basis in zip(two_runs, ("direct", "lifecycle"), strict=True):
        grid = {"g_per_kwh": 400.0, "basis": basis}
        write_run(folder, samples, our_info(samples, carbon_intensity=grid))
    with caplog.at_level(logging.WARNING):
        DataInterface(two_runs)
    assert "different bases: ['direct', 'lifecycle']" in caplog.text


def test_folders_that_cannot_be_used_are_named(two_runs: list[Path], tmp_path: Path) -> None:
    """No folder, no log, a log of junk, a part of junk: an error that names each, and no smaller sum."""
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(WattboardError) as error:
        DataInterface([*two_runs, empty, tmp_path / "nowhere"])
    assert f"{empty}: expected a folder with a run's log" in str(error.value)
    assert "found no log" in str(error.value)
    assert f"{tmp_path / 'nowhere'}: expected" in str(error.value)
    with pytest.raises(WattboardError, match="at least one folder"):
        DataInterface([])
    junk = write_run(tmp_path / "junk", b"junk")
    with pytest.raises(WattboardError, match=r"junk/impacttracker/data\.json"):
        DataInterface([two_runs[0], junk])
    write_run(two_runs[0], b"junk", part="rank-1")
    with pytest.raises(WattboardError, match=r"part-rank-1/data\.json"):
        DataInterface([two_runs[0]])


def test_a_log_of_the_seed_s(tmp_path: Path) -> None:
    """A pickle's run is measured by the seed's rules."""
    samples = power_samples(cpu_w=36.0, start_s=START_S)
    run = write_run(tmp_path / "run", samples, seed_info(samples))
    assert DataInterface([run]).kg_carbon == pytest.approx(1.58 * 36 * 100.2 / 3.6e6 * 0.25)


@pytest.mark.real_logs
def test_the_published_runs_have_their_published_sums(pong_logs: Path, shared_data: Path) -> None:
    """All 20 published runs, and one alone."""
    expected = json.loads((shared_data / "expected_pong.json").read_text())["runs"]
    metrics = {run: record["metrics"] for run, record in expected.items()}
    folders = {run: pong_logs / run for run in metrics}
    for chosen in (list(metrics), list(metrics)[:1]):
        data = DataInterface([folders[run] for run in chosen])
        sums = {
            name: fsum(metrics[run][name] for run in chosen)
            for name in ("estimated_carbon_impact_kg", "total_power", "exp_len_hours")
        }
        assert data.kg_carbon == pytest.approx(sums["estimated_carbon_impact_kg"], rel=1e-9)
        assert data.total_power == pytest.approx(sums["total_power"], rel=1e-9)
        assert data.exp_len_hours == pytest.approx(sums["exp_len_hours"], rel=1e-9)
        assert data.PUE == 1.58


def test_importing_the_generator_does_not_read_logs_yet() -> None:
    """`import wattboard.sitegen` brings in neither numpy nor msgspec."""
    code = (
        "import sys, wattboard.sitegen as s; assert not {'numpy', 'msgspec'} & set(sys.modules);"
        "s.DataInterface; assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
