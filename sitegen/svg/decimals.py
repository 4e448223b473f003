"""Points of lines as text. A page's drawings have thousands of them, and making text of each is most of the work."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray

_FEW = 16
"""For so few points the table costs more than it saves."""
_TENTHS = 6000
"""Beyond the width of any drawing."""


def steps(across: FloatArray, up: FloatArray) -> list[str]:
    """Each point as `f"{x:.1f} "` and `f"{y:.1f}L"`, one after the other: the steps of a path."""
    values = np.empty(2 * len(across))
    values[::2], values[1::2] = across, up
    in_table = len(across) >= _FEW and values.max() < _TENTHS / 10 and not np.signbit(values).any()
    if not in_table:
        return [_step(i, value) for i, value in enumerate(values.tolist())]
    scaled = values * 10.0
    nearest = np.rint(scaled)
    places = nearest.astype(np.intp)
    places[1::2] += _TENTHS + 1
    texts: list[str] = _table()[places].tolist()
    # The product is rounded, too: where it comes to lie in the middle, only the value itself tells to which side.
    for i in np.flatnonzero(np.abs(scaled - nearest) > 0.5 - 1e-9).tolist():
        texts[i] = _step(i, values[i])
    return texts


def _step(i: int, value: float) -> str:
    return f"{value:.1f}{'L' if i % 2 else ' '}"


@cache
def _table() -> NDArray[np.object_]:
    """All tenths as steps to the right, then all as steps upwards."""
    texts = [f"{i / 10:.1f}{end}" for end in " L" for i in range(_TENTHS + 1)]
    return np.array(texts, dtype=object)
