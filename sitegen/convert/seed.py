"""Write our form of a log of experiment-impact-tracker: that of its download, with where it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

from ..download import info_json
from ..location import INFO_FILE, LOG_FOLDER, SAMPLES_FILE, RunLocation, part_folder
from ..model import Origin
from ..read_run import read_run

_ZIP = "log.zip"


def write_seed(location: RunLocation, folder: Path) -> int:
    """Write the log of a run into a folder. Its pickle is read without running anything that is in it, and left behind.

    Returns:
        How many samples it has.

    Raises:
        RunError: the log cannot be read; says why.
    """
    archive = folder / _ZIP
    logs = read_run(location, archive)
    with ZipFile(archive) as written:
        written.extractall(folder / LOG_FOLDER)
    archive.unlink()
    for log in logs.logs:
        origin = Origin(log.info.format, log.info.collector_version, SAMPLES_FILE)
        # Its start is a reading of a local clock, that of the log is placed among the samples.
        info = replace(log.info, origin=origin)
        file = folder / part_folder(log.location.name) / INFO_FILE
        file.write_text(info_json(replace(log, info=info)), "utf-8")
    return sum(len(log.samples.time_s) for log in logs.logs)
