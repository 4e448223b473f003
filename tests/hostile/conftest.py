"""What the tests of bad input share."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Figures, write_healthy


@pytest.fixture
def healthy(tmp_path: Path) -> Figures:
    """Three good runs, and their figures."""
    return write_healthy(tmp_path)
