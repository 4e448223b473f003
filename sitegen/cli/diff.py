"""`wattboard diff`."""

from __future__ import annotations

from pathlib import Path

import click

from ..differences import changes, read_site
from ..differences.markdown import FORMS

_SITE = click.Path(path_type=Path)


@click.command()
@click.argument("old_site", type=_SITE)
@click.argument("new_site", type=_SITE)
@click.option(
    "--format", "form", type=click.Choice(list(FORMS)), default="markdown", show_default=True
)
def diff(old_site: Path, new_site: Path, form: str) -> None:
    """Say what changes on a leaderboard from OLD_SITE to NEW_SITE, two built sites.

    New runs and groups, those that are gone, figures before and after, and places in tables. The Markdown is made
    for the summary of a job on a pull request.
    """
    click.echo(FORMS[form](changes(read_site(old_site), read_site(new_site))), nl=False)
