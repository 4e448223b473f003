"""The zip of a run can be read by others, however large it is."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from wattboard.sitegen.zip_writer import ZipWriter

_4_GIB = 1 << 32


def _written(
    file: Path, members: Sequence[tuple[str, Sequence[bytes], bool]], start: int = 0
) -> None:
    with file.open("wb") as out:
        out.seek(start)
        archive = ZipWriter(out)
        for name, blocks, large in members:
            archive.add(name, blocks, large=large)
        archive.finish()


def _check(file: Path, expected: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == expected
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    if shutil.which("unzip"):
        tested = subprocess.run(["unzip", "-t", file], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("large", [False, True])
def test_a_zip_holds_its_files(large: bool, tmp_path: Path) -> None:
    """In both forms, of 32 and of 64 bits: content in blocks, an empty file, names with folders."""
    blocks = [b"some text " * 1000, b"", b"more\n" * 30]
    file = tmp_path / "run.zip"
    _written(
        file,
        [("data.json", blocks, large), ("part-rank-1/data.json", [], large), ("i", [b"x"], False)],
    )
    _check(file, {"data.json": b"".join(blocks), "part-rank-1/data.json": b"", "i": b"x"})


def test_a_zip_may_reach_beyond_4_gib(tmp_path: Path) -> None:
    """Files and the list of them may begin so far in that it takes 64 bits to say where."""
    file = tmp_path / "run.zip"
    members = [("data.json", [b"far away"], True), ("info.json", [b"{}"], False)]
    _written(file, members, start=_4_GIB + 7)  # what lies before takes no room on the disk
    _check(file, {"data.json": b"far away", "info.json": b"{}"})


def test_a_file_may_have_more_than_4_gib(tmp_path: Path) -> None:
    """Its size is told with 64 bits; where that was not announced, there is no zip."""
    file = tmp_path / "run.zip"
    block = bytes(1 << 22)
    blocks = [block] * (_4_GIB // len(block) + 1)
    _written(file, [("data.json", blocks, True), ("info.json", [b"{}"], False)])
    with zipfile.ZipFile(file) as archive:
        assert archive.getinfo("data.json").file_size == _4_GIB + len(block)
        assert archive.read("info.json") == b"{}"
        with archive.open("data.json") as member:
            assert member.read(100) == bytes(100)
    with pytest.raises(OverflowError, match="more than was expected"):
        _written(file, [("data.json", blocks, False)])
