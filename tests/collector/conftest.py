"""What all tests of the collector need: no network, and no launcher that says which rank they are."""

from __future__ import annotations

import os

import pytest
from trainings import clean_environment


@pytest.fixture(autouse=True, scope="session")
def _quiet_environment() -> None:
    """For trackers in this process, and for all that they start."""
    quiet = clean_environment()
    for name in os.environ.keys() - quiet.keys():
        del os.environ[name]
    os.environ.update(quiet)
