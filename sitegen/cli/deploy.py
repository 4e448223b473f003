"""`wattboard deploy`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..plugin import HostError, deploy_site
from ..site_settings import SiteOptions
from .build import build_into
from .site import config_here


@click.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The site's mkdocs.yml. [default: that of this folder]",
)
@click.option(
    "--remote",
    "remote_name",
    help="Git's name of where it goes. [default: as mkdocs.yml says, else origin]",
)
@click.option("--branch", "remote_branch", help="[default: as mkdocs.yml says, else gh-pages]")
@click.option(
    "--message",
    help="Of the commit. {sha} and {version} stand for the source's commit and MkDocs' version.",
)
@click.option("--force", is_flag=True, help="Replace what is on the branch, whatever it is.")
@click.option("--strict", is_flag=True, help="Treat every warning as an error.")
def deploy(
    config_file: Path | None,
    remote_name: str | None,
    remote_branch: str | None,
    message: str | None,
    force: bool,
    strict: bool,
) -> None:
    """Build the site and push it to the branch that GitHub Pages shows, by MkDocs' own gh-deploy.

    A file CNAME in docs/ goes with it, so that a domain of your own stays.
    """
    found = config_file or config_here()
    if found is None:
        raise click.UsageError("expected a mkdocs.yml in this folder, or --config")
    options = SiteOptions((), None, config_file=found, strict=strict)
    build_into(options, None, force=False)
    try:
        deploy_site(options, remote_name, remote_branch, message, force=force)
    except HostError:
        sys.exit(1)
