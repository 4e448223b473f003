"""Makes one sample from what the machine, the process tree and the power sources say."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .attribution import Use, share, used_since
from .machine import Machine, Memory, ProcessKey, ProcessUse, resident_bytes
from .power.source import PowerReading, PowerSource, Usage
from .process_tree import ProcessTree, Tree

log = logging.getLogger(__name__)

Processes = Mapping[ProcessKey, ProcessUse]


class Clock:
    """The time of day as it was when the run began, carried on by the monotonic clock.

    So samples stay in order and energies right when the system's clock is set.
    """

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def at(self, monotonic_s: float) -> float:
        """Seconds since 1970 at a time of the monotonic clock."""
        return self._offset_s + monotonic_s


class Sampler:
    """Takes samples one after the other; each tells of the time since the one before."""

    def __init__(
        self, clock: Clock, machine: Machine, tree: ProcessTree, sources: Sequence[PowerSource]
    ) -> None:
        self._clock = clock
        self._machine = machine
        self._tree = tree
        self._sources = sources
        self._failed: list[PowerSource] = []
        self._first: Processes = {}
        self._last: Tree | None = None
        self._last_s = 0.0
        self._last_machine_cpu_s = 0.0
        self._cpu_seconds = 0.0

    def take(self) -> dict[str, Any]:
        """One sample. In the first, what needs a time span is absent."""
        now_s = time.monotonic()
        counters = self._machine.counters()
        machine_cpu_s = counters.busy_cpu_seconds
        tree = self._tree.read(counters.processes_begun)
        memory = self._machine.memory()
        resident = resident_bytes(tree.run.values())
        is_first = self._last is None
        before = tree if self._last is None else self._last
        cpu_seconds = _used(before, tree, lambda use: use.cpu_seconds)
        machine_cpu_seconds = (
            0.0 if is_first else max(0.0, machine_cpu_s - self._last_machine_cpu_s)
        )
        usage = Usage(
            time_s=now_s,
            interval_s=0.0 if is_first else now_s - self._last_s,
            cpu_seconds=cpu_seconds,
            machine_cpu_seconds=machine_cpu_seconds,
            cpu_share=share(cpu_seconds, machine_cpu_seconds),
            mem_share=share(resident, memory.used),
            pids=frozenset(key.pid for key in tree.run),
        )
        if is_first:
            self._first = tree.run
        self._cpu_seconds += cpu_seconds
        sample: dict[str, Any] = {"timestamp": self._clock.at(now_s)}
        sample |= self._power(usage)
        sample |= self._cpu(usage, tree.run)
        sample |= _memory(tree.run, resident, memory)
        sample |= _disk(usage, before, tree)
        sample |= {"process_ids": sorted(usage.pids)}
        self._last, self._last_s, self._last_machine_cpu_s = tree, now_s, machine_cpu_s
        return sample

    def _power(self, usage: Usage) -> dict[str, Any]:
        keys: dict[str, Any] = {}
        energy_j: dict[str, float] = {}
        attributable_j: dict[str, float] = {}
        for source in self._sources:
            reading = self._read(source, usage)
            keys[source.power_key] = reading.power_w
            keys[source.attributable_key] = reading.attributable_power_w
            keys |= reading.sample_keys
            energy_j |= reading.energy_j
            if reading.attributable_j is not None:
                attributable_j[source.component] = reading.attributable_j
        if energy_j:
            keys["energy_j"] = energy_j
        return keys | {"attributable_energy_j": attributable_j}

    def _read(self, source: PowerSource, usage: Usage) -> PowerReading:
        try:
            return source.read(usage)
        except Exception:
            # A source that breaks its promise costs its own reading, not the run's log.
            if source not in self._failed:
                self._failed.append(source)
                log.exception("power source %s failed; said once", source.describe()["name"])
            return PowerReading()

    def _cpu(self, usage: Usage, processes: Processes) -> dict[str, Any]:
        keys: dict[str, Any] = {
            "cpu_time_seconds": {
                str(key.pid): _since(self._first.get(key), use) for key, use in processes.items()
            },
            "attributable_cpu_seconds": self._cpu_seconds,
        }
        if usage.gives_rates:
            keys["absolute_cpu_utilization"] = usage.cpu_seconds / usage.interval_s
            keys["average_relative_cpu_utilization"] = usage.cpu_share
        cpus = self._machine.logical_cpus
        keys["cpu_count_adjusted_average_load"] = [load / cpus for load in os.getloadavg()]
        return keys


def _used(before: Tree, tree: Tree, of: Callable[[ProcessUse], Use]) -> float:
    """What the run used of something since the tree was read before."""
    earlier, now = before.all, tree.all
    keys = {key.pid: key for key in earlier}
    return used_since(
        {key: of(use) for key, use in earlier.items()},
        {key: of(use) for key, use in now.items()},
        {key: keys[use.parent_pid] for key, use in earlier.items() if use.parent_pid in keys},
        tree.apart,
    )


def _since(first: ProcessUse | None, use: ProcessUse) -> dict[str, float]:
    """CPU time of a process within the run: without what it had used when the run began."""
    now_and_then = {
        "user": (use.user_s, first.user_s if first else 0.0),
        "system": (use.system_s, first.system_s if first else 0.0),
        "children_user": (use.children_user_s, first.children_user_s if first else 0.0),
        "children_system": (use.children_system_s, first.children_system_s if first else 0.0),
    }
    return {key: max(0.0, now - then) for key, (now, then) in now_and_then.items()}


def _memory(processes: Processes, resident: int, memory: Memory) -> dict[str, Any]:
    return {
        "absolute_mem_usage": resident,
        "absolute_mem_percent_usage": share(resident, memory.total),
        "relative_mem_usage": share(resident, memory.used),
        "mem_info_per_process": {
            str(key.pid): {
                name: value
                for name, value in (("rss", use.rss), ("vms", use.vms), ("shared", use.shared))
                if value is not None
            }
            for key, use in processes.items()
        },
    }


def _disk(usage: Usage, before: Tree, tree: Tree) -> dict[str, Any]:
    if not usage.gives_rates or any(use.written_bytes is None for use in tree.run.values()):
        return {}
    # The kernel keeps one counter for a process and its ended children.
    written = _used(before, tree, lambda use: Use(0.0, use.written_bytes or 0))
    return {"disk_write_bytes_per_s": written / usage.interval_s}
