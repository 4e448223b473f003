"""Large logs that look like real ones: a run that has every reading for long, and very many short runs.

The same seed gives the same logs. Tests write small ones, `benchmarks/pages.py` large ones.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

from logs import CPU_POWER, GPU_POWER, GPU_USE, INTENSITY, START_S, Sample, our_info, write_run

_PHASE = 250
"""Samples from one evaluation, at which the GPU rests, to the next."""
_CHECKPOINT = 100
"""Samples from one checkpoint, at which much is written, to the next."""
_N_PACKAGES = 200


class _Noise:
    """A reading that wanders: each differs a little from the one before, and all stay near the middle."""

    def __init__(self, generator: random.Random, spread: float, memory: float = 0.9) -> None:
        self._generator = generator
        self._spread = spread * math.sqrt(1 - memory**2)
        self._memory = memory
        self._value = 0.0

    def next(self) -> float:
        """The reading's distance from its middle."""
        self._value = self._memory * self._value + self._generator.gauss(0.0, self._spread)
        return self._value


def heavy_run(folder: Path, n_samples: int, seed: int = 0) -> Path:
    """Write a training on a machine with a GPU that has every reading of which a page makes a chart."""
    samples = list(_heavy_samples(n_samples, random.Random(seed)))
    info = our_info(
        samples,
        cpu_info={"brand": "Example Processor 9000", "count": 64, "sockets": 2},
        gpu_info=[{"name": "Example GPU 80GB", "total_memory": 80 * 2**30}],
        python_packages=[{"name": f"package-{i}", "version": f"1.{i}"} for i in range(_N_PACKAGES)],
        power_sources=[
            {"name": "rapl", "component": "cpu", "kind": "counter"},
            {"name": "nvml", "component": "gpu", "kind": "counter"},
        ],
        region={"id": "DEU", "name": "Germany", "found_by": "stated"},
        pue=1.2,
    )
    return write_run(folder, samples, info)


def _heavy_samples(n: int, generator: random.Random) -> Iterator[Sample]:
    cpu, gpu, disk = (_Noise(generator, spread) for spread in (6.0, 15.0, 120.0))
    load, memory, others = (_Noise(generator, spread, 0.99) for spread in (0.08, 1.5e8, 5.0))
    joules = {"cpu": 0.0, "gpu": 0.0}
    for i in range(n):
        use = 0.12 if i % _PHASE < 8 else min(1.0, 0.93 + generator.gauss(0.0, 0.02))
        cpu_w = 95.0 + cpu.next() + (40.0 if i % _PHASE < 8 else 0.0)
        gpu_w = 70.0 + 280.0 * use + gpu.next()
        machine_w = cpu_w + 60.0 + abs(others.next())
        joules = {"cpu": joules["cpu"] + 10 * cpu_w, "gpu": joules["gpu"] + 10 * gpu_w}
        hour = i * 10.0 / 3600.0
        held = 6.0e9 + 4.0e9 * (1 - math.exp(-i / 800)) + memory.next()
        mean_load = 0.4 + load.next()
        yield {
            "timestamp": START_S + 10.0 * i + generator.uniform(0.0, 0.01),
            CPU_POWER: cpu_w,
            "rapl_power_draw_absolute": machine_w,
            "cpu_estimated_attributable_power_draw": 0.8 * cpu_w,
            "cpu_estimated_power_draw": 0.8 * machine_w,
            GPU_POWER: gpu_w,
            "nvidia_draw_absolute": gpu_w + 25.0,
            GPU_USE: use,
            "average_gpu_estimated_utilization_relative": min(1.0, 0.98 + 0.02 * use),
            "absolute_cpu_utilization": cpu_w / 8.0,
            "average_relative_cpu_utilization": cpu_w / machine_w,
            "absolute_mem_usage": int(held),
            "absolute_mem_percent_usage": held / 2**38,
            "cpu_count_adjusted_average_load": [mean_load + 0.05 * use, mean_load, 0.4],
            "disk_write_speed": 900.0 + disk.next(),
            "disk_write_bytes_per_s": 4.0e8 if i % _CHECKPOINT == 99 else 2e5 * generator.random(),
            "attributable_cpu_seconds": 10.0 * i * cpu_w / 8.0,
            INTENSITY: round(380.0 + 90.0 * math.sin(hour / 24 * 2 * math.pi) + 5 * (i // 30 % 7)),
            "energy_j": {"cpu:package-0": 1.5 * joules["cpu"], "gpu:0": 1.05 * joules["gpu"]},
            "attributable_energy_j": dict(joules),
        }


def many_runs(folder: Path, n_runs: int, seed: int = 0) -> Path:
    """Write short runs that differ in method, learning rate, seed, length and power."""
    generator = random.Random(seed)
    for i in range(n_runs):
        method = ("ppo", "a2c", "dqn", "sac")[i % 4]
        rate = ("0.0001", "0.0003", "0.001", "0.003")[i // 4 % 4]
        cpu_w, gpu_w = generator.uniform(20.0, 90.0), generator.uniform(80.0, 400.0)
        interval_s = generator.uniform(60.0, 3600.0)
        samples: list[Sample] = [
            {
                "timestamp": START_S + 7200.0 * i + k * interval_s,
                CPU_POWER: cpu_w,
                GPU_POWER: None if i % 10 == 9 else gpu_w,
                GPU_USE: 0.9,
                "attributable_cpu_seconds": 4.0 * k * interval_s,
            }
            for k in range(3)
        ]
        write_run(folder / method / f"lr_{rate}" / f"seed_{i // 16:04}", samples)
    return folder


def many_runs_spec(file: Path) -> Path:
    """Write a spec that lists all runs on one page, with eight figures each and a scatter plot."""
    leaf = {
        "executive_summary_variables": [
            "facility_energy_kwh",
            "cpu_energy_kwh",
            "gpu_energy_kwh",
            "duration_hours",
            "cpu_hours",
            "gpu_hours",
            "mean_power_w",
            "emissions_kg",
        ],
        "executive_summary_ordering_variable": "facility_energy_kwh",
        "executive_summary_ordering": "ascending",
        "executive_summary_plots": [{"x": "duration_hours", "y": "facility_energy_kwh"}],
    }
    file.write_text(json.dumps({"Many runs": leaf}), encoding="utf-8")
    return file
