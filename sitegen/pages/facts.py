"""What a run's page says of hardware, software, region and measurement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..location import process_and_piece, rank_of
from ..metrics.spans import most_at_once
from ..model import GPU_ID_LABEL, Commit, RunPart, RunResult, Scheduler, Surroundings
from ..text import count, number, size
from .carbon_text import attribution, recomputed_facts
from .views import FactTable

PACKAGES = "Python packages"
"""Title of the last table."""
_FOLDED_FROM_ROWS = 12
_COMMIT_DIGITS = 12


def facts(run: RunResult) -> Iterator[FactTable]:
    """The tables of a run's page, in their order."""
    yield from _cpu_tables(run)
    yield from _gpu_tables(run)
    yield from _fact_table("Software and platform", dict(_platform_facts(run)))
    yield from _fact_table("Carbon and region", dict(_carbon_facts(run)))
    yield from _fact_table("How it was measured", dict(_measurement_facts(run)))
    told_by = run.info.format if run.info.origin is None else run.info.origin.tool
    yield from _fact_table(f"Also told by {told_by}", run.info.told)
    packages = {package.name: package.version for package in run.info.packages}
    yield from _fact_table(PACKAGES, packages, count(len(packages), "package"))


def _fact_table(title: str, rows: Mapping[str, str], summary: str = "") -> Iterator[FactTable]:
    if rows:
        yield FactTable(title, tuple(rows.items()), len(rows) > _FOLDED_FROM_ROWS, summary)


def parts_in_words(run: RunResult) -> str:
    """Such as "8 logs: of 4 ranks on 2 machines, resumed once"; "" for a run with one log."""
    parts = run.parts
    if len(parts) == 1:
        return ""
    pieces: dict[str, int] = {}
    for part in parts:
        process, _ = process_and_piece(part.name)
        pieces[process] = pieces.get(process, 0) + 1
    said = []
    if len(pieces) > 1:
        is_ranks = all(rank_of(process) is not None for process in pieces)
        names = ("rank",) if is_ranks else ("process", "processes")
        said.append(f"of {count(len(pieces), *names)}{_machines(parts)}")
    resumed = max(pieces.values()) - 1
    if resumed:
        said.append("resumed once" if resumed == 1 else f"resumed {resumed} times")
    return f"{count(len(parts), 'log')}: {', '.join(said)}"


def _machines(parts: Iterable[RunPart]) -> str:
    """ " on 2 machines", counted at one time: a machine that was started anew is not told from another."""
    spans = [
        (part.info.surroundings.node, (part.start_s, part.end_s))
        for part in parts
        if part.start_s is not None and part.end_s is not None
    ]
    if not all(node for node, _ in spans):
        return ""
    return f" on {count(max(1, most_at_once(spans)), 'machine')}"


def _cpu_tables(run: RunResult) -> Iterator[FactTable]:
    """One for each kind of machine."""
    kinds: list[Mapping[str, str]] = []
    nodes: set[str] = set()
    for part in run.parts:
        node, cpu = part.info.surroundings.node, part.info.cpu_info
        if cpu and cpu not in kinds and node not in nodes:
            kinds.append(cpu)
        nodes |= {node} - {""}
    for number_of, cpu in enumerate(kinds, 1):
        title = "CPU" if len(kinds) == 1 else f"CPU, machine of kind {number_of}"
        yield from _fact_table(title, cpu)


def _gpu_tables(run: RunResult) -> Iterator[FactTable]:
    """One for each kind of GPU."""
    kinds: list[Mapping[str, str]] = []
    numbers: list[list[int]] = []
    for i, gpu in enumerate(run.info.gpu_info):
        shown: Mapping[str, str] = {
            label: text for label, text in gpu.items() if label != GPU_ID_LABEL
        }
        if shown not in kinds:
            kinds.append(shown)
            numbers.append([])
        numbers[kinds.index(shown)].append(i)
    for shown, of_kind in zip(kinds, numbers, strict=True):
        title = f"GPU {of_kind[0]}" if len(of_kind) == 1 else f"{len(of_kind)} GPUs"
        yield from _fact_table("GPU" if len(run.info.gpu_info) == 1 else title, shown)


