"""The process that gathers what takes time to find out, so that the monitor samples on time.

Started by the monitor as `python -P -m wattboard.collector.facts [--look-up-region]` in the
training's working directory. On standard output come JSON lines, each with keys for info.json: the
first as a rule holds all but a region that the network must be asked for. What cannot be found out
in time is left out. Messages for people go to standard error.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .hardware import ROOT, read_text

LOOK_UP_REGION = "--look-up-region"

FIRST_LINE_TIMEOUT_S = 3.0
TIMEOUT_S = 5.0
"""The lookup of the region (2 s) fits in between; what has become known by then is said last."""

log = logging.getLogger(__name__)


def node_id(root: Path = ROOT) -> str | None:
    """The same for all processes of a machine since its last start, and nothing else about it.

    Returns:
        8 hex digits; None where the system has no number for its start.
    """
    boot_id = read_text(root / "proc/sys/kernel/random/boot_id")
    if not boot_id:
        return None
    from hashlib import sha256

    return sha256(f"wattboard{boot_id}".encode()).hexdigest()[:8]


def read_packages(path: Iterable[str] | None = None) -> list[dict[str, str]]:
    """Names and versions of the installed Python packages, sorted; never where they lie.

    Args:
        path: Folders to look through; those that Python imports from if None.
    """
    import re
    from importlib.metadata import distributions

    # As an e-mail, in which importlib.metadata reads it thrice, it takes ten times as long.
    header = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
    found = set()
    for distribution in distributions() if path is None else distributions(path=list(path)):
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        fields = dict(header.findall(text.partition("\n\n")[0]))
        if fields.get("Name"):
            found.add((fields["Name"], fields.get("Version", "")))
    ordered = sorted(found, key=lambda package: (package[0].lower(), package[1]))
    return [{"name": name, "version": version} for name, version in ordered]


class Gathering:
    """Finds out several things at once, each in a thread that does not keep the process alive."""

    def __init__(self, facts: Mapping[str, Callable[[], Any]]) -> None:
        self._found: dict[str, Any] = {}
        self._threads = {
            name: threading.Thread(target=self._find_out, args=(name, read), daemon=True)
            for name, read in facts.items()
        }
        for thread in self._threads.values():
            thread.start()

    def take(self, timeout_s: float) -> dict[str, Any]:
        """What has become known since the last call. What failed is left out, and logged."""
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads.values():
            thread.join(max(0.0, deadline_s - time.monotonic()))
        done = [name for name, thread in self._threads.items() if not thread.is_alive()]
        for name in done:
            del self._threads[name]
        return {name: self._found[name] for name in done if name in self._found}

    @property
    def unknown(self) -> list[str]:
        """What is still being found out."""
        return list(self._threads)

    def _find_out(self, name: str, read: Callable[[], Any]) -> None:
        try:
            self._found[name] = read()
        except Exception as error:  # noqa: BLE001 - a fact is not worth a run's log
            log.warning("%s is not recorded: %s", name, error)


def slow_facts(
    root: Path, folder: Path, environ: Mapping[str, str]
) -> dict[str, Callable[[], Any]]:
    """How each of the first line's keys is found out.

    Args:
        root: Above /proc, /sys and /etc.
        folder: The training's working directory.
        environ: The environment variables.
    """
    from .git import read_git
    from .surroundings import read_cloud, read_container, read_os, read_scheduler

    return {
        "python_packages": read_packages,
        "os": lambda: read_os(root),
        "git": lambda: read_git(folder, environ),
        "scheduler": lambda: read_scheduler(environ),
        "container": lambda: read_container(root, environ),
        "cloud": lambda: read_cloud(root),
    }


def main(arguments: list[str]) -> int:
    """Say what is found out, a line as soon as it is there."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    facts = slow_facts(ROOT, Path(), os.environ)
    if LOOK_UP_REGION in arguments:
        facts["region"] = _region_at_hand
    deadline_s = time.monotonic() + TIMEOUT_S
    gathering = Gathering(facts)
    found = gathering.take(FIRST_LINE_TIMEOUT_S)
    _say(found)
    if "region" in found and found["region"] is None and (region := _region_by_network()):
        _say({"region": region})
    if gathering.unknown and (late := gathering.take(deadline_s - time.monotonic())):
        _say(late)
    for name in gathering.unknown:
        log.warning("%s is not recorded: it takes longer than %g s", name, TIMEOUT_S)
    return 0


def _region_at_hand() -> dict[str, str] | None:
    from .region import mistakes, resolve_without_network

    for mistake in mistakes(os.environ, _home()):
        log.warning("%s", mistake)
    region = resolve_without_network(os.environ, _home())
    return region.labelled() if region else None


def _region_by_network() -> dict[str, str] | None:
    from .region import look_up, lookup_allowed

    region = look_up(os.environ, _home()) if lookup_allowed(os.environ, _home()) else None
    return region.labelled() if region else None


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a user without an entry and without HOME
        return None


def _end_with_reader() -> None:
    """When nobody listens any more, end with all that was started: git may have much to look at."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # POLLERR comes unasked
    poll.poll()
    from .git import kill_running

    kill_running()
    os._exit(1)


def _say(keys: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(keys) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    threading.Thread(target=_end_with_reader, daemon=True).start()
    try:
        code = main(sys.argv[1:])
    except BrokenPipeError:  # the monitor is gone
        code = 1
    sys.stderr.flush()
    # Threads that are still at it would be waited for in the libraries that they are in.
    os._exit(code)
