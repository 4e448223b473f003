"""What can go wrong while a run is measured, said so that its reader knows what to do."""

from __future__ import annotations


class CollectorError(Exception):
    """The collector cannot do what it was asked for."""


class LogExistsError(CollectorError):
    """The folder already holds the log of a run, which is never written over."""


class MonitorError(CollectorError):
    """The monitor process ended by itself. The message holds its traceback."""


class SourceUnavailableError(CollectorError):
    """A power source does not work on this machine. The message says why and what would help."""


class HardwareMismatchError(CollectorError, AssertionError):
    """The job is on other hardware than it asserts. The message lists what was found."""
