"""The callbacks in the real frameworks, which are large: `make frameworks` installs and tests them."""

from __future__ import annotations

import os

if "WATTBOARD_FRAMEWORKS" not in os.environ:
    collect_ignore_glob = ["test_*.py"]
