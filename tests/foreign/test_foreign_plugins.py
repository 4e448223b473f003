"""A reader that another package brings."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wattboard.sitegen.foreign.registry import known_readers
from wattboard.sitegen.scan import scan

READER = """
from wattboard.sitegen.foreign.model import ReportedRun
from wattboard.sitegen.model import Figure, RunInfo

name = "my_meter"
file_names = ("*.meter",)
version = 1


def recognises(file):
    return file.data.startswith(b"kWh ")


def read(file):
    kwh = float(file.data.split()[1])
    figures = {"energy_kwh": Figure(kwh, "measured")}
    return (ReportedRun(key="", tool="My meter", figures=figures, info=RunInfo("My meter")),), ()
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which packages are found that a test writes there."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    known_readers.cache_clear()
    yield folder
    known_readers.cache_clear()
    for module in folder.glob("*.py"):
        sys.modules.pop(module.stem, None)


def install(folder: Path, package: str, text: str, entry: str = "") -> None:
    """A package with a module, and an entry point that names it."""
    (folder / f"{package}.py").write_text(text)
    about = folder / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        f"[wattboard.readers]\n{package} = {entry or package}\n"
    )


def test_its_runs_are_found(packages: Path, tmp_path: Path) -> None:
    """By its entry point alone; a file whose reader fails costs its own runs, with a message that names both."""
    install(packages, "my_meter", READER)
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "good.meter").write_text("kWh 2.5\n")
    (logs / "bad.meter").write_text("kWh many\n")
    (logs / "other.meter").write_text("MWh 1\n")
    found = scan([logs])
    (run,) = found.runs
    assert run.path == "logs/good.meter"
    assert run.reported is not None
    assert run.reported.run.figures["energy_kwh"].value == 2.5
    (problem,) = found.problems
    assert problem.file == "logs/bad.meter"
    assert "the reader my_meter" in problem.message


@pytest.mark.parametrize(
    ("text", "entry", "told"),
    [
        ("raise RuntimeError('no')", "", "cannot be loaded and is left out: no"),
        ("", "broken:missing", "cannot be loaded and is left out"),
        (
            "name = 'x'\nfile_names = ()\nversion = 1\nread = recognises = print",
            "",
            "no name or no file names",
        ),
        (READER.replace("my_meter", "codecarbon"), "", "there is a reader of that name"),
    ],
)
def test_one_that_is_no_good_is_told_of(
    packages: Path, caplog: pytest.LogCaptureFixture, text: str, entry: str, told: str
) -> None:
    """And all others work."""
    install(packages, "broken", text, entry)
    with caplog.at_level(logging.WARNING):
        readers = known_readers()
    assert [record.message for record in caplog.records if told in record.message]
    assert "codecarbon" in {reader.name for reader in readers}
    assert "broken" not in {reader.name for reader in readers}
