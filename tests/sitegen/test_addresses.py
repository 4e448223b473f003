"""Addresses: readable, stable, one page one name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.addresses import run_addresses, title_slugs

TITLES = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=8)
PARTS = st.text(
    st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda part: part not in {".", ".."})
PATHS = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), unique=True, max_size=8)


def test_a_title_becomes_a_readable_slug() -> None:
    """Lower case, and every run of other than letters and digits as one hyphen."""
    assert title_slugs(["PPO2 (stable_baselines, default settings)"]) == [
        "ppo2-stable-baselines-default-settings"
    ]


def test_titles_that_lose_their_difference_get_a_hash_of_the_name() -> None:
    """One slug, none, or a reserved one: six hex digits of the title, whatever stands beside it."""
    one, other, nothing, reserved, plain = title_slugs(["A+B", "A B", "数", "Runs", "plain"])
    assert re.fullmatch("a-b-[0-9a-f]{6}", one)
    assert re.fullmatch("a-b-[0-9a-f]{6}", other)
    assert re.fullmatch("[0-9a-f]{6}", nothing)
    assert re.fullmatch("runs-[0-9a-f]{6}", reserved)
    assert plain == "plain"
    assert title_slugs(["A B", "A+B"]) == [other, one]


@given(TITLES)
def test_no_two_titles_share_a_slug(titles: list[str]) -> None:
    """Siblings have distinct folders, also where a file system does not tell capitals."""
    slugs = title_slugs(titles)
    assert len({slug.casefold() for slug in slugs}) == len(titles)
    assert all(re.fullmatch("[0-9a-z-]+", slug) for slug in slugs)


def test_a_run_s_address_keeps_its_path() -> None:
    """Letters, digits, "-", "_" and "." stay as they are."""
    path = "cule_results/Pong_seed_0/v1.2-x"
    assert run_addresses([path]) == {path: f"runs/{path}/"}


@given(PATHS)
def test_no_two_runs_share_a_page(paths: list[str]) -> None:
    """Each run has a folder of its own below runs/, made of harmless characters, and never leaves it."""
    addresses = run_addresses(paths)
    assert len({address.casefold() for address in addresses.values()}) == len(paths)
    for address in addresses.values():
        assert re.fullmatch(r"runs/([0-9A-Za-z._-]+/)+", address)
        assert not {".", "..", "index.html"} & set(address.split("/"))


@pytest.mark.parametrize("name", ["rows.js", "packages.js", "rows-0a1b2c3d4e.js", "ROWS-0A.js"])
def test_no_log_folder_takes_the_place_of_a_file(name: str) -> None:
    """Those that lie beside the page of all runs."""
    (address,) = run_addresses([f"{name}/seed_0"]).values()
    assert not address.startswith(f"runs/{name}/")
