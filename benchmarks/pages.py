"""What the pages cost a reader: bytes, first paint, charts, sorting and filtering, in Chromium.

    python benchmarks/pages.py [--quick] [--repeat 7] [--pong FOLDER --pong-spec FILE] [--output FOLDER]

Makes the logs, builds the sites, serves them on this machine, opens their pages, and prints a table; the same and its
numbers go to benchmarks/results/. Needs Chromium and the dev packages. Ten minutes on two cores, most of them for the
site of 5,000 runs. What a page costs on this machine says little of another: compare only figures of one machine, and
measure when it has nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pages_in_chromium import Load, chart_ms, load, served, sort_ms, typed_ms

_REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.append(str(_REPOSITORY / "tests"))

from big_logs import heavy_run, many_runs, many_runs_spec  # noqa: E402

_PROGRAM = Path(sys.executable).parent / "wattboard"
_PLOTLY = "plotly.min.js"


@dataclass(frozen=True)
class Plan:
    samples: int = 10_000
    runs: int = 5_000
    repeat: int = 7


QUICK = Plan(samples=1_000, runs=200, repeat=2)


@dataclass(frozen=True)
class Figure:
    """Something measured, and what it shall be below; or equal to where that is zero."""

    name: str
    value: float
    unit: str
    target: float | None = None
    spread: str = ""
    """The lowest and the highest of several measurements, in words."""

    @property
    def verdict(self) -> str:
        """Whether the target is met, in a word."""
        if self.target is None:
            return ""
        return "yes" if self.value < self.target or self.value == self.target == 0 else "**no**"


def main() -> None:
    """Measure, print a table, and write it down with its numbers."""
    arguments = _arguments()
    plan = QUICK if arguments.quick else Plan(repeat=arguments.repeat)
    machine = _machine()
    with tempfile.TemporaryDirectory() as folder, _chromium() as browser:
        work = Path(folder)
        machine["chromium"] = browser.version
        sections = {
            f"A run of {plan.samples:,} samples": list(_run_page(work, browser, plan)),
            f"A leaf of {plan.runs:,} runs": list(_leaf_page(work, browser, plan)),
        }
        if arguments.pong:
            sections["The 20 published runs"] = list(
                _whole_site(work, arguments.pong, arguments.pong_spec)
            )
    machine["load_after"] = os.getloadavg()[0]
    text = _report(machine, plan, sections)
    sys.stdout.write(text)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "pages.md").write_text(text, encoding="utf-8")
    numbers = {name: [asdict(figure) for figure in figures] for name, figures in sections.items()}
    (arguments.output / "pages.json").write_text(
        json.dumps({"machine": machine, "plan": asdict(plan), "figures": numbers}, indent=1) + "\n"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="Small logs: does it work?")
    parser.add_argument(
        "--repeat", type=int, default=Plan.repeat, help="How often a page is loaded."
    )
    parser.add_argument("--pong", type=Path, help="Folder with the published runs.")
    parser.add_argument("--pong-spec", type=Path, help="Their spec, with its processor beside it.")
    parser.add_argument("--output", type=Path, default=_REPOSITORY / "benchmarks" / "results")
    arguments = parser.parse_args()
    if (arguments.pong is None) != (arguments.pong_spec is None):
        parser.error("--pong and --pong-spec belong together")
    return arguments


# -- what is measured ----------------------------------------------------------------------------------------------


def _run_page(work: Path, browser: Any, plan: Plan) -> Iterator[Figure]:
    heavy_run(work / "heavy" / "training", plan.samples)
    spec = work / "heavy.json"
    spec.write_text('{"Heavy": {}}')
    site = work / "heavy-site"
    _build([work / "heavy"], spec, site)
    with served(site) as address:
        url = address + "runs/heavy/training/"
        loads = [load(browser, url) for _ in range(plan.repeat)]
        charts = [chart_ms(browser, url) for _ in range(plan.repeat)]
    page = loads[0]
    yield Figure("Charts on the page", page.charts, "")
    yield Figure("Page, data, styles, scripts without Plotly, gzipped", _kb(page), "KB", 150.0)
    for name, size in sorted(page.gzipped.items(), key=lambda item: -item[1]):
        yield Figure(f"— {name}", size / 1e3, "KB")
    yield _median("First contentful paint", [one.first_paint_ms for one in loads], "ms", 150.0)
    yield _median("From scrolling to a chart to its canvas", charts, "ms", 1500.0)
    yield _median(
        "Cumulative layout shift, all charts drawn", [one.shift for one in loads], "", 0.01
    )
    yield Figure("Requests to other hosts", max(one.foreign for one in loads), "", 0)
    yield Figure("Inline scripts", max(one.inline_scripts for one in loads), "", 0)
    yield Figure("Complaints in the console", max(len(one.complaints) for one in loads), "", 0)


def _leaf_page(work: Path, browser: Any, plan: Plan) -> Iterator[Figure]:
    many_runs(work / "many", plan.runs)
    spec, site = many_runs_spec(work / "many.json"), work / "many-site"
    yield Figure("Build of the whole site", _build([work / "many"], spec, site), "s")
    with served(site) as address:
        loads = [load(browser, address) for _ in range(plan.repeat)]
        sorts = sort_ms(browser, address)
        keys = typed_ms(browser, address, "lr_0.003 seed_01")
    yield Figure("Page, data, styles, scripts without Plotly, gzipped", _kb(loads[0]), "KB")
    yield _median("First contentful paint", [one.first_paint_ms for one in loads], "ms")
    yield _median(
        "Sorting by a click: new order laid out", [one.laid_out for one in sorts], "ms", 100.0
    )
    yield _worst("— the slowest", [one.laid_out for one in sorts], "ms", 100.0)
    yield _median("— until it is painted", [one.painted for one in sorts], "ms")
    yield _median("Filtering by a key: rows laid out", [one.laid_out for one in keys], "ms", 50.0)
    yield _worst("— the slowest", [one.laid_out for one in keys], "ms", 50.0)
    yield _median("— until it is painted", [one.painted for one in keys], "ms")
    yield Figure("Complaints in the console", max(len(one.complaints) for one in loads), "", 0)


def _whole_site(work: Path, pong: Path, spec: Path) -> Iterator[Figure]:
    site = work / "pong-site"
    folders = sorted(folder for folder in pong.iterdir() if folder.is_dir())
    yield Figure("Build of the whole site", _build(folders, spec, site), "s")
    sizes = {file: file.stat().st_size for file in site.rglob("*") if file.is_file()}
    without = {file: size for file, size in sizes.items() if file.name != "log.zip"}
    yield Figure("All files but the raw downloads", sum(without.values()) / 1e6, "MB", 12.0)
    plotly = sum(size for file, size in without.items() if file.name == _PLOTLY)
    yield Figure("— of these Plotly", plotly / 1e6, "MB")
    yield Figure("With the raw downloads", sum(sizes.values()) / 1e6, "MB")
    yield Figure("Files", len(sizes), "")


def _build(folders: Sequence[Path], spec: Path, output: Path) -> float:
    """Build a site. Seconds that it took."""
    start = time.monotonic()
    command = [_PROGRAM, "build", *folders, "--site-spec", spec, "--output-dir", output]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def _kb(page: Load) -> float:
    return sum(page.gzipped.values()) / 1e3


def _median(name: str, values: Sequence[float], unit: str, target: float | None = None) -> Figure:
    spread = f"{min(values):.3g} to {max(values):.3g}, n = {len(values)}"
    return Figure(name, statistics.median(values), unit, target, spread)


def _worst(name: str, values: Sequence[float], unit: str, target: float) -> Figure:
    return Figure(name, max(values), unit, target)


# -- where, and how it is told -------------------------------------------------------------------------------------


@contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    program = next(filter(None, map(shutil.which, names)), None)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def _machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return {
        "cpus": os.cpu_count(),
        "processor": next(names, platform.machine()),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def _report(machine: dict[str, Any], plan: Plan, sections: dict[str, list[Figure]]) -> str:
    parts = [
        f"{machine['cpus']} × {machine['processor']}, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Chromium {machine['chromium']} without a GPU, Python {machine['python']}. Load of the machine before "
        f"{machine['load_before']:.1f}, after {machine['load_after']:.1f}. Medians of {plan.repeat} loads, each "
        f"with an empty cache.\n"
    ]
    for title, figures in sections.items():
        parts.append(f"\n## {title}\n\n| | measured | target | met |\n|---|---:|---:|---|\n")
        parts += [_row(figure) for figure in figures]
    return "".join(parts)


def _row(figure: Figure) -> str:
    spread = f" ({figure.spread})" if figure.spread else ""
    target = ""
    if figure.target is not None:
        target = "0" if figure.target == 0 else f"< {figure.target:g} {figure.unit}"
    value = f"{figure.value:,.3g}" if figure.value < 1000 else f"{figure.value:,.0f}"
    return f"| {figure.name} | {value} {figure.unit}{spread} | {target} | {figure.verdict} |\n"


if __name__ == "__main__":
    main()
