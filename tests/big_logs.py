"""Large logs that look like real ones: a run that has every reading for long, and very many short runs.

The same seed gives the same logs. Tests write small ones, `benchmarks/pages.py` large ones.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def seed_lines(n_processes: int = 31, seed: int = 0) -> Iterator[bytes]:
    """Endless lines as experiment-impact-tracker writes them: some 10 KB each, most of it of the processes."""
    generator = random.Random(seed)
    pids = [20_000 + 7 * i for i in range(n_processes)]
    template = json.dumps(
        {
            "timestamp": "@",
            "rapl_power_draw_absolute": "@",
            CPU_POWER: "@",
            "cpu_time_seconds": {
                str(pid): {"user": "@", "system": 0.13, "children_user": 0.0, "iowait": 0.01}
                for pid in pids
            },
            "average_relative_cpu_utilization": 0.4667957487,
            "absolute_cpu_utilization": "@",
            "absolute_mem_usage": 3717732352.0,
            "absolute_mem_percent_usage": 0.0275185264,
            "mem_info_per_process": {
                str(pid): {
                    "rss": 3274608640,
                    "vms": 11380518912,
                    "shared": 169652224,
                    "text": 2322432,
                }
                | {"lib": 0, "data": 9657139200, "dirty": 0, "uss": 60280832, "pss": 1665715200}
                for pid in pids
            },
            "nvidia_draw_absolute": "@",
            GPU_POWER: "@",
            GPU_USE: "@",
            "per_gpu_power_draw": {"0": 61.91},
            "cpu_count_adjusted_average_load": [0.0853125, 0.1109375, 0.106875],
            INTENSITY: 199.7631267272,
            "cpu_freq": [{"current": 2400.1 + i, "min": 1200.0, "max": 3200.0} for i in range(80)],
            "process_ids": pids,
        },
        separators=(",", ":"),
    ).replace('"@"', "%.9f")
    return _filled(template, generator)


def our_lines(seed: int = 0) -> Iterator[bytes]:
    """Endless lines as our collector writes them where nothing but CPU time can be read: some 600 bytes each."""
    template = json.dumps(
        {
            "timestamp": "@",
            "cpu_estimated_power_draw": "@",
            "cpu_estimated_attributable_power_draw": "@",
            "attributable_energy_j": {"cpu": "@"},
            "cpu_time_seconds": {
                "27103": {"user": "@", "system": 0.03, "children_user": 0.0, "children_system": 0.0}
            },
            "attributable_cpu_seconds": "@",
            "absolute_cpu_utilization": "@",
            "average_relative_cpu_utilization": "@",
            "cpu_count_adjusted_average_load": [2.130615, 3.147705, 2.38916],
            "absolute_mem_usage": 143392768,
            "absolute_mem_percent_usage": 0.005673,
            "relative_mem_usage": 0.192828,
            "mem_info_per_process": {
                "27103": {"rss": 143392768, "vms": 307752960, "shared": 53030912}
            },
            "disk_write_bytes_per_s": 0.0,
            "process_ids": [27103],
        },
        separators=(",", ":"),
    ).replace('"@"', "%.6f")
    return _filled(template, random.Random(seed))


def _filled(template: str, generator: random.Random) -> Iterator[bytes]:
    """The template with a time that goes on and numbers that rise a little, line by line."""
    n_numbers = template.count("%") - 1
    wander = [[generator.uniform(0.0, 1.0) for _ in range(n_numbers)] for _ in range(997)]
    for i in itertools.count():
        numbers = (1e-6 * i + value for value in wander[i % len(wander)])
        yield (template % (START_S + 1.0 * i, *numbers)).encode() + b"\n"


def long_run(folder: Path, lines: Iterator[bytes], n_bytes: int, **info: Any) -> Path:
    """Write a run whose samples are the given lines, as many as fit into some bytes, and return its folder."""
    log = folder / "impacttracker"
    log.mkdir(parents=True)
    (log / "info.json").write_text(json.dumps({"format": "wattboard/1", "interval_s": 1.0, **info}))
    with (log / "data.json").open("wb") as file:
        while file.tell() < n_bytes:
            file.writelines(itertools.islice(lines, 100))
    return folder
