"""Read what a page's scripts get: the file `data.js` beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def page_data(page: Path) -> dict[str, Any]:
    """The data of a page, given its folder or its `index.html`."""
    file = (page if page.is_dir() else page.parent) / "data.js"
    found = re.fullmatch(r"wattboard\.receive\((.*)\);\n", file.read_text("utf-8"), re.DOTALL)
    assert found is not None, file
    data: dict[str, Any] = json.loads(found[1])
    return data
