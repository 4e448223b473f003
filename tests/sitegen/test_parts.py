"""A run of several parts is one run: what its parts' logs come to together."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import GPU_POWER, GPU_USE, START_S, Sample, our_info, power_samples, seed_info, write_run
from measured import measured
from wattboard.sitegen.catalog import figure_kinds
from wattboard.sitegen.location import part_order, process_and_piece
from wattboard.sitegen.metrics.combine import PartFigures, combined
from wattboard.sitegen.metrics.spans import length_s, most_at_once
from wattboard.sitegen.model import Figure, RunResult
from wattboard.sitegen.paper.impact import impact
from wattboard.sitegen.scan import scan

A100, H100 = "gpu-0000000a", "gpu-0000000b"


def result(folder: Path, **options: Any) -> RunResult:
    """The one run below a folder, measured."""
    (location,) = scan([folder]).runs
    return measured(location, **options).result


def value(run: RunResult, name: str) -> float:
    found = run.figures[name].value
    assert found is not None, name
    return found


def info(samples: Sequence[Mapping[str, Any]], *gpus: str, **changes: Any) -> dict[str, Any]:
    """An info whose log lists the GPUs with these ids."""
    listed = [{"name": "Example GPU", "id": gpu} for gpu in gpus]
    return our_info(samples, **{"gpu_info": listed, **changes})


def approximately(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-6, abs=1e-12)


def iso(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat()


# -- cutting a run in two


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Sample], int]:
    """Samples of our format, by power or with counters, and where to cut them."""
    n = draw(st.integers(4, 12))
    # Multiples of 1/64 s, which a time in ISO 8601 holds without rounding.
    steps = draw(
        st.lists(st.integers(32, 9600).map(lambda i: i / 64), min_size=n - 1, max_size=n - 1)
    )
    watts = st.lists(st.floats(0.0, 800.0), min_size=n, max_size=n)
    cpu_w, gpu_w = draw(watts), draw(watts)
    time_s, joules, samples = START_S, 0.0, []
    counted = draw(st.booleans())
    for i in range(n):
        sample: Sample = {
            "timestamp": time_s,
            "rapl_estimated_attributable_power_draw": cpu_w[i],
            GPU_POWER: gpu_w[i],
            GPU_USE: 0.5,
            "realtime_carbon_intensity": 100.0 + 10 * i,
        }
        if counted:
            sample["attributable_energy_j"] = {"cpu": joules}
        samples.append(sample)
        if i < n - 1:
            time_s += steps[i]
            joules += steps[i] * cpu_w[i + 1]
    return samples, draw(st.integers(1, n - 2))


def resumed(samples: Sequence[Sample], at: int) -> tuple[list[Sample], list[Sample]]:
    """The two logs of a run that was resumed at a sample: the second starts there, and counts its joules from there."""
    first, second = [dict(s) for s in samples[: at + 1]], [dict(s) for s in samples[at:]]
    for sample in second:
        if "attributable_energy_j" in sample:
            counted = sample["attributable_energy_j"]["cpu"]
            offset = samples[at]["attributable_energy_j"]["cpu"]
            sample["attributable_energy_j"] = {"cpu": counted - offset}
    return first, second


@settings(max_examples=60)
@given(runs())
def test_a_run_cut_in_two_pieces_has_the_energy_of_the_whole(run: tuple[list[Sample], int]) -> None:
    """Written as two resumed pieces and read back, energies, emissions, hours and measured share are the whole's."""
    samples, at = run
    first, second = resumed(samples, at)
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        write_run(logs / "whole" / "run", samples, info(samples, A100))
        write_run(logs / "cut" / "run", first, info(first, A100))
        write_run(logs / "cut" / "run", second, info(second, A100), part="resume-2")
        whole, cut = result(logs / "whole"), result(logs / "cut")
    assert [part.name for part in cut.parts] == ["", "resume-2"]
    for name, figure in whole.figures.items():
        # The first is a mean over samples, of which the cut has one twice; the second divides what counters count in
        # a gap by the time without it, which a cut at the gap leaves out.
        if name not in {"mean_carbon_intensity_g_per_kwh", "mean_power_w"}:
            assert cut.figures[name].value == approximately(figure.value), name
    assert cut.ended
    assert cut.problems == ()


