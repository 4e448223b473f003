"""Files of other tools come from strangers: whatever is in them, reading ends, and with a message at most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import SAMPLES, read
from wattboard.sitegen.errors import Problem

NAMES = [
    "emissions.csv",
    "emissions.csv.bak",
    "run_carbontracker.log",
    "run_carbontracker_output.log",
    "emission.csv",
    "boamps.json",
    "README.md",
    "spl.txt",
    "zeus.csv",
]
STARTS = {
    "emissions.csv": b"timestamp,project_name,duration,emissions,energy_consumed,country_iso_code\n",
    "run_carbontracker.log": b"2025-11-18 15:53:54 - carbontracker version 2\n2025-11-18 15:53:54 - Epoch 1:\n"
    b"2025-11-18 15:53:54 - Duration: 0:00:33.57\n2025-11-18 15:53:54 - Average power usage (W) for gpu: ",
    "run_carbontracker_output.log": b"2022-11-14 15:44:48 - CarbonTracker: Actual consumption for 1 epoch(s):\n"
    b"\tTime:\t",
    "emission.csv": b"id,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),CPU_name\n",
    "boamps.json": b'{"header": {"a": 1}, "task": {}, "measures": [',
    "README.md": b"---\nco2_eq_emissions: ",
    "spl.txt": b"Time,08-24-2021 17:28:47.621,Watts,12.151000,Mark,x\nTime,",
    "zeus.csv": b"start_time,window_name,elapsed_time,gpu0_energy\n",
}


def check(name: str, data: bytes) -> None:
    runs, problems = read({name: data})
    for problem in [*problems, *(p for run in runs for p in run.problems)]:
        assert isinstance(problem, Problem)
        assert "cannot be read by the reader" not in problem.message, problem
    for run in runs:
        for figure in run.figures.values():
            assert figure.value is None or 0 <= figure.value < float("inf")


@given(st.sampled_from(NAMES), st.binary(max_size=2000))
def test_any_bytes(name: str, data: bytes) -> None:
    """No error, no figure that is no number."""
    check(name, data)


@given(st.sampled_from(sorted(STARTS)), st.text(max_size=300))
def test_any_text_behind_what_a_reader_recognises(name: str, text: str) -> None:
    """So that it is not refused at the first look."""
    check(name, STARTS[name] + text.encode("utf-8", "surrogatepass"))


@pytest.mark.real_logs
@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="other tools' samples are not part of the repository"
)
@given(st.data())
def test_real_files_with_something_changed(data: st.DataObject) -> None:
    """Bytes replaced, left out and doubled in the real samples."""
    file = data.draw(st.sampled_from(sorted(SAMPLES.iterdir())))
    names = {"carbontracker_2.3_std.log": "x_carbontracker.log", "mlperf_spl.txt": "spl.txt"}
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        length = data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(st.binary(max_size=40))
    name = names.get(file.name, file.name)
    check("emissions.csv" if name.startswith("codecarbon") else name, bytes(content))


def test_a_long_field_and_a_deep_nest() -> None:
    """What would take a naive reader long, or its stack."""
    check("emissions.csv", STARTS["emissions.csv"] + b'"' + b"x" * 2_000_000)
    check("emissions.csv", STARTS["emissions.csv"] + b",".join([b"1"] * 100_000))
    check("boamps.json", STARTS["boamps.json"] + b"[" * 100_000)
    check("README.md", b"---\nco2_eq_emissions: " + b"[" * 30_000 + b"\n---\n")
    bomb = b"---\na: &a [x,x]\n" + b"".join(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(30))
    runs, problems = read({"README.md": bomb + b"co2_eq_emissions: 5\n---\n"})
    assert not runs
    assert "without anchors" in problems[0].message
