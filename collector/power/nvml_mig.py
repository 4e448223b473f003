"""GPUs that are divided into instances (Multi-Instance GPU, MIG), as NVML shows them.

Power and energy are those of the whole GPU; processes are told by instance.
See https://docs.nvidia.com/datacenter/tesla/mig-user-guide/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..attribution import MigInstance

_MIB = 1 << 20
_SHOWN = 0.95
"""Instances with so much of the memory are all there are: the rest of the slices cannot be given."""


@dataclass(frozen=True, slots=True)
class MigDevice:
    """A part of a GPU that one program can use."""

    handle: Any
    uuid: str
    profile: str
    """Such as "3g.40gb"."""
    instance_id: int
    """Of the GPU instance: several MIG devices may share one."""
    slices: int
    """Of the GPU instance."""
    memory: int
    """Bytes of the GPU instance."""


def list_mig_devices(nvml: Any, gpu: Any) -> tuple[MigDevice, ...]:
    """The MIG devices of a GPU that this program may see; none where it is not divided."""
    try:
        current, _ = nvml.nvmlDeviceGetMigMode(gpu)
        if not current:
            return ()
        places = range(nvml.nvmlDeviceGetMaxMigDeviceCount(gpu))
    except nvml.NVMLError:
        # Most GPUs know nothing of it.
        return ()
    found = (_mig_device(nvml, gpu, place) for place in places)
    return tuple(device for device in found if device is not None)


def hidden_slices(nvml: Any, gpu: Any, devices: Sequence[MigDevice]) -> int:
    """Slices of a divided GPU that no MIG device shows, and that others may use unseen."""
    if not devices:
        return 0
    instances = {device.instance_id: device for device in devices}.values()
    try:
        slices = int(nvml.nvmlDeviceGetMaxMigDeviceCount(gpu))
        memory = float(nvml.nvmlDeviceGetMemoryInfo(gpu).total)
    except nvml.NVMLError:
        return 0
    if sum(instance.memory for instance in instances) >= _SHOWN * memory:
        return 0
    return max(0, slices - sum(instance.slices for instance in instances))


def read_instances(nvml: Any, devices: Sequence[MigDevice]) -> list[MigInstance] | None:
    """Who has which GPU instance open; None when the driver does not say."""
    pids: dict[int, set[int]] = defaultdict(set)
    slices: dict[int, int] = {}
    for device in devices:
        try:
            processes = nvml.nvmlDeviceGetComputeRunningProcesses(device.handle)
        except nvml.NVMLError:
            return None
        pids[device.instance_id] |= {int(process.pid) for process in processes}
        slices[device.instance_id] = device.slices
    return [MigInstance(slices[number], frozenset(pids[number])) for number in slices]


def _mig_device(nvml: Any, gpu: Any, place: int) -> MigDevice | None:
    try:
        handle = nvml.nvmlDeviceGetMigDeviceHandleByIndex(gpu, place)
        attributes = nvml.nvmlDeviceGetAttributes(handle)
        return MigDevice(
            handle=handle,
            uuid=text(nvml.nvmlDeviceGetUUID(handle)),
            profile=text(nvml.nvmlDeviceGetName(handle)).rpartition("MIG ")[2],
            instance_id=nvml.nvmlDeviceGetGpuInstanceId(handle),
            slices=attributes.gpuInstanceSliceCount,
            memory=attributes.memorySizeMB * _MIB,
        )
    except nvml.NVMLError:
        # A place without a device, or one of another container.
        return None


def text(value: object) -> str:
    """A text of NVML's; older versions of the Python package answer in bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
