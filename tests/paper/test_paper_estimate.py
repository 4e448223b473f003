"""The rough estimate: names that people write, the formula, and what it says of itself."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest
from golden import check_golden
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.cli.estimate import Request, written
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.grid.tables import rows
from wattboard.sitegen.model import GridIntensity
from wattboard.sitegen.paper import rated_power
from wattboard.sitegen.paper.estimate import Estimate, Load
from wattboard.sitegen.paper.rated_power import Rated, UnknownProcessorError

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("written_as", "watts"),
    [
        ("TITAN V", 250),
        ("Tesla V100-SXM2-32GB", 300),
        ("NVIDIA A100-SXM4-80GB", 400),
        ("NVIDIA A100 80GB PCIe", 300),
        ("GeForce RTX 3090", 350),
        ("rtx 3080", 320),
        ("RTX 3080 Ti", 350),
        ("A6000", 300),
        ("Tesla P100-PCIE-16GB", 250),
        ("Tesla T4", 70),
        ("MI300X", 750),
        ("123.5 W", 123.5),
        ("250w", 250),
    ],
)
def test_gpus_are_found_as_people_and_drivers_write_them(written_as: str, watts: float) -> None:
    """Makers, memory sizes, dashes and case do not matter."""
    assert rated_power.gpu(written_as).watts == watts


@pytest.mark.parametrize(
    ("written_as", "watts"),
    [
        ("Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", 90),
        ("E5-2640 v3", 90),
        ("AMD EPYC 7763 64-Core Processor", 280),
        ("13th Gen Intel(R) Core(TM) i9-13900K", 125),
        ("i7-8700K", 95),
        ("Apple M1", 10),
        ("Ryzen 9 5950X", 105),
    ],
)
def test_cpus_are_found_as_people_and_systems_write_them(written_as: str, watts: float) -> None:
    """Marks, clock rates and generic words do not matter."""
    assert rated_power.cpu(written_as).watts == watts


@pytest.mark.parametrize(
    "name", ["A100", "H100", "V100", "RTX 4090 D", "3080", "nvidia", "", "GPU", "RTX 4091"]
)
def test_a_gpu_is_not_guessed(name: str) -> None:
    """A name of several GPUs of different power, a newer relative's, and no name at all are refused."""
    with pytest.raises(UnknownProcessorError):
        rated_power.gpu(name)


def test_every_gpu_of_the_table_is_found_by_its_own_name() -> None:
    """No row hides another."""
    for row in rows("gpu_rated_power.csv"):
        assert rated_power.gpu(row["name"]).name == row["name"]


PLACE = GridIntensity(400.0, "Ember", 2025, "lifecycle")


def estimate(watts: float, n: int, share: float, hours: float, pue: float) -> Estimate:
    load = Load(Rated("A GPU", watts), n, share, "gpu")
    return Estimate((load,), hours, pue, "the default", "Germany", "DEU", "Germany", PLACE)


@given(st.floats(1, 2000), st.integers(1, 64), st.floats(0, 1), st.floats(0, 1e5), st.floats(1, 5))
def test_energy_is_power_times_number_times_share_times_time(
    watts: float, n: int, share: float, hours: float, pue: float
) -> None:
    """The formula of the docs; and twice the PUE or intensity is twice the emissions."""
    made = estimate(watts, n, share, hours, pue)
    assert made.energy_kwh == pytest.approx(watts * n * share * hours / 1000)
    assert made.facility_energy_kwh == pytest.approx(pue * made.energy_kwh)
    assert made.emissions_kg == pytest.approx(made.facility_energy_kwh * 0.4)
    assert replace(made, pue=2 * pue).emissions_kg == pytest.approx(2 * made.emissions_kg)
    darker = replace(made, intensity=replace(PLACE, g_per_kwh=800.0))
    assert darker.emissions_kg == pytest.approx(2 * made.emissions_kg)


REQUESTS = {
    "state": Request(12.5, gpu="RTX 3090", gpus=2, cpu="Xeon E5-2640 v3", zone="US-CA"),
    "country": Request(1.0, gpu="A40", gpu_utilisation=0.6, zone="France", pue=1.1),
    "without_cost": Request(24.0, gpu="V100 SXM2", zone="Singapore", model="rennert2022"),
    "number": Request(3.0, gpu="RTX 4060", intensity=100.0),
    "no_figure_of_its_own": Request(3.0, cpu="95 W", zone="BR-SP", country="world"),
}


@pytest.mark.parametrize("name", sorted(REQUESTS))
@pytest.mark.parametrize("form", ["text", "latex", "json"])
def test_estimate_is_as_it_was_read(name: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every format marks it as an estimate, and is what somebody read and found right."""
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    text = written(replace(REQUESTS[name], form=form)).replace(version("wattboard"), "VERSION")
    assert "estimate" in text
    suffix = {"text": "txt", "latex": "tex", "json": "json"}[form]
    check_golden(GOLDEN / f"estimate_{name}.{suffix}", text)


def test_json_holds_the_figures_that_the_text_says() -> None:
    """Energy and emissions of both are the same."""
    request = REQUESTS["state"]
    record = json.loads(written(replace(request, form="json")))
    assert record["estimate"] is True
    text = written(request).replace("\u00a0", " ")
    said = re.search(r"used ([\d.]+) kWh .* emissions of ([\d.]+) kg", text)
    assert said
    assert float(said[1]) == pytest.approx(record["facility_energy_kwh"], rel=1e-3)
    assert float(said[2]) == pytest.approx(record["emissions_kg"], rel=1e-3)


@pytest.fixture
def address_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """A service on this machine that knows Montreal and a buoy; the list of what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            latitude = "45.5" if "Montreal" in self.path else "0.0"
            found = {"lat": latitude, "lon": "-73.6" if latitude != "0.0" else "-30.0"}
            body = json.dumps([{**found, "display_name": "Somewhere"}]).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WATTBOARD_NOMINATIM", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield asked
    server.shutdown()
    server.server_close()


def test_seed_s_command_takes_an_address(
    address_service: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`get-rough-emissions-estimate` prints LaTeX for an address; a zone's name asks nobody."""
    from wattboard.sitegen.cli import seed_aliases

    command = seed_aliases._get_rough_emissions_estimate
    arguments = ["--experiment-length-seconds", "3600", "--gpu", "TITAN V", "--cpu", "E5-2640 v3"]
    factors = ["--gpu-utilization-factor", "1.0", "--cpu-utilization-factor", "0.3"]
    command.main(
        [*arguments, *factors, "--location", "Montreal, QC, Canada"], standalone_mode=False
    )
    printed = capsys.readouterr()
    assert "Québec, Canada" in printed.out
    assert r"30~\% utilised" in printed.out
    assert "OpenStreetMap" in printed.err
    assert len(address_service) == 1
    command.main([*arguments, *factors, "--location", "Canada"], standalone_mode=False)
    assert len(address_service) == 1
    assert "Canada" in capsys.readouterr().out


def test_an_address_at_sea_is_refused(address_service: list[str]) -> None:
    """A place without a zone is said to be none."""
    with pytest.raises(WattboardError, match="expected a place on land"):
        written(Request(1.0, gpu="A40", address="a buoy"))
