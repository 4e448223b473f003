"""A download is a log: it can be read again, and says the same."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from logs import power_samples, seed_info, write_run
from measured import measured
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.model import RunInfo, RunResult


def _measured(folder: Path, download: Path | None = None) -> RunResult:
    return measured(RunLocation(folder, folder, "logs/run"), download, pue=1.0).result


def _comparable(info: RunInfo) -> RunInfo:
    """Without how the start was written, which is a local clock's reading in a pickle."""
    grid = info.carbon_intensity
    if grid is not None:
        grid = replace(grid, fossil_share=None, renewable_share=None)
    return replace(info, start_s=None, end_s=None, start_is_local=False, carbon_intensity=grid)


def _schema() -> Mapping[str, Any]:
    text = (files("wattboard.collector.data") / "log-format.schema.json").read_text()
    whole: Mapping[str, Any] = json.loads(text)
    return {"$defs": whole["$defs"], "$ref": "#/$defs/info"}


def _check_round_trip(run: Path, tmp_path: Path) -> None:
    download = tmp_path / "log.zip"
    first = _measured(run, download)
    again = tmp_path / "again"
    with zipfile.ZipFile(download) as archive:
        archive.extractall(again / "impacttracker")
    jsonschema.validate(json.loads((again / "impacttracker" / "info.json").read_text()), _schema())
    second = _measured(again)
    assert second.figures.keys() == first.figures.keys()
    for name, figure in first.figures.items():
        assert second.figures[name].provenance == figure.provenance, name
        expected = None if figure.value is None else pytest.approx(figure.value, rel=1e-8)
        assert second.figures[name].value == expected, name
    assert _comparable(second.info) == _comparable(first.info)
    assert second.problems == ()


def test_a_download_of_our_log_reads_as_the_log(sample: Path, tmp_path: Path) -> None:
    """Zip, unzip, measure: the same figures and provenance, the same hardware and packages."""
    _check_round_trip(sample / "runs" / "wine" / "random_forest" / "seed_0", tmp_path)


def test_a_download_of_a_seed_log_keeps_the_seed_s_rules(tmp_path: Path) -> None:
    """A seed log with a long gap has the same energy when its download is measured."""
    samples = power_samples(5, gpu_w=80.0) + power_samples(3, gpu_w=80.0, start_s=1.7e9 + 5000)
    run = tmp_path / "run"
    write_run(run, samples, seed_info(samples))
    _check_round_trip(run, tmp_path)


@pytest.mark.real_logs
def test_a_download_of_a_published_log_gives_the_published_figures(
    pong_logs: Path, tmp_path: Path
) -> None:
    """The same, for a published run with 100 packages and a region."""
    _check_round_trip(pong_logs / "cule_results" / "Pong_seed_2_logs_a2c_vtrace_cule", tmp_path)
