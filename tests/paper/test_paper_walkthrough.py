"""The walk from logs to a paper: every command of the page works, in its order, and the paper compiles."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "paper.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="runs beside the sources only")

_BLOCK = re.compile(r"^```(\w+)( \w+)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NEEDED = ("pdflatex", "bibtex")


def _run(commands: str, folder: Path, programs: Path) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "OVERRIDE_PUE"},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with `wattboard`, as this Python has it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "wattboard"
    script.write_text(f"#!{sys.executable}\nfrom wattboard.sitegen.cli import main\nmain()\n")
    script.chmod(0o755)
    return folder


@pytest.mark.latex
def test_every_command_of_the_walk_works(tmp_path: Path, sample: Path, programs: Path) -> None:
    """From the top to the bottom of the page, beside a copy of the sample."""
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"expected {', '.join(missing)}")
    folder = tmp_path / "paper"
    shutil.copytree(sample, folder / "sample_leaderboard")
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert [language for language, *_ in blocks].count("sh") >= 7
    printed = ""
    for language, needs, text in blocks:
        if language == "latex":
            (folder / "main.tex").write_text(text, encoding="utf-8")
        elif language == "sh" and not (needs and missing):
            printed += _run(text, folder, programs)
    assert "runs/digits/random_forest/seed_0" in printed
    assert re.search(r"^[1-9]\d?$", printed, re.MULTILINE)  # what is left for the author
    assert (folder / "site" / "index.html").is_file()
    assert "recomputed" not in (folder / "site" / "index.html").read_text(encoding="utf-8")
    if missing:
        pytest.skip(f"there is no {' or '.join(missing)} here; all other commands work")
    log = (folder / "main.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log
    assert (folder / "main.pdf").stat().st_size > 50_000
