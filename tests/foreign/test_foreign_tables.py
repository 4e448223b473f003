"""Tables that a spec describes: the examples of docs/other-tools.md, and what may be wrong with others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from commands import wattboard
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.errors import SpecError
from wattboard.sitegen.foreign.model import ForeignFile
from wattboard.sitegen.foreign.table import Table
from wattboard.sitegen.spec import load_spec
from wattboard.sitegen.spec.tables import Column, TableReader

PAGE = Path(__file__).resolve().parents[2] / "docs/other-tools.md"
EXAMPLES = dict(
    re.findall(
        r"<!-- example: (\S+) -->\n```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
)

SACCT = """\
JobID|Start|End|Elapsed|CPUTimeRAW|ConsumedEnergyRaw
101|2026-01-02T03:00:00|2026-01-02T05:00:00|02:00:00|57600|7200000
102|2026-01-02T03:00:00|2026-01-03T04:30:00|1-01:30:00|1|
103|2026-01-02T03:00:00|Unknown|00:00:00|0|0
"""
WANDB = """\
"Name","State","Created","Runtime","gpu_energy_wh","loss"
"sunny-sky-1","finished","2026-01-02T03:00:00.000Z","1800","250.5","0.1"
"dark-sea-2","crashed","2026-01-03T03:00:00.000Z","60","","0.3"
"""
MLFLOW = [
    {
        "info": {"run_id": "abc123", "start_time": 1767322800000},
        "data": {"metrics": {"power_watts": 200.0, "seconds": 3600}},
    },
    {"info": {"run_id": "def456", "start_time": 1767322800000}, "data": {"metrics": {}}},
]
PERUN = "run id,runtime,cpu_energy,gpu_energy,dram_energy,co2\n0,7200,1050,2100,105,400\n"

Figures = dict[str, float | None]


def built(folder: Path, name: str, content: str) -> dict[str, tuple[Figures, dict[str, str]]]:
    """The runs of a site that the page's example gives for a file: figures and provenance by path."""
    (folder / "logs").mkdir()
    (folder / "logs" / name).write_text(content, encoding="utf-8")
    (folder / "site.yml").write_text(EXAMPLES[name], encoding="utf-8")
    outcome = wattboard(
        "build", folder / "logs", "--site-spec", folder / "site.yml", "--output-dir", folder / "out"
    )
    assert outcome.code == 0, outcome.err
    records: list[dict[str, Any]] = json.loads(
        (folder / "out/runs.json").read_text(encoding="utf-8")
    )
    return {record["run"]: (record["metrics"], record["provenance"]) for record in records}


def test_slurm(tmp_path: Path) -> None:
    """2 h with 7.2 MJ, which is 2 kWh; a job without a counter has no energy, and a counter of zero reads zero."""
    runs = built(tmp_path, "sacct.txt", SACCT)
    figures, provenance = runs["logs/sacct.txt/101"]
    assert figures["energy_kwh"] == pytest.approx(2)
    assert figures["duration_hours"] == 2
    assert figures["cpu_hours"] == 16
    assert figures["mean_power_w"] == pytest.approx(1000)
    assert provenance["energy_kwh"] == "measured"
    assert runs["logs/sacct.txt/102"][0]["energy_kwh"] is None
    assert runs["logs/sacct.txt/102"][0]["duration_hours"] == 25.5
    assert runs["logs/sacct.txt/103"][0]["energy_kwh"] == 0


def test_weights_and_biases(tmp_path: Path) -> None:
    """Half an hour with 250.5 Wh of the GPU; a run without energy has its duration alone."""
    runs = built(tmp_path, "wandb_export.csv", WANDB)
    figures, _ = runs["logs/wandb_export.csv/sunny-sky-1"]
    assert figures["gpu_energy_kwh"] == figures["energy_kwh"] == pytest.approx(0.2505)
    assert figures["duration_hours"] == 0.5
    assert runs["logs/wandb_export.csv/dark-sea-2"][0]["energy_kwh"] is None


