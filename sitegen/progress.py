"""Progress on a terminal; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Step(Protocol):
    """One step of the work, while it goes on."""

    def count(self, n: int) -> None:
        """So many things are done, of a number that is not known."""

    def advance(self) -> None:
        """One more is done."""


class Progress(Protocol):
    """Something that can show steps."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        """Show a step for as long as the block runs."""


class Silence:
    """Shows nothing: for pipes, tests and servers."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:  # noqa: ARG002
        """Show nothing."""
        yield self

    def count(self, n: int) -> None:
        """Show nothing."""

    def advance(self) -> None:
        """Show nothing."""


class TerminalProgress:
    """A bar with the number done, the rate, the time left, and nothing left behind."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        """Show a bar on stderr."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(
                    f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed"
                )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(title, total=total)

            class Bar:
                def count(self, n: int) -> None:
                    bars.update(task, completed=n)

                def advance(self) -> None:
                    bars.advance(task)

            yield Bar()


def progress() -> Progress:
    """Bars where someone is looking, silence elsewhere."""
    return TerminalProgress() if sys.stderr.isatty() else Silence()
