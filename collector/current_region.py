"""Say which region the collector takes this machine to be in, for other programs.

`python -m wattboard.collector.current_region` prints a JSON object with the key `region`: as in
info.json, or null. By the same rules as a run's (see docs/region.md), so the network is asked at
most once a day, and not where that is switched off. Messages for people go to standard error.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from .region import look_up, lookup_allowed, mistakes, resolve_without_network
from .region_service import SERVICE_URL

log = logging.getLogger(__name__)


def current_region(
    environ: Mapping[str, str], home: Path | None, url: str = SERVICE_URL
) -> dict[str, str] | None:
    """As info.json's `region`; None where nothing says it."""
    for mistake in mistakes(environ, home):
        log.warning("%s", mistake)
    region = resolve_without_network(environ, home)
    if region is None and lookup_allowed(environ, home):
        region = look_up(environ, home, url)
    return region.labelled() if region else None


def main() -> None:
    """Print the region."""
    logging.basicConfig(format="%(levelname)s: %(message)s")
    try:
        home = Path.home()
    except RuntimeError:  # a user without an entry and without HOME
        home = None
    sys.stdout.write(json.dumps({"region": current_region(os.environ, home)}) + "\n")


if __name__ == "__main__":
    main()
