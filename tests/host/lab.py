"""A lab's folder with logs, a spec and a `mkdocs.yml`, and the programs that make a site of it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logs import power_samples, write_run
from mkdocs.commands.build import build
from mkdocs.config import load_config

EPOCH = "1700000000"
SCRIPTS = Path(sys.executable).parent

TWO_METHODS = {
    "Energy board": {
        "description": "What was **compared**.",
        "executive_summary_plots": [{"x": "duration_hours", "y": "facility_energy_kwh"}],
        "child_experiments": {
            "Method A": {"filter": "^results/a/"},
            "Method B": {
                "filter": "^results/b/",
                "executive_summary_plots": [{"x": "duration_hours", "y": "emissions_kg"}],
            },
        },
    }
}


@dataclass(frozen=True)
class Done:
    """What a program left when it ended."""

    code: int
    out: str
    err: str
    cpu_s: float
    """Of the program and its processes, this computer's load left out."""


class Lab:
    """A folder that holds a lab's own pages, its logs and the settings of its site.

    The programs run in it as people run them, with a `TMPDIR` of their own, so that what they leave can be seen.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.temporary = folder / "temporary"
        for name in ("docs", "results", "temporary"):
            (folder / name).mkdir(parents=True)

    def run(self, path: str, power_w: float = 50.0) -> None:
        """A short run in the lab's logs, on a machine with a GPU."""
        samples = power_samples(4, cpu_w=power_w, gpu_w=2 * power_w)
        write_run(self.folder / "results" / path, samples)

    def page(self, name: str, text: str) -> None:
        """A page of the lab's own."""
        file = self.folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def spec(self, spec: Mapping[str, Any]) -> None:
        """The site spec."""
        (self.folder / "site.json").write_text(json.dumps(spec), encoding="utf-8")

    def settings(self, plugin: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """The `mkdocs.yml`; JSON is YAML."""
        ours = {"logdirs": ["results"], "site_spec": "site.json", "jobs": 1, **(plugin or {})}
        site = {
            "site_name": "Our lab",
            "theme": "wattboard",
            "plugins": ["search", {"wattboard": ours}],
            **settings,
        }
        (self.folder / "mkdocs.yml").write_text(json.dumps(site), encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of the programs."""
        return {**os.environ, "TMPDIR": str(self.temporary), "SOURCE_DATE_EPOCH": EPOCH, **more}

    def call(self, *command: str, **environment: str) -> Done:
        """Run a program of this Python's in the lab's folder, to its end."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [str(SCRIPTS / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Done(done.returncode, done.stdout, done.stderr, cpu_s)

    def mkdocs(self, *arguments: str) -> Done:
        """Run `mkdocs build …`."""
        return self.call("mkdocs", "build", *arguments)

    def wattboard(self, *arguments: str) -> Done:
        """Run `wattboard …`."""
        return self.call("wattboard", *arguments)

    def build(self, **settings: Any) -> Path:
        """What `mkdocs build` does, within this process: quicker, for what a site holds rather than what is said."""
        config = load_config(str(self.folder / "mkdocs.yml"), **settings)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
        return self.site

    def read(self, name: str) -> str:
        """A file of the built site."""
        return (self.site / name).read_text(encoding="utf-8")


def small_lab(folder: Path) -> Lab:
    """A lab with two methods, two runs each, and no page of its own."""
    lab = Lab(folder)
    for method in ("a", "b"):
        for seed in (0, 1):
            lab.run(f"{method}/seed_{seed}", 40.0 + 10 * seed)
    lab.spec(TWO_METHODS)
    lab.settings()
    return lab


def lab_with_pages(folder: Path) -> Lab:
    """The same below `leaderboard/`, beside pages of the lab's own."""
    lab = small_lab(folder)
    lab.page("index.md", "# Our lab\n\nSee the [energy board](leaderboard/index.md).\n")
    lab.page("team/people.md", "# People\n\nBack [home](../index.md).\n")
    lab.settings({"prefix": "leaderboard"})
    return lab


def tree(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    return {
        file.relative_to(site).as_posix(): file.read_bytes()
        for file in sorted(site.rglob("*"))
        if file.is_file()
    }
