"""The process that gathers what takes time to find out, so that samples are taken on time."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

END_TIMEOUT_S = 1.0

_BLOCK = 1 << 16


class SlowFacts:
    """Runs `wattboard.collector.facts` and takes in what it says, line by line."""

    def __init__(self, log_file: Path, *, look_up_region: bool) -> None:
        """Args:
            log_file: What it has to say for people is added there.
            look_up_region: Have it find out where the power comes from.

        Raises:
            OSError: It cannot be started.
        """
        # -P: a file of the user's that is called like a module of ours must not be imported.
        command = [sys.executable, "-P", "-m", "wattboard.collector.facts"]
        with log_file.open("ab") as messages:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, "--look-up-region"] if look_up_region else command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=messages,
            )
        assert self._process.stdout is not None  # noqa: S101 - told to be a pipe
        self._output = self._process.stdout
        self._tail = b""
        self.has_spoken = False
        """The first line has come: all but what the network must be asked for."""
        self.ended = False

    def fileno(self) -> int:
        """What to wait for until there is something to `read`."""
        return self._output.fileno()

    def read(self) -> Mapping[str, Any]:
        """Keys for info.json that have come since the last call. Waits when there are none."""
        block = os.read(self.fileno(), _BLOCK)
        if not block:
            self.close()
        *lines, self._tail = (self._tail + block).split(b"\n")
        found: dict[str, Any] = {}
        for line in lines:
            try:
                found |= json.loads(line)
                self.has_spoken = True
            except (ValueError, TypeError):  # such as the words of a sitecustomize module
                log.warning("expected facts as JSON, found %r", line[:80])
        return found

    def rest(self, timeout_s: float) -> Mapping[str, Any]:
        """What comes of the first line within some time; without the rest the log can do."""
        found: dict[str, Any] = {}
        deadline_s = time.monotonic() + timeout_s
        while not self.ended and not self.has_spoken:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not select.select([self], [], [], left_s)[0]:
                log.warning("the run ended before its software was known")
                break
            found |= self.read()
        return found

    def close(self) -> None:
        """End it, whatever it is at."""
        if not self.ended:
            self.ended = True
            self._output.close()  # which it sees, and ends with all that it has started
            try:
                self._process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
