"""What starting a command brings with it, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from commands import wattboard

_SAY = """
import gc, os, sys
from wattboard.sitegen.cli import root
root.get_command(None, {name!r})
print(os.environ.get("OPENBLAS_NUM_THREADS"), gc.isenabled())
"""


def _said(name: str, **environment: str) -> list[str]:
    finished = subprocess.run(
        [sys.executable, "-c", _SAY.format(name=name)],
        check=True,
        capture_output=True,
        text=True,
        env={key: of for key, of in os.environ.items() if not key.startswith("OPENBLAS")}
        | environment,
    )
    return finished.stdout.split()


def test_the_site_needs_no_threads_for_algebra() -> None:
    """Numpy's are not started, unless someone asks for them; memory is looked after again."""
    assert _said("measure") == ["1", "True"]
    assert _said("measure", OPENBLAS_NUM_THREADS="4") == ["4", "True"]


def test_a_command_that_is_tracked_keeps_its_threads() -> None:
    """What is measured runs in the environment that it was called in."""
    assert _said("track") == ["None", "True"]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        (
            "wattboard.sitegen.cli.build",
            ("scipy", "pandas", "plotly", "pyarrow", "mkdocs.livereload", "multiprocessing"),
        ),
        ("wattboard.sitegen.cli.measure", ("scipy", "pandas", "pyarrow", "mkdocs", "jinja2")),
    ],
)
def test_a_command_imports_no_more_than_it_needs(module: str, absent: tuple[str, ...]) -> None:
    """Neither the table of all runs, nor a preview's server, nor processes, before there is work for them."""
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {set(absent)!r}))"
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert finished.stdout.split() == []


def test_a_mistyped_command_is_told_what_is_near() -> None:
    """As a mistyped option is; an unknown one has no hint."""
    assert "No such command 'biuld'. Did you mean 'build'?" in wattboard("biuld").err
    unknown = wattboard("xyz")
    assert unknown.code == 2
    assert "Did you mean" not in unknown.err
