"""`wattboard schema`."""

from __future__ import annotations

import json

import click

from ..spec import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of the site spec, for editors that complete and check it."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
