"""No file makes a reader fail, hang, or give what the rest of the program cannot use."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from emissions_rows import LATEST, LAYOUTS, fields, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import SAMPLES
from wattboard.sitegen.catalog import kinds_by_name
from wattboard.sitegen.foreign.find import runs_in
from wattboard.sitegen.foreign.model import ReportedSource
from wattboard.sitegen.foreign.registry import Readers, known_readers
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.measure import MeasuredRun, MeasureOptions, measure

MOST_S = 30
"""Of CPU time for one file: no figure of speed, but an end."""

EXAMPLES = settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

SEEDS: dict[str, bytes] = {
    "emissions.csv": table(fields(LATEST), fields(LATEST, run_id="")),
    "emissions.csv.bak": table(fields(LATEST), fields(LATEST, run_id="")),
    "emission.csv": b"id,project_name,experiment_description,epoch,start_time,duration(s),"
    b"power_consumption(kWh),CO2_emissions(kg),CPU_name,GPU_name,OS,region/country,cost\n"
    b'6a,p,none,N/A,2026-10-06 01:17:23,7.5,0.002,7e-05,"CPU/1 device(s), TDP:45",2 x V100/2 device(s),'
    b"Linux,CH/Ticino,0\n",
    "1_carbontracker.log": b"2025-11-18 15:53:54 - carbontracker version 2.3.4\n"
    b"2025-11-18 15:53:54 - The following components were found: GPU with device(s) A, B. CPU with device(s) C.\n"
    b"2025-11-18 15:54:28 - Epoch 1:\n"
    b"2025-11-18 15:54:28 - Duration: 0:00:33.57\n"
    b"2025-11-18 15:54:28 - Average power usage (W) for gpu: [10.5 20.5]\n"
    b"2025-11-18 15:54:28 - Average power usage (W) for cpu: 6.7\n"
    b"2025-11-18 15:54:28 - Average carbon intensity during training was 143.30 gCO2eq/kWh.\n",
    "1_carbontracker_output.log": b"2022-11-14 15:44:48 - CarbonTracker: Actual consumption for 1 epoch(s):\n"
    b"\tTime:\t0:02:22\n\tEnergy:\t0.009417 kWh\n\tCO2eq:\t0.960490 g\n",
    "energy-report.json": b'{"header": {"reportId": "1"}, "task": {}, "measures": [{"measurementMethod": "codecarbon",'
    b'"powerConsumption": 0.0026, "measurementDuration": 19.0, "measurementDateTime": "2024-09-30 09:09:40"}],'
    b'"infrastructure": {"components": [{"componentType": "gpu", "componentName": "A", "nbComponent": 2}]}}',
    "README.md": b"---\nco2_eq_emissions:\n  emissions: 12.5\n  hardware_used: 2 x A100\n"
    b"  geographical_location: Paris, France\n---\n# Model\n",
    "spl.txt": b"Time,08-24-2021 17:28:47.621,Watts,12.1,Volts,247.3,Amps,0.1,PF,0.4,Mark,run\n"
    b"Time,08-24-2021 17:28:48.621,Watts,12.2,Volts,247.3,Amps,0.1,PF,0.4,Mark,run\n",
    "zeus.csv": b"start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy\n"
    b"1700000000.5,epoch,10.5,1000.0,2000.0\n",
}
"""A small good file for each reader, by a name that it opens."""

NAMES = st.sampled_from(sorted(SEEDS))
PIECES = st.sampled_from(
    [b"", b"\0", b"\xff", b",", b"\n", b'"', b";", b"-", b"nan", b"1e999", b"9" * 400, b"[", b"{", b"None", b"\xd9\xa1",
     b"2 x ", b"0001-01-01", b"9999-12-31T23:59:59", b"---\n", b"&a [*a]", b":::MLLOG "]
)  # fmt: skip


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """An end to what takes more CPU time than that."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def found_in(name: str, read: Callable[[str], bytes | None]) -> list[tuple[str, ReportedSource]]:
    """The runs in a file, each of which measures."""
    with within(MOST_S):
        runs, problems = runs_in(f"logs/{name}", read, Readers(known_readers()))
    for problem in problems:
        assert "defect" not in problem.hint, problem
        assert problem.file == f"logs/{name}"
        assert len(str(problem)) < 2_000
    assert len({key for key, _ in runs}) == len(runs)
    return runs


