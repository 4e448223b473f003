"""Files of other tools in a store of objects, and on a cluster: the same runs, figures and site as from a folder."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from commands import contents, wattboard, write_spec
from emissions_rows import table
from mixed_tree import EVERY, SPEC, row, write_mixed
from shelf import Shelf
from wattboard.sitegen.scan import scan
from wattboard.sitegen.store import log_folder


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The mixed tree, with a backup, runs of one key, faults, and a log folder's own file."""
    folder = write_mixed(tmp_path)
    sweep = folder / "sweep"
    (sweep / "emissions.csv.bak").write_bytes(table(row(1), row(9), ["junk"] * 9))
    (folder / "emissions.csv").write_bytes(table(row(5, run_id=""), row(6, run_id="")))
    twins = [f"aaaaaaaa-2222-3333-4444-{n}" for n in ("555555555555", "666666666666")]
    (sweep / "codecarbon.csv").write_bytes(table(*(row(7, run_id=twin) for twin in twins)))
    (folder / "tracker" / "README.md").write_text("# No card\n")
    (folder / ".git").mkdir()
    (folder / ".git" / "emissions.csv").write_bytes(table(row(8)))
    return folder


def test_a_store_gives_the_same_runs_and_site(
    memory: Shelf, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, faults, figures and the whole site are the folder's, byte for byte."""
    address = memory.put(logs)
    here, there = scan([logs]), scan([log_folder(address)])
    assert {run.path for run in here.runs} > set(EVERY)
    assert len(here.runs) == len(EVERY) + 5
    assert [(run.path, run.log_bytes) for run in there.runs] == [
        (run.path, run.log_bytes) for run in here.runs
    ]
    assert there.problems == here.problems
    spec = write_spec(tmp_path, SPEC)
    for place, name in ((logs, "here"), (address, "there")):
        site = ("--site-spec", spec, "--output-dir", tmp_path / name)
        made = wattboard("build", "--no-cache", place, *site)
        assert made.code == 0, made.err
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_cluster_gives_the_same_figures(logs: Path) -> None:
    """Runs of other tools are handed to workers with all that was read of them."""
    distributed = pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    command = ("measure", "--no-cache", logs, "--format", "json")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0"
    ) as cluster:
        there = wattboard(*command, "--scheduler", cluster.scheduler_address)
    assert there == wattboard(*command)
    assert there.code == 0
