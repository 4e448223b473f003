"""`wattboard measure`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..build import measure_runs
from ..cache.archive import archive
from ..cache.folder import CacheOptions
from ..carbon import OF_LOG, recomputed, reference
from ..catalog import figure_kinds
from ..measure import MeasureOptions
from ..pages.carbon_text import reference_words
from ..pages.datafiles import figures_csv, run_record
from ..progress import progress
from ..pue import override
from ..scales import Scale, best
from ..text import number
from . import options as shared

if TYPE_CHECKING:
    from ..store import Folder

Record = Mapping[str, Any]


@click.command()
@shared.LOG_FOLDERS
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
@shared.PUE
@shared.INTENSITY
@shared.JOBS
@shared.with_cache
@shared.SCHEDULER
def measure(
    log_folders: tuple[Folder, ...],
    form: str,
    pue: float | None,
    intensity: str | None,
    jobs: int | None,
    scheduler: str | None,
    cache: CacheOptions,
) -> None:
    """Print the figures of every run below LOGDIR…."""
    wanted = reference(intensity or OF_LOG)
    options = MeasureOptions(*override(pue))
    with archive(cache, None) as kept:
        results, problems = measure_runs(
            log_folders, options, jobs, progress(), kept, scheduler=scheduler
        )
    for problem in problems:
        click.echo(f"{problem.severity}: {problem}", err=True)
    if wanted is not None:
        results = [recomputed(result, wanted) for result in results]
        click.echo(
            f"note: emissions are recomputed on {reference_words(wanted.place, wanted.grid)}",
            err=True,
        )
    click.echo(_FORMS[form]([run_record(result) for result in results]), nl=False)


def _as_json(records: Sequence[Record]) -> str:
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


_COLUMNS = (
    "facility_energy_kwh",
    "emissions_kg",
    "duration_hours",
    "cpu_hours",
    "gpu_hours",
    "measured_share",
)
_SIGNS = {"estimated": "≈", "partial": "◐"}


def _as_table(records: Sequence[Record]) -> str:
    """Aligned columns; every run on a line, however long its name."""
    kinds = {kind.name: kind for kind in figure_kinds()}
    scales = {
        name: best(kinds[name].unit, (record["metrics"][name] for record in records))
        for name in _COLUMNS
    }
    rows = [
        ["run", *(kinds[name].label for name in _COLUMNS)],
        ["", *(scale.unit for scale in scales.values())],
    ]
    rows += [
        [record["run"], *(_cell(record, name, scale) for name, scale in scales.items())]
        for record in records
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join(
        [
            *lines,
            "",
            "≈ estimated from rated power or a yearly average   ◐ partial   — not measured",
            "",
        ]
    )


def _cell(record: Record, name: str, scale: Scale) -> str:
    value = record["metrics"][name]
    if value is None:
        return "—"
    return _SIGNS.get(record["provenance"][name], "") + number(value * scale.factor)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    first, *rest = (
        text.ljust(width) if i == 0 else text.rjust(width)
        for i, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()


_FORMS: Mapping[str, Callable[[Sequence[Record]], str]] = {
    "table": _as_table,
    "csv": figures_csv,
    "json": _as_json,
}
