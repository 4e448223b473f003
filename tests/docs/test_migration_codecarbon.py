"""The page for users of CodeCarbon, run as it stands there beside a file that CodeCarbon wrote."""

from __future__ import annotations

import json
from pathlib import Path

from emissions_rows import LATEST, fields, table
from page_blocks import run_page

PAGE = Path(__file__).resolve().parents[2] / "docs/migrate-codecarbon.md"


def test_old_and_new_runs_stand_in_the_same_groups(tmp_path: Path) -> None:
    """Two rows of each method in the file, and one run recorded by us."""
    folder = tmp_path / "project"
    (folder / "results").mkdir(parents=True)
    rows = [
        fields(LATEST, project_name=project, run_id=f"{seed}{project[0] * 7}-2222", pue="1.0")
        for project in ("resnet", "vit")
        for seed in (1, 2)
    ]
    (folder / "results/emissions.csv").write_bytes(table(*rows))
    run_page(PAGE, folder)

    board = json.loads((folder / "site/leaderboard.json").read_text(encoding="utf-8"))
    assert {row["experiment"]: row["n"] for row in board["rows"]} == {"ResNet": 3, "ViT": 3}
    records = json.loads((folder / "site/runs.json").read_text(encoding="utf-8"))
    assert {record["run"] for record in records} >= {
        "results/emissions.csv/resnet-1rrrrrrr",
        "results/resnet/seed_0",
        "results/vit/seed_1",
    }
