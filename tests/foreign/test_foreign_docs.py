"""The page about other tools' files tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from emissions_rows import LAYOUTS
from wattboard.sitegen.foreign.model import FileReader
from wattboard.sitegen.foreign.registry import known_readers

PAGE = (Path(__file__).parents[2] / "docs" / "other-tools.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reader", known_readers(), ids=lambda reader: reader.name)
def test_every_reader_is_on_the_page(reader: FileReader) -> None:
    """Each has a row in the table of tools that names files which it opens."""
    table = PAGE.partition("| tool |")[2].partition("\n\n")[0]
    assert any(f"`{pattern}`" in table for pattern in reader.file_names), reader.file_names


def test_every_column_of_codecarbon_is_on_the_page() -> None:
    """Whatever a release has written is named, with what becomes of it."""
    section = PAGE.partition("## CodeCarbon")[2].partition("\n## ")[0]
    named = [name.replace("*", ".*") for name in re.findall(r"`([a-z_*]+)`", section)]
    columns = {column for layout in LAYOUTS.values() for column in layout} - {"on_cloud"}
    missing = {column for column in columns if not any(re.fullmatch(n, column) for n in named)}
    assert missing <= {"cloud_region"}
