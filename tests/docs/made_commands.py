"""What each command takes, in Markdown, from the commands themselves."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
from wattboard.sitegen.cli import root

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
SCRIPTS: dict[str, str] = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["scripts"]


def all_commands() -> dict[str, click.Command]:
    """Every command by what people type: "wattboard cache info" and the scripts beside `wattboard`."""
    found = dict(_below("wattboard", root))
    for script, place in SCRIPTS.items():
        if script != "wattboard":
            module, function = place.split(":")
            found[script] = getattr(import_module(module), f"_{function}")
    return found


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for inner in command.list_commands(click.Context(command)):
        below = command.get_command(click.Context(command), inner)
        assert below is not None
        yield from _below(f"{name} {inner}", below)


def usage(name: str) -> str:
    """How a command is called, what it does, and its options, in their order."""
    command = all_commands()[name]
    context = click.Context(command, info_name=name)
    call = " ".join([name, *command.collect_usage_pieces(context)])
    options = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option)
        and (record := parameter.get_help_record(context)) is not None
    ]
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    about = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    listed = "\n".join(f"- `{names}`: {_plain(text)}" for names, text in options)
    return "\n\n".join(part for part in (f"    {call}", about, listed) if part)


def _plain(text: str) -> str:
    """A help text in one line, in which brackets make no link."""
    return " ".join(text.split()).replace("[", r"\[")
