"""Real TeX engines, and what their logs and PDFs say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = ("pdflatex", "lualatex", "bibtex", "pdftotext")


@dataclass(frozen=True)
class Compiled:
    log: str
    text: str
    """Of all pages, as a reader copies it out."""
    bibtex_log: str

    @property
    def errors(self) -> list[str]:
        """Lines of the log that are errors, and letters that no font has."""
        return re.findall(r"^!.*|^Missing character.*", self.log, re.MULTILINE)

    @property
    def undefined(self) -> list[str]:
        """Citations and references that lead nowhere."""
        return re.findall(r"Warning: (?:Citation|Reference).*undefined", self.log)

    @property
    def overfull_pt(self) -> list[float]:
        """By how much each line that is too long is, in points."""
        return [float(pt) for pt in re.findall(r"^Overfull \\hbox \(([\d.]+)pt", self.log, re.M)]

    @property
    def squeezed(self) -> str:
        """The text without white space and hyphens, in which lines break."""
        return re.sub(r"[\s\u00ad-]", "", self.text)


Compile = Callable[..., Compiled]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """A function from a document to what became of it. On CI a missing engine is a failure, elsewhere a skip."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        message = f"expected {', '.join(missing)}: install TeX Live and poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    def compile_document(document: str, engine: str = "pdflatex", *, sources: str = "") -> Compiled:
        """Args:
        sources: BibTeX entries, for documents that take them from the file sources.bib.
        """
        (tmp_path / "paper.tex").write_text(document, encoding="utf-8")
        (tmp_path / "sources.bib").write_text(sources, encoding="utf-8")
        command = [engine, "-interaction=nonstopmode", "-file-line-error", "paper.tex"]
        _run(command, tmp_path)
        bibtex_log = _run(["bibtex", "paper"], tmp_path) if sources else ""
        if sources:
            _run(command, tmp_path)
        _run(command, tmp_path)
        log = (tmp_path / "paper.log").read_text("utf-8", errors="replace")
        _run(["pdftotext", "-enc", "UTF-8", "paper.pdf", "paper.txt"], tmp_path)
        text = (tmp_path / "paper.txt").read_text("utf-8")
        return Compiled(_unwrapped(log), text, bibtex_log)

    return compile_document


def _run(command: list[str], folder: Path) -> str:
    # Lines of a log that are long enough not to be broken, where the engine allows it.
    environment = {**os.environ, "max_print_line": "10000", "openout_any": "p", "shell_escape": "f"}
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, timeout=300
    )
    return finished.stdout.decode("utf-8", errors="replace")


def _unwrapped(log: str) -> str:
    """Errors by file and line begin with them; the sign that all others begin with stands for both."""
    return re.sub(r"^\./paper\.tex:\d+: ", "! ", log, flags=re.MULTILINE)