def test_the_pause_between_two_pieces_is_not_the_run_s(tmp_path: Path) -> None:
    """An hour between the pieces adds no time, no energy and no GPU time."""
    first = power_samples(gpu_w=100.0)
    second = power_samples(gpu_w=100.0, start_s=START_S + 3700.0)
    write_run(tmp_path / "run", first, info(first, A100))
    write_run(tmp_path / "run", second, info(second, A100), part="resume-2")
    run = result(tmp_path)
    assert value(run, "duration_hours") == pytest.approx(200 / 3600)
    assert value(run, "allocated_gpu_hours") == pytest.approx(200 / 3600)
    assert value(run, "energy_kwh") == pytest.approx(150 * 200 / 3.6e6)
    assert value(run, "mean_power_w") == pytest.approx(150.0)
    assert run.end_s - run.start_s == pytest.approx(3800.0)


# -- ranks


def test_ranks_that_run_at_once_take_their_time_once(tmp_path: Path) -> None:
    """Four ranks with a GPU each: four times the energy and GPU time, once the duration; the mean power is of all."""
    for rank in range(4):
        samples = power_samples(cpu_w=50.0, gpu_w=200.0, attributable_cpu_seconds=90.0)
        about = info(samples, f"gpu-0000000{rank}", part={"name": "", "rank": rank, "of": 4})
        write_run(tmp_path / "run", samples, about, part=f"rank-{rank}" if rank else "")
    run = result(tmp_path, pue=1.0)
    assert [part.name for part in run.parts] == ["", "rank-1", "rank-2", "rank-3"]
    assert value(run, "duration_hours") == pytest.approx(100 / 3600)
    assert value(run, "energy_kwh") == pytest.approx(4 * 250 * 100 / 3.6e6)
    assert value(run, "gpu_energy_kwh") == pytest.approx(4 * 200 * 100 / 3.6e6)
    assert value(run, "cpu_hours") == pytest.approx(4 * 90 / 3600)
    assert value(run, "allocated_gpu_hours") == pytest.approx(4 * 100 / 3600)
    assert value(run, "mean_power_w") == pytest.approx(1000.0)
    assert run.figures["energy_kwh"].provenance == "measured"
    assert run.n_samples == 44
    assert run.problems == ()


def test_a_gpu_that_two_ranks_list_is_allocated_once(tmp_path: Path) -> None:
    """By their ids: of three GPUs that two ranks list, one is the same; those without an id are nobody else's."""
    samples = power_samples()
    write_run(tmp_path / "run", samples, info(samples, A100, H100))
    write_run(tmp_path / "run", samples, info(samples, H100), part="rank-1")
    assert value(result(tmp_path), "allocated_gpu_hours") == pytest.approx(2 * 100 / 3600)
    write_run(
        tmp_path / "run", samples, info(samples, H100, gpu_info=[{"name": "X"}]), part="rank-2"
    )
    write_run(
        tmp_path / "run", samples, info(samples, H100, gpu_info=[{"name": "X"}]), part="rank-3"
    )
    run = result(tmp_path)
    assert value(run, "allocated_gpu_hours") == pytest.approx(4 * 100 / 3600)
    assert len(run.info.gpu_info) == 4


def test_a_rank_of_which_there_is_no_log_makes_the_figures_partial(tmp_path: Path) -> None:
    """Where the logs say that there were three ranks and two have logs, the sum is not the whole run's."""
    samples = power_samples()
    for rank in range(2):
        about = our_info(samples, part={"name": "", "rank": rank, "of": 3})
        write_run(tmp_path / "run", samples, about, part=f"rank-{rank}" if rank else "")
    run = result(tmp_path)
    assert {f.provenance for f in run.figures.values() if f.value is not None} == {"partial"}
    assert [str(problem) for problem in run.problems] == [
        f"{tmp_path.name}/run: expected the logs of 3 ranks, found 2 logs\n"
        "  hint: the run's figures are partial"
    ]


