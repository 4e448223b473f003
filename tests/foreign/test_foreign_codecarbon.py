"""CodeCarbon's files of all releases, and what goes wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import pytest
from emissions_rows import LATEST, LAYOUTS, WHOLE, fields, run_id, shifted, table, without_place
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read as read_of
from wattboard.sitegen.errors import Problem
from wattboard.sitegen.foreign import codecarbon
from wattboard.sitegen.foreign.model import ForeignFile, ReportedRun

NAME = "emissions.csv"
RELEASES = list(LAYOUTS)


def read(
    data: bytes, name: str = NAME, beside: Mapping[str, bytes] | None = None
) -> tuple[list[ReportedRun], list[Problem]]:
    return read_of({**(beside or {}), name: data}, name)


def values(run: ReportedRun) -> dict[str, float | None]:
    return {name: figure.value for name, figure in run.figures.items()}


def told(problems: Sequence[Problem]) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.severity) for problem in problems]


@pytest.mark.parametrize("release", RELEASES)
def test_every_releases_columns_are_read_by_name(release: str) -> None:
    """Energy is the hardware's, emissions stand as they are, and the end is the row's time, whatever the release."""
    (run,), problems = read(table(fields(release), release=release))
    assert problems == []
    pue = 1.2 if "pue" in LAYOUTS[release] else 1.0
    assert run.info.pue == run.emissions_pue == pue
    expected = {
        "energy_kwh": 0.96 / pue,
        "emissions_kg": 0.6,
        "duration_hours": 2.0,
        **{
            f"{part}_energy_kwh": float(WHOLE[f"{part}_energy"]) / pue
            for part in ("cpu", "gpu", "ram")
            if f"{part}_energy" in LAYOUTS[release]
        },
    }
    assert values(run) == pytest.approx(expected)
    assert (run.start_s, run.end_s) == (1_795_428_000.0, 1_795_435_200.0)
    assert run.info.region is not None
    assert run.info.region.id == "DEU"
    stated = release if "codecarbon_version" in LAYOUTS[release] else ""
    assert run.tool == f"CodeCarbon {stated}".strip()


def test_all_else_is_told_beside_the_figures() -> None:
    """Water, use and powers are listed with their units; hardware and software stand where ours do."""
    ((run,), _) = read(table(fields(LATEST)))
    assert dict(run.info.cpu_info) == {
        "Processor": "AMD EPYC 7543",
        "Logical CPUs": "16",
        "Memory": "64.0 GiB",
        "Python": "3.11.7",
    }
    assert [gpu["Name"] for gpu in run.info.gpu_info] == ["NVIDIA A100"] * 2
    assert run.info.surroundings.operating_system == "Linux-6.1"
    assert run.info.told["Water (L)"] == "1.5"
    assert run.info.told["GPU use (%)"] == "90.25"
    assert run.info.told["RAM used (GB)"] == "12.5"
    assert run.info.told["CPU power (W), mean"] == "100.0"
    assert "without a zone" in run.info.told["Times"]


@pytest.mark.parametrize(
    ("release", "label"),
    [
        ("3.0.8", "CPU power (W), of the last sample, not the mean"),
        ("3.1.1", "CPU power (W), of the last sample, not the mean"),
        ("3.1.2", "CPU power (W), mean"),
        ("3.2.3", "CPU power (W), mean"),
    ],
)
def test_what_a_power_is_depends_on_the_release(release: str, label: str) -> None:
    """Before 3.1.2 a power is the last sample's; the page says which it is."""
    ((run,), _) = read(table(fields("3.0.8", codecarbon_version=release), release="3.0.8"))
    assert run.info.told[label] == "100.0"


def test_provenance_is_no_better_than_what_the_file_tells() -> None:
    """RAM is always an estimate; GPUs are read; of the CPU nothing says whether it is measured."""
    ((run,), _) = read(table(fields(LATEST)))
    kinds = {name: figure.provenance for name, figure in run.figures.items()}
    assert kinds == {
        "cpu_energy_kwh": "reported",
        "gpu_energy_kwh": "measured",
        "ram_energy_kwh": "estimated",
        "energy_kwh": "estimated",
        "emissions_kg": "estimated",
        "duration_hours": "measured",
    }


