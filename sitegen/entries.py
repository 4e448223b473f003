"""What other packages bring to the site generator by entry points."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

log = logging.getLogger(__name__)


def entries(group: str, what: str) -> Iterator[tuple[str, Any]]:
    """Each object of a group in the order of their names, with words that say whose it is.

    One that cannot be loaded is told of and left out: no site shall fail for it.

    Args:
        what: A word for such an object, for messages.
    """
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        where = f"the {what} {point.name} of {point.dist.name if point.dist else point.value}"
        try:
            yield where, point.load()
        except Exception as error:
            log.warning("%s cannot be loaded and is left out: %s", where, error)
            log.debug("%s", where, exc_info=True)
