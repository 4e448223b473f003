"""What runs ran on, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import count
from .impact import GpuUse, Impact, Machine
from .prose import NBSP, Sentence, listing

_MOST_KINDS = 4
_MARKS = re.compile(r"\((?:R|TM|C)\)|[®™]", re.IGNORECASE)


def hardware_sentence(impact: Impact) -> Iterator[Sentence]:
    """The machines, the most used first; how many more kinds there were, where there were many."""
    known = [machine for machine in impact.machines if machine.processor or machine.gpus]
    if not known:
        return
    shown, more = known[:_MOST_KINDS], known[_MOST_KINDS:]
    if len(known) == 1 and known[0].n_runs == impact.n_runs:
        yield (f"They ran on {describe(known[0])}.",)
        return
    items = [f"{describe(machine)} for {count(machine.n_runs, 'run')}" for machine in shown]
    if more:
        n_runs = sum(machine.n_runs for machine in more)
        items.append(f"{count(len(more), 'further kind')} of machine for {count(n_runs, 'run')}")
    yield (f"They ran on {listing(items)}.",)
    unknown = impact.n_runs - sum(machine.n_runs for machine in known)
    if unknown:
        yield (f"Of {count(unknown, 'run')} the hardware is not known.",)


def describe(machine: Machine) -> str:
    """Such as "2 × Intel Xeon E5-2640 v3 with 4 × NVIDIA A100 (80.0 GiB each) and 251.6 GiB of memory"."""
    processor = (
        _times(machine.sockets, name(machine.processor))
        if machine.processor
        else "an unnamed processor"
    )
    extras = [_gpu(gpu) for gpu in machine.gpus]
    if machine.memory:
        extras.append(f"{machine.memory.replace(' ', NBSP)} of memory")
    return f"{processor} with {listing(extras)}" if extras else processor


def name(text: str) -> str:
    """A device's name without marks."""
    return " ".join(_MARKS.sub(" ", text).split())


def _gpu(gpu: GpuUse) -> str:
    each = " each" if gpu.count > 1 else ""
    memory = f" ({gpu.memory.replace(' ', NBSP)}{each})" if gpu.memory else ""
    return _times(gpu.count, name(gpu.name) or "GPU") + memory


def _times(n: int, what: str) -> str:
    return f"one {what}" if n == 1 else f"{n}{NBSP}×{NBSP}{what}"