def check(key: str, source: ReportedSource) -> None:
    """A run has figures that are none but numbers of ours, and can be measured."""
    assert "/" not in key
    assert not key.startswith((".", "-"))
    run = source.run
    assert set(run.figures) <= set(kinds_by_name()) - {"facility_energy_kwh"}
    for figure in run.figures.values():
        assert figure.value is None or (math.isfinite(figure.value) and figure.value >= 0)
    for power in run.power:
        assert len(power.start_s) == len(power.end_s) == len(power.power_w) >= 1
    location = RunLocation(Path("logs"), Path("logs"), f"logs/{key}", reported=source)
    measured = measure(location, MeasureOptions())
    assert isinstance(measured, MeasuredRun), measured
    for figure in measured.result.figures.values():
        assert figure.value is None or math.isfinite(figure.value)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_seeds_are_good(name: str) -> None:
    """Each of the files that are damaged below is one that its reader reads."""
    runs = found_in(name, {name: SEEDS[name]}.get)
    assert runs
    for key, source in runs:
        check(key, source)


@EXAMPLES
@given(NAMES, st.binary(max_size=400), st.binary(max_size=100))
def test_any_bytes(name: str, data: bytes, other: bytes) -> None:
    """Whatever a file and its neighbours hold, there are runs or none."""
    for content in (data, SEEDS[name] + data, data + SEEDS[name]):
        for key, source in found_in(name, lambda asked, c=content: c if asked == name else other):  # type: ignore[misc]
            check(key, source)


@EXAMPLES
@given(NAMES, st.data())
def test_damaged_files(name: str, data: st.DataObject) -> None:
    """A good file with pieces cut out, repeated or put in never makes a reader fail."""
    content = SEEDS[name]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(at, min(len(content), at + 60)))
        piece = data.draw(st.one_of(PIECES, st.just(content[at:end] * 3), st.binary(max_size=8)))
        content = content[:at] + piece + content[end:]
    for key, source in found_in(name, {name: content}.get):
        check(key, source)


@pytest.mark.real_logs
@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="other tools' samples are not part of the repository"
)
@EXAMPLES
@given(st.data())
def test_damaged_samples(data: st.DataObject) -> None:
    """Nor does a real file, with bytes replaced, left out or put in."""
    file = data.draw(st.sampled_from(sorted(SAMPLES.iterdir())))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    known = {"carbontracker_2.3_std.log": "x_carbontracker.log", "mlperf_spl.txt": "spl.txt"}
    name = "emissions.csv" if file.name.startswith("codecarbon") else file.name
    name = known.get(name, name)
    for key, source in found_in(name, {name: bytes(content)}.get):
        check(key, source)


@EXAMPLES
@given(st.lists(st.lists(st.sampled_from(["", "1", "2024-01-01", "France", "FRA", "N", "x" * 50, "-1", "nan"]),
                         max_size=45), max_size=5),
       st.sampled_from(sorted(LAYOUTS)))  # fmt: skip
def test_any_rows_under_codecarbons_columns(rows: list[list[str]], release: str) -> None:
    """Fields of the right kinds in the wrong places are runs or refused."""
    name = "emissions.csv"
    for key, source in found_in(name, {name: table(*rows, release=release)}.get):
        check(key, source)


def long(name: str, line: bytes, n: int) -> tuple[str, bytes]:
    head = SEEDS[name].partition(b"\n")[0] + b"\n"
    return name, head + line * n


SPACE = 400_000

