"""What other packages bring by entry points."""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger(__name__)


def entries(group: str) -> list[tuple[str, Any]]:
    """Name and object of all entry points of a group, in the order of their names.

    One that cannot be loaded is told of and left out: no run shall end for it.
    """
    from importlib.metadata import (
        entry_points,  # which a training that only wants a tracker need not load
    )

    found = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            found.append((point.name, point.load()))
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises
            log.warning("%s %s cannot be loaded and is left out: %s", group, point.name, error)
    return found
