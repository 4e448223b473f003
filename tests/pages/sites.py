"""The sites whose pages the tests open: the sample, and small ones that hold what a sample does not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logs import our_info, power_samples, write_run

PROGRAM = Path(sys.executable).parent / "wattboard"

RUN = "runs/runs/digits/k_nearest_neighbours/seed_1/"
"""A run of the sample."""

SAMPLE_PAGES: Mapping[str, str] = {
    "front": "",
    "group": "digits/",
    "leaf": "digits/k-nearest-neighbours/",
    "run": RUN,
    "all runs": "runs/",
    "compare": "compare/",
    "comparison": "compare/?of=digits/random-forest,digits/k-nearest-neighbours,"
    "runs/runs/digits/random_forest/seed_0,runs/runs/digits/random_forest/seed_1&all&test=cpu_hours",
    "methods": "methods/",
    "not found": "404.html",
}
"""Kind of page to the address of one of the sample's."""


@dataclass(frozen=True)
class Site:
    """A built site that is served, and can be opened from disk."""

    folder: Path
    address: str
    """Where it is served, ending with "/"."""

    def url(self, path: str = "", *, from_disk: bool = False) -> str:
        """The address of a page; a folder's on disk is that of the page in it."""
        if not from_disk:
            return self.address + path
        name, hash_sign, rest = path.partition("#")
        name, query_sign, query = name.partition("?")
        name += "index.html" if name == "" or name.endswith("/") else ""
        return f"{self.folder.as_uri()}/{name}{query_sign}{query}{hash_sign}{rest}"

    def read(self, path: str) -> str:
        """A file of the site."""
        return (self.folder / path).read_text(encoding="utf-8")

    def json(self, path: str) -> Any:
        """What a JSON file of the site holds."""
        return json.loads(self.read(path))


def build(logs: Sequence[Path], spec: Path, output: Path) -> None:
    """What a person types to make a site."""
    _run("build", *logs, "--site-spec", spec, "--output-dir", output)


