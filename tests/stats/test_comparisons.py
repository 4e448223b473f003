"""What lies beside a group's page for comparisons, and the ranks in its `leaderboard.json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from measured import built
from wattboard.sitegen.cache.store import Store
from wattboard.sitegen.columns import GroupFigures
from wattboard.sitegen.inference import compare
from wattboard.sitegen.model import Group, Leaderboard
from wattboard.sitegen.pages import comparisons as module
from wattboard.sitegen.pages.comparisons import comparison_files, comparisons
from wattboard.sitegen.pages.datafiles import leaderboard_files
from wattboard.sitegen.pages.kept import KeptPages, Piece
from wattboard.sitegen.ranking import METHOD, direction, rank_intervals, table_ranks
from wattboard.sitegen.ratios import ratio_notes
from wattboard.sitegen.spec.model import Variable
from wattboard.sitegen.table import column, main_table, whole_table


@pytest.fixture(scope="module")
def board(sample: Path) -> Leaderboard:
    """The sample."""
    return built(sample / "runs", sample / "site.yml")


@pytest.fixture(scope="module")
def digits(board: Leaderboard) -> Group:
    """Five methods with three runs each."""
    return board.roots[0].children[0]


@pytest.fixture(scope="module")
def payload(digits: Group) -> dict[str, Any]:
    found = comparisons(digits, main_table(digits))
    assert found is not None
    return found


def test_pairs_that_did_not_change_are_not_tested_again(digits: Group, tmp_path: Path) -> None:
    """With another run in one of five methods, its four pairs are: the file is the same as one made from nothing."""
    made: list[int] = []

    def keep(keys: Sequence[str], make: Callable[[Sequence[int]], Sequence[Piece]]) -> list[Piece]:
        def counted(places: Sequence[int]) -> Sequence[Piece]:
            made.append(len(places))
            return make(places)

        return list(kept.pieces("tests", keys, counted))

    first, *others = digits.children
    fewer = replace(digits, children=(replace(first, runs=first.runs[1:]), *others))
    store = Store(tmp_path / "store")
    kept = KeptPages(store, "site")
    n_columns = len(digits.node.summary_variables)
    for group, n_made in ((digits, 10), (fewer, 4), (fewer, 0), (digits, 4)):
        made.clear()
        table = main_table(group)
        assert comparison_files(group, table, keep) == comparison_files(group, table)
        assert sum(made) == n_made * n_columns
    store.close()


def samples(group: Group, name: str) -> list[list[float]]:
    """A figure of the runs of each child."""
    return [
        [value for run in child.runs if (value := group.figure(run, name).value) is not None]
        for child in group.children
    ]


def test_every_pair_and_every_column_is_there(payload: dict[str, Any], digits: Group) -> None:
    """Ten pairs of five methods, times seven columns, and all tests of each."""
    assert payload["groups"] == [child.address for child in digits.children]
    names = [c["name"] for c in payload["columns"]]
    assert names == list(digits.node.summary_variables)
    assert len(payload["pairs"]) == 10 * len(names)
    for pair in payload["pairs"]:
        assert pair["a"] < pair["b"] < 5
        assert [test["name"] for test in pair["tests"]] == list(payload["assumptions"])


def test_a_pair_says_what_comparing_the_two_says(payload: dict[str, Any], digits: Group) -> None:
    """Means, difference, interval and p-values are those of `compare`, to six digits."""
    for pair in payload["pairs"][::7]:
        of_all = samples(digits, pair["column"])
        expected = compare(of_all[pair["a"]], of_all[pair["b"]])
        assert pair["mean"] == pytest.approx(list(expected.mean), rel=1e-5)
        assert pair["n"] == (3, 3)
        for key in ("difference", "low", "high", "percent", "effect"):
            assert pair[key] == pytest.approx(getattr(expected, key), rel=1e-5)
        for test, outcome in zip(pair["tests"], expected.outcomes, strict=True):
            assert test["p"] == pytest.approx(outcome.p, rel=1e-5)
            assert test["note"] == outcome.note


def test_ranks_rest_on_the_corrected_p(payload: dict[str, Any], digits: Group) -> None:
    """A child's best rank is 1 + the pairs that it loses with the corrected p below alpha, in the children's order."""
    for name, ranks in payload["ranks"].items():
        better = next(c["better"] for c in payload["columns"] if c["name"] == name)
        expected = rank_intervals(samples(digits, name), better)
        assert ranks == [rank and [rank.best, rank.worst] for rank in expected]
        lost = [0] * 5
        for pair in (p for p in payload["pairs"] if p["column"] == name):
            a_higher = pair["difference"] > 0
            loser = pair["a"] if a_higher == (better == "lower") else pair["b"]
            lost[loser] += pair["p"] < payload["alpha"]
        assert [best for best, _ in ranks] == [1 + n for n in lost]


def test_the_file_is_a_script_with_plain_json(digits: Group) -> None:
    """`wattboard.receive` gets JSON; a leaf, and a group with one child, have no such file."""
    (text,) = comparison_files(digits, main_table(digits)).values()
    assert json.loads(text.removeprefix("wattboard.receive(").removesuffix(");\n"))["alpha"] == 0.05
    leaf = digits.children[0]
    assert comparison_files(leaf, main_table(leaf)) == {}
    alone = replace(digits, children=(leaf,), runs=leaf.runs)
    assert comparison_files(alone, main_table(alone)) == {}


def test_a_child_without_runs_is_left_out_of_pairs(digits: Group) -> None:
    """Its place in the groups stays, its rank is null, and it is in no pair."""
    empty = replace(digits.children[1], runs=())
    group = replace(digits, children=(digits.children[0], empty, *digits.children[2:]))
    found = comparisons(group, main_table(group))
    assert found is not None
    assert {1} & {place for pair in found["pairs"] for place in (pair["a"], pair["b"])} == set()
    assert all(ranks[1] is None and ranks[0] is not None for ranks in found["ranks"].values())


@pytest.mark.parametrize(
    ("limits", "n_tests", "said"),
    [((4, 60, 100), 5, "resample"), ((2, 4, 100), 1, "only Welch"), ((2, 3, 4), 0, "pairs")],
)
def test_many_children_have_fewer_tests(
    digits: Group,
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int, int],
    n_tests: int,
    said: str,
) -> None:
    """Above each limit the costly tests go, and the file says so; the ranks stay."""
    for name, limit in zip(("MOST_RESAMPLED", "MOST_TESTED", "MOST_COMPARED"), limits, strict=True):
        monkeypatch.setattr(module, name, limit)
    found = comparisons(digits, main_table(digits))
    assert found is not None
    assert said in found["left_out"]
    assert len(found["assumptions"]) == n_tests
    assert len(found["pairs"]) == (70 if n_tests else 0)
    assert found["ranks"]["test_accuracy"][0] is not None


def test_the_leaderboard_file_has_the_ranks_of_its_rows(digits: Group) -> None:
    """Ranks in the rows' order for columns with a direction; a leaf's rows, which are runs, have none."""
    table = main_table(digits)
    ranks = table_ranks(digits, table)
    board = json.loads(leaderboard_files(digits, table)["leaderboard.json"])
    assert board["ranking"] == METHOD
    for i, row in enumerate(board["rows"]):
        expected = {name: of_rows[i] for name, of_rows in ranks.items()}
        assert row["ranks"] == {name: r and [r.best, r.worst] for name, r in expected.items()}
    assert list(board) == ["title", "ranking", "columns", "rows"]
    leaf = digits.children[0]
    rows = json.loads(leaderboard_files(leaf, main_table(leaf))["leaderboard.json"])["rows"]
    assert [row["ranks"] for row in rows] == [{}] * 3
    assert table_ranks(digits, whole_table(digits)) == {}


def test_which_way_is_better(digits: Group) -> None:
    """As declared; for what orders the rows as the order says; for other figures of the site's own nobody knows."""

    def of(name: str, ordering: str | None, way: str, better: str = "") -> str:
        node = replace(
            digits.node,
            ordering_variable=ordering,
            ordering=way,
            variables={"return": Variable("", better=better)},  # type: ignore[arg-type]
        )
        group = replace(digits, node=node)
        return direction(group, column(group, name))

    assert of("return", None, "descending") == ""
    assert of("return", "return", "descending") == "higher"
    assert of("return", "return", "ascending") == "lower"
    assert of("return", "return", "ascending", better="higher") == "higher"
    assert of("total_power", "facility_energy_kwh", "descending") == "lower"


