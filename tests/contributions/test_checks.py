"""What `wattboard check` finds in runs that can be read: each check with a log that trips it, and one that does not."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commands import wattboard, write_spec
from hypothesis import given
from hypothesis import strategies as st
from logs import START_S, our_info, power_samples, write_run
from wattboard.sitegen.checks import Finding
from wattboard.sitegen.checks.model import ListedFile, Submission
from wattboard.sitegen.checks.sizes import sizes
from wattboard.sitegen.cli.check_text import FORMS, Report
from wattboard.sitegen.errors import Problem

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def found(*arguments: object) -> list[dict[str, Any]]:
    """What `check` says, as a program reads it."""
    records: list[dict[str, Any]] = json.loads(
        wattboard("check", *arguments, "--format", "json", "--no-cache").out
    )
    return records


def of(records: list[dict[str, Any]], check: str) -> list[tuple[str, str]]:
    """Severity and message of one check's findings."""
    return [(r["severity"], r["message"]) for r in records if r["check"] == check]


def _gpu(folder: Path, watts: float, name: str = "NVIDIA A100 PCIe 40GB") -> None:
    samples = power_samples(gpu_w=watts)
    write_run(folder, samples, our_info(samples, gpu_info=[{"name": name}]))


def _cpu(folder: Path, watts: float) -> None:
    samples = power_samples(cpu_w=watts)
    facts = {"brand": "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "sockets": 1}
    write_run(folder, samples, our_info(samples, cpu_info=facts))


def _at(folder: Path, start_s: float) -> None:
    samples = power_samples(start_s=start_s)
    write_run(folder, samples, our_info(samples))


def _gap(folder: Path, gap_s: float) -> None:
    samples = power_samples()
    for sample in samples[6:]:
        sample["timestamp"] += gap_s
    write_run(folder, samples, our_info(samples))


def _cpu_time(folder: Path, seconds: float) -> None:
    samples = power_samples()
    for i, sample in enumerate(samples):
        sample["cpu_time_seconds"] = {"1": {"user": seconds * i / 10, "system": 0.0}}
    write_run(folder, samples, our_info(samples, cpu_info={"brand": "X", "count": 4}))


def _ended(folder: Path, exit_code: int) -> None:
    samples = power_samples()
    write_run(folder, samples, our_info(samples, exit_code=exit_code))


def _named(folder: Path, name: str) -> None:
    write_run(folder / name)


@pytest.mark.parametrize(
    ("check", "write", "bad", "good", "severity"),
    [
        ("Power", _gpu, 900.0, 240.0, "error"),
        ("Power", _cpu, 2000.0, 110.0, "error"),
        ("Clock", _at, 32_503_680_000.0, START_S, "error"),
        ("Clock", _at, 1000.0, START_S, "warning"),
        ("Share measured", _gap, 5000.0, 0.0, "warning"),
        ("Energy", _cpu_time, 4000.0, 300.0, "error"),
        ("Command", _ended, 137, 0, "warning"),
        ("Names", _named, "what?", "plain-name_1", "warning"),
    ],
)
def test_a_check_is_tripped_by_its_fault_alone(
    check: str,
    write: Callable[[Path, Any], None],
    bad: Any,
    good: Any,
    severity: str,
    tmp_path: Path,
) -> None:
    """A run with the fault is told, at its file, with what to do; one without is not."""
    write(tmp_path / "bad" / "run", bad)
    write(tmp_path / "good" / "run", good)
    records = found(tmp_path / "bad")
    told = of(records, check)
    assert [kind for kind, _ in told] == [severity] * len(told)
    assert told
    assert all(message.startswith("expected ") and "found" in message for _, message in told)
    assert all(r["hint"] and r["run"] for r in records if r["check"] == check)
    assert not of(found(tmp_path / "good"), check)


def test_an_unknown_gpu_has_a_limit_too(tmp_path: Path) -> None:
    """No board draws 3 kW, whatever its name."""
    _gpu(tmp_path / "logs" / "run", 3000.0, "Board of Tomorrow")
    assert of(found(tmp_path / "logs"), "Power")


def test_duplicates_are_told_once(tmp_path: Path) -> None:
    """A copy is told, by its id, its samples or its figures, and a run that merely looks alike is not."""
    samples = power_samples()
    logs = tmp_path / "logs"
    write_run(logs / "a", samples, our_info(samples, run_id="one"))
    write_run(logs / "b", power_samples(cpu_w=70.0), our_info(samples, run_id="one"))
    write_run(logs / "c", samples, our_info(samples, run_id="other", pue=1.1))
    later = power_samples(start_s=START_S + 1e6)
    write_run(logs / "d", later, our_info(later, run_id="later"))
    told = {r["run"]: r["message"] for r in found(logs) if r["check"] == "Duplicates"}
    assert told.keys() == {"logs/b", "logs/c"}
    assert "same run_id as in logs/a" in told["logs/b"]
    assert "same samples as in logs/a" in told["logs/c"]


def test_logs_at_odd_places_are_told(tmp_path: Path) -> None:
    """A log outside `impacttracker`, and a folder of that name without samples: neither is passed over in silence."""
    logs = tmp_path / "logs"
    write_run(logs / "good")
    shutil.copytree(write_run(tmp_path / "x") / "impacttracker", logs / "odd")
    (write_run(logs / "lost") / "impacttracker" / "data.json").unlink()
    records = [r for r in found(logs) if r["check"] == "Layout"]
    assert sorted(r["file"] for r in records) == [
        f"{logs}/lost/impacttracker/info.json",
        f"{logs}/odd/data.json",
    ]


def test_what_the_spec_asks_for_is_an_error(tmp_path: Path) -> None:
    """A run without a required file, or measured for too little of its time, fails: it would not be shown."""
    write_run(tmp_path / "logs" / "a", files={"eval.csv": "x"})
    _gap(tmp_path / "logs" / "b", 5000.0)
    spec = write_spec(tmp_path, {"Board": {"requires": ["eval.csv"]}})
    records = found(tmp_path / "logs", "--site-spec", spec)
    assert [(r["run"], r["severity"]) for r in records if "requires" in r["message"]] == [
        ("logs/b", "error")
    ]
    spec = write_spec(tmp_path, {"Board": {"min_measured_share": 0.9}})
    records = found(tmp_path / "logs", "--site-spec", spec)
    assert [r["run"] for r in records if r["severity"] == "error"] == ["logs/b"]


def test_large_files_are_told() -> None:
    """A file that GitHub would refuse is an error, one at the limit is none."""
    files = (ListedFile("logs/a/model.bin", (100 << 20) + 1), ListedFile("logs/b", 100 << 20))
    told = [finding.problem.file for finding in sizes(Submission((), 0.0, files))]
    assert told == ["logs/a/model.bin"]


def test_the_published_runs_have_no_error(pong_logs: Path) -> None:
    """The runs of a real leaderboard pass; those with long gaps are warned of."""
    folders = [pong_logs / name for name in ("cule_results", "stable_baselines_results")]
    outcome = wattboard("check", *folders)
    assert outcome.code == 0
    assert re.search(r"20 runs, 0 errors, \d+ warnings\n$", outcome.out)


def test_a_figure_of_another_tool_that_cannot_be_true_is_an_error(tmp_path: Path) -> None:
    """eco2AI's own sample comes to 973 kW, and is told at its line; CodeCarbon's samples are not."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples of other tools are not part of the repository")
    for name in ("eco2ai_emission.csv", "codecarbon_2.4.2.csv"):
        (tmp_path / "logs").mkdir(exist_ok=True)
        shutil.copy(SAMPLES / name, tmp_path / "logs" / name)
    errors = [r for r in found(tmp_path / "logs") if r["severity"] == "error"]
    assert [(r["file"], r["line"], r["check"]) for r in errors] == [
        (f"{tmp_path}/logs/eco2ai_emission.csv", 2, "Power")
    ]


@given(file=st.text(min_size=1), title=st.text(), message=st.text(), hint=st.text(), key=st.text())
def test_no_text_leaves_its_annotation(
    file: str, title: str, message: str, hint: str, key: str
) -> None:
    """Whatever a name or message holds, an annotation is one line with its properties, and gives the texts back."""
    problem = Problem(file, message, 3, key, hint, "error")
    text = FORMS["github"](Report((Finding(problem, title),), 1))
    line, summary = text[:-1].rsplit("\n", 1)
    assert summary == "1 run, 1 error, 0 warnings"
    assert "\n" not in line
    assert "\r" not in line
    match = re.fullmatch(r"::error file=([^:,]*),line=3,title=([^:,]*)::(.*)", line, re.DOTALL)
    assert match
    expected = f"{key}: {message}" if key else message
    expected += f"\nhint: {hint}" if hint else ""
    assert [_back(part) for part in match.groups()] == [file, title, expected]


def _back(text: str) -> str:
    for sign, code in ((":", "%3A"), (",", "%2C"), ("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
        text = text.replace(code, sign)
    return text


def test_a_training_that_two_tools_measured_is_told(tmp_path: Path) -> None:
    """CodeCarbon's file in the folder of a run with a log; not where it is of another time."""
    write_run(tmp_path / "logs/a", power_samples())
    end = datetime.fromtimestamp(START_S + 100, UTC).isoformat()
    columns = (
        "timestamp,project_name,duration,emissions,energy_consumed,country_name,country_iso_code"
    )
    file = tmp_path / "logs/a/emissions.csv"
    file.write_text(f"{columns}\n{end},mnist,100,0.1,0.2,Germany,DEU\n")
    ((severity, message),) = of(found(tmp_path / "logs"), "Measured twice")
    assert severity == "warning"
    assert 'in the folder of the run "logs/a", which has a log' in message
    later = datetime.fromtimestamp(START_S + 5000, UTC).isoformat()
    file.write_text(f"{columns}\n{later},mnist,100,0.1,0.2,Germany,DEU\n")
    assert of(found(tmp_path / "logs"), "Measured twice") == []


def test_what_many_runs_have_in_common_is_said_once() -> None:
    """With how many there are and the first of them; what is of a line stands at its line."""
    common = [
        Finding(
            Problem(f"logs/{i}/data.json", "no energy", hint="measure it"),
            "Provenance",
            f"logs/{i}",
        )
        for i in range(5)
    ]
    of_lines = [
        Finding(Problem("logs/0/data.json", "no JSON", line=n), "Log", "logs/0")
        for n in range(1, 6)
    ]
    text = FORMS["text"](Report((*common, *of_lines), 5))
    assert text.count("no energy") == 1
    assert "5 runs, such as logs/0, logs/1, logs/2\nwarning: no energy\n  hint: measure it" in text
    assert text.count("no JSON") == 5
    assert FORMS["github"](Report((*common, *of_lines), 5)).count("no energy") == 5
