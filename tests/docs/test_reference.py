"""The reference of keys and commands is made from the code, and stands in the pages as the code has it now.

With WATTBOARD_GOLDEN=rewrite these tests write the pages anew.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import made_text
from golden import check_golden
from made_commands import all_commands, usage
from made_schema import keys_table, quantities_table
from wattboard.sitegen.spec import json_schema

DOCS = Path(__file__).parents[2] / "docs"

SPEC_SECTIONS = {
    "filter": "#filters",
    "executive_summary_variables": "#columns",
    "executive_summary_ordering_variable": "#order",
    "executive_summary_ordering": "#order",
    "executive_summary_plots": "#plots",
    "variables": "#how-a-figure-is-shown",
    "extra_files_processor": "#figures-of-your-own",
    "interval": "#what-means",
    "min_measured_share": "#runs-that-are-left-out",
    "requires": "#runs-that-are-left-out",
    "readers": "other-tools.md#any-other-table",
}
LOG_SECTIONS = {
    "power_sources": "#power-sources",
    "region": "region.md",
    "live_intensity": "live-intensity.md",
    "realtime_carbon_intensity": "live-intensity.md",
}


def spec_keys(name: str) -> str:
    """The keys of "a node", "a plot" …."""
    definitions = json_schema()["$defs"]
    wanted = name.rpartition(" ")[2].capitalize()
    (schema,) = (each for each in definitions.values() if each["title"] == wanted)
    return keys_table(schema, definitions, SPEC_SECTIONS if wanted == "Node" else {})


def log_keys(name: str) -> str:
    """The keys of info.json or of a line of data.json."""
    text = (files("wattboard.collector") / "data/log-format.schema.json").read_text("utf-8")
    definitions = json.loads(text)["$defs"]
    if name == "the keys of info":
        return keys_table(definitions["info"], definitions, LOG_SECTIONS)
    assert name == "the keys of a sample"
    return quantities_table(definitions["sample"], LOG_SECTIONS)


def test_the_keys_of_the_site_spec() -> None:
    """Every object of the spec has its table, with each key's type and description."""
    pages = [DOCS / "site-spec.md", DOCS / "other-tools.md"]
    made = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        made += made_text.names(text)
        check_golden(page, made_text.made(text, spec_keys))
    titles = {definition["title"] for definition in json_schema()["$defs"].values()}
    assert {name.rpartition(" ")[2].capitalize() for name in made} == titles


def test_what_the_commands_take() -> None:
    """Every command is on the page of commands, with the options that it has."""
    page = DOCS / "commands.md"
    text = page.read_text(encoding="utf-8")
    assert sorted(made_text.names(text)) == sorted(all_commands())
    check_golden(page, made_text.made(text, usage))


def test_the_keys_of_the_log_format() -> None:
    """Both files of a log have their table."""
    page = DOCS / "log-format.md"
    text = page.read_text(encoding="utf-8")
    assert len(made_text.names(text)) == 2
    check_golden(page, made_text.made(text, log_keys))
