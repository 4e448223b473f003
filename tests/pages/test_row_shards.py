"""The files of a leaf's long table: whole, small, and steady."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from paper_runs import result
from wattboard.sitegen.addresses import run_addresses
from wattboard.sitegen.compared import Side, folder_sides
from wattboard.sitegen.model import Figure, Group, RunResult
from wattboard.sitegen.pages.json_text import record, scalar
from wattboard.sitegen.pages.leaf_rows import leaf_row_files
from wattboard.sitegen.pages.tables import FIRST_ROWS, table_view
from wattboard.sitegen.shards import ROWS_FILE, WHOLE_UP_TO
from wattboard.sitegen.table import main_table

N_RUNS = 1500


def _runs(n: int) -> list[RunResult]:
    one = result()
    return [
        replace(
            one,
            location=replace(one.location, path=f"logs/m_{i % 7}/seed_{i}"),
            figures={**one.figures, "facility_energy_kwh": Figure(1.0 + i * 7919 % n, "measured")},
        )
        for i in range(n)
    ]


def _leaf(runs: Sequence[RunResult], ordering: str | None = None) -> Group:
    ordered = sorted(runs, key=lambda run: run.location.path)
    group = folder_sides(Side("", tuple(ordered)), Side("", ())).group
    return replace(group, node=replace(group.node, ordering_variable=ordering))


def _files(runs: Sequence[RunResult]) -> Mapping[str, str]:
    addresses = run_addresses(run.location.path for run in runs)
    return leaf_row_files(main_table(_leaf(runs)), addresses)


def _data(text: str) -> Any:
    return json.loads(text.removeprefix("wattboard.receive(").removesuffix(");\n"))


@pytest.mark.parametrize("n", [WHOLE_UP_TO, WHOLE_UP_TO + 1])
def test_only_a_long_table_lies_in_shards(n: int) -> None:
    """A shorter one stands in its page as a whole."""
    runs = _runs(n)
    table = main_table(_leaf(runs))
    view = table_view(table.figures.group, table, "Runs", "Run", lambda _: "")
    is_long = n > WHOLE_UP_TO
    assert len(view.rows) == (FIRST_ROWS if is_long else n)
    assert (view.n_rows, view.rows_file) == (n, ROWS_FILE if is_long else "")
    assert bool(_files(runs)) == is_long


def test_the_shards_hold_every_run_once() -> None:
    """With its figure in its own unit, in the order that the index names."""
    runs = _runs(N_RUNS)
    files = _files(runs)
    index = _data(files[ROWS_FILE])
    assert set(files) == {ROWS_FILE, *(f"rows-{name}.js" for name in index["shards"])}
    rows = [row for name in index["shards"] for row in _data(files[f"rows-{name}.js"])["rows"]]
    assert index["n"] == len(rows) == N_RUNS
    expected = {run.location.path: run.figures["facility_energy_kwh"].value for run in runs}
    assert {row[0]: row[3] for row in rows} == expected
    assert max(map(len, files.values())) < 150_000


def test_a_changed_run_changes_one_shard() -> None:
    """And the index only where units or what is best change."""
    runs = _runs(N_RUNS)
    other = replace(
        runs[700],
        figures={**runs[700].figures, "facility_energy_kwh": Figure(3.25, "estimated")},
    )
    before, after = _files(runs), _files([*runs[:700], other, *runs[701:]])
    assert len([name for name in before if before[name] != after[name]]) == 1
    assert before.keys() == after.keys()


@pytest.mark.parametrize("place", [0, 700, N_RUNS])
def test_a_run_more_changes_a_shard_or_two_and_the_index(place: int) -> None:
    """Wherever it comes in the order of the runs."""
    runs = _runs(N_RUNS + 1)
    before, after = _files([*runs[:place], *runs[place + 1 :]]), _files(runs)
    changed = {name for name in after if before.get(name) != after[name]}
    assert ROWS_FILE in changed
    assert 2 <= len(changed) <= 3


def test_a_row_says_where_its_page_is() -> None:
    """At its path, at another address, or nowhere."""
    runs = _runs(WHOLE_UP_TO + 1)
    paths = sorted(run.location.path for run in runs)
    addresses = {paths[0]: f"runs/{paths[0]}/", paths[1]: "runs/elsewhere/"}
    files = leaf_row_files(main_table(_leaf(runs)), addresses)
    rows = [row for name, text in files.items() if name != ROWS_FILE for row in _data(text)["rows"]]
    pages = {row[0]: row[1] for row in rows}
    assert (pages[paths[0]], pages[paths[1]], pages[paths[2]]) == (1, "runs/elsewhere/", 0)


def test_records_are_written_as_json_writes_them() -> None:
    """Down to the indent; what is no number is refused."""
    values = {"a": 1.5, "b": None, 'ü "quoted"\n': "text", "n": 3, "tiny": 1e-7}
    text = record({name: scalar(value) for name, value in values.items()}, 0)
    assert text == json.dumps(values, indent=1, ensure_ascii=False)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            scalar(value)
