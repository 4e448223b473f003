"""What is shown of a machine's processors: the labels and units of an allow-list of facts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..model import GPU_ID_LABEL
from ..units import BYTES_PER_GIB
from .info_fields import Fields, clean

PYTHON_LABEL = "Python"
_MAX_FLAGS_CHARS = 4000
_BYTES_PER_KIB = 1024
_HZ_PER_GHZ = 1e9
_GPU_ID = re.compile(r"gpu-[0-9a-f]{8}")
_MIG_PROFILES = re.compile(r"[0-9a-z][0-9a-z.+]{0,19}(?: \+ [0-9a-z][0-9a-z.+]{0,19}){0,6}")


def cpu_facts(fields: Fields, value: object) -> dict[str, str]:
    """Label to text of `cpu_info`, in the order to be shown."""
    return _labelled(fields, "cpu_info", fields.mapping("cpu_info", value), _CPU)


def gpu_facts(fields: Fields, value: object) -> tuple[dict[str, str], ...]:
    """Label to text of each entry of `gpu_info` that is an object."""
    found = []
    for i, entry in enumerate(fields.entries("gpu_info", value)):
        key = f"gpu_info[{i}]"
        if isinstance(entry, dict):
            found.append(_labelled(fields, key, entry, _GPU))
        else:
            fields.refuse(key, "an object", entry)
    return tuple(found)


def cpu_keys(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts under the keys that the log format has for them."""
    return _unlabelled(facts, _CPU)


def gpu_keys(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts under the keys that the log format has for them."""
    return _unlabelled(facts, _GPU)


def _unlabelled(facts: Mapping[str, str], table: Mapping[str, _Fact]) -> dict[str, str]:
    keys = {label: key for key, (label, _) in reversed(list(table.items()))}
    return {keys[label]: text for label, text in facts.items() if label != PYTHON_LABEL}


def _labelled(
    fields: Fields, place: str, facts: Mapping[str, Any], table: Mapping[str, _Fact]
) -> dict[str, str]:
    labelled: dict[str, str] = {}
    for key, (label, to_text) in table.items():
        value = facts.get(key)
        if value is None or label in labelled:
            continue
        text = to_text(value)
        if text is None:
            fields.refuse(f"{place}.{key}", _EXPECTED.get(key, "a text or a number"), value)
        elif text:
            labelled[label] = text
    return labelled


def _plain(value: object) -> str | None:
    match value:
        case str():
            return clean(value)
        case bool():
            return "yes" if value else "no"
        case float() if not math.isfinite(value):
            return None
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
    return None


def _memory(value: object) -> str | None:
    return (
        f"{count / BYTES_PER_GIB:.1f} GiB"
        if (count := _count(value)) is not None
        else _plain(value)
    )


def _cache(value: object) -> str | None:
    """py-cpuinfo gives a text such as "256 KB", or bytes since its version 6."""
    return (
        f"{count / _BYTES_PER_KIB:g} KiB" if (count := _count(value)) is not None else _plain(value)
    )


def _clock(value: object) -> str | None:
    """py-cpuinfo gives a text such as "2.4000 GHz", or since its version 6 [hertz, exponent]."""
    match value:
        case [int(hertz), 0] if _count(hertz):
            return f"{hertz / _HZ_PER_GHZ:.4f} GHz"
    return _plain(value)


def _flags(value: object) -> str | None:
    if isinstance(value, str):
        return clean(value, _MAX_FLAGS_CHARS)
    if isinstance(value, list):
        words = [word for word in value[:_MAX_FLAGS_CHARS] if isinstance(word, str)]
        return clean(" ".join(word[:100] for word in words), _MAX_FLAGS_CHARS)
    return None


def _in_form(form: re.Pattern[str]) -> Callable[[object], str | None]:
    """Texts of one form alone."""

    def to_text(value: object) -> str | None:
        return value if isinstance(value, str) and form.fullmatch(value) else None

    return to_text


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return value
    return None


_Fact = tuple[str, Callable[[object], str | None]]

# The keys are py-cpuinfo's, as the seed logs them, and our collector's. What is not listed is not
# shown: a stranger's log may hold the names of people and machines under any other key.
_CPU: Mapping[str, _Fact] = {
    "brand": ("Processor", _plain),
    "brand_raw": ("Processor", _plain),
    "arch": ("Architecture", _plain),
    "bits": ("Bits", _plain),
    "sockets": ("Sockets", _plain),
    "physical_cores": ("Physical cores", _plain),
    "count": ("Logical CPUs", _plain),
    "usable_cpus": ("CPUs that the run could use", _plain),
    "virtual_machine": ("Virtual machine", _plain),
    "total_memory": ("Memory", _memory),
    "hz_advertised": ("Advertised clock", _clock),
    "hz_actual": ("Clock at the start", _clock),
    "vendor_id": ("Vendor", _plain),
    "vendor_id_raw": ("Vendor", _plain),
    "family": ("Family", _plain),
    "model": ("Model", _plain),
    "stepping": ("Stepping", _plain),
    "l1_data_cache_size": ("L1 data cache", _cache),
    "l1_instruction_cache_size": ("L1 instruction cache", _cache),
    "l2_cache_size": ("L2 cache", _cache),
    "l3_cache_size": ("L3 cache", _cache),
    "python_version": (PYTHON_LABEL, _plain),
    "flags": ("Flags", _flags),
}
_GPU: Mapping[str, _Fact] = {
    "name": ("Name", _plain),
    "total_memory": ("Memory", _memory),
    "power_limit_w": ("Power limit (W)", _plain),
    "driver_version": ("Driver", _plain),
    "cuda_version": ("CUDA", _plain),
    "mig": ("MIG instance", _in_form(_MIG_PROFILES)),
    "id": (GPU_ID_LABEL, _in_form(_GPU_ID)),
}
_EXPECTED = {
    "mig": 'profiles such as "3g.40gb + 1g.10gb"',
    "id": '"gpu-" and 8 hexadecimal digits',
}
"""By key, what else than a text or a number a fact must be."""
