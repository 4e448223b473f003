"""Write small runs into a folder: in our format, and in that of experiment-impact-tracker (the seed).

write_run(tmp_path / "logs" / "ppo" / "seed_0", power_samples(cpu_w=50.0))
write_run(folder, samples, seed_info(samples))       # as the seed logs it, with an info.pkl
write_run(folder, b"not a log", info=None)           # whatever a stranger may send
write_run(folder, samples, part="rank-1")            # one more log of the same run
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START_S = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC: when these runs begin."""

CPU_POWER = "rapl_estimated_attributable_power_draw"
GPU_POWER = "nvidia_estimated_attributable_power_draw"
GPU_USE = "average_gpu_estimated_utilization_absolute"
INTENSITY = "realtime_carbon_intensity"

Sample = dict[str, Any]

DEFAULT: Mapping[str, Any] = {}
"""In place of an info: the one that fits the samples."""


def power_samples(
    n: int = 11,
    *,
    cpu_w: float | Sequence[float] | None = 50.0,
    gpu_w: float | Sequence[float] | None = None,
    interval_s: float = 10.0,
    start_s: float = START_S,
    **more: Any,
) -> list[Sample]:
    """Samples at a steady pace, the first at the start.

    Args:
        cpu_w, gpu_w: The run's power in every sample, or in each. None: no such field.
        more: Further fields, the same in all samples.
    """
    samples: list[Sample] = [{"timestamp": start_s + i * interval_s, **more} for i in range(n)]
    for field, power_w in ((CPU_POWER, cpu_w), (GPU_POWER, gpu_w)):
        if power_w is not None:
            readings = [power_w] * n if isinstance(power_w, (int, float)) else power_w
            for sample, reading in zip(samples, readings, strict=True):
                sample[field] = reading
    return samples


def as_lines(samples: Iterable[Mapping[str, Any]]) -> bytes:
    """Samples as `data.json` holds them. NaN is written as Python does."""
    return "".join(json.dumps(sample) + "\n" for sample in samples).encode()


def our_info(samples: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """An `info.json` from the first sample to the last. A change to None takes the field out."""
    times = [sample["timestamp"] for sample in samples]
    info = {
        "format": "wattboard/1",
        "experiment_start": datetime.fromtimestamp(min(times), UTC).isoformat(),
        "experiment_end": datetime.fromtimestamp(max(times), UTC).isoformat(),
        "interval_s": 10.0,
        "cpu_info": {"brand": "Example Processor 9000"},
        "gpu_info": [{"name": "Example GPU"}] if any(GPU_POWER in s for s in samples) else [],
        "carbon_intensity": {"g_per_kwh": 400.0, "year": 2023, "source": "Ember"},
        "python_packages": [{"name": "numpy", "version": "2.1.0"}],
    }
    return {key: value for key, value in (info | changes).items() if value is not None}


def seed_info(
    samples: Sequence[Mapping[str, Any]], *, utc_offset_hours: float = -8.0, **changes: Any
) -> bytes:
    """The seed's `info.pkl`: naive clock readings of some time zone. A change to None takes the field out.

    The run begins 0.2 s before its first sample, and ends with the last.
    """
    times = [sample["timestamp"] for sample in samples]
    offset = timedelta(hours=utc_offset_hours)
    info = {
        "experiment_start": _naive(min(times) - 0.2, offset),
        "experiment_end": _naive(max(times), offset),
        "experiment_impact_tracker_version": "0.1.1",
        "cpu_info": {"brand": "Example(R) Processor @ 2.40GHz"},
        "gpu_info": [{"name": "TITAN V"}] if any(GPU_POWER in s for s in samples) else [],
        "region_carbon_intensity_estimate": {"carbonIntensity": 250.0, "_source": "(2019)"},
    }
    return pickle.dumps({k: v for k, v in (info | changes).items() if v is not None}, protocol=4)


def _naive(time_s: float, offset: timedelta) -> datetime:
    return datetime.fromtimestamp(time_s, UTC).replace(tzinfo=None) + offset


def write_run(
    folder: Path,
    samples: Iterable[Mapping[str, Any]] | bytes | None = None,
    info: Mapping[str, Any] | bytes | None = DEFAULT,
    files: Mapping[str, str | bytes] | None = None,
    part: str = "",
) -> Path:
    """Write a run, or a part of one, and return its folder.

    Args:
        folder: The run's folder; made where it is missing.
        samples: The lines of `data.json`, or its bytes as they are. None: `power_samples()`.
        info: A mapping for `info.json`, bytes for `info.pkl`, None for neither. Left out: what fits the samples, or
            nothing where they are bytes.
        files: Name to content of the run's own result files.
        part: The part's name, "" for the log in `impacttracker` itself.
    """
    log = folder / "impacttracker" / (f"part-{part}" if part else "")
    log.mkdir(parents=True, exist_ok=True)
    listed = samples if isinstance(samples, bytes) else list(samples or power_samples())
    if info is DEFAULT:
        info = None if isinstance(listed, bytes) else our_info(listed)
    (log / "data.json").write_bytes(listed if isinstance(listed, bytes) else as_lines(listed))
    if isinstance(info, bytes):
        (log / "info.pkl").write_bytes(info)
    elif info is not None:
        (log / "info.json").write_text(json.dumps(info), encoding="utf-8")
    for name, content in (files or {}).items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    return folder
