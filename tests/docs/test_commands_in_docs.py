"""Every command that the documentation tells people to type exists, with the options that it is given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from made_commands import SCRIPTS
from wattboard.sitegen.cli import root

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^ *```(?:sh|bash|yaml)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^    \S.*\n?)(?:^     .*\n?)*", re.MULTILINE)
_PLACEHOLDER = re.compile(r"^[\[(]|[\])]$")


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each call of one of our commands, in blocks of shell and in lines that show what it takes."""
    text = page.read_text(encoding="utf-8")
    blocks = [*_BLOCK.findall(text), *_INDENTED.findall(text)]
    for block in blocks:
        for line in re.sub(r"\\\n|\n {12,}", " ", block).splitlines():
            for part in re.split(r"&&|;|\|(?=\s*[a-z])| \| ", line.partition(" #")[0]):
                words = part.replace("|", " ").replace("…", "").split()
                while words and (re.fullmatch(r"[A-Z_]+=\S*|srun|run:|-|\$", words[0])):
                    words.pop(0)
                name = words[0].rpartition("/")[2] if words else ""
                if name in SCRIPTS:
                    yield [name, *words[1:]]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """What is called, and the words behind it."""
    if words[0] != "wattboard":
        module, function = SCRIPTS[words[0]].split(":")
        found = getattr(import_module(module), f"_{function}")
        rest = words[1:]
    else:
        found, rest = root, words[1:]
        while rest and rest[0].startswith("--"):
            rest = rest[1:]
    while isinstance(found, click.Group) and rest:
        inner = found.get_command(click.Context(found), _PLACEHOLDER.sub("", rest[0]))
        if inner is None:
            break
        found, rest = inner, rest[1:]
    return found, rest


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist_with_their_options(page: Path) -> None:
    """A sub-command that is renamed, or an option that goes, fails here and not at the reader's."""
    for words in commands(page):
        command, rest = command_of(words)
        assert command is not root or not rest, shlex.join(words)
        known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        for word in rest:
            if word == "--":
                break
            option = re.match(r"\[?\(?(--[a-z][a-z_-]*)", word)
            if option:
                assert option[1] in known, f"{page.name}: {shlex.join(words)}: {option[1]}"


def test_commands_are_found_at_all() -> None:
    """Lest the tests above see none."""
    assert sum(len(list(commands(page))) for page in PAGES) > 50
