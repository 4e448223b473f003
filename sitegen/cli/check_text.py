"""What `wattboard check` found, for people, programs and GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..checks import Finding
from ..errors import Problem
from ..text import count

_MOST_APART = 3
"""Runs of which the same is said one by one."""
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    n_runs: int
    """Those that could be read."""

    @property
    def summary(self) -> str:
        """Such as "3 runs, 0 errors, 1 warning"."""
        kinds = [finding.problem.severity for finding in self.findings]
        numbers = (
            (self.n_runs, "run"),
            (kinds.count("error"), "error"),
            (kinds.count("warning"), "warning"),
        )
        return ", ".join(count(n, word) for n, word in numbers)


def _as_text(report: Report) -> str:
    """What is of no run first, then what many runs have in common, once, then run by run."""
    by_run: dict[str, list[Problem]] = {"": []}
    blocks = []
    for alike in _alike(report.findings):
        if len(alike) > _MOST_APART:
            runs = list(dict.fromkeys(finding.run for finding in alike))
            problem = alike[0].problem
            hint = f"\n  hint: {problem.hint}" if problem.hint else ""
            blocks.append(
                f"{count(len(runs), 'run')}, such as {', '.join(runs[:_MOST_NAMED])}\n"
                f"{problem.severity}: {problem.message}{hint}\n\n"
            )
        else:
            for finding in alike:
                by_run.setdefault(finding.run, []).append(finding.problem)
    for run, problems in sorted(by_run.items()):
        head = f"{run}\n" if run else ""
        lines = "".join(f"{problem.severity}: {problem}\n" for problem in problems)
        if lines:
            blocks.append(f"{head}{lines}\n")
    return f"{''.join(blocks)}{report.summary}\n"


def _alike(findings: Iterable[Finding]) -> Iterable[Sequence[Finding]]:
    """Those of different runs that say the same, together; those of a line in a file apart."""
    found: dict[object, list[Finding]] = {}
    for i, finding in enumerate(findings):
        problem = finding.problem
        said = (finding.check, problem.severity, problem.message, problem.key, problem.hint)
        is_of_run = finding.run and problem.line is None
        found.setdefault(said if is_of_run else i, []).append(finding)
    return found.values()


def _as_json(report: Report) -> str:
    fields = ("severity", "file", "line", "key", "message", "hint")
    listed = [
        {name: getattr(finding.problem, name) for name in fields}
        | {"check": finding.check, "run": finding.run or None}
        for finding in report.findings
    ]
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def _as_github(report: Report) -> str:
    """Annotations for a pull request: docs.github.com, "Workflow commands". The summary is a line of the job's log."""
    lines = [_annotation(finding) for finding in report.findings]
    return "".join(lines) + f"{report.summary}\n"


def _annotation(finding: Finding) -> str:
    problem = finding.problem
    line = f",line={problem.line}" if problem.line else ""
    text = f"{problem.key}: {problem.message}" if problem.key else problem.message
    if problem.hint:
        text += f"\nhint: {problem.hint}"
    place = f"file={_property(problem.file)}{line},title={_property(finding.check)}"
    return f"::{problem.severity} {place}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMS: Mapping[str, Callable[[Report], str]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_github,
}
