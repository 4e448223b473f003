"""Which carbon intensity a run's emissions are computed with. Formulas: docs/metrics.md#carbon-intensity.

The log's own, else the average of the region that the log names; or, where a site asks for it, that of one reference
grid for all runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

from .errors import Problem, WattboardError
from .grid import intensity, zones
from .grid.zones import Zone
from .model import ABSENT, Basis, Figure, GridIntensity, Recomputed, Region, RunLog, RunResult
from .units import GRAMS_PER_KG

OF_LOG = "log"
"""In place of a reference grid: the intensity that belongs to each log."""

LOOKED_UP = "looked up for the log’s region"
"""How the source of an intensity ends that the log itself does not have."""

MAX_G_PER_KWH = 1e5
"""Fifty times what the worst power plants emit: beyond, the unit is wrong."""

_CHANNEL = "carbon_intensity_g_per_kwh"


@dataclass(frozen=True, slots=True)
class Reference:
    """The grid on which all runs shall be compared."""

    grid: GridIntensity
    place: str = ""
    """In words, such as "Germany"; "" for a number that was stated."""


def reference(text: str, option: str = "--intensity") -> Reference | None:
    """The reference grid that a text asks for: a zone by id or name, a number in g/kWh, or "log" for none.

    Args:
        option: What the option is called, for messages.

    Raises:
        UnknownZoneError: it is none of these. The hint names zones that are near.
        WattboardError: the zone has no figure, or the number is none from 0 on.
    """
    if text.strip().lower() == OF_LOG:
        return None
    try:
        value = float(text)
    except ValueError:
        zone = zones.find(text)
        average = of_zone(zone)
        if average is None:
            raise no_figure(zone, option) from None
        return Reference(average, zone.label)
    return Reference(stated(value, option))


def of_zone(zone: Zone) -> GridIntensity | None:
    """A zone's yearly average, or its country's; None where there is none."""
    figure = intensity.of(zone)
    if figure is None:
        return None
    source = figure.source if figure.zone == zone else f"{figure.source}, for {figure.zone.label}"
    return GridIntensity(
        figure.g_per_kwh,
        source,
        figure.year,
        figure.basis,
        figure.fossil_share,
        figure.low_carbon_share,
    )


def no_figure(zone: Zone, option: str = "--intensity") -> WattboardError:
    """The error of a zone without an intensity."""
    return WattboardError(
        Problem(
            option,
            f"expected a zone with a carbon intensity, found {zone.id} ({zone.label}), which has none",
            hint="give the intensity as a number, in g CO2eq/kWh",
            severity="error",
        )
    )


def stated(g_per_kwh: float, option: str = "--intensity") -> GridIntensity:
    """An intensity that the authors state.

    Raises:
        WattboardError: it is no number from 0 to `MAX_G_PER_KWH`.
    """
    if not (math.isfinite(g_per_kwh) and 0 <= g_per_kwh <= MAX_G_PER_KWH):
        raise WattboardError(
            Problem(
                option,
                f"expected a number of g CO2eq/kWh from 0 to {MAX_G_PER_KWH:.0f}, found {g_per_kwh:g}",
                severity="error",
            )
        )
    return GridIntensity(g_per_kwh, "stated by the authors")


def looked_up(log: RunLog) -> RunLog:
    """The log with what the tables know of the region that it names: its name, and its yearly average.

    Each where the log has none; the average where it has no intensity of any kind.
    """
    if log.info.region is None:
        return log
    info = replace(log.info, region=with_zone_name(log.info.region))
    if info.carbon_intensity is None and _CHANNEL not in log.samples.channels:
        info = replace(info, carbon_intensity=grid_of(log.info.region))
    return replace(log, info=info)


@cache
def with_zone_name(region: Region) -> Region:
    """The region with its zone's name in words, where the log has none and the tables have the zone."""
    zone = None if region.name else zones.meant(region.id)
    return region if zone is None else replace(region, name=zone.label)


def grid_of(region: Region) -> GridIntensity | None:
    """The yearly average of a log's region, which says that it was looked up; None where there is none."""
    average = of_region(region.id)
    if average is None:
        return None
    return replace(average, source=f"{average.source}, {LOOKED_UP}")


@cache
def of_region(region_id: str) -> GridIntensity | None:
    """The yearly average of a region as a log names it; None where the tables have no such zone, or no figure of it."""
    zone = zones.meant(region_id)
    return None if zone is None else of_zone(zone)


def recomputed(run: RunResult, wanted: Reference) -> RunResult:
    """The run with its emissions on a reference grid: an estimate at best, since nobody drew that power there."""
    energy = run.figures.get("facility_energy_kwh", ABSENT)
    emissions = ABSENT
    if energy.value is not None:
        kg = energy.value * wanted.grid.g_per_kwh / GRAMS_PER_KG
        emissions = Figure(
            kg, "estimated" if energy.provenance == "measured" else energy.provenance
        )
    figures = {
        **run.figures,
        "mean_carbon_intensity_g_per_kwh": Figure(wanted.grid.g_per_kwh, "reported"),
        "emissions_kg": emissions,
    }
    logged = Recomputed(
        wanted.place,
        run.info.carbon_intensity,
        run.figures.get("mean_carbon_intensity_g_per_kwh", ABSENT),
        run.figures.get("emissions_kg", ABSENT),
    )
    return replace(
        run,
        info=replace(run.info, carbon_intensity=wanted.grid),
        figures=figures,
        recomputed=logged,
    )


def basis_of(run: RunResult) -> Basis | None:
    """What the intensities behind a run's emissions count; None where nothing says it."""
    if run.recomputed is None and run.info.live_intensity is not None:
        return run.info.live_intensity.basis
    return run.info.carbon_intensity.basis if run.info.carbon_intensity else None


def is_live(run: RunResult) -> bool:
    """Whether the grid's intensity was logged while the run went on: its mean is then not that of the log's average."""
    average = run.info.carbon_intensity
    mean = run.figures.get("mean_carbon_intensity_g_per_kwh", ABSENT).value
    if mean is None or average is None:
        return mean is not None
    given = average.g_per_kwh
    if given * (1 - 1e-9) <= mean <= given * (1 + 1e-9):  # as of nearly all runs, which are many
        return False
    averages = [part.info.carbon_intensity for part in run.parts if part.info.carbon_intensity]
    known = [given, *(each.g_per_kwh for each in averages)]
    return not min(known) * (1 - 1e-9) <= mean <= max(known) * (1 + 1e-9)
