"""What `info.json` says of a run's place, code, machine and cluster: by an allow-list, and never more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from logs import START_S, our_info, power_samples, write_run
from measured import built, measured
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.model import Cloud, Commit, RunInfo, Scheduler, Surroundings
from wattboard.sitegen.pages.links import Links
from wattboard.sitegen.pages.page_data import FigureWords
from wattboard.sitegen.pages.run_page import run_view
from wattboard.sitegen.pages.views import RunView
from wattboard.sitegen.readers import info_json

ALL: Mapping[str, Any] = {
    "part": {"name": "rank-1", "rank": 1, "of": 4},
    "node": "0a1b2c3d",
    "os": "Linux 6.1.0 (Debian GNU/Linux 12)",
    "git": {"commit": "0123456789abcdef0123456789abcdef01234567", "modified": True},
    "scheduler": {"name": "slurm", "nodes": 2, "tasks": 8},
    "container": "docker",
    "cloud": {"provider": "aws", "machine_type": "p4d.24xlarge"},
    "exit_code": 3,
    "power_sources": [
        {"name": "apple", "component": "cpu", "kind": "counter", "note": "by the model of macOS"}
    ],
    "gpu_info": [
        {
            "name": "NVIDIA H100 80GB HBM3",
            "cuda_version": "12.4",
            "id": "gpu-0123abcd",
            "mig": "3g.40gb + 1g.10gb",
        }
    ],
}
PRIVATE: Mapping[str, Any] = {
    "host_name": "ada-laptop",
    "user_name": "ada",
    "command": ["python", "secret_train.py", "--token=hunter2"],
}


def parsed(**values: Any) -> tuple[RunInfo, list[str]]:
    text = json.dumps({"format": "wattboard/1", **values}).encode()
    info, problems = info_json.parse(text, "info.json")
    return info, [f"{problem.key}: {problem.message}" for problem in problems]


def test_all_of_it_is_read() -> None:
    """Every key of the format arrives under the model's names."""
    info, problems = parsed(**ALL)
    assert problems == []
    assert (info.rank, info.n_ranks, info.exit_code) == (1, 4, 3)
    assert info.surroundings == Surroundings(
        node="0a1b2c3d",
        operating_system="Linux 6.1.0 (Debian GNU/Linux 12)",
        commit=Commit("0123456789abcdef0123456789abcdef01234567", True),
        scheduler=Scheduler("slurm", 2, 8),
        container="docker",
        cloud=Cloud("aws", "p4d.24xlarge"),
    )
    assert info.gpu_info == (
        {
            "Name": "NVIDIA H100 80GB HBM3",
            "CUDA": "12.4",
            "MIG instance": "3g.40gb + 1g.10gb",
            "Id": "gpu-0123abcd",
        },
    )


@pytest.mark.parametrize("key", [key for key in ALL if key not in {"gpu_info", "power_sources"}])
def test_null_is_absent(key: str) -> None:
    """A key that is null is as one that is not there: nothing is known, and nothing is wrong."""
    assert parsed(**{key: None}) == parsed()


def test_parts_of_a_key_may_be_null() -> None:
    """What a collector could not find out is absent alone."""
    info, problems = parsed(
        part={"name": "x", "rank": None, "of": None},
        git={"commit": "0123abc", "modified": None},
        scheduler={"name": "kubernetes", "nodes": None},
        cloud={"provider": "gcp", "machine_type": None},
        exit_code=0,
    )
    assert problems == []
    assert info == RunInfo(
        "wattboard/1",
        exit_code=0,
        surroundings=Surroundings(
            commit=Commit("0123abc"), scheduler=Scheduler("kubernetes"), cloud=Cloud("gcp")
        ),
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("part", "rank-1"),
        ("part.rank", {"rank": -1}),
        ("part.rank", {"rank": True}),
        ("part.of", {"of": 0}),
        ("part.of", {"of": 10**30}),
        ("node", "ada-laptop"),
        ("node", "0A1B2C3D"),
        ("os", {"name": "Linux"}),
        ("git.commit", {"commit": "main"}),
        ("git.modified", {"commit": "0123abc", "modified": "yes"}),
        ("scheduler.name", {"name": "slurm on ada's cluster"}),
        ("scheduler.nodes", {"name": "slurm", "nodes": 2.5}),
        ("container", "docker://ada/image"),
        ("cloud.provider", {"provider": "https://cloud"}),
        ("cloud.machine_type", {"provider": "aws", "machine_type": "i-0abc in account 12"}),
        ("exit_code", "1"),
        ("exit_code", 10**12),
        ("gpu_info[0].id", [{"id": "GPU-8d9a7c3e-uuid"}]),
        ("gpu_info[0].mig", [{"mig": "ada's slice"}]),
    ],
)
def test_what_is_not_of_its_form_is_left_out_and_noted(key: str, value: Any) -> None:
    """A value that is no word, number or hash of the known form reaches nobody."""
    top = key.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    info, problems = parsed(**{top: value})
    assert [problem.split(": expected ")[0] for problem in problems] == [key]
    assert "ada" not in repr(info)
    assert info.exit_code is None


def test_a_path_in_the_operating_system_s_name_is_not_shown() -> None:
    """As in every text of an info."""
    assert parsed(os="Linux at /home/ada/vm")[0].surroundings.operating_system == ""


