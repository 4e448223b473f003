"""What can go wrong, said so that the person who meets it knows what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a log, a spec or a run.

    Printed as `file:line: key: message`, with the hint on a line of its own.
    """

    file: str
    message: str
    """What was expected and what was found."""
    line: int | None = None
    key: str = ""
    """Where in the file, such as `Pong.executive_summary_plots[0].x`."""
    hint: str = ""
    """What to do about it."""
    severity: Severity = "warning"

    @property
    def place(self) -> str:
        """The file, and the line and key where they are known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}" if self.key else place

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.file else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class WattboardError(Exception):
    """The data or the spec is at fault. The CLI prints it without a traceback and exits with 1."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            Problem("", p, severity="error") if isinstance(p, str) else p for p in problems
        )
        super().__init__("\n".join(str(p) if p.file else p.message for p in self.problems))


class Terminated(SystemExit):
    """Someone told this process to end (SIGTERM). Unlike another SystemExit, it is no fault of a processor's."""


class SpecError(WattboardError):
    """The site spec cannot be used; holds every mistake that was found in it."""


class RunError(WattboardError):
    """One run cannot be read; the others can."""
