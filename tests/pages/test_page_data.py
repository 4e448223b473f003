"""The data beside pages, which scripts draw and compare."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit
from sites import RUN, Site
from wattboard.sitegen.catalog import our_name
from wattboard.sitegen.pages.page_data import MOST_RUNS, as_script
from wattboard.sitegen.plots.siblings import MOST_FIGURES

LEAF = "digits/random-forest/"


def _data(site: Site, address: str, name: str = "data.js") -> Any:
    text = site.read(address + name)
    start, end = "wattboard.receive(", ");\n"
    assert text.startswith(start)
    assert text.endswith(end)
    return json.loads(text[len(start) : -len(end)])


def test_a_data_file_is_json_in_one_call() -> None:
    """Whatever its strings hold, it is one call with one JSON value: nothing in it can run."""
    hostile = {
        "a": "</script><script>alert(1)</script>",
        "b": '");alert(1);("',
        "c": "\u2028\u2029",
    }
    text = as_script(hostile)
    assert json.loads(text.removeprefix("wattboard.receive(").removesuffix(");\n")) == hostile


def test_a_run_s_figures_are_those_of_runs_json(sample_site: Site) -> None:
    """All figures with provenance, those of the processor first, with how they read."""
    data = _data(sample_site, RUN)
    (record,) = [r for r in sample_site.json("runs.json") if r["address"] == RUN]
    figures = {figure["name"]: figure for figure in data["figures"]}
    for name, figure in figures.items():
        value = record["metrics"][name]
        assert figure["mean"] == (None if value is None else float(f"{value:.12g}"))
        assert figure["provenance"] == record["provenance"][name]
    absent = {"gpu", "ram_energy_kwh"}  # of machines and tools that have none
    assert {n for n in record["metrics"] if not any(a in n for a in absent)} <= set(figures)
    assert figures["test_accuracy"]["digits"] == 3
    assert figures["test_accuracy"]["better"] == "higher"
    assert data["leaf"] == {
        "title": "k-nearest neighbours",
        "address": "digits/k-nearest-neighbours/",
    }
    assert data["above"] == ["Energy of small classifiers", "Digits"]
    assert data["packages"]["numpy"]
    assert "Python packages" not in {table["title"] for table in data["facts"]}


def test_a_group_s_means_have_student_s_interval(sample_site: Site) -> None:
    """Mean and standard error are those of leaderboard.json, the interval Student's."""
    data = _data(sample_site, LEAF)
    rows = sample_site.json("digits/leaderboard.json")["rows"]
    (expected,) = [row["values"] for row in rows if row["path"] == LEAF]
    figures = {figure["name"]: figure for figure in data["figures"]}
    for name, stat in expected.items():
        figure = figures[name]
        assert figure["n"] == 3
        assert figure["mean"] == float(f"{stat['mean']:.12g}")
        half = stat["stderr"] * float(stdtrit(2, 0.975))
        assert abs(figure["high"] - (stat["mean"] + half)) <= 1e-9 * abs(stat["mean"])
    assert data["parent"] == "digits/"
    assert [run["title"] for run in data["runs"]] == ["seed_0", "seed_1", "seed_2"]


def test_a_leaf_says_how_its_figures_are_spread(sample_site: Site) -> None:
    """siblings.js has the first six columns of the leaf that two runs have, sorted, in the unit of its page."""
    data = _data(sample_site, LEAF, "siblings.js")
    board = sample_site.json(LEAF + "leaderboard.json")
    assert data["kind"] == "siblings"
    assert 1 < len(data["figures"]) <= MOST_FIGURES
    for figure in data["figures"]:
        columns = board["rows"][0]["values"]
        (name,) = [name for name in columns if our_name(name) == figure["key"]]
        means = sorted(row["values"][name]["mean"] * figure["factor"] for row in board["rows"])
        assert figure["n"] == len(means)
        assert figure["values"] == [float(f"{mean:.4g}") for mean in means]
        expected = np.quantile(means, [0, 0.25, 0.5, 0.75, 1]).tolist()
        assert figure["quartiles"] == pytest.approx(expected)


def test_data_stay_small(sample_site: Site, pong_site: Site) -> None:
    """No page's data hold the rest of the site: only what can be chosen names all runs."""
    for site in (sample_site, pong_site):
        for file in site.folder.rglob("data.js"):
            data = _data(site, str(file.relative_to(site.folder).parent) + "/")
            charts = data.pop("charts", None)
            assert len(json.dumps(data)) < 20_000, file
            assert charts is not None or file.parent.name == "compare"
            assert len(data.get("runs", [])) <= MOST_RUNS


def test_no_path_or_user_is_in_the_data(pong_site: Site) -> None:
    """The published logs name folders of their author's home; the data beside pages do not."""
    for file in pong_site.folder.rglob("*.js"):
        if file.name in {"data.js", "choices.js", "comparisons.js", "packages.js"}:
            assert not re.search(r"/(home|root|Users|usr|tmp|private)/", file.read_text("utf-8"))


def test_choices_name_every_group_and_run(sample_site: Site) -> None:
    """What the comparison's search finds: groups with those above them, runs with their leaf."""
    choices = _data(sample_site, "compare/", "choices.js")
    assert [group[:2] for group in choices["groups"][:2]] == [
        ["Energy of small classifiers", ""],
        ["Digits", "digits/"],
    ]
    assert {run[2] for run in choices["runs"]} == {
        record["address"] for record in sample_site.json("runs.json")
    }
    title, leaf, address = choices["runs"][0]
    assert choices["groups"][leaf][1].startswith("digits/")
    assert address.endswith(f"{title}/")
