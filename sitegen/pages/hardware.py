"""The names of what a run ran on."""

from __future__ import annotations

from ..model import RunResult


def processor(run: RunResult) -> str:
    """The name of a run's processor, "" where its log does not tell."""
    return run.info.cpu_info.get("Processor", "")


def gpus(run: RunResult) -> list[str]:
    """The names of a run's GPUs, each once."""
    return list(dict.fromkeys(filter(None, (gpu.get("Name", "") for gpu in run.info.gpu_info))))
