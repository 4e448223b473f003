"""A leaderboard that is changed and built again, and what a build of it costs in work."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from logs import power_samples, write_run
from wattboard.sitegen import read_run as reading
from wattboard.sitegen import step as steps
from wattboard.sitegen.cache.folder import CacheOptions
from wattboard.sitegen.cli.build import build_into
from wattboard.sitegen.cli.site import site_options
from wattboard.sitegen.pages.render import PageRenderer

PROCESSOR = """
import pathlib


def score(folder, figures):
    text = (pathlib.Path(folder) / "score.txt").read_text()
    return {"score": float(text) * FACTOR}


FACTOR = 1.0
"""


@dataclass
class Board:
    """Logs, spec, processor and site in one folder."""

    folder: Path
    description: str = "Energy"
    columns: tuple[str, ...] = ("facility_energy_kwh", "score")
    pue: float | None = None
    jobs: int = 1
    factor: float = 1.0
    watts: dict[str, float] = field(default_factory=dict)
    """Of each run, by its name such as "a/seed_0"."""

    @property
    def logs(self) -> Path:
        return self.folder / "runs"

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @property
    def cache(self) -> Path:
        return self.folder / ".cache" / "wattboard"

    def run(self, name: str, watts: float, score: float = 1.0) -> None:
        """Write a run, or another one in its place."""
        run = self.logs / name
        if run.exists():
            shutil.rmtree(run)
        write_run(run, power_samples(5, cpu_w=watts))
        (run / "score.txt").write_text(str(score))
        self.watts[name] = watts

    def settle(self) -> None:
        """Make all files look as if they had been there for a while: a build trusts their times then."""
        for folder, _, names in os.walk(self.logs):
            for name in names:
                os.utime(Path(folder) / name, ns=(10**18, 10**18))

    def remove(self, name: str) -> None:
        shutil.rmtree(self.logs / name)
        del self.watts[name]

    def spec(self) -> Path:
        """Write the spec and the processor, if they differ from what is there."""
        leaf = {"executive_summary_variables": list(self.columns)}
        board = {
            "Board": {
                "description": self.description,
                "extra_files_processor": "score.score",
                "variables": {"score": {"label": "Score", "better": "higher"}},
                "executive_summary_variables": list(self.columns),
                "child_experiments": {
                    "A": {"filter": "runs/a/", **leaf},
                    "B": {"filter": "runs/b/", **leaf},
                },
            }
        }
        file = self.folder / "site.json"
        file.write_text(json.dumps(board))
        code = PROCESSOR.replace("FACTOR = 1.0", f"FACTOR = {self.factor}")
        if (
            not (self.folder / "score.py").exists()
            or (self.folder / "score.py").read_text() != code
        ):
            (self.folder / "score.py").write_text(code)
            shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        return file

    def build(self, output: Path | None = None, cache: CacheOptions | None = None) -> None:
        """Build the site, as the command does."""
        options = site_options(
            (self.logs,),
            self.spec(),
            None,
            None,
            self.pue,
            self.jobs,
            strict=False,
            processors=True,
            cache=cache or CacheOptions(),
        )
        build_into(options, output or self.site, force=False)

    def check(self) -> None:
        """See that the site is what a build from nothing gives."""
        clean = self.folder / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        self.build(clean, CacheOptions(is_off=True))
        expected, found = contents(clean), contents(self.site)
        assert sorted(found) == sorted(expected)
        assert [name for name in expected if found[name] != expected[name]] == []


def contents(site: Path) -> dict[str, bytes]:
    """All files of a site."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def states(site: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file of a site: what differs was written."""
    return {
        path.relative_to(site).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in site.rglob("*")
        if path.is_file()
    }


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count what a build in this process does: logs opened and hashed, run pages and group pages made."""
    work: Counter[str] = Counter()

    def counting(name: str, function: Any) -> Any:
        def counts(*args: Any, **kwargs: Any) -> Any:
            work[name] += 1
            return function(*args, **kwargs)

        return counts

    with (
        patch.object(reading, "open_log", counting("logs read", reading.open_log)),
        patch.object(steps, "content_of", counting("logs hashed", steps.content_of)),
        patch.object(PageRenderer, "run_page", counting("run pages", PageRenderer.run_page)),
        patch.object(PageRenderer, "_group_page", counting("groups", PageRenderer._group_page)),
    ):
        yield work
