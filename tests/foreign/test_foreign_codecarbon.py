"""CodeCarbon's files as they are met: written by several versions, shifted, moved away, added to."""

from __future__ import annotations

import csv
import io

import pytest
from reading import one, read, value
from wattboard.sitegen.foreign.codecarbon_rows import _LAYOUTS

HEADER = list(_LAYOUTS[-1])
"""Of 3.2.1."""
OF_2_4 = list(_LAYOUTS[6])

ROW = {
    "timestamp": "2026-01-02T03:04:05",
    "project_name": "cifar",
    "run_id": "11111111-2222-3333-4444-555555555555",
    "experiment_id": "5b0fa12a-3dd7-45bb-9766-cc326314d9f1",
    "duration": "3600.0",
    "emissions": "0.06",
    "emissions_rate": "1.6e-05",
    "cpu_power": "40.0",
    "gpu_power": "0.0",
    "ram_power": "10.0",
    "cpu_energy": "0.06",
    "gpu_energy": "0.12",
    "ram_energy": "0.015",
    "energy_consumed": "0.195",
    "water_consumed": "0.0",
    "country_name": "Germany",
    "country_iso_code": "DEU",
    "region": "bavaria",
    "cloud_provider": "",
    "cloud_region": "",
    "os": "Linux-6.1",
    "python_version": "3.11.7",
    "codecarbon_version": "3.2.1",
    "cpu_count": "8",
    "cpu_model": "AMD EPYC",
    "gpu_count": "",
    "gpu_model": "",
    "longitude": "",
    "latitude": "",
    "ram_total_size": "23.5",
    "tracking_mode": "machine",
    "cpu_utilization_percent": "12.0",
    "gpu_utilization_percent": "0.0",
    "ram_utilization_percent": "30.0",
    "ram_used_gb": "7.0",
    "on_cloud": "N",
    "pue": "1.5",
    "wue": "0.0",
}


def row(**changes: str) -> dict[str, str]:
    return {**ROW, **changes}


def table(*rows: dict[str, str], header: list[str] = HEADER) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def without_empty(of: dict[str, str], header: list[str] = HEADER) -> str:
    """A row as CodeCarbon appends it: columns without a value are left out, empty texts are not."""
    out = io.StringIO()
    kept = [name for name in header if of[name] or name in {"cloud_provider", "cloud_region"}]
    csv.writer(out, lineterminator="\n").writerow([of[name] for name in kept])
    return out.getvalue()


def test_its_pue_is_taken_out_of_the_energies_and_not_applied_twice() -> None:
    """0.195 kWh with a PUE of 1.5 are 0.13 kWh of the hardware's; emissions stay, and say what is in them."""
    run = one({"emissions.csv": table(row())})
    assert run.info.pue == run.emissions_pue == 1.5
    assert value(run, "energy_kwh") == pytest.approx(0.13)
    assert value(run, "cpu_energy_kwh") == pytest.approx(0.04)
    assert value(run, "emissions_kg") == 0.06


def test_a_row_with_its_empty_columns_left_out_is_put_right() -> None:
    """All figures are those of the whole row, and a warning names the line."""
    whole = one({"emissions.csv": table(row())})
    runs, problems = read(
        {"emissions.csv": table(row()) + without_empty(row(run_id=ROW["run_id"][:-1] + "6"))}
    )
    assert not problems
    shifted = runs[1]
    assert shifted.figures == whole.figures
    assert shifted.info.region == whole.info.region
    assert shifted.info.cpu_info == whole.info.cpu_info
    assert shifted.info.pue == 1.5
    (problem,) = shifted.problems
    assert (problem.line, problem.severity) == (3, "warning")
    assert "expected 38 fields, as the header has, found 34" in problem.message


def test_a_row_of_another_version_under_an_old_header_is_read_by_its_own_columns() -> None:
    """Versions that did not move old files away appended below a header that does not fit."""
    text = table(row(codecarbon_version="2.4.3"), header=OF_2_4)
    newer = io.StringIO()
    csv.writer(newer, lineterminator="\n").writerow(
        [row(run_id="21111111-2222-3333-4444-555555555555")[name] for name in HEADER]
    )
    runs, problems = read({"emissions.csv": text + newer.getvalue()})
    assert not problems
    assert [value(run, "duration_hours") for run in runs] == [1, 1]
    assert [value(run, "ram_energy_kwh") for run in runs] == pytest.approx([0.01, 0.01])
    assert runs[1].tool == "CodeCarbon 3.2.1"


