"""Runs of other tools among those of our own logs: in every command, on every page, in the cache."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import Figures, build, contents, measured, published, read_json, wattboard, write_spec
from emissions_rows import table, without_place
from links import dead_links
from mixed_tree import CARBONTRACKER, EVERY, LOGS, ROWS, SPEC, SWEEP, TRACKED, row, write_mixed
from wattboard.sitegen import load_runs, scan_foreign
from wattboard.sitegen.scan import scan


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return write_mixed(tmp_path)


def made(folder: Path, *more: object, output: str = "site") -> Path:
    """Build the site."""
    outcome = build(folder, "--jobs", 1, *more, spec=SPEC, output=output)
    assert outcome.code == 0, outcome.err
    return folder / output


def page(site: Path, run: str) -> str:
    """The text of a run's page, as a reader sees it."""
    (file,) = (site / "runs" / run).glob("index.html")
    text = re.sub(r"<(script|svg|style).*?</\1>", " ", file.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_every_run_is_found_and_measured(logs: Path) -> None:
    """A row is a run below its file, a file of one run is that run; logs are as they would be alone."""
    figures = measured(logs)
    assert tuple(sorted(figures)) == EVERY
    alone = measured(logs / "ours")
    assert figures["logs/ours/seed_0"] == alone["ours/seed_0"]
    first = figures[ROWS[0]]
    assert first["facility_energy_kwh"] == pytest.approx(0.96)
    assert first["energy_kwh"] == pytest.approx(0.8)
    assert first["ram_energy_kwh"] == pytest.approx(0.05)
    assert first["emissions_kg"] == pytest.approx(0.6)
    assert first["mean_carbon_intensity_g_per_kwh"] == pytest.approx(625.0)
    assert first["mean_power_w"] == pytest.approx(400.0)
    assert first["allocated_gpu_hours"] == pytest.approx(4.0)
    tracked = figures[TRACKED]
    assert tracked["energy_kwh"] == pytest.approx(0.7)
    assert tracked["facility_energy_kwh"] == pytest.approx(0.7 * 1.58)
    assert tracked["emissions_kg"] == pytest.approx(0.7 * 1.58 * 0.25)


def _measured_with(logs: Path, *more: object) -> Figures:
    outcome = wattboard("measure", logs, "--format", "json", *more)
    assert outcome.code == 0, outcome.err
    return {record["run"]: record["metrics"] for record in json.loads(outcome.out)}


def test_a_pue_is_never_applied_twice(logs: Path) -> None:
    """`--pue` multiplies what has none, and leaves what has one in its figures."""
    plain, doubled = _measured_with(logs), _measured_with(logs, "--pue", "2")
    for run in ROWS:
        assert doubled[run] == plain[run]
    for run in (*LOGS, TRACKED):
        assert doubled[run]["facility_energy_kwh"] == pytest.approx(2 * plain[run]["energy_kwh"])  # type: ignore[operator]
        assert doubled[run]["energy_kwh"] == plain[run]["energy_kwh"]


def test_emissions_with_another_grid(tmp_path: Path, logs: Path) -> None:
    """`--intensity` recomputes the emissions of all runs from their energy with PUE."""
    site = made(tmp_path, "--intensity", "100")
    for figures in published(site).values():
        assert figures["emissions_kg"] == pytest.approx(figures["facility_energy_kwh"] * 0.1)  # type: ignore[operator]


def test_a_site_of_all_kinds(tmp_path: Path, logs: Path) -> None:
    """Every run has its page, its download and its place in all tables; no link is dead."""
    site = made(tmp_path)
    assert tuple(sorted(published(site))) == EVERY
    assert published(site) == measured(logs)
    assert dead_links(site) == []
    for run in EVERY:
        with zipfile.ZipFile(site / "runs" / run / "log.zip") as archive:
            assert archive.testzip() is None
    rows = read_json(site / "sweep" / "leaderboard.json")["rows"]
    assert sorted(record["path"] for record in rows) == list(ROWS)
    front = read_json(site / "leaderboard.json")["rows"]
    assert {record["experiment"]: record["n"] for record in front} == {
        "Logs": 2,
        "Sweep": 3,
        "Tracker": 1,
    }
    assert "include different PUEs" in (site / "index.html").read_text("utf-8")


def test_a_download_holds_the_run_alone(tmp_path: Path, logs: Path) -> None:
    """Of a file with many runs the header and the run's row, without its coordinates; of another the whole file."""
    site = made(tmp_path)
    held = {}
    for run in (ROWS[1], TRACKED):
        with zipfile.ZipFile(site / "runs" / run / "log.zip") as archive:
            held[run] = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        ROWS[1]: {"emissions.csv": without_place(table(row(2)))},
        TRACKED: {"1_carbontracker.log": CARBONTRACKER},
    }


