"""The CPU time of a run's processes, of which only each one's last reading counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import msgspec

from .fields import CpuTime
from .spool import LARGEST_READING

Times = Mapping[str, CpuTime]
Text = bytes | msgspec.Raw
"""A field of a sample as it stands in the log."""

_TIMES = msgspec.json.Decoder(dict[str, CpuTime] | None)
_IDS = msgspec.json.Decoder(list[int])


class CpuTimes:
    """Takes in the times of all processes, in the order of the log."""

    def __init__(self) -> None:
        self._now: Times = {}
        self._gone_s: dict[str, float] = {}
        self._told_by = b""
        self._ids_tell = True

    def take(self, times: Times | None) -> None:
        """Take in those of one sample."""
        if times:
            # Only when a process has gone need the readings before be kept.
            if times.keys() != self._now.keys():
                self._close()
            self._now = times

    def take_alike(self, times: Sequence[Text], process_ids: Sequence[Text]) -> None:
        """Take in those of some samples that differ in numbers only.

        If they list the same processes, only the last one's times are decoded. A log in which that list is not that
        of the processes with a time, as it is in all known ones, is decoded in full from where it shows.
        """
        last = _decoded(times[-1])
        ids = process_ids[-1]
        if self._tell(bytes(ids), last) and process_ids.count(ids) == len(process_ids):
            self.take(last)
        else:
            for text in times:
                self.take(_decoded(text))

    def seconds(self) -> float | None:
        """The last (user + system) of each process, summed. None: there was no process."""
        self._close()
        return fsum(self._gone_s.values()) if self._gone_s else None

    def _tell(self, ids: bytes, times: Times | None) -> bool:
        """Whether the list of processes is that of the processes with a time."""
        if self._ids_tell and ids != self._told_by:
            self._told_by = ids
            self._ids_tell = bool(times) and {str(i) for i in _ids(ids)} == set(times or ())
        return self._ids_tell

    def _close(self) -> None:
        for process, time in self._now.items():
            seconds = (time.user or 0.0) + (time.system or 0.0)
            if 0 <= seconds <= LARGEST_READING:
                self._gone_s[process] = seconds


def _decoded(text: Text) -> Times | None:
    """None also for a number that is none, which only decoding it shows."""
    try:
        return _TIMES.decode(text) if text else None
    except msgspec.DecodeError:
        return None


def _ids(text: bytes) -> list[int]:
    try:
        return _IDS.decode(text) if text else []
    except msgspec.DecodeError:
        return []
