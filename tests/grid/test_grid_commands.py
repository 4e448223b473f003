"""The commands that say where a place is and how much a kWh emits there: what they print, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from golden import check_golden
from invoke import Outcome, invoke
from wattboard.sitegen.cli import seed_region
from wattboard.sitegen.grid import address
from wattboard.sitegen.grid.address import Place

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 100

EMISSIONS: click.Command = seed_region._get_region_emissions_info
CLOUD: click.Command = seed_region._lookup_cloud_region_info

TEXTS = {
    "region-own-figure": ("region", "--zone", "US-CA"),
    "region-countrys-figure": ("region", "--zone", "Brasília"),
    "region-country": ("region", "--zone", "germany"),
    "region-noted": ("region", "--zone", "SE-SE4"),
    "region-no-figure": ("region", "--zone", "VAT"),
    "region-coordinates": ("region", "--coordinates", "-31.95,115.86"),
    "cloud-aws": ("cloud-regions", "aws"),
    "cloud-gcp": ("cloud-regions", "gcp"),
    "cloud-azure-local": ("cloud-regions", "azure", "--order", "local"),
    "cloud-scaleway": ("cloud-regions", "scaleway"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_those_that_were_read(name: str) -> None:
    """What people are told is what somebody read and found good, in lines that fit a terminal."""
    outcome = invoke(*TEXTS[name])
    assert (outcome.code, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= WIDTH
    check_golden(GOLDEN / f"{name}.txt", outcome.out)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("region", ("region", "--zone", "US-CA")),
        ("region-no-figure", ("region", "--coordinates", "41.9022,12.4533")),
        ("cloud-ovh", ("cloud-regions", "ovh", "--order", "local")),
    ],
)
def test_json_is_as_it_was_read(name: str, arguments: tuple[str, ...]) -> None:
    """Programs are told the same, under names that stay; what is not known is null."""
    outcome = invoke(*arguments, "--format", "json")
    assert outcome.code == 0
    json.loads(outcome.out)
    check_golden(GOLDEN / f"{name}.json", outcome.out)


def test_an_address_is_looked_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The place that was found is named, with those who know it; the service is the one that the user names."""
    asked = []

    def locate(text: str, cache_file: Path, service_url: str) -> Place:
        asked.append((text, cache_file, service_url))
        return Place(37.4313, -122.1694, "Stanford, Santa Clara County, California, United States")

    monkeypatch.setattr(address, "locate", locate)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(address.SERVICE_VARIABLE, "https://search.example.org")
    outcome = invoke("region", "--address", "Stanford, California")
    check_golden(GOLDEN / "region-address.txt", outcome.out)
    assert asked == [
        (
            "Stanford, California",
            tmp_path / "wattboard" / "addresses.json",
            "https://search.example.org",
        )
    ]
    assert record("--address", "Stanford")["place_source"] == address.ATTRIBUTION
    assert invoke("address", "--address", "Stanford", command=EMISSIONS).out == outcome.out