def test_the_page_of_a_run(tmp_path: Path, logs: Path) -> None:
    """It names tool, release, file, and where the PUE is; nothing on it is of samples that there are none of."""
    site = made(tmp_path)
    text = page(site, ROWS[0])
    assert "measured by CodeCarbon 3.2.3" in text
    assert "Read from emissions.csv" in text
    assert "already in the figures of CodeCarbon" in text
    assert "Water (L) 1.5" in text
    assert "RAM energy, without PUE" in text
    assert "taken for UTC" in text
    assert "sample" not in text.partition("Results")[0]
    assert "RAM energy" not in page(site, "logs/ours/seed_0")
    data = (site / "runs" / TRACKED / "data.js").read_text("utf-8")
    assert "Power, as CarbonTracker logged it" in data


def test_the_page_tells_the_tools_known_faults(tmp_path: Path, logs: Path) -> None:
    """What is wrong with a release's logs stands as a warning on the page, and on stderr."""
    outcome = build(tmp_path, "--jobs", 1, spec=SPEC)
    fault = "CarbonTracker 2.4.2 logs the mean power of the 2 GPUs instead of their sum"
    assert fault in outcome.err
    text = page(tmp_path / "site", TRACKED)
    assert fault in text
    assert "may be 2 times as high" in text
    assert "GPUs instead" not in page(tmp_path / "site", ROWS[0])
    assert build(tmp_path, "--jobs", 1, "--strict", spec=SPEC).code == 1


def test_methods_name_the_tools(tmp_path: Path, logs: Path) -> None:
    """The page of methods counts the runs of each tool, and the PUEs that are within figures."""
    text = (made(tmp_path) / "methods" / "index.html").read_text("utf-8")
    assert "Runs that other tools measured (CarbonTracker, CodeCarbon)" in text
    for told in ("CodeCarbon 3.2.3", "CarbonTracker 2.4.2", "already in the figures of CodeCarbon"):
        assert told in text


def test_processes_give_the_same_site(tmp_path: Path, logs: Path) -> None:
    """Runs of other tools are measured in other processes as in this one."""
    one = made(tmp_path, "--no-cache")
    two = build(tmp_path, "--no-cache", "--jobs", 2, spec=SPEC, output="two")
    assert two.code == 0, two.err
    assert contents(tmp_path / "two") == contents(one)


def test_check_tells_what_is_wrong(tmp_path: Path, logs: Path) -> None:
    """`check` lists faults of other tools' files with file and line; of good ones, how their energy came about."""
    spec = write_spec(tmp_path, {"B": {}})
    outcome = wattboard("check", logs / "sweep", "--site-spec", spec, "--format", "json")
    assert outcome.code == 0
    assert {record["check"] for record in json.loads(outcome.out)} == {"Provenance"}
    spec = write_spec(tmp_path, SPEC)
    (tmp_path / SWEEP).write_bytes(table(row(1), ["junk"] * 9, row(2, ram_energy="-1")))
    outcome = wattboard("check", logs, "--site-spec", spec)
    told = outcome.out + outcome.err
    assert outcome.code == 1
    assert f"{SWEEP}:3: expected 38 fields" in told
    assert f"{SWEEP}:4: ram_energy: expected a number" in told
    assert f"{TRACKED}: CarbonTracker 2.4.2 logs the mean power" in told


