"""Each bad spec in `bad/` gives the messages in `golden/`, as a person would read them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from golden import check_golden
from wattboard.sitegen.errors import SpecError
from wattboard.sitegen.spec import load_spec

HERE = Path(__file__).parent
BAD = sorted(path.name for path in (HERE / "bad").iterdir())


def messages(file: Path) -> str:
    """What `load_spec` says of a spec that it must not accept."""
    with pytest.raises(SpecError) as caught:
        load_spec(file)
    assert all(problem.severity == "error" for problem in caught.value.problems)
    return f"{caught.value}\n"


@pytest.mark.parametrize("name", BAD)
def test_every_mistake_is_named_with_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes of a file come together, each with its line, what was expected and found."""
    monkeypatch.chdir(HERE / "bad")
    check_golden(HERE / "golden" / f"{name}.txt", messages(Path(name)))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """A spec that does not exist is reported by name, and so is a broken link to one."""
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "nowhere.json")
    assert "none.json: there is no such file" in messages(tmp_path / "none.json")
    assert "there is no such file" in messages(link)


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    """A folder in the place of the file is reported as such, not as an OSError."""
    assert "expected a file, found a folder" in messages(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_says_why(tmp_path: Path) -> None:
    """A file without read permission is reported with the system's reason."""
    file = tmp_path / "spec.json"
    file.write_text("{}")
    file.chmod(0)
    assert "cannot be read: Permission denied" in messages(file)


def test_a_name_with_a_null_byte_is_reported() -> None:
    """A file name that the system cannot take is the spec's fault, not a ValueError."""
    assert "cannot be read" in messages(Path("a\0.json"))


@pytest.mark.parametrize("name", ["deep.json", "deep.yaml", "deep.txt"])
@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, "- " * 200_000])
def test_nesting_without_end_is_stopped(name: str, text: str, tmp_path: Path) -> None:
    """A hundred thousand brackets end in a message and not in the interpreter's stack."""
    file = tmp_path / name
    file.write_text(text)
    text = messages(file)
    assert "expected at most 32 levels" in text or 'expected a value, found "-"' in text


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
def test_a_spec_beyond_all_measure_is_refused(name: str, tmp_path: Path) -> None:
    """A spec of more values or bytes than any leaderboard has is refused before it fills memory."""
    file = tmp_path / name
    file.write_text('{"A": {"requires": [' + '"x",' * 100_001 + '"y"]}}')
    assert "expected at most 100,000 values" in messages(file)
    file.write_bytes(b" " * 10_000_001)
    assert "expected at most 10,000,000 bytes" in messages(file)


def test_merges_of_merges_are_stopped(tmp_path: Path) -> None:
    """Merge keys that double at each line end in a message, not in hours of work."""
    lines = ["a0: &a0 {description: x}"]
    lines += [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 40)]
    file = tmp_path / "spec.yaml"
    file.write_text("\n".join(lines))
    assert "expected at most 100,000 values" in messages(file)


def test_numbers_of_thousands_of_digits_are_reported(tmp_path: Path) -> None:
    """A number that Python refuses to convert is a message, in JSON and in YAML."""
    digits = "9" * (sys.get_int_max_str_digits() + 1)
    for name in ("spec.json", "spec.yaml"):
        file = tmp_path / name
        file.write_text('{"A": {"min_measured_share": ' + digits + "}}")
        assert "expected a number" in messages(file)
