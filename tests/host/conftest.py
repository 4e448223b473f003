"""Every site here is built at one moment of the past, so that builds can be compared."""

from __future__ import annotations

import pytest
from lab import EPOCH


@pytest.fixture(autouse=True)
def _the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