def test_a_run_may_have_parts_without_the_log_of_rank_0(tmp_path: Path) -> None:
    """A rank above 0 alone is a run."""
    write_run(tmp_path / "run", power_samples(cpu_w=36.0), part="rank-1")
    assert value(result(tmp_path), "energy_kwh") == pytest.approx(0.001)


def test_a_part_keeps_its_own_rules(tmp_path: Path) -> None:
    """Each part has its own PUE and its own rule for gaps; the run's PUE is what its energy was multiplied by."""
    ours = power_samples(4, cpu_w=36.0) + power_samples(2, cpu_w=36.0, start_s=START_S + 1000.0)
    seeds = power_samples(4, cpu_w=36.0) + power_samples(2, cpu_w=36.0, start_s=START_S + 1000.0)
    write_run(tmp_path / "run", ours, our_info(ours, pue=1.1))
    write_run(tmp_path / "run", seeds, seed_info(seeds), part="rank-1")
    run = result(tmp_path)
    ours_kwh, seeds_kwh = 36 * 40 / 3.6e6, 36 * 1010.2 / 3.6e6
    assert value(run, "energy_kwh") == pytest.approx(ours_kwh + seeds_kwh)
    assert value(run, "facility_energy_kwh") == pytest.approx(1.1 * ours_kwh + 1.58 * seeds_kwh)
    assert value(run, "facility_energy_kwh") == pytest.approx(run.pue * value(run, "energy_kwh"))
    assert run.pue_source == (
        "the mean over the run's parts: 1.1 by the run's own log, 1.58 by the default"
    )


def test_the_weakest_part_says_how_a_sum_came_about(tmp_path: Path) -> None:
    """One estimated part makes an estimate of the sum; one without a reading makes it partial."""
    measured, nothing = power_samples(), power_samples(cpu_w=None)
    estimated = power_samples(cpu_w=None, cpu_estimated_attributable_power_draw=20.0)
    write_run(tmp_path / "run", measured)
    write_run(tmp_path / "run", estimated, part="rank-1")
    assert result(tmp_path).figures["energy_kwh"].provenance == "estimated"
    write_run(tmp_path / "run", nothing, part="rank-2")
    run = result(tmp_path)
    assert run.figures["energy_kwh"].provenance == "partial"
    assert value(run, "energy_kwh") == pytest.approx(70 * 100 / 3.6e6)


def test_a_part_of_no_time_lacks_nothing(tmp_path: Path) -> None:
    """One that was cut off at its first sample adds nothing, takes nothing away, and is no missing log."""
    samples = power_samples()
    write_run(tmp_path / "run", samples, info(samples, A100))
    alone = result(tmp_path)
    cut = power_samples(1, start_s=START_S + 500.0)
    write_run(tmp_path / "run", cut, info(cut, A100, experiment_end=None), part="resume-2")
    run = result(tmp_path)
    assert run.figures == alone.figures
    assert impact([run]).n_with_lost_parts == 0


@pytest.mark.parametrize("last_ends", [True, False])
def test_a_run_has_ended_when_its_last_pieces_have(last_ends: bool, tmp_path: Path) -> None:
    """A killed piece that was resumed does not make the run one that ended abruptly; a killed last piece does."""
    first, second = power_samples(), power_samples(start_s=START_S + 500.0)
    killed = our_info(first, experiment_end=None)
    end = iso(START_S + 600.0) if last_ends else None
    write_run(tmp_path / "run", first, killed)
    write_run(tmp_path / "run", second, our_info(second, experiment_end=end), part="resume-2")
    assert result(tmp_path).ended == last_ends


# -- combining, whatever the numbers

NAMES = tuple(kind.name for kind in figure_kinds())


@st.composite
def part_figures(draw: st.DrawFn) -> PartFigures:
    amounts = st.one_of(st.none(), st.floats(0.0, 1e6))
    kinds = st.sampled_from(["measured", "estimated", "partial"])
    start, took = draw(st.floats(0, 1000)), draw(st.floats(0, 1000))
    figures = {}
    for name in NAMES:
        amount = draw(amounts)
        figures[name] = Figure(amount, "not measured" if amount is None else draw(kinds))
    figures["measured_share"] = Figure(draw(st.floats(0.1, 1.0)), "measured")
    figures["duration_hours"] = Figure(took / 3600, "measured")
    if figures["energy_kwh"].value is None or took == 0:
        figures["mean_power_w"] = Figure(None, "not measured")
    ids = draw(st.lists(st.sampled_from(["", A100, H100]), max_size=3))
    return PartFigures(figures, (start, start + took), tuple(ids), draw(st.booleans()))


