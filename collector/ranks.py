"""Which part of a run a process writes: launchers tell each of their processes its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

# Of torchrun and all that follow its convention; Open MPI; PMI (MPICH, Intel MPI); srun.
_VARIABLES = (
    ("RANK", "WORLD_SIZE"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("PMI_RANK", "PMI_SIZE"),
    ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
)


class Rank(NamedTuple):
    """A process's number among those that work on one run."""

    number: int
    of: int | None = None
    """How many there are. None: not told."""


def rank_from(environ: Mapping[str, str]) -> Rank:
    """What the launcher says; a process that nobody has numbered is rank 0."""
    for number_name, size_name in _names(environ):
        number, size = environ.get(number_name, ""), environ.get(size_name, "")
        if number.isdecimal() and size.isdecimal() and int(number) < int(size) > 1:
            return Rank(int(number), int(size))
    return Rank(0)


def _names(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _VARIABLES
    # What Lightning gives the processes that it starts; on a first node it is the number in all.
    if environ.get("NODE_RANK", "0") == "0":
        yield "LOCAL_RANK", "WORLD_SIZE"


def part_names(number: int) -> Iterator[str]:
    """The names of a rank's part and of its resumed pieces; "" is the run's own folder."""
    first = f"rank-{number}" if number else ""
    yield first
    piece = 2
    while True:
        yield "-".join(filter(None, (first, f"resume-{piece}")))
        piece += 1
