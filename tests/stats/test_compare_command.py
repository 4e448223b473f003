"""`wattboard compare`: two folders of runs, or two groups of a site."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from golden import check_golden
from logs import power_samples, write_run
from measured import built
from wattboard.sitegen.cli import _COMMANDS
from wattboard.sitegen.cli.compare import Request, compare, written
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.find_group import find_group
from wattboard.sitegen.inference import TESTS

GOLDEN = Path(__file__).parent / "golden"
REPOSITORY = Path(__file__).parents[2]
FOREST = "sample_leaderboard/runs/digits/random_forest"
NEIGHBOURS = "sample_leaderboard/runs/digits/k_nearest_neighbours"
SITE = {
    "spec_file": Path("sample_leaderboard/site.yml"),
    "logs": (Path("sample_leaderboard/runs"),),
}


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the documentation's commands are called."""
    monkeypatch.chdir(REPOSITORY)


def said(request: Request) -> str:
    """The errors as the program prints them."""
    with pytest.raises(WattboardError) as error:
        written(request)
    return "".join(f"{problem.severity}: {problem}\n" for problem in error.value.problems)


def test_folders_as_text() -> None:
    """Figures, differences, tests with what they assume, and a warning that the runs are few."""
    text = written(Request(FOREST, NEIGHBOURS, variables=("facility_energy_kwh", "duration_hours")))
    check_golden(GOLDEN / "folders.txt", text)
    assert max(map(len, text.splitlines())) <= 100


def test_groups_as_markdown() -> None:
    """Groups of the spec by parts of their titles, with a figure of the site's own and its direction."""
    names = ("accuracy_per_wh", "facility_energy_kwh")
    request = Request(
        "digits > forest", "digits > nearest", form="markdown", variables=names, **SITE
    )  # type: ignore[arg-type]
    check_golden(GOLDEN / "groups.md", written(request))


def test_groups_as_json() -> None:
    """By default the figures of the group that holds both, in their own units, as the site's files have them."""
    request = Request("Wine > random forest", "digits/random-forest/", form="json", **SITE)  # type: ignore[arg-type]
    found = json.loads(written(request))
    assert found["a"]["title"] == "Energy of small classifiers > Wine > Random forest"
    assert found["b"]["runs"] == [f"runs/digits/random_forest/seed_{i}" for i in range(3)]
    assert [v["name"] for v in found["variables"]][:2] == ["test_accuracy", "energy_per_model_j"]
    energy = found["variables"][3]
    assert energy["unit"] == "kWh"
    assert energy["provenance"] == ["estimated", "estimated"]
    assert energy["difference"] == pytest.approx(energy["mean"][0] - energy["mean"][1])
    assert energy["low"] < energy["difference"] < energy["high"]
    assert len(energy["tests"]) == 7


def test_one_run_and_absent_figures(tmp_path: Path) -> None:
    """With one run a side nothing is tested, a figure that no run has is a dash, and both are said."""
    for name in ("one", "two"):
        write_run(tmp_path / name / "seed_0", power_samples())
    for form in ("text", "markdown", "json"):
        request = Request(str(tmp_path / "one"), str(tmp_path / "two"), form=form)
        assert "no test is made" in written(request)
    text = written(Request(str(tmp_path / "one"), str(tmp_path / "two"), variables=("gpu_hours",)))
    assert re.search(r"GPU time.* —  +—", text)
    assert "no run of A or B has the figure" in text


def test_runs_on_both_sides_are_told() -> None:
    """A folder and the one that it lies in share runs."""
    text = written(Request(FOREST, f"{FOREST}/..", variables=("duration_hours",)))
    assert "warning: 3 runs are on both sides" in text


