"""Run a command in this process as a person would, and look at what it said."""

from __future__ import annotations

import io
import logging
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import click
from wattboard.sitegen.cli import root, run


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str


def invoke(*arguments: str, command: click.Command = root) -> Outcome:
    """Run a command. An exception that it lets through would be a traceback, and fails the test."""
    out, err = io.StringIO(), io.StringIO()
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            run(command, args=list(arguments), prog_name=command.name)
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    assert isinstance(code, int)
    assert "defect of wattboard" not in err.getvalue()
    return Outcome(code, out.getvalue(), err.getvalue())