@given(st.lists(part_figures(), min_size=1, max_size=5), st.randoms())
def test_the_order_of_parts_does_not_matter(parts: list[PartFigures], random: Any) -> None:
    """Shuffled parts come to the same figures, to the last bit."""
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert combined(shuffled, complete=True) == combined(parts, complete=True)


@given(part_figures())
def test_one_part_is_the_run(part: PartFigures) -> None:
    """The figures of a run with one part are that part's, to the last bit."""
    assert combined([part], complete=True) == part.figures


@given(st.lists(part_figures(), min_size=1, max_size=5))
def test_what_is_lost_leaves_nothing_measured(parts: list[PartFigures]) -> None:
    """Without one of its parts every figure that a run has is partial, and its value is that of the others."""
    whole, torn = combined(parts, complete=True), combined(parts, complete=False)
    assert {f.provenance for f in torn.values() if f.value is not None} <= {"partial"}
    assert {name: f.value for name, f in torn.items()} == {n: f.value for n, f in whole.items()}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=8))
def test_the_length_of_spans_is_that_of_their_union(pairs: list[tuple[int, int]]) -> None:
    """As many seconds as there are in at least one span."""
    spans = [(float(start), float(start + length)) for start, length in pairs]
    seconds = {t for start, length in pairs for t in range(start, start + length)}
    assert length_s(spans) == len(seconds)


def test_machines_are_counted_at_one_time() -> None:
    """A piece that begins as another ends does not run beside it."""
    assert most_at_once([("a", (0.0, 5.0)), ("a", (1.0, 6.0)), ("b", (2.0, 3.0))]) == 2
    assert most_at_once([("a", (0.0, 5.0)), ("b", (5.0, 6.0))]) == 1


def test_parts_stand_in_the_order_of_ranks_and_pieces() -> None:
    """The log in `impacttracker` first, rank 2 before rank 10, each rank's pieces together."""
    names = ["x", "rank-10", "rank-2-resume-10", "rank-2-resume-2", "rank-2", "resume-2", ""]
    assert sorted(names, key=part_order) == names[::-1]
    assert process_and_piece("rank-2-resume-10") == ("rank-2", 10)
    assert process_and_piece("preresume-2") == ("preresume-2", 1)


# -- the download


def test_a_download_of_parts_reads_as_the_run(tmp_path: Path) -> None:
    """Zip, unzip, measure: each part in its folder, the same figures, the same hardware and surroundings."""
    for rank, piece in ((0, ""), (1, ""), (0, "resume-2")):
        samples = power_samples(gpu_w=80.0, start_s=START_S + (500.0 if piece else rank))
        about = info(
            samples,
            A100 if rank else H100,
            node=f"0000000{rank}",
            part={"name": "", "rank": rank, "of": 2},
        )
        name = "-".join(filter(None, (f"rank-{rank}" if rank else "", piece)))
        write_run(tmp_path / "logs" / "run", samples, about, part=name)
    (location,) = scan([tmp_path / "logs"]).runs
    run = measured(location, tmp_path / "log.zip")
    first = run.result
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        assert sorted(archive.namelist()) == [
            "data.json",
            "info.json",
            "part-rank-1/data.json",
            "part-rank-1/info.json",
            "part-resume-2/data.json",
            "part-resume-2/info.json",
        ]
        archive.extractall(tmp_path / "again" / "run" / "impacttracker")
    (location,) = scan([tmp_path / "again"]).runs
    run_again = measured(location)
    second = run_again.result
    assert second.figures == first.figures
    assert [p.info for p in second.parts] == [p.info for p in first.parts]
    assert second.info == first.info
    assert run_again.charts == run.charts
    assert second.problems == ()
