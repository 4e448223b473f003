"""Logs in a store of objects: the same runs, figures and site as from a folder of this machine."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import contents, measured, wattboard, write_healthy, write_spec
from logs import as_lines, our_info, power_samples, seed_info, write_run
from shelf import Shelf
from wattboard.sitegen import DataInterface, load_runs
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.files import content, open_samples
from wattboard.sitegen.local_folder import local_folder
from wattboard.sitegen.scan import scan
from wattboard.sitegen.stamps import run_stamp
from wattboard.sitegen.store import BLOCK_BYTES, log_folder

PROCESSOR = """
from pathlib import Path

def score(folder, figures):
    assert folder.endswith("/"), folder
    lines = Path(folder, "eval", "scores.csv").read_text().splitlines()
    return {"score": float(lines[-1]), "files": len([*Path(folder).rglob("*.csv")])}
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Runs of all kinds: with parts, of the seed, within another run, with result files, and bad ones."""
    write_healthy(tmp_path)
    folder = tmp_path / "logs"
    write_run(folder / "dqn" / "ranks")
    write_run(folder / "dqn" / "ranks", power_samples(cpu_w=70.0), part="rank-1")
    write_run(folder / "dqn" / "ranks", part="Rank 2")
    samples = power_samples(gpu_w=100.0)
    write_run(folder / "old run", samples, seed_info(samples))
    write_run(folder / "old run" / "inner")
    write_run(folder / "ppo" / "bad", b"junk\n")
    write_run(folder / "ppo" / "empty", b"")
    write_run(folder / ".git" / "copy")
    (folder / "data.json").write_bytes(b"no log")
    for i, run in enumerate(("ppo/seed_0", "ppo/seed_1")):
        (folder / run / "eval").mkdir()
        (folder / run / "eval" / "scores.csv").write_text(f"score\n{i + 0.5}\n")
    return folder


def spec_with_processor(folder: Path) -> Path:
    (folder / "scores.py").write_text(PROCESSOR)
    leaf = {
        "filter": "/ppo/seed",
        "requires": ["eval/scores.csv"],
        "extra_files_processor": "scores.score",
    }
    every = {"requires": ["impacttracker/info.json"]}
    return write_spec(folder, {"PPO": leaf, "All": every})


@pytest.fixture(params=["memory", "s3"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """Each kind of store."""
    found: Shelf = request.getfixturevalue(request.param)
    return found


def test_a_store_gives_the_same_runs(shelf: Shelf, logs: Path) -> None:
    """Runs, their names and parts, what is wrong with them, and all figures are those of the folder."""
    address = shelf.put(logs)
    there, here = scan([log_folder(address)]), scan([logs])
    assert [(run.path, run.part_names, run.lost_parts, run.log_bytes) for run in there.runs] == [
        (run.path, run.part_names, run.lost_parts, run.log_bytes) for run in here.runs
    ]
    assert there.problems == here.problems
    remote = wattboard("measure", "--no-cache", address, "--format", "json")
    local = wattboard("measure", "--no-cache", logs, "--format", "json")
    assert (remote.code, remote.out) == (0, local.out)
    assert remote.err == local.err


def test_a_store_gives_the_same_site(shelf: Shelf, logs: Path, tmp_path: Path) -> None:
    """A site from a store is the folder's, byte for byte, with processors and what the spec requires."""
    spec = spec_with_processor(tmp_path)
    address = shelf.put(logs)
    site = ["--site-spec", spec, "--output-dir"]
    local = wattboard("build", "--no-cache", logs, *site, tmp_path / "here")
    remote = wattboard("build", "--no-cache", address, *site, tmp_path / "there")
    assert remote.code == 0
    assert remote.complaints(tmp_path) == local.complaints(tmp_path)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    rows = json.loads((tmp_path / "there" / "runs.json").read_text(encoding="utf-8"))
    scores = [row for row in rows if "score" in json.dumps(row)]
    assert [row["run"] for row in scores] == ["logs/ppo/seed_0", "logs/ppo/seed_1"]


