"""Sparing Python the search for what can be freed, where there is nothing of the kind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_free(*, for_good: bool) -> Iterator[None]:
    """Spare what is made in the block from being looked through for cycles, of which it has none.

    Args:
        for_good: Also afterwards: it stays to the end of the process.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    if for_good:
        gc.freeze()
