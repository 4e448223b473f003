"""Run `wattboard` as a person would, and look at what it said and left behind."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logs import our_info, power_samples, write_run
from wattboard.sitegen.cli import root, run

Figures = Mapping[str, Mapping[str, float | None]]
"""Run to its figures by name."""

HEALTHY = ("logs/dqn/seed_0", "logs/ppo/seed_0", "logs/ppo/seed_1")
"""The runs that `write_healthy` writes."""

SPEC: Mapping[str, Any] = {
    "Board": {"child_experiments": {"PPO": {"filter": "/ppo/"}, "DQN": {"filter": "/dqn/"}}}
}


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    def messages(self, folder: Path) -> str:
        """What stood on stderr, with the name of a test's own folder left out."""
        return self.err.replace(f"{folder}/", "").replace(str(folder), ".")

    def complaints(self, folder: Path) -> str:
        """The messages without the last line of a build: how many files it wrote is no matter of what it was given."""
        lines = self.messages(folder).splitlines(keepends=True)
        return "".join(line for line in lines if not line.endswith("files written\n"))


def wattboard(*arguments: object) -> Outcome:
    """Run a command in this process. An exception that it lets through would be a traceback, and fails the test."""
    out, err = io.StringIO(), io.StringIO()
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            run(root, args=[str(argument) for argument in arguments])
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    assert isinstance(code, int)
    assert "Traceback" not in err.getvalue()
    assert "this is a defect of wattboard" not in err.getvalue()
    return Outcome(code, out.getvalue(), err.getvalue())


def wattboard_process(
    *arguments: object, environment: Mapping[str, str] | None = None, timeout_s: float = 60.0
) -> Outcome:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from wattboard.sitegen.cli import main; main()"]
        + [str(argument) for argument in arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)


def build(folder: Path, *more: object, spec: object = SPEC, output: str = "site") -> Outcome:
    """Build `folder/site` from `folder/logs`.

    Args:
        spec: Written as JSON; a path is taken as it is.
    """
    file = spec if isinstance(spec, Path) else write_spec(folder, spec)
    return wattboard(
        "build", folder / "logs", "--site-spec", file, "--output-dir", folder / output, *more
    )


def write_spec(folder: Path, spec: object) -> Path:
    """Write a spec as JSON."""
    file = folder / "spec.json"
    file.write_text(json.dumps(spec), encoding="utf-8")
    return file


def measured(*log_folders: Path) -> Figures:
    """The figures that `wattboard measure` gives."""
    outcome = wattboard("measure", *log_folders, "--format", "json")
    assert outcome.code == 0, outcome.err
    return {record["run"]: record["metrics"] for record in json.loads(outcome.out)}


def published(site: Path) -> Figures:
    """The figures in a site's runs.json."""
    return {record["run"]: record["metrics"] for record in read_json(site / "runs.json")}


def read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def write_healthy(folder: Path) -> Figures:
    """Write three good runs, each with figures of its own, and return these."""
    for i, path in enumerate(HEALTHY):
        samples = power_samples(cpu_w=50.0 + 10 * i, gpu_w=100.0 + 20 * i)
        write_run(folder / path, samples, our_info(samples, pue=1.1 + i / 10))
    return measured(folder / "logs")


def only(figures: Figures, runs: Iterable[str]) -> Figures:
    """The figures of some runs, each of which must be there."""
    return {path: figures[path] for path in runs}


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder but a cache: kind and permissions, time of the last change, content."""
    entries = {}
    for path in sorted([folder, *folder.rglob("*")]):
        if ".cache" in path.parts:
            continue
        status = path.lstat()
        if path.is_symlink():
            content: object = path.readlink()
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            content = None
        entries[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, content)
    return entries


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