def test_a_gpu_that_is_not_there_has_no_energy() -> None:
    """Zero for the GPU of a machine without one is absent; zero for a GPU that idled is zero."""
    without = fields(LATEST, gpu_energy="0", gpu_count="", gpu_model="", run_id=run_id(1))
    idle = fields(LATEST, gpu_energy="0", run_id=run_id(2))
    runs, _ = read(table(without, idle))
    assert "gpu_energy_kwh" not in runs[0].figures
    assert runs[0].info.gpu_info == ()
    assert runs[1].figures["gpu_energy_kwh"].value == 0


MAY_BE_LEFT_OUT = [
    {"region": ""},
    {"region": "", "cloud_provider": "", "cloud_region": ""},
    {"region": "", "cloud_provider": "", "cloud_region": "", "gpu_count": "", "gpu_model": ""},
    {"gpu_count": "", "gpu_model": "", "longitude": "", "latitude": ""},
    {"cloud_provider": "", "cloud_region": "", "gpu_count": "", "gpu_model": "", "longitude": "", "latitude": ""},
]  # fmt: skip


@pytest.mark.parametrize("empty", MAY_BE_LEFT_OUT)
@pytest.mark.parametrize("release", ["2.2.0", "2.4.2", "3.0.8", "3.2.3"])
def test_rows_that_moved_to_the_left_are_put_right(release: str, empty: Mapping[str, str]) -> None:
    """A row appended without its empty columns has the figures of the whole row, and a warning with its line."""
    whole, moved = fields(release, **empty), shifted(release, **empty)
    (first, second), problems = read(
        table(whole, [*moved[:2], run_id(2), *moved[3:]], release=release)
    )
    assert values(second) == pytest.approx(values(first))
    assert second.end_s == first.end_s
    assert second.info.region == first.info.region
    assert problems == []
    assert first.problems == ()
    assert told(second.problems) == [(3, "warning")]
    assert "empty columns are left out" in second.problems[0].hint


@settings(max_examples=60)
@given(
    empty=st.sets(
        st.sampled_from(
            [
                ("region",),
                ("cloud_provider", "cloud_region"),
                ("gpu_count", "gpu_model"),
                ("longitude", "latitude"),
            ]
        )
    ),
    release=st.sampled_from(["2.4.2", "2.7.1", "3.0.8", "3.2.3"]),
    numbers=st.fixed_dictionaries(
        {
            column: st.floats(1e-9, 1e4).map(repr)
            for column in ("duration", "emissions", "energy_consumed", "cpu_energy", "gpu_energy")
        }
    ),
)
def test_a_repaired_row_never_has_wrong_figures(
    empty: set[tuple[str, ...]], release: str, numbers: Mapping[str, str]
) -> None:
    """Whatever columns a row was appended without, each figure of it is the row's own, or absent."""
    changes = {**numbers, **dict.fromkeys(chain.from_iterable(empty), "")}
    ((right,), _) = read(table(fields(release, **changes), release=release))
    runs, problems = read(table(shifted(release, **changes), release=release))
    assert problems == []
    (run,) = runs
    assert values(run) == values(right)


def test_rows_of_another_layout_under_an_old_header() -> None:
    """Rows that a newer release appended below the header of an older one are read by their own columns."""
    old = fields("2.4.2", run_id=run_id(1))
    new = fields("3.0.8", run_id=run_id(2))
    runs, problems = read(table(old, new, release="2.4.2"))
    assert [run.info.run_id for run in runs] == [run_id(1), run_id(2)]
    assert values(runs[1]) == pytest.approx(values(runs[0]))
    assert runs[1].info.told["Water (L)"] == "1.5"
    assert problems == []
    assert told(runs[1].problems) == [(3, "warning")]


def test_a_second_header_counts_for_what_follows() -> None:
    """Files that were put together by hand keep each header's columns."""
    data = table(fields("2.4.2", run_id=run_id(1)), release="2.4.2") + table(
        fields(LATEST, run_id=run_id(2))
    )
    runs, problems = read(data)
    assert problems == []
    assert [run.line for run in runs] == [2, 4]
    assert [run.problems for run in runs] == [(), ()]
    assert values(runs[1]) == pytest.approx(values(runs[0]))