def record(*arguments: str) -> Any:
    outcome = invoke("region", *arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_this_machines_region_is_the_collectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector is asked as a program; what it takes a run's region from is said."""
    monkeypatch.setenv("WATTBOARD_REGION", "us-ca")
    found = record("--here")
    assert (found["zone"], found["found_by"]) == ("US-CA", "WATTBOARD_REGION")
    outcome = invoke("current", command=EMISSIONS)
    assert outcome.code == 0
    assert "found by   WATTBOARD_REGION" in outcome.out


def test_a_machine_whose_region_is_unknown_says_how_to_state_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No region is stated and the lookup is off: an error, not a guess."""
    monkeypatch.delenv("WATTBOARD_REGION", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    outcome = invoke("current", command=EMISSIONS)
    assert (outcome.code, outcome.out) == (1, "")
    assert "set WATTBOARD_REGION" in outcome.err


def test_the_collectors_answer_is_json() -> None:
    """Its program prints the region as in info.json, or null, and its complaints elsewhere."""
    for stated, expected in (
        ("DEU", {"id": "DEU", "name": "", "found_by": "WATTBOARD_REGION"}),
        ("nowhere", None),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "wattboard.collector.current_region"],
            env={**os.environ, "WATTBOARD_REGION": stated},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == {"region": expected}
        assert ("expected a zone's id" in done.stderr) == (expected is None)


@pytest.mark.parametrize("command", ["top", "bottom"])
def test_the_ranking_runs_from_low_to_high(command: str) -> None:
    """As the seed's: the top are the first, the bottom the last; the heading says which these are."""
    outcome = invoke(command, "--n", "10", command=EMISSIONS)
    assert outcome.code == 0
    check_golden(GOLDEN / f"{command}.txt", outcome.out)


def test_without_a_number_the_ranking_is_whole() -> None:
    """All countries with a figure, whichever end is asked for; more than there are is all."""
    top, bottom = (invoke(name, command=EMISSIONS).out.splitlines() for name in ("top", "bottom"))
    assert top[1:] == bottom[1:]
    assert "213 of 213" in top[0]
    assert invoke("top", "--n", "999", command=EMISSIONS).out.splitlines() == top


def test_the_seeds_commands_say_what_ours_say() -> None:
    """Options before or after the word, as the seed allowed; a cloud's regions under its old name."""
    ours = invoke("region", "--coordinates", "35.8894,-5.3213").out
    assert ours.startswith("zone       ESP, Spain\n")
    where = ("--lat", "35.8894", "--lon", "-5.3213")
    assert invoke("longlat", *where, command=EMISSIONS).out == ours
    assert invoke(*where, "longlat", command=EMISSIONS).out == ours
    assert invoke("aws", command=CLOUD).out == invoke("cloud-regions", "aws").out


MISTAKES = {
    "unknown zone": ("region", "--zone", "Germny"),
    "a name of two zones": ("region", "--zone", "Georgia"),
    "open sea": ("region", "--coordinates", "0,0"),
    "longitude first": ("region", "--coordinates", "2.35,48.85"),
    "latitude out of range": ("region", "--coordinates", "-122.2,37.4"),
    "no number": ("region", "--coordinates", "nan,0"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_data_at_fault_is_exit_code_1(name: str) -> None:
    """A place that is none is an error in words, with nothing on stdout."""
    outcome = invoke(*MISTAKES[name])
    assert (outcome.code, outcome.out) == (1, "")
    check_golden(GOLDEN / "errors" / f"{name.replace(' ', '-')}.txt", outcome.err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("region",), "expected one of --address, --coordinates, --zone and --here"),
        (("region", "--zone", "DEU", "--here"), "expected one of"),
        (("region", "--coordinates", "52.5"), "expected two numbers"),
        (("region", "--coordinates", "52.5,13.4,0"), "expected two numbers"),
        (("region", "--coordinates", "north,south"), "expected two numbers"),
        (("region", "--zone", "DEU", "--format", "xml"), "'xml' is not one of"),
        (("cloud-regions",), "Missing argument"),
        (("cloud-regions", "heroku"), "'heroku' is not one of 'aws', 'gcp'"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], message: str) -> None:
    """What the command line lacks or has too much of is said."""
    outcome = invoke(*arguments)
    assert_usage(outcome, message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("longlat", "--lat", "1"), "longlat needs --lat and --lon"),
        (("address",), "address needs --address"),
        (("top", "--n", "0"), "0 is not in the range"),
        (("middle",), "'middle' is not one of"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage_of_the_seeds_command_is_exit_code_2(
    arguments: tuple[str, ...], message: str
) -> None:
    """The same under the old names."""
    assert_usage(invoke(*arguments, command=EMISSIONS), message)


def assert_usage(outcome: Outcome, message: str) -> None:
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_zones_are_named_without_loading_outlines() -> None:
    """A zone by its id, and a table of cloud regions, need neither NumPy nor Shapely."""
    program = (
        "import sys; from wattboard.sitegen.cli.region import *; from wattboard.sitegen.grid import cloud;"
        "as_text(Finding(zones.find('DEU'))); cloud.regions('aws');"
        "sys.exit(' '.join({'numpy', 'shapely', 'geopy'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
