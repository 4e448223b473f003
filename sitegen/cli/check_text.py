"""What `wattboard check` found, for people, programs and GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..checks import Finding
from ..errors import Problem
from ..text import count


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
    """What is of no run first, then run by run."""
    by_run: dict[str, list[Problem]] = {"": []}
    for finding in report.findings:
        by_run.setdefault(finding.run, []).append(finding.problem)
    blocks = []
    for run, problems in sorted(by_run.items()):
        head = f"{run}\n" if run else ""
        lines = "".join(f"{problem.severity}: {problem}\n" for problem in problems)
        if lines:
            blocks.append(f"{head}{lines}\n")
    return f"{''.join(blocks)}{report.summary}\n"


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