def test_the_papers_commands(tmp_path: Path, logs: Path) -> None:
    """Statement and appendix sum the runs of all tools, each once."""
    total = sum(figures["facility_energy_kwh"] or 0.0 for figures in measured(logs).values())
    outcome = wattboard("statement", logs, "--country", "USA", "--format", "text")
    assert outcome.code == 0, outcome.err
    twice = wattboard("statement", logs, logs / "sweep", "--country", "USA", "--format", "text")
    assert twice.out == outcome.out
    assert f"used {total:.4g} kWh of electricity" in outcome.out
    assert "own figures for 3 runs from CodeCarbon and 1 run from CarbonTracker." in outcome.out
    assert "Samples cover all of the time of 2 runs." in outcome.out
    assert "Nordic" not in outcome.out
    assert "or the size of its memory" in outcome.out
    alone = wattboard("statement", logs / "sweep", "--country", "USA", "--format", "text").out
    assert "Samples" not in alone
    for form in ("latex", "markdown", "hf", "boamps"):
        assert wattboard("statement", logs, "--country", "USA", "--format", form).code == 0
    output = tmp_path / "appendix.tex"
    spec = write_spec(tmp_path, SPEC)
    outcome = wattboard("appendix", logs, "--site-spec", spec, "--output", output)
    assert outcome.code == 0, outcome.err
    assert "CodeCarbon" in output.read_text("utf-8")


def test_compare_runs_of_two_tools(logs: Path) -> None:
    """Groups measured by different tools are compared by the figures that both have."""
    outcome = wattboard(
        "compare", logs / "sweep", logs / "ours", "--variable", "facility_energy_kwh"
    )
    assert outcome.code == 0, outcome.err
    assert "CodeCarbon" not in outcome.err


def test_tables_for_notebooks(tmp_path: Path, logs: Path) -> None:
    """`load_runs`, CSV and Parquet have all runs with the same figures."""
    site = made(tmp_path)
    figures = published(site)
    frame = load_runs([logs])
    assert list(frame.index) == list(EVERY)
    text = (site / "runs.csv").read_text("utf-8")
    records = {record["run"]: record for record in csv.DictReader(io.StringIO(text))}
    assert tuple(sorted(records)) == EVERY
    for run, of_run in figures.items():
        for name, value in of_run.items():
            assert records[run][name] == ("" if value is None else repr(value))
    parquet = pytest.importorskip("pyarrow.parquet")
    table_read = parquet.read_table(site / "runs.parquet").to_pylist()
    assert tuple(sorted(record["run"] for record in table_read)) == EVERY
    for record in table_read:
        assert record["facility_energy_kwh"] == figures[record["run"]]["facility_energy_kwh"]


def test_runs_that_tell_little(tmp_path: Path) -> None:
    """A card with emissions alone has a page, and pages and commands that want more say it is absent."""
    card = tmp_path / "logs" / "model" / "README.md"
    card.parent.mkdir(parents=True)
    card.write_text("---\nco2_eq_emissions: 1200\n---\n# Model\n")
    assert measured(tmp_path / "logs")["logs/model/README.md"]["emissions_kg"] == 1.2
    outcome = build(tmp_path, spec={"Board": {}})
    assert outcome.code == 0, outcome.err
    assert "not measured" in page(tmp_path / "site", "logs/model/README.md")
    assert dead_links(tmp_path / "site") == []
    spec = tmp_path / "spec.json"
    for command in (
        ("statement", tmp_path / "logs", "--country", "USA"),
        ("check", tmp_path / "logs", "--site-spec", spec),
        ("appendix", tmp_path / "logs", "--site-spec", spec, "--output", tmp_path / "a.tex"),
    ):
        assert wattboard(*command).code in {0, 1}


