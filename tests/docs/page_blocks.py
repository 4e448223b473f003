"""The code blocks of a page of the documentation, run as a reader would: in their order, in one folder.

A mark in a comment before a block says what becomes of it:

    <!-- file: NAME -->         it is saved as that file
    <!-- shows: NAME -->        it is in that file already
    <!-- not run: REASON -->    it cannot run here
    <!-- ci:NAME -->            .ci/run runs it

A block of shell without a mark is run. Other blocks without a mark are only there to be read.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"(?:^ *<!-- (?P<mark>file|shows|not run|ci): *(?P<of>.*?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block, with the mark that stands before it ("" for none) and what the mark says."""

    language: str
    text: str
    mark: str
    of: str

    @property
    def runs(self) -> bool:
        return self.language == "sh" and not self.mark


def blocks(page: Path) -> Iterator[Block]:
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        text = textwrap.dedent(match["text"])
        yield Block(match["language"], text, match["mark"] or "", match["of"] or "")


def run_page(page: Path, folder: Path) -> list[str]:
    """Do what a page says in a folder.

    Returns:
        What each of its commands' blocks printed on stdout.
    """
    printed = []
    for block in blocks(page):
        if block.mark == "file":
            (folder / block.of).write_text(block.text, encoding="utf-8")
        elif block.mark == "shows":
            assert block.text in (folder / block.of).read_text(encoding="utf-8"), block.text
        elif block.runs:
            printed.append(_run(block.text, folder))
    return printed


def _run(text: str, folder: Path) -> str:
    finished = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, f"{text}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def _environment(folder: Path) -> dict[str, str]:
    """That of somebody with nothing but this program, and to whom github.com is a folder beside."""
    home = folder.with_name(f"{folder.name}-home")
    if not home.exists():
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\n  name = Ada\n  email = ada@example.org\n"
            f'[url "{home}/"]\n  insteadOf = git@github.com:\n',
            encoding="utf-8",
        )
    commands = Path(sys.executable).parent
    return {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "WATTBOARD_REGION_LOOKUP": "off",
    }


def hosted(folder: Path, repository: str) -> Path:
    """An empty repository at git@github.com:REPOSITORY, for commands that run in a folder."""
    place = Path(_environment(folder)["HOME"]) / repository
    subprocess.run(["git", "init", "--quiet", "--bare", str(place)], check=True)
    return place
