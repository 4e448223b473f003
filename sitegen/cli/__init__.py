"""The command `wattboard`. A sub-command's module is imported when it is called, and no sooner."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from typing import Any

import click

from ..errors import Terminated, WattboardError
from ..garbage import nothing_to_free

# Name to module and what `wattboard --help` says of it. Kept here, so that help imports nothing.
# Two are the collector's, which the generator knows by name only.
_COMMANDS = {
    "track": ("wattboard.collector.track", "Run a command and write its energy log."),
    "doctor": ("wattboard.collector.doctor", "Say what can be measured on this machine."),
    "init": (".init", "Lay down a leaderboard's repository, its spec guessed from the logs."),
    "build": (".build", "Build a site from logs and a spec."),
    "serve": (".serve", "Preview a site, rebuilt as its spec changes."),
    "convert": (".convert", "Write logs in our format from those of other tools."),
    "measure": (".measure", "Print the figures of every run."),
    "compare": (".compare", "Say whether the runs of two folders or groups differ."),
    "statement": (".statement", "Write what a paper should say of the runs' energy and emissions."),
    "appendix": (".appendix", "Write a paper's appendix: tables, figures and checklists in LaTeX."),
    "estimate": (".estimate", "Estimate energy and emissions where nothing was measured."),
    "region": (".region", "Say which grid zone a place is in, and how much a kWh emits there."),
    "cloud-regions": (".cloud_regions", "List a cloud provider's regions by carbon intensity."),
    "deploy": (".deploy", "Build the site and push it to the branch that GitHub Pages shows."),
    "check": (".check", "Say what is wrong with logs and a spec."),
    "diff": (".diff", "Say what changes from one built site to another."),
    "cache": (".cache", "Say what is kept from one command to the next, or delete it."),
    "schema": (".schema", "Print the JSON Schema of the site spec."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in _COMMANDS:
            return None
        return load_command(_COMMANDS[name][0], name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches  # takes longer to import than most need it

            near = get_close_matches(name, _COMMANDS, 1)
            if near:
                ctx.fail(f"No such command '{name}'. Did you mean '{near[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def load_command(module: str, name: str) -> click.Command:
    """Import a sub-command.

    Raises:
        click.ClickException: it needs packages that are not installed.
    """
    # Not for the collector, which hands its environment to what it measures.
    if module.startswith("."):
        _do_without_threads()
    try:
        with nothing_to_free(for_good=True):
            command: click.Command = getattr(
                importlib.import_module(module, __package__), name.replace("-", "_")
            )
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("wattboard"):
            raise
        raise click.ClickException(
            f'"wattboard {name}" needs the package {error.name}, which is not installed\n'
            "  hint: pip install 'wattboard[site]'"
        ) from error
    return command


def _do_without_threads() -> None:
    """Have numpy start no threads for linear algebra, of which there is none here.

    They would wait for work without sleeping at first, which costs as much CPU time as importing numpy. Whoever has a
    processor that needs them sets the variable.
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wattboard")
@click.option("--debug", is_flag=True, help="Show details and tracebacks on stderr.")
def root(debug: bool) -> None:
    """Energy leaderboards from the logs of machine-learning experiments."""
    set_up_logging(debug=debug)


def main() -> None:
    """Run `wattboard`. Exit codes: 0 done, 1 the data or spec is at fault, 2 wrong usage."""
    run(root)


def run(command: click.Command, **settings: Any) -> None:
    """Run a command, with every error that is not ours to mend said in words."""
    debug = "--debug" in sys.argv
    # As Ctrl-C does: what was begun is cleared away.
    signal.signal(signal.SIGTERM, _terminate)
    try:
        sys.exit(command.main(standalone_mode=False, **settings))
    except WattboardError as error:
        _say(error)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if debug:
            raise
        click.echo(
            f"error: this needs the package {error.name}, which is not installed\n"
            "  hint: pip install 'wattboard[site]'",
            err=True,
        )
    except OSError as error:
        if debug:
            raise
        click.echo(f"error: {error}", err=True)
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"error: unexpected {type(error).__name__}: {error}\n"
            "  hint: this is a defect of wattboard; `wattboard --debug …` shows where, for a report",
            err=True,
        )
    sys.exit(1)


def _terminate(*_: object) -> None:
    raise Terminated(128 + signal.SIGTERM)


def _say(error: WattboardError) -> None:
    for problem in error.problems:
        click.echo(f"{problem.severity}: {problem}", err=True)


class _Formatter(logging.Formatter):
    """ "warning: cule/seed_1/impacttracker/data.json:12: …"."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {super().format(record)}"


def set_up_logging(*, debug: bool) -> None:
    """Messages to stderr, warnings and worse unless details are asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(message)s"))
    logger = logging.getLogger()
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
