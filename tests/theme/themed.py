"""Small sites in the theme: a leaderboard with hostile names among pages of a lab's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logs import power_samples, write_run
from mkdocs.commands.build import build
from mkdocs.config import load_config

LONG_WORD = "Donaudampfschifffahrt" * 15
"""315 letters and no place to break."""
ARABIC = "استهلاك الطاقة في تدريب نماذج التعلم العميق على مجموعات بيانات كبيرة جدا ومقارنة الطرق المختلفة بينها"

BOARD = {
    "Energy board": {
        "description": "What was **compared**, and [how](https://example.org/how).",
        "executive_summary_plots": [{"x": "duration_hours", "y": "facility_energy_kwh"}],
        "child_experiments": {
            LONG_WORD: {"filter": "/a/"},
            ARABIC: {"filter": "/b/"},
            "<script>alert(1)</script>": {"filter": "/a/"},
        },
    }
}
PAGES = {
    "index.md": "# Our lab\n\nSee the [energy board](leaderboard/index.md).\n",
    "guide.md": f"# How watts are counted\n\nBy counters. {LONG_WORD}\n\n## {LONG_WORD}\n\nMore.\n",
}


def build_site(
    folder: Path,
    theme: Mapping[str, Any] | None = None,
    board: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Path:
    """Build a site and return its folder.

    Args:
        folder: Is made. What already lies in it stays, such as a `custom_dir`.
        theme: Options of the theme.
        board: The site spec; None: `BOARD`.
        settings: Further keys of `mkdocs.yml`.
    """
    for run in ("a/seed_0", "a/seed_1", "b/seed_0"):
        write_run(folder / "results" / run, power_samples(4, cpu_w=50.0, gpu_w=100.0))
    for name, text in PAGES.items():
        file = folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "site.json").write_text(json.dumps(board or BOARD), encoding="utf-8")
    plugin = {"logdirs": ["results"], "site_spec": "site.json", "jobs": 1, "prefix": "leaderboard"}
    config = {
        "site_name": "Our lab",
        "theme": {"name": "wattboard", **(theme or {})},
        "plugins": ["search", {"wattboard": plugin}],
        **settings,
    }
    (folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    loaded = load_config(str(folder / "mkdocs.yml"))
    loaded.plugins.on_startup(command="build", dirty=False)
    try:
        build(loaded)
    finally:
        loaded.plugins.on_shutdown()
    return folder / "site"