def _platform_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    """Where parts differ, what each says."""
    told = [list(_of_surroundings(part.info.surroundings)) for part in run.parts]
    labels = dict.fromkeys(label for rows in told for label, _ in rows)
    for label in labels:
        texts = dict.fromkeys(text for rows in told for of, text in rows if of == label)
        yield label, "; ".join(texts)
    if run.info.exit_code is not None:
        yield "Exit code of the command", str(run.info.exit_code)


def _of_surroundings(known: Surroundings) -> Iterator[tuple[str, str]]:
    if known.operating_system:
        yield "Operating system", known.operating_system
    if known.container:
        yield "Container", known.container
    if known.cloud is not None:
        machine = f", {known.cloud.machine_type}" if known.cloud.machine_type else ""
        yield "Cloud", f"{known.cloud.provider}{machine}"
    if known.scheduler is not None:
        yield "Scheduler", _scheduler(known.scheduler)
    if known.commit is not None:
        yield "Code", _commit(known.commit)


def _scheduler(scheduler: Scheduler) -> str:
    sizes = (("node", scheduler.nodes), ("task", scheduler.tasks))
    return ", ".join([scheduler.name, *(count(n, noun) for noun, n in sizes if n is not None)])


def _commit(commit: Commit) -> str:
    state = {
        True: ", with changes that are not in it",
        False: "",
        None: "; whether the code was changed since is not known",
    }
    return f"commit {commit.id[:_COMMIT_DIGITS]}{state[commit.modified]}"


def _carbon_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    region, grid = run.info.region, run.info.carbon_intensity
    mean = run.figures["mean_carbon_intensity_g_per_kwh"].value
    if run.recomputed is not None:
        yield from recomputed_facts(run)
        grid, mean = run.recomputed.logged_grid, run.recomputed.logged_mean_g_per_kwh.value
    if region is not None:
        yield (
            "Region",
            f"{region.name} ({region.id})" if region.name not in {"", region.id} else region.id,
        )
        if region.found_by:
            yield "Region found by", region.found_by
    if grid is not None:
        yield "Region's average carbon intensity", f"{number(grid.g_per_kwh)} g CO₂eq/kWh"
        if grid.year is not None:
            yield "Year", str(grid.year)
        yield "Basis", grid.basis
        if grid.source:
            yield "Source", grid.source
        if attribution(grid.source):
            yield "Licence and address of the source", attribution(grid.source)
        for label, share in (
            ("Fossil share", grid.fossil_share),
            ("Renewable share", grid.renewable_share),
        ):
            if share is not None:
                yield label, f"{share:.1%}"
    live = run.info.live_intensity
    if live is not None:
        forecasts = ", some of it forecasts" if live.is_estimated else ""
        yield "Carbon intensity during the run", f"{live.basis}, {live.source}{forecasts}"
        yield "Data by", live.attribution or live.provider
    if mean is not None:
        yield "Mean carbon intensity during the run", f"{number(mean)} g CO₂eq/kWh"
    yield "PUE", f"{run.pue:g} ({run.pue_source})"


def _measurement_facts(run: RunResult) -> Iterator[tuple[str, str]]:
    info = run.info
    kinds = {
        "counter": "energy counter",
        "power": "power sensor",
        "estimate": "estimate",
        "reported": "as reported",
    }
    for source in info.power_sources:
        rated = "" if source.rated_power_w is None else f", from {source.rated_power_w:g} W"
        found_by = f": {source.found_by}" if source.found_by else ""
        note = f"; {source.note}" if source.note else ""
        text = f"{source.name} ({kinds[source.kind]}{rated}{found_by}){note}"
        component = source.component
        shown = component.upper() if component in {"cpu", "gpu", "ram"} else component.capitalize()
        yield f"{shown} power", text
    if info.interval_s is not None:
        yield "Sampling interval", f"{info.interval_s:g} s"
    if run.location.reported is None:
        yield "Samples", str(run.n_samples)
        yield "Size of the log", size(run.log_bytes)
        yield "Log format", info.format
        if info.collector_version:
            yield "Collector version", info.collector_version
        if info.origin is not None:
            origin = info.origin
            tool = " ".join(filter(None, (origin.tool, origin.version)))
            yield "Converted from", f"{origin.file}, of {tool}" if origin.file else tool
    else:
        yield "Measured by", run.location.reported.run.tool
        yield "Read from", run.location.reported.file_name
        if run.n_samples:
            yield "Intervals with a power", str(run.n_samples)
    if info.run_id:
        yield "Run id", info.run_id