def test_alpha_is_that_of_the_intervals() -> None:
    """A smaller alpha makes a wider interval, and the head names it."""
    narrow, wide = (
        json.loads(
            written(
                Request(FOREST, NEIGHBOURS, alpha=alpha, form="json", variables=("total_power",))
            )
        )
        for alpha in (0.05, 0.01)
    )
    assert wide["variables"][0]["low"] < narrow["variables"][0]["low"]
    assert "99 % interval" in written(Request(FOREST, NEIGHBOURS, alpha=0.01))


def test_a_group_goes_by_the_shortest_name_that_tells_it(sample: Path) -> None:
    """Parts of titles, titles above in front, addresses; a whole title before a part of one, runs before none."""
    roots = built(sample / "runs", sample / "site.yml").roots
    found = {name: find_group(roots, name).address for name in CALLED}
    assert found == CALLED
    digits, wine = roots[0].children
    emptied = replace(wine, children=tuple(replace(child, runs=()) for child in wine.children))
    assert find_group([digits, emptied], "forest").address == "digits/random-forest/"


CALLED = {
    "energy of SMALL classifiers": "",
    "Digits": "digits/",
    "dig": "digits/",
    "wine > forest": "wine/random-forest/",
    "Energy > Wine > k-": "wine/k-nearest-neighbours/",
    "classifiers > digits > perceptron": "digits/multilayer-perceptron/",
    "/digits/random-forest/": "digits/random-forest/",
}


def test_errors_say_what_to_do() -> None:
    """Unknown figures, folders and groups, groups of the same name, and twice the same side."""
    messages = [
        said(Request(FOREST, NEIGHBOURS, variables=("total_powr", "accuracy_per_wh"))),
        said(Request("results/ppo", NEIGHBOURS)),
        said(Request(FOREST, f"{NEIGHBOURS}/../random_forest")),
        said(Request("docs", NEIGHBOURS)),
        said(Request("forest", "Digits", **SITE)),  # type: ignore[arg-type]
        said(Request("Digitts", "Wine", **SITE)),  # type: ignore[arg-type]
        said(Request("Atari", "Wine", **SITE)),  # type: ignore[arg-type]
        said(Request("Wine", "wine/", **SITE)),  # type: ignore[arg-type]
        said(Request("Wine", "Digits", variables=("test_acuracy",), **SITE)),  # type: ignore[arg-type]
    ]
    check_golden(GOLDEN / "errors.txt", "".join(messages))


def test_the_command_takes_its_options() -> None:
    """The program knows the command; --site-spec and --logs go together."""
    assert "compare" in _COMMANDS
    arguments = [FOREST, NEIGHBOURS, "--variable", "total_power", "--format", "json"]
    result = CliRunner().invoke(compare, arguments, catch_exceptions=False)
    assert json.loads(result.stdout)["variables"][0]["name"] == "total_power"
    result = CliRunner().invoke(compare, [*arguments, "--logs", "sample_leaderboard/runs"])
    assert result.exit_code == 2
    assert "--site-spec and --logs together" in result.output


def test_the_documentation_shows_what_the_command_prints() -> None:
    """The example of docs/compare.md, word for word."""
    page = (REPOSITORY / "docs" / "compare.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```console\n\$ wattboard compare (.*?)\n```", page, re.DOTALL)
    command, output = re.split(r"(?<!\\)\n", example, maxsplit=1)
    arguments = shlex.split(command.replace("\\\n", " "))
    result = CliRunner().invoke(compare, arguments, catch_exceptions=False)
    assert result.stdout.rstrip("\n") == output


def test_the_documentation_lists_every_test_and_key() -> None:
    """The table of docs/compare.md has all tests; its words on the JSON have all keys."""
    page = (REPOSITORY / "docs" / "compare.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([^|]+) \|", page.partition("## The tests")[2], re.MULTILINE)
    assert set(listed) - {"test"} == {test.name for test in TESTS}
    found = json.loads(written(Request(FOREST, NEIGHBOURS, form="json")))
    keys = {*found, *found["a"], *found["variables"][0], *found["variables"][0]["tests"][0]}
    assert [key for key in keys if f"`{key}`" not in page] == []
