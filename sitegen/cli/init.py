"""`wattboard init`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from ..errors import Problem, WattboardError
from ..location import RunLocation
from ..scan import scan
from ..starter.results import results_file
from ..starter.tree import Guess, guess
from ..starter.write import Start, write
from ..text import count

_DEFAULT_LOGS = "runs"
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@click.command()
@click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--logs",
    "given",
    multiple=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the logs are; may be repeated. [default: the folders in DIR that hold any]",
)
@click.option("--title", help="Of the leaderboard. [default: DIR's name]")
@click.option("--site-url", default="", help="Where it will be published: https://…")
@click.option("--repository", default="", metavar="OWNER/NAME", help="On GitHub.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def init(
    folder: Path,
    given: tuple[Path, ...],
    title: str | None,
    site_url: str,
    repository: str,
    yes: bool,
) -> None:
    """Lay down a leaderboard's repository in DIR, its spec guessed from the experiments there.

    Then `wattboard build` in DIR makes the site. Files that are there stay as they are.
    """
    if repository and not _REPOSITORY.fullmatch(repository):
        raise click.UsageError(f"--repository: expected OWNER/NAME, found {repository!r}")
    if site_url and not re.fullmatch(r"https?://[^\s\"<>]+", site_url):
        raise click.UsageError(f"--site-url: expected https://…, found {site_url!r}")
    here = folder.resolve()
    named = title or _words(here.name)
    if not yes and title is None and sys.stdin.isatty():
        named = click.prompt("Title of the leaderboard", default=named, err=True)
    log_folders = tuple(_relative(path, here) for path in given) or _found(here)
    runs = _runs(here, log_folders)
    start = Start(
        title=" ".join(named.split()),
        name=here.name,
        log_folders=log_folders or (_DEFAULT_LOGS,),
        guess=_guess(named, log_folders, runs),
        results=results_file(runs),
        site_url=site_url,
        repository=repository,
    )
    written = write(here, start)
    if not log_folders:
        (here / _DEFAULT_LOGS).mkdir(exist_ok=True)
    for file in written:
        click.echo(file.as_posix())
    _say(start, runs, folder)


def _say(start: Start, runs: Sequence[RunLocation], folder: Path) -> None:
    where = "" if folder == Path() else f"cd {folder} && "
    if runs:
        listed = ", ".join(start.log_folders)
        click.echo(f"{count(len(runs), 'run')} in {listed}; next: {where}wattboard build", err=True)
    else:
        click.echo(
            f"no runs yet: put them into {start.log_folders[0]}/, a folder a run; then: {where}wattboard build",
            err=True,
        )
    if start.output != "site":
        click.echo(
            f"hint: the site will lie in {start.output}/, since the logs lie in this folder itself",
            err=True,
        )
    outside = [
        name for name in start.log_folders if name.startswith("..") or Path(name).is_absolute()
    ]
    if outside:
        click.echo(
            f"hint: the workflows need the logs in the repository; outside of it lie {', '.join(outside)}",
            err=True,
        )


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()) or "Energy leaderboard"


def _relative(path: Path, here: Path) -> str:
    if not path.is_dir():
        raise WattboardError(
            Problem(str(path), "expected a folder with logs, found none", severity="error")
        )
    return Path(os.path.relpath(path.resolve(), here)).as_posix()


def _found(here: Path) -> tuple[str, ...]:
    """The folders right below that hold runs; "." where runs lie in the folder itself."""
    if not here.is_dir():
        return ()
    names = {run.path.split("/")[1] if "/" in run.path else "" for run in scan([here]).runs}
    listed = sorted(name for name in names if (here / name).is_dir() and name)
    return tuple(listed) if len(listed) == len(names) else (".",)


def _runs(here: Path, log_folders: Sequence[str]) -> tuple[RunLocation, ...]:
    return (
        scan([here / name if name != "." else here for name in log_folders]).runs
        if log_folders
        else ()
    )


def _guess(title: str, log_folders: Sequence[str], runs: Sequence[RunLocation]) -> Guess:
    if not runs:
        return Guess(title, "")
    found = guess(title, [run.path for run in runs])
    # A repository may be cloned into a folder of any name.
    return _anywhere(found) if log_folders == (".",) else found


def _anywhere(node: Guess) -> Guess:
    pattern = re.sub(r"\^[^/]+/", "^[^/]+/", node.filter, count=1)
    return replace(node, filter=pattern, children=tuple(map(_anywhere, node.children)))