def test_notes_name_the_rows_of_negative_ratios(digits: Group) -> None:
    """On the group's page its children, on the leaf's its runs; also of what orders rows; nothing for good ratios."""
    assert ratio_notes(GroupFigures(digits), main_table(digits).columns) == []
    group = _with_negative_accuracy_per_wh(digits, digits.children[1])
    (note,) = ratio_notes(GroupFigures(group), main_table(group).columns)
    assert "negative for “Random forest”." in note
    assert ratio_notes(GroupFigures(group), ()) == [note]
    leaf = group.children[1]
    (note,) = ratio_notes(GroupFigures(leaf), [column(leaf, "accuracy_per_wh")])
    assert "negative for “seed_0”, “seed_1” and “seed_2”." in note


def _with_negative_accuracy_per_wh(group: Group, of: Group) -> Group:
    """The group, with the figure of one child's runs below zero."""
    changed = {
        run.location.path: replace(
            run,
            extras={
                processor: {
                    **figures,
                    "accuracy_per_wh": replace(figures["accuracy_per_wh"], value=-1.0),
                }
                for processor, figures in run.extras.items()
            },
        )
        for run in of.runs
    }

    def same(group: Group) -> Group:
        return replace(
            group,
            runs=tuple(changed.get(run.location.path, run) for run in group.runs),
            children=tuple(same(child) for child in group.children),
        )

    return same(group)
