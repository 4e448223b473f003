"""An appendix says what the pages say, and what it cannot know is marked for the author."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from golden import check_golden
from logs import our_info, power_samples, write_run
from measured import built
from paper_runs import result
from wattboard.sitegen.catalog import known_names
from wattboard.sitegen.cli.appendix import Request, appendix, made_of
from wattboard.sitegen.latex.plots import Plot
from wattboard.sitegen.latex.wrapping import wrapping
from wattboard.sitegen.model import (
    Cloud,
    Group,
    RunResult,
    Scheduler,
    Series,
    Surroundings,
    TimeChart,
)
from wattboard.sitegen.paper.appendix import as_document, as_input
from wattboard.sitegen.paper.appendix_plots import POINTS, power_plot
from wattboard.sitegen.paper.appendix_tables import group_table
from wattboard.sitegen.paper.checklist import checklist
from wattboard.sitegen.paper.impact import impact
from wattboard.sitegen.spec import load_spec

GOLDEN = Path(__file__).parent / "golden" / "appendix"
SPEC = """\
All & sundry:
  description: Two **methods**, [here](https://example.org/x).
  executive_summary_plots:
    - {x: duration_hours, y: facility_energy_kwh}
  executive_summary_ordering_variable: facility_energy_kwh
  child_experiments:
    Fast_one: {filter: /fast/}
    Slow_one: {filter: /slow/}
"""


def _logs(folder: Path) -> Path:
    """Two runs of one method, one of another that has a GPU and ended abruptly."""
    for i, watts in enumerate((100.0, 120.0)):
        samples = power_samples(31, cpu_w=watts)
        info = our_info(samples, region={"id": "DEU", "name": "", "found_by": "given"})
        write_run(folder / "fast" / f"seed_{i}", samples, info)
    samples = power_samples(61, cpu_w=100.0, gpu_w=[200.0 + i for i in range(61)])
    info = our_info(
        samples, experiment_end=None, region={"id": "DEU", "name": "", "found_by": "given"}
    )
    write_run(folder / "slow" / "seed_0", samples, info)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Request:
    """A small site's request."""
    spec = tmp_path / "site.yml"
    spec.write_text(SPEC)
    return Request((_logs(tmp_path / "logs"),), spec, jobs=1)


def _steady(text: str) -> str:
    return re.sub(r"version [0-9][\w.+-]*", "version VERSION", text)


@pytest.mark.parametrize("form", ["input", "document"])
def test_appendix_is_as_it_was_read(
    form: str, site: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole text of a small appendix, to read into a paper and by itself."""
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    made = made_of(replace(site, standalone=form == "document"))
    text = as_document(made) if form == "document" else as_input(made, with_sources=True)
    check_golden(GOLDEN / f"{form}.tex", _steady(text))


def test_every_citation_and_reference_is_there(site: Request) -> None:
    """Cited keys are among the entries that come with it, and each label that is referred to is set once."""
    text = as_input(made_of(site), with_sources=True)
    cited = {key for keys in re.findall(r"\\citep\{([^}]*)\}", text) for key in keys.split(",")}
    assert cited == set(re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE))
    labels = re.findall(
        r"\\label\{([^}#]*)\}|\\wattboard(?:long)?table\{.*\}\{(tab:[^}]*)\}\{\\?", text
    )
    found = [label for pair in labels for label in pair if label]
    assert len(found) == len(set(found))


def test_figures_are_those_of_the_pages(sample: Path, tmp_path: Path) -> None:
    """Every mean, spread and sum that a page's table shows stands in the appendix, in the page's order."""
    from wattboard.sitegen.pages.tables import table_view
    from wattboard.sitegen.table import main_table

    board = built(sample / "runs", sample / "site.yml")
    for group in board.walk():
        page = table_view(group, main_table(group), "", "", lambda _: "")
        ours = group_table(group, "tab:x")
        assert [row[0] for row in ours.rows] == [row.title for row in page.rows]
        for row, line in zip(page.rows, ours.rows, strict=True):
            expected = [f"{c.text} ± {c.spread}" if c.spread else c.text for c in row.cells]
            assert [cell for cell in line if cell in expected] == expected
            if not group.node.is_leaf:
                assert {cell.total for cell in row.cells} - {""} <= set(line)


def test_estimates_are_marked() -> None:
    """Where a column mixes measured and estimated figures, the estimates have a sign; else its head says it."""
    names = ("emissions_kg", "energy_kwh")
    estimated = {"emissions_kg": "estimated", "energy_kwh": "estimated"}
    mixed = _leaf([result("l/a"), result("l/b", provenance=estimated)], names)
    table = group_table(mixed, "tab:x")
    assert table.rows[0][2] == "1.000"
    assert table.rows[1][2] == "≈ 1.000"
    assert r"$\approx$: estimated from rated power" in table.caption
    alike = group_table(_leaf([result("l/a", provenance=estimated)] * 2, names), "tab:x")
    assert alike.columns[2].unit == "kWh, estimated"
    assert alike.rows[0][2] == "1.000"
    partial = result("l/b", provenance={"energy_kwh": "partial"}, share=0.5, ended=False)
    table = group_table(_leaf([result("l/a"), partial], names), "tab:x")
    assert table.rows[1][0].endswith(" ¹")
    assert table.rows[1][2] == "(1.000)"
    assert "samples cover 50\\% of the time; ended abruptly" in table.caption


def test_absent_figures_are_no_zeros() -> None:
    """A run without the figure has a dash, and the mean says of how many runs it is."""
    leaf = _leaf([result("l/a"), result("l/b", cpu_kwh=None), result("l/c")], ("energy_kwh",))
    table = group_table(leaf, "tab:x")
    assert [row[1] for row in table.rows] == ["1.000", "–", "1.000"]
    assert table.last_rows[0][1] == "1.000 ± 0, n=2"
    assert "–: not measured" in table.caption


def _leaf(runs: list[RunResult], names: tuple[str, ...]) -> Group:
    """A leaf of the spec with these runs."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "site.yml"
        spec.write_text(f"Leaf: {{executive_summary_variables: [{', '.join(names)}]}}\n")
        node = load_spec(spec, known_names()).roots[0]
    return Group(node, "", tuple(runs), ())


def _chart(values: list[float | None], key: str = "power") -> TimeChart:
    times = tuple(float(i) for i in range(len(values)))
    return TimeChart(key, "Power drawn", "Power", "W", (Series("CPU", times, tuple(values)),))


class _Files:
    """The chart data of some runs, one chart each."""

    def __init__(self, charts: dict[str, TimeChart]) -> None:
        self._charts = charts

    def charts(self, run: RunResult) -> tuple[TimeChart, ...]:
        return (self._charts[run.location.path],)

    def download(self, run: RunResult) -> Path:
        raise NotImplementedError


def _power(charts: list[TimeChart]) -> Plot:
    runs = [
        replace(result(f"l/{i}", cpu_kwh=float(i + 1)), chart_keys=(chart.key,))
        for i, chart in enumerate(charts)
    ]
    by_path = {run.location.path: chart for run, chart in zip(runs, charts, strict=True)}
    plot = power_plot(_leaf(runs, ("energy_kwh",)), _Files(by_path), "fig:x")
    assert plot is not None
    return plot


def test_a_line_has_at_most_200_points_and_keeps_its_gaps() -> None:
    """Ten thousand readings are thinned out to 200 with gaps and peaks kept; three stay three."""
    values: list[float | None] = [float(i % 7) for i in range(10_000)]
    values[5_000] = 99.0
    values[2_000] = values[7_000] = None
    (line,) = _power([_chart(values)]).traces
    assert len(line.x) <= POINTS
    assert list(line.y).count(None) == 2
    assert 99.0 in line.y
    (many_gaps,) = _power([_chart([1.0, None] * 500)]).traces
    assert len(many_gaps.x) <= POINTS
    (short,) = _power([_chart([1.0, 2.0, 3.0])]).traces
    assert list(short.y) == [1.0, 2.0, 3.0]


def test_the_run_shown_is_the_median_by_energy() -> None:
    """Of three runs the one in the middle, and the caption says so; estimates where nothing was measured."""
    plot = _power([_chart([float(i)], "power-estimated") for i in range(3)])
    assert list(plot.traces[0].y) == [1.0]
    assert "the median of 3 by energy" in plot.caption
    alone = _power([_chart([1.0])])
    assert "median" not in alone.caption
    assert power_plot(_leaf([result()], ("energy_kwh",)), _Files({}), "fig:x") is None


def _answers(runs: list[RunResult], *leaves: Group) -> str:
    from wattboard.sitegen.model import Leaderboard

    spec = object()
    board = Leaderboard(spec, leaves, tuple(runs), {}, _Files({}), ())  # type: ignore[arg-type]
    return checklist(board, impact(runs), runs)


def test_checklist_answers_from_the_logs() -> None:
    """Kind of workers, hardware, hours, energy and error bars are those of the logs."""
    gpus = ({"Name": "A100", "Memory": "40.0 GiB"},) * 2
    around = Surroundings(cloud=Cloud("aws", "p4d"), scheduler=Scheduler("slurm"))
    cpu = {"Processor": "Xeon", "Memory": "64.0 GiB"}
    runs = [
        result(f"l/{i}", gpus=gpus, gpu_kwh=2.0, surroundings=around, cpu_info=cpu)
        for i in range(3)
    ]
    said = _answers(runs, _leaf(runs, ("energy_kwh",)))
    for expected in (
        "GPUs, with their hosts’ CPUs. Machines of a cloud provider: aws. A cluster, with slurm.",
        "one Xeon with 2~$\\times$~A100 (40.0~GiB each) and 64.0~GiB of memory",
        "A run took 2.000~h on average over 3 runs.",
        "12.00~h of allocated GPUs",
        "Energy with PUE: 13.50~kWh and 4.455~kg",
        "over the runs of an experiment, $n=3$.",
    ):
        assert expected in said
    assert "own machines" not in said
    assert "No GPU" not in said


def test_what_logs_cannot_tell_is_marked() -> None:
    """Storage, parameters, further compute and unknown hardware are left to the author, visibly and never invented."""
    run = result("l/a", cpu_kwh=None, cpu_info={}, ended=False, exit_code=1)
    said = _answers([run], _leaf([run], ("energy_kwh",)))
    asked = re.findall(r"\\wattboardtodo\{([^}]*)\}", said)
    for what in (
        "storage",
        "parameters of each model",
        "needed more compute",
        "processors",
        "memory",
    ):
        assert any(what in text for text in asked), what
    assert any("packages and versions" in text for text in asked)
    assert "1 run ended abruptly and counts. 1 run failed and counts." in said
    assert "The run took 2.000~h." in said
    assert "There are none: each experiment has one run." in said
    assert "1 runs" not in said


def test_error_bars_say_how_many_runs() -> None:
    """Experiments of different sizes give a range of n, and those of one run have no error bar."""
    runs = [result(f"l/{i}") for i in range(4)]
    leaves = [_leaf(runs[:3], ("energy_kwh",)), _leaf(runs[3:], ("energy_kwh",))]
    said = _answers(runs, *leaves)
    assert "$n$ from 1 to 3. 1 experiment with one run has none." in said


def test_runs_of_no_table_are_told_of() -> None:
    """Runs that no leaf lists are in the totals, and the checklist says so."""
    runs = [result(f"l/{i}") for i in range(3)]
    said = _answers(runs, _leaf(runs[:2], ("energy_kwh",)))
    assert "1 run of the logs is in no table here, and counts in the totals." in said


def test_long_words_may_break() -> None:
    """Names break behind their marks, Chinese anywhere, and short words nowhere."""
    assert wrapping("two words") == "two words"
    assert wrapping("stable_baselines_of_three").count(r"\hspace") == 3
    assert wrapping("显卡能耗").count(r"\hspace") == 3
    assert wrapping("e" * 40).count(r"\hspace") == 9
    assert "\u0301" not in wrapping("e\u0301" * 3)  # composed, not torn apart


def test_command_writes_file_and_sources(site: Request, tmp_path: Path) -> None:
    """The command writes the LaTeX, puts entries into --bib, and says on stderr what it wrote."""
    arguments = [
        *(str(site.log_folders[0]), "--site-spec", str(site.spec_file), "--jobs", "1"),
        *("--output", str(tmp_path / "a.tex"), "--bib", str(tmp_path / "a.bib")),
        *("--intensity", "Poland", "--pue", "1.1", "--country", "USA"),
    ]
    done = CliRunner().invoke(appendix, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "a.tex: 6 tables, 3 figures" in done.stderr
    text = (tmp_path / "a.tex").read_text()
    assert "@misc" not in text
    assert "that of Poland: " in text
    assert "(PUE) of 1.1 (stated by the authors)" in text
    assert "social cost of carbon of the United States" in text
    assert "@article{ricke2018" in (tmp_path / "a.bib").read_text()
    both = CliRunner().invoke(appendix, [*arguments, "--standalone"])
    assert both.exit_code == 2
    assert "without --bib" in both.output


@pytest.mark.parametrize("country", [None, "world"])
def test_social_cost_is_of_the_one_country(site: Request, country: str | None) -> None:
    """Without --country it is that of the country that all logs name; "world" is the world's."""
    text = made_of(replace(site, country=country)).text
    assert ("social cost of carbon of Germany" in text) == (country is None)
    assert ("social cost of carbon of the world" in text) == (country == "world")


def test_spec_s_json_is_taken_too(site: Request, tmp_path: Path) -> None:
    """A spec with several roots makes a section each."""
    spec = tmp_path / "two.json"
    spec.write_text(json.dumps({"A": {"filter": "/fast/"}, "B": {"filter": "/slow/"}}))
    text = made_of(replace(site, spec_file=spec)).text
    assert re.findall(r"\\section\{\\texorpdfstring\{(\w)\}", text) == ["A", "B"]
