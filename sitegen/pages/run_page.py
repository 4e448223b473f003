"""The page of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..addresses import LOG_ZIP
from ..catalog import FIGURES, FigureKind
from ..charts import time_chart
from ..model import Figure, Group, Leaderboard, RunResult, extra_figures
from ..scales import best
from ..spec.model import Variable
from ..table import column
from ..text import count, duration, moment, number, size, words
from .group_page import breadcrumbs
from .links import Links
from .tables import NOT_MEASURED, poor_share
from .views import Download, FactTable, FigureView, Link, RunView

_TILES = (
    "facility_energy_kwh",
    "emissions_kg",
    "duration_hours",
    "cpu_hours",
    "gpu_hours",
    "mean_power_w",
)
_FOLDED_FROM_ROWS = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A leaf that lists a run, with the groups that it lies in, outermost first."""

    leaf: Group
    ancestors: tuple[Group, ...]
    titles: Mapping[str, str]
    """Run path to the short name that the leaf gives it."""


def run_view(
    leaderboard: Leaderboard,
    run: RunResult,
    shown_in: Sequence[Shown],
    zip_bytes: int,
    links: Links,
) -> RunView:
    """All that a run's page shows.

    Args:
        zip_bytes: Size of its download.
    """
    here = leaderboard.run_addresses[run.location.path]
    crumbs: tuple[Link, ...] = ()
    if shown_in:
        crumbs = breadcrumbs(here, (*shown_in[0].ancestors, shown_in[0].leaf), links)
    extras = list(_extra_figures(run, shown_in))
    figures = {
        kind.name: _catalogue_view(run, kind) for kind in FIGURES if not _of_no_gpu(run, kind)
    }
    return RunView(
        title=_title(run, shown_in),
        path=run.location.path,
        breadcrumbs=crumbs,
        shown_in=tuple(
            Link(
                " › ".join(g.node.title for g in (*place.ancestors, place.leaf)),
                links.page(here, place.leaf.address),
            )
            for place in shown_in
        ),
        when=_when(run),
        figures=(*extras, *(figures[name] for name in _TILES if name in figures)),
        more_figures=tuple(view for name, view in figures.items() if name not in _TILES),
        warnings=tuple(_warnings(run)),
        charts=tuple(time_chart(chart) for chart in run.charts),
        facts=tuple(_facts(run)),
        downloads=(
            Download("The raw log", LOG_ZIP, f"zip, {size(zip_bytes)}"),
            Download("Figures of all runs", links.file(here, "runs.json"), "JSON"),
            Download("Figures of all runs", links.file(here, "runs.csv"), "CSV"),
        ),
    )


def _title(run: RunResult, shown_in: Sequence[Shown]) -> str:
    """The leaf and the run's short name in it; for a run that no leaf lists, the last two parts of its path."""
    path = run.location.path
    if shown_in:
        return f"{shown_in[0].leaf.node.title}: {shown_in[0].titles[path]}"
    return "/".join(path.split("/")[-2:])


def _when(run: RunResult) -> str:
    samples = count(run.n_samples, "sample")
    return f"{moment(run.start_s)}, for {duration(run.end_s - run.start_s)}, {samples}"


def _of_no_gpu(run: RunResult, kind: FigureKind) -> bool:
    """A figure of GPUs on a machine that has none: neither measured nor missing."""
    return "gpu" in kind.name and not run.info.gpu_info and run.figures[kind.name].value is None


def _catalogue_view(run: RunResult, kind: FigureKind) -> FigureView:
    figure = run.figures[kind.name]
    scale = best(kind.unit, [figure.value])
    note = f"PUE {run.pue:g}: {run.pue_source}" if kind.name == "facility_energy_kwh" else ""
    return _figure_view(kind.name, Variable(kind.label, scale.unit), figure, scale.factor, note)


