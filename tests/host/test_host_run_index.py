"""The index over more runs than a site's own search holds, and what a search finds beside pages."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, small_lab
from logs import our_info, power_samples, write_run
from wattboard.sitegen import run_index, search_index
from wattboard.sitegen.run_index import RunEntry, words

MODELS = ("ppo", "dqn", "a2c", "résumé", "日本語")


def _entries(n: int) -> list[RunEntry]:
    chance = random.Random(5)
    paths = sorted(
        f"results/{chance.choice(MODELS)}/{chance.randbytes(3).hex()}/seed_{i}" for i in range(n)
    )
    return [
        RunEntry(f"runs/{path}/", path[-8:], path, f"GPU {chance.randrange(3)}, 2026-01-{i % 28}")
        for i, path in enumerate(paths)
    ]


def _read(text: str) -> Any:
    match = re.fullmatch(r"wattboard\.receive\((.*)\);\n", text, re.DOTALL)
    assert match
    return json.loads(match[1])


def _numbers(gaps: list[int]) -> list[int]:
    numbers: list[int] = []
    at = 0
    for gap, length in zip(gaps[::2], gaps[1::2], strict=True):
        at += gap
        numbers += range(at, at + length)
        at += length
    return numbers


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that words are many to a shard and many shards to a word."""
    monkeypatch.setattr(run_index, "MAX_SHARD_CHARS", 300)
    monkeypatch.setattr(run_index, "_MAX_RANGES", 5)
    monkeypatch.setattr(run_index, "RUNS_PER_BLOCK", 7)


@pytest.mark.usefixtures("small_shards")
def test_the_index_has_every_word_of_every_run() -> None:
    """The shards, put together, say of each word exactly the runs that have it, by name and by what they are about."""
    entries = _entries(200)
    parts = [run_index.part_of_index(entries[i:j]) for i, j in pairwise((0, 33, 34, 120, 200))]
    files = dict(run_index.run_index(parts))
    index = _read(files["index.js"])
    named: dict[str, list[int]] = {}
    about: dict[str, list[int]] = {}
    firsts = []
    for i in range(len(index["shards"])):
        shard = _read(files[f"terms-{i}.js"])
        firsts.append(shard[0][0])
        for word, by_name, by_rest in shard:
            named.setdefault(word, []).extend(_numbers(by_name))
            about.setdefault(word, []).extend(_numbers(by_rest))
    assert firsts == index["shards"]
    assert list(named) == sorted(named, key=lambda word: word.encode("utf-16-be"))
    for number, entry in enumerate(entries):
        for word in words(f"{entry.title} {entry.path}"):
            assert number in named[word]
        for word in words(entry.about):
            assert number in about[word]
    total = sum(map(len, named.values())) + sum(map(len, about.values()))
    assert total == sum(
        len(set(words(f"{e.title} {e.path}"))) + len(set(words(e.about))) for e in entries
    )
    blocks = [_read(files[f"runs-{i}.js"]) for i in range(-(-200 // 7))]
    assert sum(blocks, []) == [[e.address, e.title, e.path, e.about] for e in entries]  # noqa: RUF017


def test_no_file_of_the_index_is_large() -> None:
    """With 10,000 runs no file is above 100 kB, and all of them together are below 3 MB."""
    part = run_index.part_of_index(_entries(10_000))
    sizes = [len(text.encode()) for _, text in run_index.run_index([part])]
    assert max(sizes) < 100_000
    assert sum(sizes) < 3_000_000


def _index(lab: Lab) -> dict[str, dict[str, Any]]:
    content = json.loads(lab.read("search/search_index.json"))
    return {entry["location"]: entry for entry in content["docs"]}


def test_hardware_and_packages_are_found(tmp_path: Path) -> None:
    """Each leads to the page of all runs, narrowed to it, and says how many runs have it."""
    lab = Lab(tmp_path / "lab")
    for i in range(3):
        samples = power_samples(3, gpu_w=10.0)
        package = {"name": "b-c", "version": f"2.{i // 2}"}
        info = our_info(samples, python_packages=[package])
        write_run(lab.folder / "results" / f"seed_{i}", samples, info)
    lab.spec({"Board": {"filter": None}})
    lab.settings()
    lab.build()
    index = _index(lab)
    gpu = index["runs/?hardware=Example%20GPU"]
    assert (gpu["title"], gpu["text"]) == ("Example GPU", "GPU of 3 runs")
    assert index["runs/?hardware=Example%20Processor%209000"]["text"] == "Processor of 3 runs"
    package = index["runs/?package=b-c"]
    assert package["text"] == "Package b-c, versions 2.0 (2 runs), 2.1 (1 run)"


def test_many_runs_have_an_index_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the site's own search holds no run, each page loads the script for the index, below it none."""
    lab = small_lab(tmp_path / "lab")
    lab.settings({"prefix": "board"})
    lab.build()
    assert not (lab.site / "board/search/runs").exists()
    assert "find.js" not in lab.read("board/index.html")
    assert any("seed_0" in place for place in _index(lab))
    monkeypatch.setattr(search_index, "RUNS_IN_SEARCH", 3)
    lab.build()
    assert _read(lab.read("board/search/runs/index.js"))["runs"] == 4
    assert "assets/wattboard/find.js" in lab.read("board/runs/results/a/seed_0/index.html")
    assert not any("seed_0" in place for place in _index(lab))
    assert "board/runs/?package=numpy" in _index(lab)
    (address, *_), *_ = _read(lab.read("board/search/runs/runs-0.js"))
    assert (lab.site / "board" / address / "index.html").is_file()
