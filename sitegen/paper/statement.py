"""The impact of runs in sentences for a paper. What each figure is: docs/statement.md."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import count
from .cost_text import cost_sentences
from .grid_text import basis_sentences, grid_sentences, grid_table
from .hardware_text import hardware_sentence
from .impact import Impact, Origin, PueUse, Total
from .prose import (
    Address,
    Sentence,
    Statement,
    cite,
    listing,
    parts_listing,
    percent,
    quantity,
)
from .social_cost import SocialCost
from .sources import HENDERSON, UPTIME, wattboard

_SEED = "experiment-impact-tracker"

PUE_WORDS = {
    "the default": "a default: the average of a survey of data centres",
    "the run's own log": "as the logs state it",
    "given for this site": "stated by the authors",
    "given by OVERRIDE_PUE": "stated by the authors",
}
"""By the words of `RunResult.pue_source`, those for a paper's reader."""


def statement(impact: Impact, cost: SocialCost | None, url: str = "") -> Statement:
    """All that a paper should say of its runs.

    Args:
        cost: None leaves out what the emissions cost.
        url: Where the runs' pages are, "" for nowhere.
    """
    paragraphs = (
        tuple(_energy(impact)),
        tuple(_emissions(impact)),
        tuple(_compute(impact)),
        tuple(_cost(impact, cost)),
        tuple(_origin(impact, url)),
    )
    table = grid_table(impact)
    return Statement(tuple(p for p in paragraphs if p), (table,) if table else ())


def _energy(impact: Impact) -> Iterator[Sentence]:
    total = impact.facility_energy_kwh
    runs = _the_runs(impact.n_runs)
    if total.value is None:
        yield (f"For {runs} no energy is known.",)
        return
    yield (f"{_upper(runs)} used {quantity(total.value, 'kWh')} of electricity.",)
    yield from _pue(impact)
    yield from _missing(total, "energy", "")
    yield from _origins(impact)
    yield from _unread(impact)
    yield from _gaps(impact)


def _the_runs(n: int) -> str:
    return "the run of this work" if n == 1 else f"the {n} runs of this work"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _missing(total: Total, what: str, of_theirs: str) -> Iterator[Sentence]:
    """That a sum is not that of all runs."""
    n = total.of - total.n
    if n > 0:
        lacked = (
            f"{'its' if n == 1 else 'their'} {of_theirs}"
            if of_theirs
            else "it"
            if n == 1
            else "them"
        )
        yield (
            f"For {n} of the {count(total.of, 'run')} no {what} is known; the sum lacks {lacked}.",
        )


def _pue(impact: Impact) -> Iterator[Sentence]:
    hardware = quantity(impact.energy_kwh.value or 0.0, "kWh")
    if len(impact.pues) == 1:
        use = impact.pues[0]
        yield (
            f"This is {hardware} of the hardware times a power usage effectiveness (PUE) of {use.pue:g} (",
            *_pue_source(use),
            ").",
        )
        return
    items = [
        (f"{use.pue:g} for {count(use.n_runs, 'run')} (", *_pue_source(use), ")")
        for use in impact.pues
    ]
    yield (
        f"This is {hardware} of the hardware times a power usage effectiveness (PUE) that differs: ",
        *parts_listing(items),
        "; energies without PUE are what can be compared.",
    )


def _pue_source(use: PueUse) -> Sentence:
    words = PUE_WORDS.get(use.source, use.source)
    return (words, *cite(UPTIME if use.source == "the default" else None))


_ORIGIN_WORDS: dict[Origin, str] = {
    "measured": "measured by counters or sensors",
    "estimated": "estimated from the processors\u2019 rated power",
    "reported": "taken as the logs report it",
}
_OF_OTHER_TOOLS: dict[Origin, str] = {
    "estimated": "estimated from the hardware\u2019s rated power or the size of its memory",
}


def _origins(impact: Impact) -> Iterator[Sentence]:
    """Of which part of the energy how much is known."""
    energies = {origin: kwh for origin, kwh in impact.by_origin_kwh.items() if kwh > 0}
    total = sum(energies.values())
    words = {**_ORIGIN_WORDS, **(_OF_OTHER_TOOLS if impact.other_tools else {})}
    if len(energies) == 1:
        yield (f"All of the hardware\u2019s energy was {words[next(iter(energies))]}.",)
    elif energies:
        shares = (f"{percent(kwh / total)} was {words[origin]}" for origin, kwh in energies.items())
        yield (f"Of the hardware\u2019s energy, {listing(shares)}.",)