def test_a_second_header_in_a_file_holds_for_what_follows() -> None:
    """As in files that somebody has put one behind the other."""
    other = row(run_id="21111111-2222-3333-4444-555555555555")
    text = table(row(), header=OF_2_4) + table(other)
    runs, problems = read({"emissions.csv": text})
    assert not problems
    assert [run.info.run_id for run in runs] == [ROW["run_id"], other["run_id"]]
    assert runs[1].info.told["Water (L)"] == "0.0"


def test_a_row_that_cannot_be_put_right_is_refused_with_its_line() -> None:
    """And the others are read."""
    runs, problems = read(
        {"emissions.csv": table(row()) + "only,three,fields\n" + without_empty(row())}
    )
    assert len(runs) == 1
    (problem,) = problems
    assert (problem.file, problem.line, problem.severity) == ("runs/emissions.csv", 3, "error")
    assert "expected 38 fields, as the header has, found 3" in problem.message


def test_rows_of_one_run_id_are_what_a_run_wrote_as_it_went_on() -> None:
    """They are cumulative: the longest counts, wherever it stands."""
    reports = (("10", "0.1"), ("30", "0.3"), ("20", "0.2"))
    rows = [row(duration=seconds, energy_consumed=kwh) for seconds, kwh in reports]
    run = one({"emissions.csv": table(*rows)})
    assert value(run, "energy_kwh") == pytest.approx(0.3 / 1.5)
    assert run.line == 3


def test_rows_without_a_run_id_count_each_and_a_warning_says_so() -> None:
    """Whether they are one run nobody can tell; a row that is there twice is one."""
    twice = row(run_id="")
    runs, problems = read({"emissions.csv": table(twice, twice, row(run_id="", duration="7"))})
    assert [value(run, "duration_hours") for run in runs] == [1, 7 / 3600]
    (problem,) = problems
    assert "found none in 2 rows: 3, 4" in problem.message


def test_backups_hold_earlier_runs() -> None:
    """A run that the newer file has, too, is left out of the backup; so is one that the next backup has."""
    ids = [f"{n}1111111-2222-3333-4444-555555555555" for n in range(3)]
    files = {
        "emissions.csv": table(row(run_id=ids[2])),
        "emissions.csv.bak": table(row(run_id=ids[0]), row(run_id=ids[1]), row(run_id=ids[2])),
        "emissions.csv_0.bak": table(row(run_id=ids[1])),
    }
    found = {name: [run.info.run_id for run in read(files, name)[0]] for name in files}
    assert found == {
        "emissions.csv": [ids[2]],
        "emissions.csv.bak": [ids[0]],
        "emissions.csv_0.bak": [ids[1]],
    }


def test_tasks_are_runs_that_say_that_they_are_parts() -> None:
    """CodeCarbon writes them into a file of their own."""
    header = [
        "task_name",
        *(name for name in HEADER if name not in {"experiment_id", "pue", "wue"}),
    ]
    rows = [row(task_name="load", duration="2"), row(task_name="train", duration="50")]
    runs, _ = read({"emissions_exp_1.csv": table(*rows, header=header)})
    assert [run.key for run in runs] == ["cifar-load-11111111", "cifar-train-11111111"]
    assert all("a task within a run" in run.problems[-1].message for run in runs)


@pytest.mark.parametrize(
    "column", ["energy_consumed", "duration", "emissions", "cpu_energy", "pue"]
)
@pytest.mark.parametrize("bad", ["-1", "nan", "inf", "1e400", "many"])
def test_a_number_that_is_none_is_absent_and_told(column: str, bad: str) -> None:
    """Never zero; the message has file, line and column."""
    text = table(row(**{column: bad}))
    (run,), _ = read({"emissions.csv": text})
    figure = {
        "energy_consumed": "energy_kwh",
        "duration": "duration_hours",
        "emissions": "emissions_kg",
    }
    if column in figure:
        assert value(run, figure[column]) is None
    assert any(p.key == column and p.line == 2 for p in run.problems), run.problems


def test_powers_since_3_1_2_are_means() -> None:
    """Before, they are those of the last sample, which the page says."""
    new = one({"emissions.csv": table(row(codecarbon_version="3.1.2"))})
    old = one({"emissions.csv": table(row(codecarbon_version="3.1.1"))})
    assert "CPU power (W), mean" in new.info.told
    assert "CPU power (W), of the last sample, not the mean" in old.info.told


def test_odd_text_is_read() -> None:
    """A byte-order mark, quotes, semicolons between columns, and Windows' ends of lines."""
    text = table(row(project_name='a "b", c')).replace("\n", "\r\n")
    run = one({"emissions.csv": b"\xef\xbb\xbf" + text.encode()})
    assert run.info.told["Project"] == 'a "b", c'
    semicolons = table(row()).replace(",", ";")
    assert (
        one({"emissions.csv": semicolons}).figures == one({"emissions.csv": table(row())}).figures
    )