def test_mlflow(tmp_path: Path) -> None:
    """200 W for an hour are 0.2 kWh; a run without metrics is none."""
    runs = built(tmp_path, "mlflow_runs.json", json.dumps(MLFLOW))
    assert list(runs) == ["logs/mlflow_runs.json/abc123"]
    figures, provenance = runs["logs/mlflow_runs.json/abc123"]
    assert figures["energy_kwh"] == pytest.approx(0.2)
    assert provenance["energy_kwh"] == "reported"


def test_perun(tmp_path: Path) -> None:
    """The PUE that is in the energies is taken out; their sum is the energy, and emissions keep it."""
    runs = built(tmp_path, "perun_results.csv", PERUN)
    figures, _ = runs["logs/perun_results.csv/0"]
    assert figures["cpu_energy_kwh"] == pytest.approx(1000 / 3600)
    assert figures["energy_kwh"] == pytest.approx(3100 / 3600)
    assert figures["facility_energy_kwh"] == pytest.approx(3255 / 3600)
    assert figures["emissions_kg"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        ({"files": "a*.csv"}, 'expected the key "figures"'),
        ({"files": "*", "figures": {"energy_kwh": "E [J]"}}, "expected a pattern of file names"),
        (
            {"files": "a/b.csv", "figures": {"energy_kwh": "E [J]"}},
            "expected a pattern of file names",
        ),
        ({"files": "a.csv", "figures": {}}, "expected at least one figure"),
        ({"files": "a.csv", "figures": {"energy_kwh": "E"}}, "with its unit in brackets"),
        (
            {"files": "a.csv", "figures": {"energy_kwh": "E [W]"}},
            "units are J, kJ, MJ, Wh, kWh, MWh",
        ),
        ({"files": "a.csv", "figures": {"accuracy": "A [1]"}}, 'unknown figure "accuracy"'),
        (
            {"files": "a.csv", "figures": {"energy_kwh": "E [J]"}, "pue": 0.5},
            "a number from 1 to 10",
        ),
        (
            {"files": "a.csv", "figures": {"energy_kwh": "E [J]"}, "start": "S [h]"},
            "a column of times",
        ),
        ({"files": "a.csv", "figures": {"energy_kwh": "E [J]"}, "keys": "x"}, 'unknown key "keys"'),
        ("sacct", "expected an object such as"),
    ],
)
def test_a_mistake_in_the_spec_is_told(tmp_path: Path, reader: object, told: str) -> None:
    """With its place and what to do."""
    file = tmp_path / "site.json"
    file.write_text(json.dumps({"A": {"readers": [reader]}}), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_spec(file)
    said = "\n".join(map(str, caught.value.problems))
    assert told in said
    assert "A > readers" in said


def test_a_table_without_the_columns_is_told(tmp_path: Path) -> None:
    """Rather than giving no run in silence."""
    (tmp_path / "sacct.txt").write_text("JobID|Energy\n1|5\n", encoding="utf-8")
    described = TableReader("sacct*.txt", "Slurm", {"energy_kwh": Column("ConsumedEnergyRaw", "J")})
    _, problems = Table(described).read(ForeignFile("runs/sacct.txt", b"JobID|Energy\n1|5\n"))
    assert 'expected one of the columns "ConsumedEnergyRaw", found none' in problems[0].message


@given(
    st.sampled_from(["a.csv", "a.json", "a.jsonl"]), st.binary(max_size=500) | st.text(max_size=500)
)
def test_any_content(name: str, content: bytes | str) -> None:
    """No error, whatever is in the file."""
    described = TableReader(
        "a*",
        "x",
        {"energy_kwh": Column("a", "J"), "duration_hours": Column("b", "hh:mm:ss")},
        start=Column("c"),
    )
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    for head in (b"", b"a,b,c\n", b'[{"a": '):
        Table(described).read(ForeignFile(f"runs/{name}", head + data))