HOSTILE = {
    "rows that fit in many ways": long("emissions.csv", b"2024-01-01,p,,1" + b"," * 20 + b"\n", 20_000),
    "rows of one key": long(
        "emissions.csv",
        b"".join(b",".join(f.encode() for f in fields(LATEST, run_id=f"aaaaaaaa{n}")) + b"\n" for n in range(200)),
        50,
    ),
    "rows that differ in nothing but the end of an id": (
        "emissions.csv",
        table(*(fields(LATEST, run_id=f"aaaaaaaa-{n}") for n in range(10_000))),
    ),
    "a header without end": ("emissions.csv", ",".join([*LAYOUTS[LATEST], *map(str, range(5_000))]).encode()
                             + b"\n" + b"1," * 900 + b"\n"),
    "more GPUs than there are": long(
        "emissions.csv", ",".join(fields(LATEST, gpu_model="9999 x a;" * 10_000)).encode() + b"\n", 20
    ),
    "a line without end": ("1_carbontracker.log", b"2025-11-18 15:53:54 - Average power usage "
                           + b"The following components were found: " + b"CPU with device(s) " * 20_000),
    "a place without end": ("1_carbontracker.log", b"2025-11-18 15:53:54 - carbontracker Average power usage\n"
                            b"2025-11-18 15:53:54 - " + b"at detected location: " * 20_000),
    "blanks without end": ("1_carbontracker_output.log", b"2022-11-14 15:44:48 - CarbonTracker: Actual consumption:"
                           + b"\n" * SPACE),
    "times without end": ("1_carbontracker_output.log", SEEDS["1_carbontracker_output.log"].replace(
        b"0:02:22", b"1" * SPACE)),
    "epochs without end": long("1_carbontracker.log", b"2025-11-18 15:54:28 - Epoch 1:\n", 100_000),
    "digits": ("1_carbontracker.log", SEEDS["1_carbontracker.log"].replace(b"2.3.4", b"2" * SPACE)),
    "devices without end": long(
        "emission.csv", b"6a,p,n,N,2026-10-06 01:17:23,1,1,1," + b"/1" * 50_000 + b",b,c,d,0\n", 5
    ),
    "measures of many GPUs": ("energy-report.json", (
        '{"header": {"reportId": "1"}, "task": {}, "measures": [' + ", ".join(['{"powerConsumption": 1}'] * 1_000)
        + '], "infrastructure": {"components": ['
        + ", ".join(['{"componentType": "gpu", "componentName": "A", "nbComponent": 1000}'] * 1_000) + "]}}").encode()),
    "depth": ("energy-report.json", b'{"measures": "task", "task": ' + b"[" * 100_000),
    "anchors": ("README.md", b"---\nco2_eq_emissions: 1\na: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b]\n---\n"),
    "anchors of anchors": ("README.md", b"---\na: &a [x,x]\n" + b"".join(
        b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(30)) + b"co2_eq_emissions: 5\n---\n"),
    "a deep card": ("README.md", b"---\nco2_eq_emissions: " + b"[" * 10_000 + b"\n---\n"),
    "readings without order": long(
        "spl.txt", b"Time,08-24-2021 17:28:47.621,Watts,1\nTime,08-24-1999 17:28:47.621,Watts,1\n", 20_000
    ),
    "windows of one name": long("zeus.csv", b"1700000000.5,epoch,10.5,1,2\n", 20_000),
}  # fmt: skip


@pytest.mark.parametrize("what", list(HOSTILE))
def test_files_made_to_take_no_end(what: str) -> None:
    """Work is bounded where a file is made to multiply it."""
    name, content = HOSTILE[what]
    for key, source in found_in(name, {name: content}.get)[:3]:
        check(key, source)
        assert len(source.run.info.gpu_info) <= 1_024


def test_neighbours_lie_in_the_same_folder() -> None:
    """A reader asks for names, and no name leads out of the folder."""
    asked: list[str] = []

    class Curious:
        name, version, file_names = "curious", 1, ("*.csv",)

        def recognises(self, file: object) -> bool:
            for wanted in ("../a", "a/b", "a\\b", "", ".", "..", "good.csv"):
                file.beside(wanted)  # type: ignore[attr-defined]
            return False

        def read(self, _file: object) -> tuple[()]:
            return ()

    runs_in("logs/a.csv", lambda name: asked.append(name) or b"x", Readers([Curious()]))  # type: ignore[func-returns-value,list-item]
    assert asked == ["a.csv", "good.csv"]


@pytest.mark.parametrize("given_back", [None, 5, ((), ()), ((object(),), ()), (iter(()), None)])
def test_a_reader_of_others_that_fails_is_named(given_back: object) -> None:
    """Whatever a third party's reader gives or raises, the file is told with the reader's name, and is skipped."""

    class Broken:
        name, version, file_names = "broken", 1, ("*.csv",)

        def recognises(self, _file: object) -> bool:
            return True

        def read(self, _file: object) -> object:
            if given_back is None:
                raise KeyError("column")
            return given_back

    runs, problems = runs_in("logs/a.csv", lambda _: b"x", Readers([Broken()]))  # type: ignore[list-item]
    assert runs == []
    if given_back != ((), ()):
        assert "the reader broken" in problems[0].message