def test_every_command_takes_an_address(memory: Shelf, logs: Path, tmp_path: Path) -> None:
    """Every command and function that reads a folder reads a store as well."""
    spec = write_spec(tmp_path, {"Board": {}})
    address = memory.put(logs)
    for command, *more in (
        ["statement", "--country", "USA"],
        ["statement", "--country", "USA", "--format", "text"],
    ):
        assert wattboard(command, address, *more).out == wattboard(command, logs, *more).out
    there = wattboard("check", address, "--site-spec", spec)
    here = wattboard("check", logs, "--site-spec", spec)
    assert (there.code, there.out.replace(address, str(logs))) == (here.code, here.out)
    pair = ["dqn", "ppo"]
    assert (
        wattboard("compare", *(f"{address}/{name}" for name in pair)).out.replace(address, "")
        == wattboard("compare", *(logs / name for name in pair)).out.replace(str(logs), "")
    )  # fmt: skip
    for place, name in ((address, "there.tex"), (logs, "here.tex")):
        made = wattboard(
            "appendix", place, "--site-spec", spec, "--country", "USA", "--output", tmp_path / name
        )
        assert made.code == 0, made.err
    assert (tmp_path / "there.tex").read_text() == (tmp_path / "here.tex").read_text()
    (tmp_path / "docs").mkdir()
    config = tmp_path / "mkdocs.yml"
    plugin = {"logdirs": [address], "site_spec": "spec.json"}
    config.write_text(
        json.dumps(
            {"site_name": "Lab", "theme": {"name": "wattboard"}, "plugins": [{"wattboard": plugin}]}
        )
    )
    made = wattboard("build", "--config", config, "--output-dir", tmp_path / "site")
    assert made.code == 0, made.err
    assert (tmp_path / "site/runs/logs/ppo/seed-0/index.html").is_file() or (
        tmp_path / "site/runs/logs/ppo/seed_0/index.html"
    ).is_file()
    assert load_runs([address]).equals(load_runs([logs]))
    assert (
        DataInterface([f"{address}/dqn/seed_0"]).kg_carbon
        == DataInterface([logs / "dqn/seed_0"]).kg_carbon
    )


def test_a_file_address_is_a_folder_of_this_machine(logs: Path) -> None:
    """`file://` is read as the path it names, links and all."""
    assert log_folder(f"file://{logs}") == logs
    assert measured(log_folder(f"file://{logs}")) == measured(logs)


def test_addresses_that_lie_in_one_another(memory: Shelf, logs: Path) -> None:
    """A run that is reached from two addresses counts once, and two runs of one name are refused."""
    address = memory.put(logs)
    runs = scan([log_folder(address)]).runs
    assert scan([log_folder(f"{address}/ppo"), log_folder(address)]).runs == runs
    with pytest.raises(WattboardError, match="would both be called"):
        scan([log_folder(address), logs])


@pytest.mark.parametrize("key", ["../up", "a//b", "a/./b", "a/../../b", "/a"])
def test_keys_that_no_folder_could_have(key: str, memory: Shelf, s3: Shelf, logs: Path) -> None:
    """A key that would lead out of the tree is told and not read."""
    s3.put(logs)
    s3.write(f"logs/{key}/impacttracker/data.json", as_lines(power_samples()))
    found = scan([log_folder(f"{s3.address}/logs")])
    assert [run.path for run in found.runs] == [run.path for run in scan([logs]).runs]
    assert any("expected the name of a file" in problem.message for problem in found.problems)


