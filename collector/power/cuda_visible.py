"""Which GPUs the environment gives to the run, by CUDA_VISIBLE_DEVICES.

As CUDA reads it: numbers in CUDA's order, or UUIDs, also abbreviated; whatever follows an entry that
fits no GPU is ignored. A process that sets the variable only for its children is not seen.
See https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

VARIABLE = "CUDA_VISIBLE_DEVICES"
ORDER_VARIABLE = "CUDA_DEVICE_ORDER"

_OLD_MIG = re.compile(r"MIG-(GPU-[^/]+)/\d+/\d+")
"""Before driver 470: the GPU's UUID, its GPU instance and its compute instance."""


@dataclass(frozen=True, slots=True)
class ListedGpu:
    """A GPU as the driver lists it."""

    uuid: str
    name: str
    mig_uuids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visible:
    """What the run may use."""

    gpus: tuple[int, ...]
    """Places in the driver's list, in its order."""
    mig_uuids: frozenset[str] = field(default_factory=frozenset)
    """The MIG devices that were given by name."""
    note: str | None = None
    """What a reader of the log should know of the choice."""


def visible_gpus(listed: Sequence[ListedGpu], environ: Mapping[str, str]) -> Visible:
    """Read CUDA_VISIBLE_DEVICES.

    Args:
        listed: The driver's GPUs in the order of their PCI addresses.
        environ: The run's environment.

    Returns:
        All GPUs where the variable is not set. With GPUs of different kinds, CUDA's own order puts
        the fastest first, which only CUDA can tell: then numbers choose nothing here.
    """
    everything = tuple(range(len(listed)))
    value = environ.get(VARIABLE)
    if value is None:
        return Visible(everything)
    chosen: set[int] = set()
    migs: set[str] = set()
    by_number = False
    for entry in value.split(","):
        place = _place(entry.strip(), listed)
        if place is None:
            break
        chosen.add(place)
        by_number |= entry.strip().isdecimal()
        migs |= {uuid for uuid in listed[place].mig_uuids if _fits(entry.strip(), uuid, "MIG-")}
    is_mixed = len({gpu.name for gpu in listed}) > 1
    if by_number and is_mixed and environ.get(ORDER_VARIABLE) != "PCI_BUS_ID":
        return Visible(
            everything,
            note=f"{VARIABLE}={value} counts GPUs of different kinds in an order that only CUDA "
            f"knows: all are listed ({ORDER_VARIABLE}=PCI_BUS_ID makes the numbers clear)",
        )
    return Visible(tuple(sorted(chosen)), frozenset(migs))


def _place(entry: str, listed: Sequence[ListedGpu]) -> int | None:
    """Which GPU an entry means; None when it fits none, or more than one."""
    if entry.isdecimal():
        return int(entry) if int(entry) < len(listed) else None
    old_mig = _OLD_MIG.fullmatch(entry)
    if old_mig:
        entry = old_mig[1]
    fitting = [
        place
        for place, gpu in enumerate(listed)
        if _fits(entry, gpu.uuid, "GPU-")
        or any(_fits(entry, mig_uuid, "MIG-") for mig_uuid in gpu.mig_uuids)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _fits(entry: str, uuid: str, kind: str) -> bool:
    return len(entry) > len(kind) and entry.startswith(kind) and uuid.startswith(entry)
