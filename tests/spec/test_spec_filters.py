"""Filters find what `re.search` finds, and cannot take the machine down."""

from __future__ import annotations

import contextlib
import pickle
import re
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wattboard.sitegen.errors import SpecError
from wattboard.sitegen.spec import FilterTimeout, PathFilter, filters, load_spec
from wattboard.sitegen.spec.filters import pattern_fault, unrolled_length

if TYPE_CHECKING:
    from pathlib import Path

PATH = (
    "stable_baselines_results/seed_0_ppo2_PongNoFrameSkip-v4_gpu_normal/ppo2/PongNoFrameskip-v4_1"
)
RUNAWAYS = [r"(\w|\w|\w)*[!?]", r"(?:\w{1,20}){1,20}[!?]", r"(?:(\w)|(\w)|/)+[!?]\1"]
HARMLESS = [r"(\w+\s?)*$!", r"(a|a)*$b", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.+)+[!?]"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("(ppo2)", True),
        ("^ppo2", False),
        (r"Pong.*_1$", True),
        ("PPO", False),
        ("(?i)PPO", True),
        ("", True),
    ],
)
def test_a_filter_searches_anywhere_in_the_path(pattern: str, found: bool) -> None:
    """A pattern need not match from the start, and case counts."""
    assert PathFilter(pattern).matches(PATH) is found


PIECES = st.sampled_from(
    ["a", "b", "/", ".", "a*", "(a|b)", "[^/]+", "b?", "^", "$", r"\w", "(?:ab)+", "a{2}"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), st.text("ab/_", max_size=12))
def test_a_filter_agrees_with_re_search(pattern: str, path: str) -> None:
    """What `re.search` finds, and only that, passes the filter."""
    if pattern_fault(pattern) is None:
        assert PathFilter(pattern).matches(path) is (re.search(pattern, path) is not None)


@given(st.text("ab/_-. ^\\", min_size=1, max_size=6), st.lists(st.text("ab/_-. ", max_size=8)))
@example("a.b", ["a.b", "a/b"])
@example("a\\.b", ["a.b", "a/b"])
def test_text_is_found_as_the_regular_expression_would(pattern: str, paths: list[str]) -> None:
    """A filter that is text alone, its signs escaped or not, is asked without a regular expression."""
    if pattern_fault(pattern) is None:
        wanted = [path for path in paths if re.search(pattern, path)]
        assert PathFilter(pattern).passing(paths) == wanted
        assert [path for path in paths if PathFilter(pattern).matches(path)] == wanted
    escaped = re.escape(pattern)
    assert PathFilter(escaped).passing(paths) == [path for path in paths if pattern in path]
    begins = [path for path in paths if path.startswith(pattern)]
    assert PathFilter(f"^{escaped}").passing(paths) == begins


@pytest.mark.parametrize("pattern", RUNAWAYS)
def test_a_runaway_is_stopped(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catastrophic backtracking ends at the time limit; the message names pattern and path."""
    monkeypatch.setattr(filters, "TIMEOUT_S", 0.1)
    start = time.perf_counter()
    with pytest.raises(FilterTimeout) as caught:
        PathFilter(pattern).matches(PATH)
    assert time.perf_counter() - start < 1.0
    assert caught.value.pattern in str(caught.value)
    assert PATH in str(caught.value)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_the_usual_suspects_do_no_harm(pattern: str) -> None:
    """Patterns that make `re` run for ages either end or are stopped."""
    start = time.perf_counter()
    with contextlib.suppress(FilterTimeout):
        assert not PathFilter(pattern).matches(PATH)
    assert time.perf_counter() - start < 2 * filters.TIMEOUT_S


def test_the_error_of_a_runaway_names_its_place_in_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person learns the file, the line, the node, the pattern, the path and what to do."""
    monkeypatch.setattr(filters, "TIMEOUT_S", 0.1)
    file = tmp_path / "spec.yaml"
    file.write_text(f"Results:\n  child_experiments:\n    Pong:\n      filter: '{RUNAWAYS[0]}'\n")
    spec = load_spec(file)
    node = spec.roots[0].children[0]
    assert node.filter is not None
    with pytest.raises(FilterTimeout) as caught:
        node.filter.matches(PATH)
    error = spec.filter_error(node, caught.value)
    assert isinstance(error, SpecError)
    (problem,) = error.problems
    assert (problem.file, problem.line, problem.key) == (str(file), 4, "Results > Pong > filter")
    assert PATH in problem.message
    assert r"(\w|\w|\w)*" in problem.message
    assert "in one way only" in problem.hint


def test_filters_and_their_errors_travel_between_processes() -> None:
    """A filter, and the error of one that ran away, are the same after pickling."""
    assert pickle.loads(pickle.dumps(PathFilter("(Pong)"))) == PathFilter("(Pong)")
    error = FilterTimeout("a*", "runs/a")
    again = pickle.loads(pickle.dumps(error))
    assert (again.pattern, again.path, str(again)) == (error.pattern, error.path, str(error))


BOMBS = [
    "((((a{1000}){1000}){1000}){1000})",
    "(?:ab){9999999}",
    "a{9999999}",
    "(((a{999,}){999,}){999,})",
]


@pytest.mark.parametrize("pattern", [*BOMBS, "(?x)(a{1000} ) {1000} {1000}", "(?i-x:a)(?ix:b)"])
def test_a_pattern_that_would_fill_the_memory_is_refused(pattern: str) -> None:
    """Counted repeats that `regex` would write out are refused before it sees them."""
    assert pattern_fault(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{4}-\d{2}-\d{2}",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{64}",
        r"seed_\d{1,3}/(run_\d{2}/)?",
    ],
)
def test_ordinary_counts_are_allowed(pattern: str) -> None:
    """Dates, hashes and numbers of seeds are no bombs."""
    assert pattern_fault(pattern) is None


@settings(deadline=None)
@given(
    st.recursive(
        st.just("a"), lambda p: st.builds("(?:{}){{{}}}".format, p, st.integers(0, 9)), max_leaves=5
    )
)
def test_the_bound_is_never_too_low(pattern: str) -> None:
    """No pattern becomes longer than `unrolled_length` says when its repeats are written out."""
    longest = 1
    for count in re.findall(r"\{(\d+)\}", pattern):
        longest *= int(count)
    assert unrolled_length(pattern) >= longest


def test_every_allowed_pattern_compiles_in_little_memory() -> None:
    """The worst patterns that the limits let through compile within 400 MB."""
    code = (
        "from wattboard.sitegen.spec.filters import *\n"
        "for p in ['a{49000}', '(ab){9000}', '(?:(?:ab){70}){50}', '(?:a|b){7000}', 'x' * 2000]:\n"
        "    assert pattern_fault(p) is None, p\n"
        "    PathFilter(p).matches('a' * 5000)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))

    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=limit, timeout=60)
