"""`wattboard convert`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ..build import tables_of
from ..catalog import known_names
from ..convert.run import Converted, find
from ..convert.run import convert as converted
from ..errors import Problem, WattboardError
from ..foreign.registry import known_readers
from ..foreign.table import Table
from ..spec import load_spec
from ..text import count
from . import options as shared


@click.command()
@click.argument(
    "sources",
    metavar="SOURCE…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
)
@click.option(
    "--output-dir",
    "output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Gets a folder for each run, named as the run is.",
)
@shared.SITE_SPEC
@click.option("--force", is_flag=True, help="Replace other logs that are in the way.")
def convert(sources: tuple[Path, ...], output: Path, spec_file: Path | None, force: bool) -> None:
    """Write logs in Wattboard's format from those of other tools, in SOURCE… (folders or files).

    Only where there is a time series. Each run's figures are compared with those of the original before its log is
    put in place. Exit code 1 if nothing could be converted.
    """
    _check_apart(sources, output)
    tables = tables_of(load_spec(spec_file, known_names())) if spec_file else ()
    found = find(sources, (*map(Table, tables), *known_readers()))
    _complain(found.problems)
    if not found.runs:
        raise WattboardError(
            Problem(
                ", ".join(map(str, sources)),
                "expected runs of other tools, found none",
                hint="docs/other-tools.md lists the tools and the names of their files",
                severity="error",
            )
        )
    n = 0
    for outcome in converted(found.runs, output, force=force):
        if isinstance(outcome, Problem):
            _complain([outcome])
        else:
            n += 1
            _report(outcome)
    if not n:
        sys.exit(1)


def _check_apart(sources: Sequence[Path], output: Path) -> None:
    for source in sources:
        if source.is_dir() and output.resolve().is_relative_to(source.resolve()):
            raise WattboardError(
                Problem(
                    str(output),
                    f"expected an output folder outside of what is converted, found one in {source}",
                    hint="its logs would be found as runs of the same names; give another --output-dir",
                    severity="error",
                )
            )


def _report(run: Converted) -> None:
    done = "converted" if run.is_new else "unchanged"
    click.echo(
        f"{done}: {run.location.path}: {run.tool}, {count(run.n_samples, 'sample')}", err=True
    )
    source = run.location.reported
    _complain(source.run.problems if source else ())
    if run.is_new:
        click.echo(str(run.folder))


def _complain(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(f"{problem.severity}: {problem}", err=True)
