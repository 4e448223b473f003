"""Which carbon intensity emissions are computed with, and that pages say which."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from logs import our_info, power_samples, write_run
from paper_runs import EMBER, result
from wattboard.sitegen.carbon import LOOKED_UP, Reference, is_live, recomputed, reference
from wattboard.sitegen.cli.measure import measure
from wattboard.sitegen.data_interface import DataInterface
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.model import GridIntensity, Region, RunResult
from wattboard.sitegen.pages.carbon_text import intensity_note, recomputed_note
from wattboard.sitegen.plugin import HostError, build_site
from wattboard.sitegen.site_settings import SiteOptions

SPEC = "All runs:\n  child_experiments:\n    Seeds: {}\n"


@given(st.floats(1, 10), st.floats(0, 1000), st.floats(1e-6, 1e6), st.floats(0.1, 10))
def test_emissions_scale_with_pue_and_intensity(
    pue: float, g_per_kwh: float, kwh: float, factor: float
) -> None:
    """Emissions on a reference grid are proportional to the PUE and to the intensity; energy stays."""

    def kg(pue: float, g_per_kwh: float) -> float:
        run = result(cpu_kwh=kwh, pue=pue)
        there = recomputed(run, Reference(GridIntensity(g_per_kwh)))
        assert there.figures["energy_kwh"] == run.figures["energy_kwh"]
        return there.figures["emissions_kg"].value or 0.0

    once = kg(pue, g_per_kwh)
    assert once == pytest.approx(pue * kwh * g_per_kwh / 1000)
    assert kg(pue * factor, g_per_kwh) == pytest.approx(factor * once)
    assert kg(pue, g_per_kwh * factor) == pytest.approx(factor * once)


def test_measured_energy_on_a_reference_grid_is_an_estimate() -> None:
    """Nobody drew that power there; what was partial or estimated stays so, and what was absent stays absent."""
    there = Reference(EMBER, "Germany")

    def kind(run: RunResult) -> str:
        return recomputed(run, there).figures["emissions_kg"].provenance

    assert kind(result()) == "estimated"
    assert kind(result(provenance={"facility_energy_kwh": "partial"})) == "partial"
    assert kind(result(cpu_kwh=None)) == "not measured"


def test_what_was_logged_is_kept() -> None:
    """A run on a reference grid knows what its log says, live values among it."""
    run = result(live_g_per_kwh=100.0)
    assert is_live(run)
    there = recomputed(run, Reference(replace(EMBER, g_per_kwh=500.0), "Germany"))
    assert not is_live(there)
    assert there.recomputed is not None
    assert there.recomputed.logged_mean_g_per_kwh.value == 100.0
    assert there.recomputed.logged_emissions_kg == run.figures["emissions_kg"]
    assert there.recomputed.logged_grid == EMBER


@pytest.mark.parametrize(
    ("text", "place", "g_per_kwh"),
    [
        ("DEU", "Germany", 329.65),
        ("california", "California, United States", None),
        ("42.5", "", 42.5),
    ],
)
def test_reference_by_zone_name_or_number(text: str, place: str, g_per_kwh: float | None) -> None:
    """A reference grid is given by id, name or number; zones bring year, basis and source."""
    found = reference(text)
    assert found is not None
    assert found.place == place
    if g_per_kwh is not None:
        assert found.grid.g_per_kwh == pytest.approx(g_per_kwh, abs=0.01)
    assert (found.grid.year is None) == (place == "")
    assert reference("log") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "from 0 to 100000, found -1"),
        ("nan", "found nan"),
        ("inf", "found inf"),
        ("400000", "from 0 to 100000"),
        ("Germny", "did you mean DEU (Germany)"),
        ("", "expected a zone"),
        ("ATA", "which has none"),
    ],
)
def test_bad_references_are_refused(text: str, said: str) -> None:
    """No negative, endless or absent number, no unknown zone, no zone without a figure."""
    with pytest.raises(WattboardError) as refused:
        reference(text)
    assert said in str(refused.value)


def _logs(folder: Path) -> Path:
    """One run in Germany whose log has no intensity, one in France that states one, one in no known zone."""
    samples = power_samples(61, cpu_w=100.0)
    stated = {"g_per_kwh": 50.0, "year": 2024, "source": "us", "basis": "direct"}
    for name, zone, grid in (("a", "DEU", None), ("b", "FRA", stated), ("c", "ZZZ", None)):
        info = our_info(
            samples,
            region={"id": zone, "name": "", "found_by": "given"},
            carbon_intensity=grid,
            power_sources=[{"name": "rapl", "kind": "counter", "component": "cpu"}],
        )
        write_run(folder / name, samples, info)
    return folder


def _measured(*arguments: str) -> dict[str, tuple[float | None, str]]:
    done = CliRunner().invoke(measure, [*arguments, "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0
    return {
        record["run"]: (record["metrics"]["emissions_kg"], record["provenance"]["emissions_kg"])
        for record in json.loads(done.stdout)
    }


def test_a_region_s_average_stands_in_for_an_intensity_that_a_log_lacks(tmp_path: Path) -> None:
    """Where a log names a zone and has no intensity, the zone's average is taken, as an estimate; else never."""
    found = _measured(str(_logs(tmp_path / "logs")))
    kwh = 1.58 * 100.0 * 600 / 3.6e6
    assert found["logs/a"] == (pytest.approx(kwh * 329.65 / 1000, rel=1e-4), "estimated")
    assert found["logs/b"] == (pytest.approx(kwh * 50.0 / 1000), "estimated")
    assert found["logs/c"] == (None, "not measured")
    assert DataInterface([tmp_path / "logs" / "a"]).kg_carbon == found["logs/a"][0]


