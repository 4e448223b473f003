"""What pages say of the carbon intensities behind their emissions, with who they are from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..alike import alike
from ..carbon import LOOKED_UP, is_live
from ..grid.tables import sources
from ..model import GridIntensity, RunResult
from ..scales import best
from ..text import count, number

_UNIT = "g CO₂eq/kWh"
_MOST_LISTED = 3
_INTENSITY = "mean_carbon_intensity_g_per_kwh"


def reference_words(place: str, grid: GridIntensity) -> str:
    """Such as "the reference grid: Germany, 329.6 g CO₂eq/kWh, lifecycle, 2025, Ember …"."""
    return f"the reference grid: {grid_words(place, grid)}"


@lru_cache(256)
def grid_words(place: str, grid: GridIntensity) -> str:
    """A grid's place, intensity, basis, year and source, as far as they are known."""
    basis = "" if grid.basis == "unknown" else grid.basis
    said = (place, f"{number(grid.g_per_kwh)} {_UNIT}", basis, str(grid.year or ""), grid.source)
    return ", ".join(filter(None, said))


def attribution(words: str) -> str:
    """Licence and address of the source that a grid names, "" where it is none of our tables'."""
    known = (source for source in sources().values() if words.startswith(source.name))
    return next((f"{source.licence}, {source.url}" for source in known), "")


def intensity_note(runs: Sequence[RunResult]) -> str:
    """Which intensity the emissions of runs are computed with; "" where there are no emissions to speak of."""
    having = [run for run in runs if run.figures[_INTENSITY].value is not None]
    if not having:
        return ""
    first = having[0]
    if first.recomputed is not None and first.info.carbon_intensity is not None:
        grid = first.info.carbon_intensity
        return (
            f"Emissions are recomputed on the reference grid: {_credited(first.recomputed.place, grid)}. "
            "What the logs have is on the runs’ pages."
        )
    return " ".join(_as_logged(having))


def _as_logged(runs: Sequence[RunResult]) -> Iterator[str]:
    live: list[RunResult] = []
    others: list[RunResult] = []
    for run in runs:
        (live if is_live(run) else others).append(run)
    logged, found = _kinds(others)
    if live:
        whose = "these runs" if len(live) == len(runs) else count(len(live), "run")
        yield f"Emissions of {whose} are by the grid’s intensity as logged during the run{_live_words(live)}."
    if logged:
        yield f"Emissions are by the average intensity that the logs state: {_listed(logged)}."
    if found:
        yield f"Where a log names a region and no intensity, its average was looked up: {_listed(found)}."


def _live_words(runs: Sequence[RunResult]) -> str:
    """Whose values they are, on which basis; "" where the logs do not say."""
    known = dict.fromkeys(run.info.live_intensity for run in runs)
    said = [f"{live.basis}, {live.attribution or live.source}" for live in known if live]
    return f": {'; '.join(said)}" if said else ""


_Place = tuple[str, GridIntensity]


def _kinds(runs: Sequence[RunResult]) -> tuple[list[_Place], list[_Place]]:
    """The different averages that logs state, and those that were looked up for them."""
    places: dict[_Place, None] = {}
    # Most runs are on few grids, as one object each: these are compared once.
    for run, _ in alike(runs, lambda run: (id(run.info.region), id(run.info.carbon_intensity))):
        region, grid = run.info.region, run.info.carbon_intensity
        if grid is not None:
            places[((region.name or region.id) if region else "", grid)] = None
    return (
        [(place, grid) for place, grid in places if not grid.source.endswith(LOOKED_UP)],
        [(place, grid) for place, grid in places if grid.source.endswith(LOOKED_UP)],
    )


def _listed(places: Sequence[_Place]) -> str:
    shown = [_credited(place, grid) for place, grid in places[:_MOST_LISTED]]
    more = len(places) - len(shown)
    return "; ".join([*shown, *([f"and {count(more, 'other')}"] if more else [])])


def _credited(place: str, grid: GridIntensity) -> str:
    """A grid in words, with licence and address where its source is one of our tables'."""
    credit = attribution(grid.source)
    return f"{grid_words(place, grid)} ({credit})" if credit else grid_words(place, grid)


def carbon_source(run: RunResult) -> str | None:
    """In a few words, for `runs.json`: where a run's intensity is from; None where it has none."""
    grid = run.info.carbon_intensity
    if run.figures[_INTENSITY].value is None:
        return None
    if run.recomputed is not None and grid is not None:
        return reference_words(run.recomputed.place, grid)
    if grid is None or is_live(run):
        return f"the run's own log, live{_live_words([run])}"
    return grid_words("", grid)


def recomputed_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    """What a run's page says of its emissions on a reference grid; nothing where they are as logged."""
    logged, grid = run.recomputed, run.info.carbon_intensity
    if logged is None or grid is None:
        return
    yield "Emissions on this page", f"recomputed on {reference_words(logged.place, grid)}"
    if attribution(grid.source):
        yield "Licence and address of that source", attribution(grid.source)
    yield "Emissions as logged", _logged_emissions(run)


def recomputed_note(run: RunResult) -> str:
    """The same in one line; "" where emissions are as logged."""
    logged, grid = run.recomputed, run.info.carbon_intensity
    if logged is None or grid is None:
        return ""
    words = reference_words(logged.place, grid)
    return f"Emissions on this page are recomputed on {words}; as logged: {_logged_emissions(run)}."


def _logged_emissions(run: RunResult) -> str:
    logged = run.recomputed
    if logged is None or logged.logged_mean_g_per_kwh.value is None:
        return "none: neither the log nor its region tells a carbon intensity"
    mean = f"{number(logged.logged_mean_g_per_kwh.value)} {_UNIT}"
    kg = logged.logged_emissions_kg.value
    if kg is None:
        return mean
    scale = best("kg CO₂eq", [kg])
    return f"{number(kg * scale.factor)} {scale.unit}, at {mean}"
