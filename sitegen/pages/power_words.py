"""What read the power of runs, in words."""

from __future__ import annotations

from functools import lru_cache

from ..model import PowerSource, RunResult

_KINDS = {
    "counter": "energy counter",
    "power": "power sensor",
    "estimate": "estimate",
    "reported": "as reported",
}
_KNOWN = {
    "rapl": "RAPL, the processor’s own counters",
    "nvml": "NVML, NVIDIA’s library",
    "amd": "files of the amdgpu driver",
    "apple": "Apple’s own energy counters",
    "powermetrics": "powermetrics, a tool of macOS",
    "tdp": "rated power × share of the CPU time used",
    "cpu-rated-power": "rated power × share of the CPU time used",
}
"""By the names in logs. All others are shown as they are."""

UNNAMED_SOURCE = {
    "experiment-impact-tracker": (
        "not named by the log: experiment-impact-tracker reads RAPL or Intel Power Gadget, and nvidia-smi"
    )
}
"""What is known of the sources by the log's format alone."""


@lru_cache(256)
def power_words(source: PowerSource) -> str:
    """Such as "CPU: RAPL, the processor's own counters (energy counter)"."""
    name = _KNOWN.get(source.name, source.name)
    rated = "" if source.rated_power_w is None else f", from {source.rated_power_w:g} W"
    # What an estimate starts from may itself be an assumption, and says so here.
    found_by = f": {source.found_by}" if source.kind == "estimate" and source.found_by else ""
    component = source.component
    component = component.upper() if component in {"cpu", "gpu", "ram"} else component.capitalize()
    return f"{component}: {name} ({_KINDS[source.kind]}{rated}{found_by})"


def power_of(run: RunResult) -> list[str]:
    """A line for each source of a run, each once; empty where its log does not name them."""
    return list(dict.fromkeys(power_words(source) for source in run.info.power_sources))
