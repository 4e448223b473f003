"""Logs of single runs as our collector writes them, by templates: some thousand runs a second."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_START_S = 1_735_689_600.0
"""2025-01-01 UTC: when the first run begins; each one begins five minutes after the one before."""
_INTERVAL_S = 10.0
_N_NOISE = 4096
_N_ENVIRONMENTS = 8
_N_PACKAGES = 100
_KILLED_OF = 50
"""One run of so many has no end."""


@dataclass(frozen=True)
class Machine:
    """What runs run on."""

    cpu: str
    n_cpus: int
    gpu: str
    n_gpus: int
    cpu_w: float
    gpu_w: float
    counts: bool
    """Its processor counts joules; else they are estimated."""


_MACHINES = (
    Machine("AMD EPYC 7763 64-Core Processor", 128, "NVIDIA A100-SXM4-80GB", 1, 96.0, 310.0, True),
    Machine("AMD EPYC 7763 64-Core Processor", 128, "NVIDIA A100-SXM4-80GB", 4, 140.0, 290.0, True),
    Machine("Intel(R) Xeon(R) Platinum 8480+", 112, "NVIDIA H100 80GB HBM3", 8, 210.0, 560.0, True),
    Machine("Intel(R) Core(TM) i9-13900K", 32, "NVIDIA GeForce RTX 4090", 1, 70.0, 330.0, True),
    Machine("AMD EPYC", 16, "", 0, 42.0, 0.0, False),
)
_REGIONS = (
    ("DEU", "Germany", 329.65),
    ("FRA", "France", 44.2),
    ("US-CA", "California, United States", 197.4),
    ("POL", "Poland", 614.0),
    ("GBR", "United Kingdom", 211.0),
)


class RunLogs:
    """Writes runs.

    Args:
        seed: The same seed gives the same run for the same number.
    """

    def __init__(self, seed: int) -> None:
        generator = random.Random(seed)
        self._seed = seed
        self._noise = [generator.gauss(0.0, 1.0) for _ in range(_N_NOISE)]
        self._packages = [_packages(generator) for _ in range(_N_ENVIRONMENTS)]
        self._templates = {machine: _line(machine) for machine in _MACHINES}

    def write(self, folder: Path, number: int, n_samples: int) -> None:
        """Write one run.

        Args:
            number: Decides everything about it but its length.
        """
        generator = random.Random(self._seed * 1_000_003 + number)
        machine = generator.choice(_MACHINES)
        start_s = _START_S + 300.0 * number
        end_s = start_s + _INTERVAL_S * (n_samples - 1)
        log = folder / "impacttracker"
        log.mkdir(parents=True, exist_ok=True)
        info = self._info(machine, generator, start_s, None if number % _KILLED_OF == 49 else end_s)
        (log / "info.json").write_text(info, encoding="utf-8")
        lines = self._lines(machine, generator, start_s, n_samples)
        (log / "data.json").write_text("".join(lines), encoding="utf-8")
        (folder / "results.csv").write_text("".join(_results(generator)), encoding="utf-8")

    def _info(
        self, machine: Machine, generator: random.Random, start_s: float, end_s: float | None
    ) -> str:
        region, name, grams = generator.choice(_REGIONS)
        head = {
            "format": "wattboard/1",
            "run_id": f"{generator.getrandbits(128):032x}",
            "experiment_start": _iso(start_s),
            **({} if end_s is None else {"experiment_end": _iso(end_s)}),
            "interval_s": _INTERVAL_S,
            "collector_version": "0.1.0",
            "cpu_info": {
                "brand": machine.cpu,
                "count": machine.n_cpus,
                "sockets": 1,
                "total_memory": 1 << 38,
            },
            "gpu_info": [
                {"name": machine.gpu, "id": f"gpu-{i:08x}", "total_memory": 80 << 30}
                for i in range(machine.n_gpus)
            ],
            "power_sources": list(_sources(machine)),
            "region": {"id": region, "name": name, "found_by": "stated"},
            "carbon_intensity": {
                "g_per_kwh": grams,
                "year": 2025,
                "source": "Ember (2026)",
                "basis": "lifecycle",
            },
            "pue": None,
            "python_version": "3.11.7",
            "os": "Linux 6.1.0 (Debian GNU/Linux 12)",
        }
        # The packages are most of the text, and the same for many runs.
        packages = generator.choice(self._packages)
        return f'{json.dumps(head, indent=1)[:-2]},\n "python_packages": {packages}\n}}\n'

    def _lines(
        self, machine: Machine, generator: random.Random, start_s: float, n: int
    ) -> Iterator[str]:
        template, noise = self._templates[machine], self._noise
        offset = generator.randrange(_N_NOISE)
        share = generator.uniform(0.5, 0.95)
        cpu_w, gpu_w = (
            mean * generator.uniform(0.6, 1.1) for mean in (machine.cpu_w, machine.gpu_w)
        )
        gpus = range(machine.n_gpus)
        cpu_j, gpu_j, cpu_s = 0.0, 0.0, 0.0
        pid = 1000 + offset
        for i in range(n):
            wobble = noise[(offset + i) % _N_NOISE]
            watts, each_w = cpu_w * (1 + 0.05 * wobble), gpu_w * (1 + 0.03 * wobble)
            if i:
                cpu_j += _INTERVAL_S * watts * share
                gpu_j += _INTERVAL_S * each_w
                cpu_s += _INTERVAL_S * share * 8
            held = 6.0e9 + 1e7 * i + 1e6 * wobble
            yield template % (
                start_s + _INTERVAL_S * i + 1e-3 * wobble,
                *(watts, watts * share),
                *((each_w * len(gpus), each_w * len(gpus), 0.9 + 0.02 * wobble) if gpus else ()),
                *(each_w + k for k in gpus),
                cpu_j / share,
                *(gpu_j for _ in gpus),
                cpu_j,
                *((gpu_j * len(gpus),) if gpus else ()),
                *(pid, cpu_s * 0.97, cpu_s * 0.03, cpu_s),
                *(8 * share, share, 0.3 + 0.01 * wobble, held, held / 2**38, 0.4),
                *(pid, held, 2.5 * held, 2e5 * abs(wobble), pid),
            )


def _line(machine: Machine) -> str:
    """A line of `data.json` with places for its numbers, in the order of `_lines`."""
    whole, own = (
        ("rapl_power_draw_absolute", "rapl_estimated_attributable_power_draw")
        if machine.counts
        else ("cpu_estimated_power_draw", "cpu_estimated_attributable_power_draw")
    )
    gpus = range(machine.n_gpus)
    gpu = (
        '"nvidia_draw_absolute":%.3f,"nvidia_estimated_attributable_power_draw":%.3f,'
        '"average_gpu_estimated_utilization_absolute":%.4f,"per_gpu_power_draw":{'
        + ",".join(f'"{i}":%.3f' for i in gpus)
        + '},"per_gpu_performance_state":{'
        + ",".join(f'"{i}":"P0"' for i in gpus)
        + "},"
    )
    devices = ['"cpu:package-0":%.3f', *(f'"gpu:{i}":%.3f' for i in gpus)]
    parts = ['"cpu":%.3f', *(['"gpu":%.3f'] if gpus else [])]
    return (
        f'{{"timestamp":%.6f,"{whole}":%.6f,"{own}":%.6f,{gpu if gpus else ""}'
        f'"energy_j":{{{",".join(devices)}}},"attributable_energy_j":{{{",".join(parts)}}},'
        '"cpu_time_seconds":{"%d":{"user":%.2f,"system":%.2f,"children_user":0.0,"children_system":0.0}},'
        '"attributable_cpu_seconds":%.2f,"absolute_cpu_utilization":%.6f,'
        '"average_relative_cpu_utilization":%.6f,"cpu_count_adjusted_average_load":[%.6f,0.31,0.29],'
        '"absolute_mem_usage":%d,"absolute_mem_percent_usage":%.6f,"relative_mem_usage":%.6f,'
        '"mem_info_per_process":{"%d":{"rss":%d,"vms":%d,"shared":47054848}},'
        '"disk_write_bytes_per_s":%.3f,"process_ids":[%d]}\n'
    )


def _sources(machine: Machine) -> Iterator[dict[str, object]]:
    if machine.counts:
        yield {"name": "rapl", "component": "cpu", "kind": "counter"}
    else:
        found_by = f"4 W for each of {machine.n_cpus} logical CPUs"
        rated = {"rated_power_w": 4.0 * machine.n_cpus, "found_by": found_by}
        yield {"name": "tdp", "component": "cpu", "kind": "estimate", **rated}
    if machine.n_gpus:
        yield {"name": "nvml", "component": "gpu", "kind": "counter"}


def _packages(generator: random.Random) -> str:
    versions = (f"{generator.randint(0, 9)}.{generator.randint(0, 30)}" for _ in range(_N_PACKAGES))
    listed = [{"name": f"package-{i}", "version": v} for i, v in enumerate(versions)]
    return json.dumps(listed, indent=1)


def _results(generator: random.Random) -> Iterator[str]:
    """What the experiment itself writes: accuracy by step."""
    yield "step,accuracy,loss\n"
    best = generator.uniform(0.6, 0.95)
    for step in range(1, 11):
        yield f"{step * 1000},{best * (1 - 0.5**step):.4f},{0.5**step:.4f}\n"


def _iso(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat()