def _run(*arguments: object) -> None:
    done = subprocess.run(
        [str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# -- hostile names -------------------------------------------------------------------------------------------------

HACK = "globalThis.hacked=1"

MARKUP: tuple[str, ...] = (
    f"<script>{HACK}</script>",
    f"</script><script>{HACK}</script>",
    f"</title></style></textarea><img src=x onerror={HACK}>",
    f'"><svg onload="{HACK}">',
    f"' autofocus onfocus='{HACK}' x='",
    f"--><img src=x onerror={HACK}><!--",
    f"]]><img src=x onerror={HACK}>",
    f"<b>bold</b> <a href='javascript:{HACK}'>link</a>",
    f"[link](javascript:{HACK})",
    f"javascript:{HACK}",
    "{{ 7 * 7 }} {% raw %} ${7*7} %{7*7}",
    "\"quotes\" 'and' `ticks` \\ & &lt;b&gt;",
)
"""What would run, or become markup, where it is not taken for text."""

ODD: tuple[str, ...] = (
    "right\u202eto left",
    "עברית ועربي",
    "emoji 🔋🔌",
    "e\u0301 composed",
    "W" * 200,
    "=1+1",
)
"""What may upset a layout, an order or a spreadsheet."""

HOSTILE: tuple[str, ...] = MARKUP + ODD


def hostile_board(folder: Path) -> None:
    """A site with two roots, in which everything that a stranger or an owner can name bears a hostile name."""
    logs = folder / "logs"
    for i, name in enumerate(HOSTILE):
        # A folder's name holds no "/"; the division slash looks like it.
        run = logs / ("even" if i % 2 == 0 else "odd") / name.replace("/", "\u2215")
        samples = power_samples(30, cpu_w=20.0 + i, gpu_w=100.0 + i, cpu_utilisation=1.0)
        write_run(run, samples, _hostile_info(samples, name))
    spec = folder / "site.json"
    spec.write_text(json.dumps(_hostile_spec()), encoding="utf-8")
    build([logs], spec, folder / "site")


def _hostile_info(samples: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return our_info(
        samples,
        cpu_info={"brand": name, name: name},
        gpu_info=[{"name": name, "driver_version": name}],
        python_packages=[{"name": other, "version": name} for other in HOSTILE],
        region={"id": name, "name": name, "found_by": name},
        carbon_intensity={"g_per_kwh": 300.0, "year": 2023, "source": name, "basis": "direct"},
        power_sources=[{"name": name, "component": "cpu", "kind": "counter", "note": name}],
        os=name,
        git={"commit": name, "modified": True},
        scheduler={"name": name, "nodes": 1, "tasks": 1},
        container=name,
        cloud={"provider": name, "machine_type": name},
        collector_version=name,
    )


def _hostile_spec() -> dict[str, Any]:
    plots = [{"x": "duration_hours", "y": "facility_energy_kwh"}]
    labels = {"facility_energy_kwh": {"label": MARKUP[0]}, "duration_hours": {"label": ODD[4]}}
    leaves = {
        title: {
            "filter": f"^logs/{'even' if i % 2 == 0 else 'odd'}/",
            "description": f"{title} <script>{HACK}</script><img src=x onerror={HACK}>",
            "executive_summary_plots": plots,
            "variables": labels,
        }
        for i, title in enumerate(HOSTILE)
    }
    group = {
        "description": f"A <b>group</b> <script>{HACK}</script>",
        "executive_summary_plots": plots,
        "variables": labels,
        "child_experiments": leaves,
    }
    return {MARKUP[1]: group, ODD[0] + MARKUP[2]: {"variables": labels}}


# -- few runs, and pages beside the leaderboard --------------------------------------------------------------------


def sparse_board(folder: Path) -> None:
    """A site with a group of one run, and groups with none."""
    samples = power_samples(5, cpu_w=40.0)
    write_run(folder / "logs" / "alone" / "seed_0", samples)
    children = {
        "One run": {
            "filter": "/alone/",
            "executive_summary_plots": [{"x": "duration_hours", "y": "energy_kwh"}],
        },
        "No run": {"filter": "/nothing/"},
        "Empty group": {"filter": "/nothing/", "child_experiments": {"Empty leaf": {}}},
    }
    spec = folder / "site.json"
    spec.write_text(json.dumps({"Sparse": {"child_experiments": children}}), encoding="utf-8")
    build([folder / "logs"], spec, folder / "site")


DOCUMENT = """# How we measured

A paragraph with a [link](index.md), `code` and **strong** words.

## A table

| Method | Energy |
|---|---:|
| A | 1.5 kWh |
| B | 2.5 kWh |

## Code

```python
print("a line that is rather long, so that a phone has to scroll the box that it stands in, and not the page")
```

!!! note "Mind"
    A remark.

1. One
2. Two

> A quotation.
"""


def lab_board(folder: Path) -> None:
    """A lab's own pages with a leaderboard below `leaderboard/`, by a `mkdocs.yml`."""
    for method, gpu_w in (("a", 100.0), ("b", None)):
        for seed in (0, 1, 2):
            samples = power_samples(20, cpu_w=30.0 + 5 * seed, gpu_w=gpu_w)
            write_run(folder / "results" / method / f"seed_{seed}", samples)
    children = {
        "Method A": {"filter": "/a/"},
        "Method B": {"filter": "/b/"},
    }
    (folder / "site.json").write_text(json.dumps({"Board": {"child_experiments": children}}))
    docs = folder / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Our lab\n\nSee the [board](leaderboard/index.md).\n")
    (docs / "measured.md").write_text(DOCUMENT)
    settings = {
        "site_name": "Our lab",
        "site_url": "https://lab.example.org/",
        "theme": {"name": "wattboard"},
        "plugins": [
            "search",
            {
                "wattboard": {
                    "logdirs": ["results"],
                    "site_spec": "site.json",
                    "prefix": "leaderboard",
                }
            },
        ],
        "markdown_extensions": [
            "admonition",
            "tables",
            "fenced_code",
            {"toc": {"permalink": True}},
        ],
    }
    (folder / "mkdocs.yml").write_text(json.dumps(settings), encoding="utf-8")
    _run("build", "--config", folder / "mkdocs.yml", "--output-dir", folder / "site")