def _unread(impact: Impact) -> Iterator[Sentence]:
    for n, component in (
        (impact.n_without_gpu_energy, "GPUs"),
        (impact.n_without_cpu_energy, "CPU"),
    ):
        if n:
            runs = "the run" if impact.n_runs == 1 else count(n, "run")
            yield (f"For {runs} the energy of the {component} could not be read and is missing.",)
    if impact.n_with_lost_parts:
        runs = (
            "Of the run" if impact.n_runs == 1 else f"Of {count(impact.n_with_lost_parts, 'run')}"
        )
        yield (f"{runs} the log of a process is missing, and its energy with it.",)


def _gaps(impact: Impact) -> Iterator[Sentence]:
    share = impact.share_without_samples
    of = "" if impact.n_sampled == impact.n_runs else f" of {count(impact.n_sampled, 'run')}"
    if not share:
        if impact.n_sampled:
            yield (f"Samples cover all of the time{of}.",)
        return
    in_all = impact.n_poorly_sampled == impact.n_sampled
    in_runs = "" if in_all else f" (in {count(impact.n_poorly_sampled, 'run')})"
    if impact.gaps_mixed:
        rule = "in some logs the last reading stands for it, in others it adds no energy"
    elif impact.gaps_count:
        rule = "the last reading before it stands for it"
    else:
        rule = "it adds no energy"
    yield (f"No samples cover {percent(share)} of the time{of}{in_runs}: {rule}.",)


def _emissions(impact: Impact) -> Iterator[Sentence]:
    total = impact.emissions_kg
    if total.value is None:
        if impact.facility_energy_kwh.value is None:
            yield ("Without it no emissions can be given.",)
        else:
            yield (
                "Emissions cannot be given, since the logs do not tell the grid\u2019s carbon intensity.",
            )
    else:
        yield (f"This corresponds to emissions of {quantity(total.value, 'kg')} of CO₂eq.",)
        with_energy = max(total.n, impact.facility_energy_kwh.n)
        yield from _missing(
            Total(total.value, total.n, with_energy), "carbon intensity", "emissions"
        )
    yield from grid_sentences(impact)
    yield from basis_sentences(impact)


def _compute(impact: Impact) -> Iterator[Sentence]:
    hours = [(impact.duration_hours, "of wall-clock time")]
    if impact.allocated_gpu_hours.value is not None:
        hours.append((impact.allocated_gpu_hours, "of allocated GPUs (duration × number of GPUs)"))
    if impact.cpu_hours.value is not None:
        hours.append((impact.cpu_hours, "of CPU time"))
    told = [
        f"{quantity(total.value, 'hours')} {what}{_of_how_many(total)}"
        for total, what in hours
        if total.value is not None
    ]
    if told:
        yield (f"In sum, the computations took {listing(told)}.",)
    yield from hardware_sentence(impact)
    yield from _ends(impact)


def _of_how_many(total: Total) -> str:
    return "" if total.is_whole else f" (known for {total.n} of {total.of} runs)"


def _ends(impact: Impact) -> Iterator[Sentence]:
    if impact.n_abrupt:
        runs = "The run" if impact.n_runs == 1 else _upper(count(impact.n_abrupt, "run"))
        it = "it counts" if impact.n_abrupt == 1 else "they count"
        yield (f"{runs} ended abruptly; {it} up to the last sample.",)
    if impact.n_failed:
        runs = "The run" if impact.n_runs == 1 else _upper(count(impact.n_failed, "run"))
        counted = "it is" if impact.n_failed == 1 else "they are"
        yield (f"{runs} failed; {counted} included all the same.",)


def _cost(impact: Impact, cost: SocialCost | None) -> Iterator[Sentence]:
    kg = impact.emissions_kg.value
    if cost is not None and kg is not None:
        yield from cost_sentences(cost, kg)


def _origin(impact: Impact, url: str) -> Iterator[Sentence]:
    yield (
        "The figures cover processors, and memory where its energy is counted; other parts of the machines, storage, "
        "networks and the making of the hardware are left out.",
    )
    if impact.other_tools:
        measured = (f"{count(n, 'run')} from {tool}" for tool, n in impact.other_tools.items())
        yield (
            f"Energy, emissions and duration are other tools\u2019 own figures for {listing(measured)}.",
        )
    if impact.tools.get(_SEED, 0) == impact.n_runs:
        yield (
            f"They were computed from logs of {_SEED}",
            *cite(HENDERSON),
            " with Wattboard",
            *cite(wattboard()),
            ".",
        )
    else:
        yield (
            "They were computed from the runs’ logs with Wattboard",
            *cite(wattboard()),
            f", which builds on the method of {_SEED}",
            *cite(HENDERSON),
            ".",
        )
    if url:
        yield ("Every run, its figures and its log are at ", Address(url), ".")