def test_a_long_log_is_read_in_blocks(
    s3: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request asks for more than two blocks of a long log, and its bytes are the file's."""
    import s3fs

    line = as_lines(power_samples(1, note="x" * 1000))
    data = line * (3 * BLOCK_BYTES // len(line))
    write_run(tmp_path / "logs" / "long", data, our_info(power_samples()))
    run = scan([log_folder(s3.put(tmp_path / "logs"))]).runs[0]
    asked: list[int] = []
    fetch = s3fs.core.S3File._fetch_range

    def counted(file: Any, start: int, end: int) -> bytes:
        asked.append(end - start)
        return fetch(file, start, end)

    monkeypatch.setattr(s3fs.core.S3File, "_fetch_range", counted)
    with open_samples(run.parts[0]) as file:
        assert b"".join(iter(lambda: file.read(1 << 17), b"")) == data
    assert len(asked) >= 2
    assert max(asked) <= 2 * BLOCK_BYTES


def test_stamps_tell_every_change(shelf: Shelf, tmp_path: Path) -> None:
    """A part's stamp stays while nothing changes, in another listing too, and differs after any change of its files."""
    write_run(tmp_path / "logs" / "a", info=None)
    address = shelf.put(tmp_path / "logs")

    def stamps() -> list[str]:
        here, there = (scan([place]).runs[0] for place in (tmp_path / "logs", log_folder(address)))
        return [run_stamp(here).text, run_stamp(there).text]

    seen = [stamps()]
    assert stamps() == seen[0]
    for name, data in (
        ("data.json", as_lines(power_samples(12))),
        ("data.json", as_lines(power_samples(12, cpu_w=51.0))),  # of the same size
        ("info.pkl", b"no pickle"),
        ("info.json", b"{}"),
        ("info.json", b"[]"),
    ):
        (tmp_path / "logs" / "a" / "impacttracker" / name).write_bytes(data)
        shelf.write(f"logs/a/impacttracker/{name}", data)
        seen.append(stamps())
    (tmp_path / "logs" / "a" / "impacttracker" / "info.json").unlink()
    shelf.remove("logs/a/impacttracker/info.json")
    seen.append(stamps())
    for place in zip(*seen, strict=True):
        assert all(one != next_one for one, next_one in pairwise(place))


def test_other_result_files_do_not_count_as_a_change(memory: Shelf, tmp_path: Path) -> None:
    """Only what is read of a log is in its stamp."""
    write_run(tmp_path / "logs" / "a")
    address = memory.put(tmp_path / "logs")
    before = run_stamp(scan([log_folder(address)]).runs[0])
    memory.write("logs/a/eval.csv", b"1")
    memory.write("logs/a/impacttracker/impact_tracker_log.log", b"1")
    assert run_stamp(scan([log_folder(address)]).runs[0]) == before


def test_an_info_in_a_store_has_its_limits(memory: Shelf, tmp_path: Path) -> None:
    """An info of more than a MiB is not even asked for."""
    write_run(tmp_path / "logs" / "a", files={})
    address = memory.put(tmp_path / "logs")
    memory.write("logs/a/impacttracker/info.json", b" " * ((1 << 20) + 1))
    said = wattboard("measure", address)
    assert said.code == 0
    assert (
        "logs/a/impacttracker/info.json: expected a file that can be read, found more than 1 MiB"
        in said.err
    )
    part = scan([log_folder(address)]).runs[0].parts[0]
    memory.write("logs/a/impacttracker/info.json", b"{}")
    with pytest.raises(Exception, match="more than 1 MiB"):
        content(part, "info.json", 1 << 20)


def test_what_a_processor_sees_is_bounded(memory: Shelf, tmp_path: Path) -> None:
    """A run's other files are copied for its processor, logs not, and a run with too many costs its extra figures."""
    run = write_run(tmp_path / "logs" / "a", files={"eval.csv": "1"})
    write_run(run / "inner", files={"inner.csv": "2"})
    address = memory.put(tmp_path / "logs")
    outer = scan([log_folder(address)]).runs[0]
    with local_folder(outer) as folder:
        assert [f.relative_to(folder).as_posix() for f in folder.rglob("*")] == ["eval.csv"]
        assert folder.name == "a"
    assert not folder.exists()
    for i in range(1_000):
        memory.write(f"logs/a/{i}.txt", b"")
    outer = scan([log_folder(address)]).runs[0]
    with pytest.raises(WattboardError, match="at most 1,000 files and 64 MiB"), local_folder(outer):
        pass


def test_a_run_that_goes_while_it_is_looked_for(shelf: Shelf, logs: Path) -> None:
    """A log that was removed, or replaced by another, after the listing costs its run only."""
    from wattboard.sitegen.measure import MeasureOptions, SkippedRun, measure

    address = shelf.put(logs)
    runs = {run.path: run for run in scan([log_folder(address)]).runs}
    shelf.remove("logs/ppo/seed_0/impacttracker/data.json")
    shelf.write("logs/ppo/seed_1/impacttracker/data.json", as_lines(power_samples(40)))
    options = MeasureOptions()
    for path in ("logs/ppo/seed_0", "logs/ppo/seed_1"):
        result = measure(runs[path], options)
        assert isinstance(result, SkippedRun)
        assert result.problems[0].file == f"{path}/impacttracker/data.json"
    assert not isinstance(measure(runs["logs/dqn/seed_0"], options), SkippedRun)