@pytest.mark.parametrize(
    "row",
    [
        fields(LATEST)[:7],
        fields(LATEST)[5:],
        [*fields(LATEST), "1.0", "2.0", "3.0"],
        ["1"] * 20,
        ["no", "row", "of", "CodeCarbon"],
    ],
    ids=["cut", "headless", "long", "numbers", "words"],
)
def test_rows_that_cannot_be_put_right_are_refused(row: list[str]) -> None:
    """They are left out with their line, and cost no other row."""
    runs, problems = read(
        table(fields(LATEST, run_id=run_id(1)), row, fields(LATEST, run_id=run_id(2)))
    )
    assert [run.info.run_id for run in runs] == [run_id(1), run_id(2)]
    assert told(problems) == [(3, "error")]
    assert "expected 38 fields" in problems[0].message


def test_of_rows_with_one_id_the_longest_counts() -> None:
    """`flush()` appends what a run has come to so far: its longest row is the run, wherever it stands."""
    rows = [
        fields(LATEST, duration=str(seconds), energy_consumed=str(seconds / 1e4))
        for seconds in (10, 30, 20)
    ]
    (run,), problems = read(table(*rows))
    assert problems == []
    assert run.figures["duration_hours"].value == pytest.approx(30 / 3600)
    assert run.line == 3
    assert run.excerpt == without_place(table(rows[1]))


def test_rows_without_a_duration_of_one_id() -> None:
    """Neither is longer: the later one counts."""
    rows = [fields(LATEST, duration="", energy_consumed=kwh) for kwh in ("1.2", "2.4")]
    (run,), problems = read(table(*rows))
    assert problems == []
    assert run.figures["energy_kwh"].value == pytest.approx(2.0)


def test_rows_without_an_id_are_runs_of_their_own() -> None:
    """They are kept all, equal ones once, and one warning lists their lines."""
    rows = [fields(LATEST, run_id="", project_name=name) for name in ("a", "b", "b")]
    runs, problems = read(table(*rows, fields(LATEST)))
    assert [run.key for run in runs] == ["a-row-2", "b-row-4", "mnist-11111111"]
    (problem,) = problems
    assert (problem.line, problem.key) == (2, "run_id")
    assert problem.message.endswith("found none in 2 rows: 2, 4")


def test_tasks_are_runs_that_say_so() -> None:
    """A file of tasks has one run id for all; each task is a run with a warning that the whole may be here, too."""
    columns = [
        "task_name",
        *(column for column in LAYOUTS["3.0.8"] if column not in {"experiment_id", "pue", "wue"}),
    ]
    rows = [
        [{**WHOLE, "task_name": task, "codecarbon_version": "3.0.8"}[column] for column in columns]
        for task in ("load", "train")
    ]
    data = "\n".join(",".join(row) for row in (columns, *rows)).encode()
    runs, problems = read(data, f"emissions_base_{run_id(1)}.csv")
    assert problems == []
    assert [run.key for run in runs] == ["mnist-load-11111111", "mnist-train-11111111"]
    assert [run.problems[0].message for run in runs] == ["this is a task within a run"] * 2


def test_backups_give_what_newer_files_lack() -> None:
    """`emissions.csv.bak` is the oldest, then `emissions.csv_0.bak`, then the file itself: each run counts once."""
    one, two, three = (
        fields("2.4.2", run_id=run_id(1)),
        fields("2.7.1", run_id=run_id(2)),
        fields(LATEST, run_id=run_id(3)),
    )
    folder = {
        "emissions.csv.bak": table(one, release="2.4.2"),
        "emissions.csv_0.bak": table(fields("2.7.1", run_id=run_id(1)), two, release="2.7.1"),
        "emissions.csv": table(three, fields(LATEST, run_id=run_id(2))),
    }
    found = {
        name: [run.info.run_id for run in read(data, name, folder)[0]]
        for name, data in folder.items()
    }
    assert found == {
        "emissions.csv.bak": [],
        "emissions.csv_0.bak": [run_id(1)],
        "emissions.csv": [run_id(3), run_id(2)],
    }