def _extra_figures(run: RunResult, shown_in: Sequence[Shown]) -> Iterator[FigureView]:
    """What processors made of the run's files, as the first leaf that lists it shows it."""
    processors = ", ".join(run.extras)
    for name, figure in extra_figures(run, shown_in[0].leaf if shown_in else None).items():
        note = f"read from the run's files by {processors}"
        yield _figure_view(name, _variable(name, shown_in), figure, 1.0, note)


def _variable(name: str, shown_in: Sequence[Shown]) -> Variable:
    return column(shown_in[0].leaf, name).variable if shown_in else Variable(words(name))


def _figure_view(
    name: str, variable: Variable, figure: Figure, scale: float, note: str
) -> FigureView:
    if figure.value is None:
        return FigureView(variable.label, name, "", variable.unit, "not measured", NOT_MEASURED)
    text = number(figure.value * scale, variable.digits)
    return FigureView(variable.label, name, text, variable.unit, figure.provenance, note)


def _warnings(run: RunResult) -> Iterator[str]:
    share = poor_share(run)
    if share is not None:
        yield (
            f"This run's samples cover {share:.0%} of the time; "
            "for the rest, its last reading stands or nothing is counted."
        )
    if not run.ended:
        yield "This run ended abruptly: its log has no end, and its last sample is taken for it."
    for problem in run.problems:
        place = problem.file.removeprefix(f"{run.location.path}/")
        line = f" line {problem.line}" if problem.line else ""
        yield f"{place}{line}: {problem.message}."


def _facts(run: RunResult) -> Iterator[FactTable]:
    info = run.info
    yield from _fact_table("CPU", info.cpu_info)
    for i, gpu in enumerate(info.gpu_info):
        yield from _fact_table("GPU" if len(info.gpu_info) == 1 else f"GPU {i}", gpu)
    yield from _fact_table("Carbon and region", dict(_carbon_facts(run)))
    yield from _fact_table("How it was measured", dict(_measurement_facts(run)))
    packages = {package.name: package.version for package in info.packages}
    yield from _fact_table("Python packages", packages, count(len(packages), "package"))


def _fact_table(title: str, facts: Mapping[str, str], summary: str = "") -> Iterator[FactTable]:
    if facts:
        rows = tuple(facts.items())
        yield FactTable(title, rows, len(rows) > _FOLDED_FROM_ROWS, summary)


def _carbon_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    region, grid = run.info.region, run.info.carbon_intensity
    if region is not None:
        yield (
            "Region",
            f"{region.name} ({region.id})" if region.name not in {"", region.id} else region.id,
        )
        if region.found_by:
            yield "Region found by", region.found_by
    if grid is not None:
        yield "Region's average carbon intensity", f"{number(grid.g_per_kwh)} g CO₂eq/kWh"
        if grid.year is not None:
            yield "Year", str(grid.year)
        yield "Basis", grid.basis
        if grid.source:
            yield "Source", grid.source
        for label, share in (
            ("Fossil share", grid.fossil_share),
            ("Renewable share", grid.renewable_share),
        ):
            if share is not None:
                yield label, f"{share:.1%}"
    mean = run.figures["mean_carbon_intensity_g_per_kwh"].value
    if mean is not None:
        yield "Mean carbon intensity during the run", f"{number(mean)} g CO₂eq/kWh"
    yield "PUE", f"{run.pue:g} ({run.pue_source})"


def _measurement_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    info = run.info
    kinds = {"counter": "energy counter", "power": "power sensor", "estimate": "estimate"}
    for source in info.power_sources:
        rated = "" if source.rated_power_w is None else f", from {source.rated_power_w:g} W"
        found_by = f": {source.found_by}" if source.found_by else ""
        text = f"{source.name} ({kinds[source.kind]}{rated}{found_by})"
        yield f"{source.component.upper()} power", text
    if info.interval_s is not None:
        yield "Sampling interval", f"{info.interval_s:g} s"
    yield "Samples", str(run.n_samples)
    yield "Size of the log", size(run.log_bytes)
    yield "Log format", info.format
    if info.collector_version:
        yield "Collector version", info.collector_version
    if info.run_id:
        yield "Run id", info.run_id
