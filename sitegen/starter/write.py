"""Lay down the files of a leaderboard repository. Nothing that is there is touched."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import yaml

from ..errors import Problem, WattboardError
from .results import ResultsFile
from .tree import Guess

_TEMPLATES: Mapping[str, str] = {
    "mkdocs.yml": "mkdocs.yml",
    "processors.txt": "processors.py",
    "README.md": "README.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "about.md": "docs/about.md",
    "gitignore": ".gitignore",
    "pages.yml": ".github/workflows/pages.yml",
    "check.yml": ".github/workflows/check.yml",
}
"""Template to file."""
_SPEC = "site.yml"
_OUR_COLUMNS = ("facility_energy_kwh", "duration_hours", "emissions_kg")


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a leaderboard to be."""

    title: str
    name: str
    """The repository's folder."""
    log_folders: tuple[str, ...]
    """Relative to the repository."""
    guess: Guess
    results: ResultsFile | None
    site_url: str = ""
    repository: str = ""
    """Such as "lab/leaderboard"."""

    @property
    def contributed(self) -> str:
        """The log folder that pull requests add to."""
        return self.log_folders[0]

    @property
    def output(self) -> str:
        """Where the site goes: never among the logs."""
        return f"../{self.name or 'leaderboard'}-site" if "." in self.log_folders else "site"


def write(folder: Path, start: Start) -> list[Path]:
    """Write the files into a folder.

    Returns:
        Their paths, relative to it.

    Raises:
        WattboardError: one of them is there already.
        OSError: one cannot be written.
    """
    texts = {_SPEC: _spec(start), **_filled(start)}
    there = [name for name in texts if os.path.lexists(folder / name)]
    if there:
        raise WattboardError(
            Problem(
                str(folder),
                f"expected a folder without {', '.join(there)}, found {'it' if len(there) == 1 else 'them'}",
                hint="nothing was written: move them away, or name another folder",
                severity="error",
            )
        )
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [Path(name) for name in texts]


def _filled(start: Start) -> dict[str, str]:
    # Workflows are full of the usual brackets.
    environment = jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML: the owner's own words in files of his own
    )
    environment.filters |= {"yaml": _yaml, "python": repr}
    folder = files(__package__) / "files"
    return {
        name: environment.from_string((folder / template).read_text(encoding="utf-8")).render(
            start=start, version=version("wattboard")
        )
        for template, name in _TEMPLATES.items()
    }


def _yaml(value: object) -> str:
    """A value within a line of YAML."""
    listed = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(listed, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _spec(start: Start) -> str:
    columns = start.results.columns if start.results else ()
    root: dict[str, Any] = {
        "description": "What the experiments cost in energy, and what they give for it.",
    }
    if start.results:
        root["extra_files_processor"] = "processors.read_results"
        root["variables"] = {
            column.figure: {
                "label": column.name,
                **({"better": column.better} if column.better else {}),
            }
            for column in columns
        }
    root["executive_summary_variables"] = [*(column.figure for column in columns), *_OUR_COLUMNS]
    if columns:
        root["executive_summary_plots"] = [{"x": "facility_energy_kwh", "y": columns[0].figure}]
    root |= _children(start.guess.children)
    text = yaml.safe_dump(
        {start.title: root},
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
    return f"{_HEAD}{text}"


def _children(children: Sequence[Guess]) -> dict[str, Any]:
    if not children:
        return {}
    return {
        "child_experiments": {
            child.title: {"filter": child.filter, **_children(child.children)} for child in children
        }
    }


_HEAD = """\
# What the leaderboard shows, guessed from the folders of the experiments: titles and filters are yours to change.
# A filter is a regular expression over a run's path, which begins with the name of the log folder.
"""
