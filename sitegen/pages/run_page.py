"""The page of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..addresses import LOG_ZIP, RUN_TABLE
from ..catalog import FigureKind, figure_kinds
from ..model import Group, RunResult, TimeChart, extra_figures
from ..plots.siblings import SIBLINGS_FILE
from ..plots.time_chart import time_charts
from ..scales import best
from ..text import count, duration, moment, number, size
from ..units import SECONDS_PER_HOUR
from .carbon_text import recomputed_note
from .facts import facts, parts_in_words
from .group_page import breadcrumbs
from .links import Links
from .page_data import FigureWords
from .tables import NOT_MEASURED, poor_share
from .views import Download, FigureView, Link, RunView

_TILES = (
    "facility_energy_kwh",
    "emissions_kg",
    "duration_hours",
    "cpu_hours",
    "gpu_hours",
    "mean_power_w",
)


_WITH_PUE = frozenset({"facility_energy_kwh", "emissions_kg"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A leaf that lists a run, with the groups that it lies in, outermost first."""

    leaf: Group
    ancestors: tuple[Group, ...]
    titles: Mapping[str, str]
    """Run path to the short name that the leaf gives it."""
    figure_words: FigureWords
    """Its own."""


def run_view(
    run: RunResult,
    charts: Sequence[TimeChart],
    here: str,
    shown_in: Sequence[Shown],
    figure_words: FigureWords,
    zip_bytes: int,
    links: Links,
) -> RunView:
    """All that a run's page shows. Of other runs it knows nothing, so that they may come and go.

    Args:
        charts: Of this run.
        here: Address of its page.
        shown_in: The leaves that list it, in the order of the spec.
        figure_words: Those of the first of them.
        zip_bytes: Size of its download.
    """
    crumbs: tuple[Link, ...] = ()
    if shown_in:
        crumbs = breadcrumbs(here, (*shown_in[0].ancestors, shown_in[0].leaf), links)
    extras = _extra_figures(run, shown_in[0].leaf if shown_in else None, figure_words)
    figures = {
        kind.name: _catalogue_view(run, kind)
        for kind in figure_kinds()
        if not _is_out_of_place(run, kind)
    }
    return RunView(
        title=run_title(run, shown_in),
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
        parts=parts_in_words(run),
        figures=(*extras, *(figures[name] for name in _TILES if name in figures)),
        more_figures=tuple(view for name, view in figures.items() if name not in _TILES),
        warnings=tuple(_warnings(run)),
        siblings_of=crumbs[-1] if crumbs else None,
        siblings_file=(
            links.file(here, f"{shown_in[0].leaf.address}{SIBLINGS_FILE}") if shown_in else ""
        ),
        charts=tuple(time_charts(charts)),
        facts=tuple(facts(run)),
        downloads=(
            Download("The raw log", LOG_ZIP, f"zip, {size(zip_bytes)}"),
            Download("Figures of all runs", links.file(here, "runs.json"), "JSON"),
            Download("Figures of all runs", links.file(here, "runs.csv"), "CSV"),
            Download("Figures of all runs", links.file(here, RUN_TABLE), "Parquet"),
        ),
    )


def run_title(run: RunResult, shown_in: Sequence[Shown]) -> str:
    """The leaf and the run's short name in it; for a run that no leaf lists, the last two parts of its path."""
    path = run.location.path
    if shown_in:
        return f"{shown_in[0].leaf.node.title}: {shown_in[0].titles[path]}"
    return "/".join(path.split("/")[-2:])


def _when(run: RunResult) -> str:
    if run.location.reported is not None:
        return _when_reported(run)
    if run.start_s is None or run.end_s is None:
        return ""
    hours = run.figures["duration_hours"].value
    took = "" if hours is None else f", for {duration(hours * SECONDS_PER_HOUR)}"
    if took and len(run.parts) > 1:
        took += f" within {duration(run.end_s - run.start_s)}"
    return f"{moment(run.start_s)}{took}, {count(run.n_samples, 'sample')}"


def _when_reported(run: RunResult) -> str:
    hours = run.figures["duration_hours"].value
    told = (
        "" if run.start_s is None else moment(run.start_s),
        "" if hours is None else f"for {duration(hours * SECONDS_PER_HOUR)}",
        f"measured by {run.location.reported.run.tool}" if run.location.reported else "",
    )
    return ", ".join(filter(None, told))


def _is_out_of_place(run: RunResult, kind: FigureKind) -> bool:
    """A figure of GPUs on a machine that has none, or of what only other tools tell: neither measured nor missing."""
    if kind.name == "ram_energy_kwh" or (
        kind.name == "measured_share" and run.location.reported is not None
    ):
        return run.figures[kind.name].value is None
    return "gpu" in kind.name and not run.info.gpu_info and run.figures[kind.name].value is None


def _catalogue_view(run: RunResult, kind: FigureKind) -> FigureView:
    figure = run.figures[kind.name]
    scale = best(kind.unit, (figure.value,))
    aside = f"with a PUE of {run.pue:g} ({run.pue_source})" if kind.name in _WITH_PUE else ""
    if figure.value is None:
        return _not_measured(kind.name, kind.label, scale.unit, aside)
    text = number(figure.value * scale.factor)
    return FigureView(kind.label, kind.name, text, scale.unit, figure.provenance, "", aside)


def _extra_figures(
    run: RunResult, leaf: Group | None, figure_words: FigureWords
) -> Iterator[FigureView]:
    """What processors made of the run's files, as the first leaf that lists it shows it."""
    note = f"read from the run's files by {', '.join(run.extras)}"
    for name, figure in extra_figures(run, leaf).items():
        shown = figure_words.variable(name)
        if figure.value is None:
            yield _not_measured(name, shown.label, shown.unit)
        else:
            text = number(figure.value, shown.digits)
            yield FigureView(shown.label, name, text, shown.unit, figure.provenance, note)


def _not_measured(name: str, label: str, unit: str, aside: str = "") -> FigureView:
    return FigureView(label, name, "", unit, "not measured", NOT_MEASURED, aside)


def _warnings(run: RunResult) -> Iterator[str]:
    if run.recomputed is not None:
        yield recomputed_note(run)
    share = poor_share(run)
    if share is not None:
        yield (
            f"This run's samples cover {share:.0%} of the time; "
            "for the rest, its last reading stands or nothing is counted."
        )
    if not run.ended:
        yield "This run ended abruptly: its log has no end, and its last sample is taken for it."
    if run.info.exit_code:
        yield f"The command of this run failed: it ended with exit code {run.info.exit_code}."
    if run.location.lost_parts:
        names = ", ".join(f'"{name}"' for name in run.location.lost_parts)
        yield f"Parts of this run cannot be read, and are missing from its figures: {names}."
    reported = run.location.reported
    for problem in run.problems:
        place = problem.file.removeprefix(f"{run.location.path}/")
        if reported is not None:
            place = reported.file_name
        line = f" line {problem.line}" if problem.line else ""
        # What is wrong with another tool's file is for its reader to weigh; a log's hints are for who wrote it.
        hint = f": {problem.hint}" if problem.hint and reported is not None else ""
        yield f"{place}{line}: {problem.message}{hint}."
