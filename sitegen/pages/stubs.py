"""What a search finds beside pages: each processor, GPU and package, as the page of all runs narrowed to it, and the
sections of the page of methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..addresses import METHODS, RUNS
from ..alike import Alike, tally
from ..download import iso
from ..model import RunResult
from ..text import count
from .hardware import gpus, processor
from .methods_page import MethodsView

MOST_PACKAGES = 1000
"""The most used ones; what a single run of thousands has is found on its page."""
_MOST_VERSIONS = 8


@dataclass(frozen=True, slots=True)
class Stub:
    place: str
    """Address of the page below the leaderboard's own, with what narrows it or the section: "runs/?hardware=…"."""
    title: str
    text: str


def stubs(runs: Sequence[Alike]) -> Iterator[Stub]:
    """All stubs, hardware first, the most used first of each kind."""
    yield from _hardware("Processor", tally(runs, lambda run: filter(None, [processor(run)])))
    yield from _hardware("GPU", tally(runs, gpus))
    yield from _packages(runs)


def methods_stubs(methods: MethodsView) -> Iterator[Stub]:
    """One a section: "PUE", "Carbon intensity"."""
    for section in methods.sections:
        words = " ".join((*section.text, *section.after))
        yield Stub(f"{METHODS}/#{section.id}", f"{methods.title}: {section.title}", words)


def _hardware(kind: str, found: Counter[str]) -> Iterator[Stub]:
    for name, n in found.most_common():
        yield Stub(f"{RUNS}/?hardware={quote(name, safe='')}", name, f"{kind} of {count(n, 'run')}")


def _packages(runs: Sequence[Alike]) -> Iterator[Stub]:
    versions: dict[str, Counter[str]] = {}
    for run, n in runs:
        for package in run.info.packages:
            versions.setdefault(package.name, Counter())[package.version] += n
    used = sorted(versions.items(), key=lambda item: (-item[1].total(), item[0]))
    for name, found in used[:MOST_PACKAGES]:
        said = [
            f"{version or 'unknown'} ({count(n, 'run')})"
            for version, n in found.most_common(_MOST_VERSIONS)
        ]
        more = len(found) - len(said)
        words = ", ".join([*said, *([f"and {count(more, 'other')}"] if more else [])])
        label = "version" if len(found) == 1 else "versions"
        yield Stub(
            f"{RUNS}/?package={quote(name, safe='')}", name, f"Package {name}, {label} {words}"
        )


def run_about(run: RunResult) -> str:
    """What a run is found by beside its path: the hardware, the region and the day."""
    region = run.info.region
    place = (region.name or region.id) if region else ""
    words = [
        processor(run),
        *gpus(run),
        place,
        "" if run.start_s is None else iso(run.start_s)[:10],
    ]
    return ", ".join(dict.fromkeys(filter(None, words)))