# -- on the page and in the download


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose log says all of it, and what only its owner should know."""
    samples = power_samples(gpu_w=100.0)
    about = our_info(samples, **{**ALL, "part": None}, **PRIVATE)
    return write_run(tmp_path / "logs" / "run", samples, about)


def shown(tmp_path: Path) -> RunView:
    """The page of the one run in `logs`."""
    (tmp_path / "spec.json").write_text('{"Board": {}}')
    (run,) = built(tmp_path / "logs", tmp_path / "spec.json").runs
    return run_view(run, (), "runs/run/", (), FigureWords(None, ()), 1000, Links())


def tables(view: RunView) -> dict[str, dict[str, str]]:
    return {table.title: dict(table.rows) for table in view.facts}


def test_a_run_s_page_shows_it_with_plain_labels(run: Path, tmp_path: Path) -> None:
    """Hardware and platform in words; hashes that tell machines apart are for the program alone."""
    view = shown(tmp_path)
    assert tables(view)["Software and platform"] == {
        "Operating system": "Linux 6.1.0 (Debian GNU/Linux 12)",
        "Container": "docker",
        "Cloud": "aws, p4d.24xlarge",
        "Scheduler": "slurm, 2 nodes, 8 tasks",
        "Code": "commit 0123456789ab, with changes that are not in it",
        "Exit code of the command": "3",
    }
    assert tables(view)["How it was measured"]["CPU power"] == (
        "apple (energy counter); by the model of macOS"
    )
    assert tables(view)["GPU"] == {
        "Name": "NVIDIA H100 80GB HBM3",
        "CUDA": "12.4",
        "MIG instance": "3g.40gb + 1g.10gb",
    }
    assert view.warnings == ("The command of this run failed: it ended with exit code 3.",)
    assert "0a1b2c3d" not in repr(view)
    assert "gpu-0123abcd" not in repr(view)


def test_what_is_the_owner_s_alone_is_nowhere(run: Path, tmp_path: Path) -> None:
    """Host name, user name and command line reach neither the model, nor a page, nor the download."""
    location = RunLocation(run, tmp_path, "logs/run")
    result = measured(location, tmp_path / "log.zip").result
    with ZipFile(tmp_path / "log.zip") as archive:
        download = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for text in (repr(result), repr(shown(tmp_path)), download):
        for private in ("ada", "laptop", "secret_train", "hunter2", "host_name", "user_name"):
            assert private not in text


def test_a_download_says_what_the_log_says(run: Path, tmp_path: Path) -> None:
    """Unzipped and read again, the info is the same."""
    first = measured(RunLocation(run, tmp_path, "run"), tmp_path / "log.zip").result
    again = tmp_path / "again"
    with ZipFile(tmp_path / "log.zip") as archive:
        archive.extractall(again / "impacttracker")
    second = measured(RunLocation(again, tmp_path, "run")).result
    assert second.info == first.info
    assert second.problems == ()


def test_a_page_says_what_parts_a_run_has(tmp_path: Path) -> None:
    """Ranks, machines and pieces in words; GPUs and machines that are alike in one table; what differs side by side."""
    samples = power_samples(gpu_w=100.0)
    later = power_samples(gpu_w=100.0, start_s=START_S + 3700.0)
    for rank in range(4):
        for piece, readings in (("", samples), ("resume-2", later)):
            about = our_info(
                readings,
                node=f"0000000{rank // 2}",
                part={"name": "", "rank": rank, "of": 4},
                gpu_info=[{"name": "Example GPU", "id": f"gpu-0000000{rank}"}],
                git={"commit": "aaaaaaa" if not piece else "bbbbbbb", "modified": False},
                exit_code=0,
            )
            name = "-".join(filter(None, (f"rank-{rank}" if rank else "", piece)))
            write_run(tmp_path / "logs" / "run", readings, about, part=name)
    view = shown(tmp_path)
    assert view.parts == "8 logs: of 4 ranks on 2 machines, resumed once"
    assert view.when.endswith("for 3 min 20 s within 1 h 3 min, 88 samples")
    assert {"CPU", "4 GPUs"} <= tables(view).keys()
    assert tables(view)["4 GPUs"] == {"Name": "Example GPU"}
    assert tables(view)["Software and platform"]["Code"] == "commit aaaaaaa; commit bbbbbbb"
    assert view.warnings == ()


def test_machines_of_two_kinds_have_a_table_each(tmp_path: Path) -> None:
    """A CPU table for each kind of machine, and a table for each kind of GPU."""
    samples = power_samples(gpu_w=100.0)
    for rank in range(3):
        about = our_info(
            samples,
            node=f"0000000{rank}",
            cpu_info={"brand": "Old CPU" if rank else "New CPU"},
            gpu_info=[{"name": "Old GPU" if rank else "New GPU"}],
        )
        write_run(tmp_path / "logs" / "run", samples, about, part=f"rank-{rank}" if rank else "")
    found = tables(shown(tmp_path))
    assert found["CPU, machine of kind 1"] == {"Processor": "New CPU"}
    assert found["CPU, machine of kind 2"] == {"Processor": "Old CPU"}
    assert found["GPU 0"] == {"Name": "New GPU"}
    assert found["2 GPUs"] == {"Name": "Old GPU"}