def test_equal_rows_without_an_id_count_once_over_backups() -> None:
    """Without an id the whole row tells a run."""
    row = fields("2.4.2", run_id="")
    other = fields("2.4.2", run_id="", emissions="0.7")
    newest = table(row, release="2.4.2")
    runs, _ = read(table(row, other, release="2.4.2"), f"{NAME}.bak", {NAME: newest})
    assert [run.figures["emissions_kg"].value for run in runs] == [0.7]


@pytest.mark.parametrize(
    ("changes", "key", "absent"),
    [
        ({"emissions": "-0.5"}, "emissions", "emissions_kg"),
        ({"emissions": "nan"}, "emissions", "emissions_kg"),
        ({"emissions": "1e400"}, "emissions", "emissions_kg"),
        ({"cpu_energy": "inf"}, "cpu_energy", "cpu_energy_kwh"),
        ({"energy_consumed": "many"}, "energy_consumed", "energy_kwh"),
        ({"ram_energy": "-1"}, "ram_energy", "ram_energy_kwh"),
        ({"duration": "-7200"}, "duration", "duration_hours"),
    ],
)
def test_numbers_that_are_none_are_left_out(
    changes: Mapping[str, str], key: str, absent: str
) -> None:
    """A number out of bounds costs that figure alone, and is told with line and column."""
    ((run,), problems) = read(table(fields(LATEST, **changes)))
    assert problems == []
    assert absent not in run.figures
    assert [(p.line, p.key) for p in run.problems] == [(2, key)]
    assert changes[key] in run.problems[0].message


def test_a_pue_below_one_is_none() -> None:
    """No facility uses less than its computers: such a factor is left out, and told."""
    ((run,), _) = read(table(fields(LATEST, pue="0.5")))
    assert run.info.pue == 1.0
    assert [problem.key for problem in run.problems] == ["pue"]


def test_a_row_with_neither_energy_nor_duration_is_no_run() -> None:
    """It is refused with its line."""
    runs, problems = read(table(fields(LATEST, duration="", energy_consumed="")))
    assert runs == []
    assert told(problems) == [(2, "error")]


@pytest.mark.parametrize("encode", [
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"\n", b"\n\n"),
    lambda data: data.rstrip(b"\n"),
    lambda data: data.replace(b"bavaria", "Île-de-France".encode("latin-1")),
    lambda data: data.replace(b"bavaria", b"ba\0varia"),
], ids=["BOM", "CRLF", "empty lines", "no last newline", "latin-1", "NUL"])  # fmt: skip
def test_bytes_that_editors_and_systems_leave(encode: Callable[[bytes], bytes]) -> None:
    """They change no figure."""
    plain = table(fields(LATEST))
    changed = encode(plain)
    (run,), problems = read(changed)
    assert changed != plain
    assert problems == []
    assert values(run) == values(read(plain)[0][0])


@pytest.mark.parametrize("delimiter", ";\t|")
def test_other_delimiters(delimiter: str) -> None:
    """Spreadsheets save with other characters between fields."""
    (run,), problems = read(table(fields(LATEST), delimiter=delimiter))
    assert problems == []
    assert values(run) == values(read(table(fields(LATEST)))[0][0])


def test_names_with_commas_and_line_breaks() -> None:
    """Quoted fields are one field, and lines are counted in the file."""
    name = 'a, "b"\nand c'
    runs, problems = read(
        table(fields(LATEST, project_name=name, run_id=run_id(1)), fields(LATEST, run_id=run_id(2)))
    )
    assert problems == []
    assert [run.line for run in runs] == [3, 4]
    assert runs[0].info.told["Project"] == 'a, "b" and c'


def test_a_field_without_end_ends_the_file() -> None:
    """A field longer than any is refused with its line; the rows before it stay."""
    runs, problems = read(table(fields(LATEST), fields(LATEST, cpu_model="x" * 200_000)))
    assert len(runs) == 1
    assert told(problems) == [(3, "error")]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"timestamp,value\n1,2\n", b"\0" * 100, b"timestamp,duration,emissions\n"],
)
def test_other_files_are_not_recognised(data: bytes) -> None:
    """A file that merely bears the name is somebody else's."""
    assert not codecarbon.recognises(ForeignFile(NAME, data))