def test_measure_takes_a_reference_grid(tmp_path: Path) -> None:
    """With --intensity every run with energy has emissions, and stderr says by which grid."""
    arguments = [str(_logs(tmp_path / "logs")), "--intensity", "100"]
    found = _measured(*arguments)
    assert {kg for kg, _ in found.values()} == {found["logs/a"][0]}
    done = CliRunner().invoke(measure, arguments)
    assert "recomputed on the reference grid: 100.0 g CO₂eq/kWh" in done.stderr


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same logs as logged, and on a reference grid."""
    folder = tmp_path_factory.mktemp("sites")
    logs, spec = _logs(folder / "logs"), folder / "site.yml"
    spec.write_text(SPEC)
    for name in ("log", "Poland"):
        options = SiteOptions((logs,), spec, site_name="x", intensity=name, jobs=1)
        build_site(options, folder / name)
    return {name: folder / name for name in ("log", "Poland")}


def test_pages_say_that_emissions_are_recomputed(sites: dict[str, Path]) -> None:
    """Group and run pages name the reference grid, its source with licence and address, and what was logged."""
    group = (sites["Poland"] / "index.html").read_text()
    assert "Emissions are recomputed on the reference grid: Poland, " in group
    assert "CC BY 4.0, https://ourworldindata.org/" in group
    run = (sites["Poland"] / "runs" / "logs" / "b" / "index.html").read_text()
    assert "Emissions on this page are recomputed on the reference grid: Poland, " in run
    assert "at 50.00 g CO₂eq/kWh" in run
    unknown = (sites["Poland"] / "runs" / "logs" / "c" / "index.html").read_text()
    assert "neither the log nor its region tells a carbon intensity" in unknown
    records = json.loads((sites["Poland"] / "runs.json").read_text())
    assert all("the reference grid: Poland" in r["carbon_intensity_source"] for r in records)


def test_pages_say_that_an_intensity_was_looked_up(sites: dict[str, Path]) -> None:
    """As logged, a page tells stated averages from looked-up ones, and mixed bases."""
    group = (sites["log"] / "index.html").read_text()
    assert (
        "by the average intensity that the logs state: France, 50.00 g CO₂eq/kWh, direct, 2024"
        in group
    )
    assert "its average was looked up: Germany, 329.6 g CO₂eq/kWh, lifecycle" in group
    assert "different bases (direct, lifecycle)" in group
    run = (sites["log"] / "runs" / "logs" / "a" / "index.html").read_text()
    assert LOOKED_UP in run
    sources = [
        r["carbon_intensity_source"] for r in json.loads((sites["log"] / "runs.json").read_text())
    ]
    assert sources[2] is None


def test_a_zone_that_yaml_takes_for_no_is_explained(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In mkdocs.yml `intensity: NO` is false, and the message says to quote it."""
    logs = _logs(tmp_path / "logs")
    (tmp_path / "site.yml").write_text(SPEC)
    (tmp_path / "docs").mkdir()
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"site_name: x\nplugins:\n- wattboard: {{logdirs: [{logs}], site_spec: site.yml, intensity: NO}}\n"
    )
    with pytest.raises(HostError):
        build_site(SiteOptions((), None, config), tmp_path / "out")
    assert "put the zone between quotation marks" in caplog.text


def test_notes_of_runs_with_live_intensities() -> None:
    """Live values are named as such, with the number of runs where others have averages."""
    live = result("logs/a", live_g_per_kwh=100.0)
    assert "of these runs are by the grid’s intensity as logged" in intensity_note([live])
    both = intensity_note([live, result("logs/b", region=Region("DEU", "Germany"))])
    assert "Emissions of 1 run are by the grid’s intensity as logged during the run." in both
    assert "that the logs state: Germany, 330.0 g CO₂eq/kWh, lifecycle, 2025, Ember." in both
    assert intensity_note([result(grid=None)]) == ""
    assert recomputed_note(live) == ""
