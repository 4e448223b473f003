"""Golden files: what the program printed when somebody last read it and found it good."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REWRITE = "WATTBOARD_GOLDEN"


def check_golden(path: Path, text: str) -> None:
    """Compare a text with a golden file; with WATTBOARD_GOLDEN=rewrite, write the file instead.

    Read the diff before you commit what was rewritten. A file that is missing is an error.
    """
    if os.environ.get(REWRITE) == "rewrite":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.is_file(), f"{path} is missing: write it with {REWRITE}=rewrite"
    expected = path.read_text(encoding="utf-8")
    assert text == expected, f"differs from {path}; if that is meant, run with {REWRITE}=rewrite"