def test_keys_of_any_kind_have_pages(tmp_path: Path) -> None:
    """Projects of whatever names give addresses within the site, one for each run."""
    names = ["../../up", "a/b", "index", "", "ünïcode", "x" * 300, "<script>", "a b", "con", "."]
    rows = [row(n, project_name=name) for n, name in enumerate([*names, *names], 1)]
    rows += [row(1, project_name="same", run_id=""), row(2, project_name="same", run_id="")]
    file = tmp_path / "logs" / "emissions.csv"
    file.parent.mkdir()
    file.write_bytes(table(*rows))
    outcome = build(tmp_path, spec={"Board": {}})
    assert outcome.code == 0, outcome.err
    figures = published(tmp_path / "site")
    assert len(figures) == len(rows)
    assert len([*(tmp_path / "site" / "runs").rglob("log.zip")]) == len(rows)
    assert dead_links(tmp_path / "site") == []
    assert {path.name for path in tmp_path.iterdir()} <= {"logs", "site", "spec.json", ".cache"}


def test_runs_of_one_key_are_kept_apart(tmp_path: Path) -> None:
    """Ids that begin alike, and rows without any on one line of two files, are runs of their own."""
    logs = tmp_path / "logs"
    logs.mkdir()
    ids = ("aaaaaaaa-2222-3333-4444-555555555555", "aaaaaaaa-2222-3333-4444-666666666666")
    (logs / "emissions.csv").write_bytes(
        table(*(row(n, run_id=one) for n, one in enumerate(ids, 1)))
    )
    found = scan([logs]).runs
    assert [run.path.rpartition("/")[2] for run in found] == ["mnist-aaaaaaaa", "mnist-aaaaaaaa-2"]
    assert len({run.place for run in found}) == 2


def test_links_and_folders_are_no_files(tmp_path: Path, logs: Path) -> None:
    """What a link leads to outside the tree is not read, and a folder or a pipe of such a name is none of its files."""
    outside = tmp_path / "secret" / "emissions.csv"
    outside.parent.mkdir()
    outside.write_bytes(table(row(9)))
    (logs / "link").mkdir()
    (logs / "link" / "emissions.csv").symlink_to(outside)
    (logs / "folder" / "emissions.csv").mkdir(parents=True)
    os.mkfifo(logs / "folder" / "codecarbon.csv")
    (logs / "sweep" / "emissions.csv.bak").symlink_to(outside)
    assert tuple(run.path for run in scan([logs]).runs) == EVERY


def test_a_file_that_is_too_large(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told with what was expected, and not read."""
    monkeypatch.setattr(scan_foreign, "MAX_FILE_BYTES", 1_000)
    found = scan([logs])
    assert tuple(run.path for run in found.runs) == (*LOGS, TRACKED)
    (problem,) = found.problems
    assert problem.file == SWEEP
    assert "missing from the site" in problem.hint


def test_no_other_file_is_opened(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only files whose names fit are read when a tree is scanned."""
    read: list[str] = []
    content = scan_foreign.content

    def noted(part: Any, name: str, most: int) -> bytes:
        read.append(name)
        return content(part, name, most)

    monkeypatch.setattr(scan_foreign, "content", noted)
    for name in ("train.csv", "eval_test.csv", "notes.txt", "model.json", "out.log"):
        (logs / "ours" / "seed_0" / name).write_text("timestamp,duration\n")
    assert tuple(run.path for run in scan([logs]).runs) == EVERY
    assert sorted(read) == ["1_carbontracker.log", "emissions.csv"]


def test_a_processor_and_required_files(tmp_path: Path, logs: Path) -> None:
    """A processor is called with the folder of the file; what a spec requires is looked for there."""
    (logs / "sweep" / "score.txt").write_text("3.5")
    (tmp_path / "scores.py").write_text(
        "from pathlib import Path\n"
        "def score(folder, figures):\n"
        "    return {'score': float(Path(folder, 'score.txt').read_text()) / figures['total_power']}\n"
    )
    leaf = {
        "filter": "/sweep/",
        "requires": ["score.txt"],
        "extra_files_processor": "scores.score",
        "executive_summary_variables": ["score", "total_power"],
    }
    outcome = build(tmp_path, spec={"Board": leaf})
    assert outcome.code == 0, outcome.err
    rows = read_json(tmp_path / "site" / "leaderboard.json")["rows"]
    assert sorted(record["values"]["score"]["mean"] for record in rows) == pytest.approx(
        sorted(3.5 / (0.96 * n) for n in (1, 2, 3))
    )
