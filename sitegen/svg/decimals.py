"""Coordinates as text. A page's drawings have thousands of them, and making text of each is most of the work."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray

_FEW = 100
"""For so few the table costs more than it saves."""
_LARGEST = 600.0
"""Beyond the width of any drawing."""


def tenths(values: FloatArray, end: str) -> list[str]:
    """Each as `f"{value:.1f}{end}"`."""
    if len(values) < _FEW or not (values.min() >= 0.0 and values.max() < _LARGEST):
        return [f"{value:.1f}{end}" for value in values.tolist()]
    scaled = values * 10.0
    nearest = np.rint(scaled)
    texts: list[str] = _table(end)[nearest.astype(np.intp)].tolist()
    # The product is rounded, too: where it comes to lie in the middle, only the value itself tells to which side.
    for i in np.flatnonzero(np.abs(scaled - nearest) > 0.5 - 1e-9).tolist():
        texts[i] = f"{values[i]:.1f}{end}"
    return texts


@cache
def _table(end: str) -> NDArray[np.object_]:
    texts = [f"{i / 10:.1f}{end}" for i in range(round(_LARGEST * 10) + 1)]
    return np.array(texts, dtype=object)
