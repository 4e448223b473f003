"""The process that asks for live carbon intensity, so that the monitor samples on time.

Started by the monitor as `python -P -m wattboard.collector.carbon <provider> <zone>`. On standard
output come JSON lines: {"live_intensity": …} for info.json, first before anything was asked, and a
line for each new reading: {"g_per_kwh", "at", "until", "basis", "source"}. Messages for people go to
standard error. It ends with its parent, or when nobody reads what it says.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..config import home_folder, user_folder
from ..errors import CollectorError
from ..zones import zone_id
from .cache import Cache, cache_file
from .feed import Feed
from .fetch import fetch
from .registry import provider_class

PARENT_CHECK_S = 2.0

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Ask and say until the end; the exit code says that there is nobody to be asked."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if len(arguments) != 2:
        log.error("expected a provider and a zone, found %d arguments", len(arguments))
        return 2
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    name, place = arguments
    try:
        feed = open_feed(name, place)
    except CollectorError as error:
        log.warning("live intensity is absent: %s", error)
        return 1
    with suppress(KeyboardInterrupt, BrokenPipeError):
        feed.run()
    return 0


def open_feed(name: str, place: str) -> Feed:
    """What the arguments ask for.

    Raises:
        CollectorError: No such provider, no key for it, or a zone that it does not know.
    """
    provider = provider_class(name)(os.environ)
    zone = provider.zone_of(zone_id(place) or place)
    folder = user_folder(os.environ, home_folder(), "XDG_CACHE_HOME", ".cache")
    return Feed(provider, zone, fetch, Cache(cache_file(folder, provider.name, zone)), _say)


def _say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _end_with_parent(parent_pid: int) -> None:
    """End at once, whatever is going on, when nobody listens any more or the parent is gone."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # POLLERR comes unasked
    while not poll.poll(PARENT_CHECK_S * 1000) and os.getppid() == parent_pid:
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
