"""`wattboard init`: a repository that builds at once, strictly, whatever the experiments look like."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import wattboard
from logs import power_samples, write_run
from wattboard.sitegen.starter.tree import Guess, guess

COMMAND = Path(sys.executable).with_name("wattboard")

CODECARBON = (
    "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_name,country_iso_code,region\n"
    "2026-01-02T03:04:05,cifar,11111111-2222-3333-4444-555555555555,3600,0.06,0.195,Germany,DEU,\n"
    "2026-01-03T03:04:05,cifar,21111111-2222-3333-4444-555555555555,1800,0.03,0.1,Germany,DEU,\n"
)
ECO2AI = (
    "id,project_name,experiment_description,epoch,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),"
    "CPU_name,GPU_name,OS,region/country,cost\n"
    "6abc598e-c680-4e99-a9ee-4d02a9be656f,mnist,none,N/A,2026-01-02 01:17:23,3600,0.05,0.02,"
    '"Xeon/1 device(s), TDP:45",Tesla T4 1 device(s),Linux,DE/Bavaria,0\n'
)

TREES: Mapping[str, tuple[str, ...]] = {
    "flat": ("runs/a", "runs/b", "runs/c"),
    "flat, with seeds in the names": (
        "runs/ppo_seed_0",
        "runs/ppo_seed_1",
        "runs/a2c_seed_0",
        "runs/a2c_seed_1",
    ),
    "one level": ("runs/ppo/seed_0", "runs/ppo/seed_1", "runs/a2c/0", "runs/a2c/1"),
    "three levels": tuple(
        f"logs/{env}/{algorithm}/{size}/{seed}"
        for env in ("Pong", "Breakout")
        for algorithm in ("ppo", "a2c")
        for size in ("small", "large")
        for seed in range(2)
    ),
    "odd names": (
        "my results/größe (1)/Lauf #1",
        "my results/größe (1)/Lauf #2",
        "my results/100% [x] no/yes: 1",
        "my results/{{ a }} <b>/$1",
    ),
    "one run": ("runs/only",),
    "mixed depth": (
        "runs/ppo/seed_0",
        "runs/ppo/seed_1",
        "runs/baseline",
        "runs/deep/er/x/0",
        "runs/deep/er/y/0",
    ),
    "several log folders": (
        "cule/Pong/ppo-1",
        "cule/Pong/ppo-2",
        "stable/Pong/ppo-1",
        "stable/Qbert/ppo-1",
    ),
    "names that begin alike": (
        "runs/ppo-1",
        "runs/ppo-2",
        "runs/ppo_big-1",
        "runs/ppo_big-2",
        "runs/ppo",
    ),
}


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a user types it in a folder."""
    return subprocess.run(
        [COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def laid_out(folder: Path, runs: Iterable[str]) -> Path:
    for n, run in enumerate(runs):
        write_run(folder / run, power_samples(cpu_w=50.0 + n))
    return folder


def built(folder: Path) -> dict[str, Any]:
    """The data of the front page of a site that was laid down and built, strictly, by two commands."""
    for arguments in (("init", "--yes"), ("build", "--strict")):
        finished = run_in(folder, *arguments)
        assert finished.returncode == 0, finished.stderr
        assert "warning" not in finished.stderr
    data: dict[str, Any] = json.loads(
        (folder / "site/leaderboard.json").read_text(encoding="utf-8")
    )
    return data


@pytest.mark.parametrize("name", TREES)
def test_what_is_laid_down_builds_strictly(name: str, tmp_path: Path) -> None:
    """Every run is in some leaf, no filter is empty, none overlap: those are warnings, which fail a strict build."""
    folder = laid_out(tmp_path / "board", TREES[name])
    built(folder)
    records = json.loads((folder / "site/runs.json").read_text(encoding="utf-8"))
    assert sorted(record["run"] for record in records) == sorted(TREES[name])


def test_three_tools_become_a_leaderboard_by_two_commands(tmp_path: Path) -> None:
    """CodeCarbon's rows, eco2AI's and a log of our own, with no file edited."""
    folder = laid_out(tmp_path / "board", ("ours/seed_0",))
    for name, text in (("codecarbon/emissions.csv", CODECARBON), ("eco2ai/emission.csv", ECO2AI)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    data = built(folder)
    assert [row["experiment"] for row in data["rows"]] == ["Codecarbon", "Eco2ai", "Ours"]
    assert [row["n"] for row in data["rows"]] == [2, 1, 1]


def test_logs_that_lie_in_the_folder_itself(tmp_path: Path) -> None:
    """The site then goes beside the folder, never among the logs; the repository may be cloned under another name."""
    folder = laid_out(tmp_path / "board", ())
    folder.mkdir()
    (folder / "emissions.csv").write_text(CODECARBON)
    write_run(folder / "ppo/seed_0", power_samples())
    begun = run_in(folder, "init", "--yes")
    assert begun.returncode == 0
    assert "the site will lie in ../board-site/" in begun.stderr
    other = tmp_path / "clone"
    folder.rename(other)
    finished = run_in(other, "build", "--strict")
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "board-site/index.html").is_file()


def test_without_runs_the_first_build_says_what_to_do(tmp_path: Path) -> None:
    """And with a run in place, it works."""
    folder = tmp_path / "board"
    result = wattboard("init", folder, "--title", "Our lab", "--yes")
    assert result.code == 0, result.err
    assert "put them into runs/" in result.err
    finished = run_in(folder, "build")
    assert finished.returncode == 1
    assert "expected runs" in finished.stderr
    write_run(folder / "runs/ppo/seed_0", power_samples())
    finished = run_in(folder, "build", "--strict")
    assert finished.returncode == 0, finished.stderr


def test_nothing_that_is_there_is_touched(tmp_path: Path) -> None:
    """All files are named that stand in the way, and none is written."""
    folder = laid_out(tmp_path / "board", ("runs/a",))
    (folder / "README.md").write_text("mine")
    before = sorted(folder.rglob("*"))
    result = wattboard("init", folder, "--yes")
    assert result.code == 1
    assert "README.md" in result.err
    assert sorted(folder.rglob("*")) == before


def test_a_results_file_becomes_columns(tmp_path: Path) -> None:
    """The column that tells how good a run is, by the processor that was laid down."""
    folder = laid_out(tmp_path / "board", ("runs/ppo/0", "runs/ppo/1", "runs/a2c/0", "runs/a2c/1"))
    for n, run in enumerate(sorted((folder / "runs").glob("*/*"))):
        (run / "eval_test.csv").write_text(f"step,mean_reward,comment\n1,0,x\n2,{n}.5,y\n")
        (run / "progress.csv").write_text("step\n1\n")
    data = built(folder)
    assert data["rows"][0]["values"]["mean_reward"]["mean"] == 1
    assert data["rows"][1]["values"]["mean_reward"]["mean"] == 3


def test_options_are_checked(tmp_path: Path) -> None:
    """What makes no sense is told before anything is written."""
    for option, value in (("--repository", "no slash"), ("--site-url", "javascript:alert(1)")):
        result = wattboard("init", tmp_path / "board", option, value)
        assert result.code == 2
        assert option in result.err
    result = wattboard("init", tmp_path / "board", "--logs", tmp_path / "missing")
    assert result.code == 1
    assert not (tmp_path / "board").exists()


def test_a_guess_holds_for_runs_to_come() -> None:
    """A method's filter finds its further seeds, and not those of a method whose name begins alike."""
    import re

    found = guess("x", ["runs/ppo-1", "runs/ppo-2", "runs/ppo_big-1", "runs/ppo_big-2"])
    filters = {child.title: child.filter for child in found.children}
    assert re.search(filters["Ppo"], "runs/ppo-17")
    assert not re.search(filters["Ppo"], "runs/ppo_big-17")
    assert guess("x", ["runs/a", "runs/b"]) == Guess("x", "")


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as it lies on GitHub: as it is on the base branch, and with a pull request's runs."""
    folder = tmp_path_factory.mktemp("github")
    base = laid_out(folder / "base", ("runs/ppo/seed_0", "runs/ppo/seed_1", "runs/a2c/seed_0"))
    assert wattboard("init", base, "--yes").code == 0
    shutil.copytree(base, folder / "head")
    write_run(folder / "head/runs/a2c/seed_1", power_samples(cpu_w=70.0))
    return folder


def steps(base: Path, workflow: str, job: str) -> list[dict[str, Any]]:
    text = (base / f".github/workflows/{workflow}.yml").read_text(encoding="utf-8")
    listed: list[dict[str, Any]] = yaml.safe_load(text)["jobs"][job]["steps"]
    return listed


@pytest.mark.parametrize("workflow", ["pages", "check"])
def test_workflows_are_in_the_form_that_github_expects(workflow: str, workflows: Path) -> None:
    """By the JSON Schema of workflows."""
    file = workflows / f"base/.github/workflows/{workflow}.yml"
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
    ]
    finished = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_pull_requests_get_no_rights_and_no_code_of_theirs_runs(workflows: Path) -> None:
    """A token that may read, no secret, spec and processors of the base branch, no expression in a shell command."""
    text = (workflows / "base/.github/workflows/check.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    triggers = content[True]  # YAML reads "on" as a truth value
    assert triggers == {"pull_request": None}
    assert content["permissions"] == {"contents": "read"}
    assert "secrets" not in text.split("name: Check", 1)[1]
    for step in steps(workflows / "base", "check", "check"):
        command = step.get("run", "")
        assert "${{" not in command
        assert "head/site.yml" not in command
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_the_steps_of_the_workflows_work(workflows: Path, tmp_path: Path) -> None:
    """Each shell command in its folder, with GitHub's variables; the summary tells what the pull request changes."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "wattboard").write_text(f'#!/bin/sh\nexec "{COMMAND}" "$@"\n')
    (bin_folder / "wattboard").chmod(0o755)
    summary = tmp_path / "summary.md"
    environment = {
        "PATH": f"{bin_folder}:/usr/bin:/bin",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(summary),
        "HOME": str(tmp_path),
    }
    for workflow, job, where in (
        ("pages", "build", workflows / "base"),
        ("check", "check", workflows),
    ):
        for step in steps(workflows / "base", workflow, job):
            command = step.get("run", "")
            if not command or step.get("name") == "Install":
                continue
            folder = where / step.get("working-directory", "")
            finished = subprocess.run(
                ["bash", "-e", "-c", command],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert finished.returncode == 0, (step, finished.stdout, finished.stderr)
    assert (tmp_path / "site/index.html").is_file()
    assert "1 new run, 0 removed, 0 with other figures." in summary.read_text(encoding="utf-8")
