"""What the wheel must hold, and what imports must not pull in."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "pyproject.toml"
FOLDERS = ("collector", "sitegen", "themes")

pytestmark = pytest.mark.skipif(not PROJECT.is_file(), reason="runs beside the sources only")


def test_every_package_is_listed() -> None:
    """The hand-written list names each folder with Python files: a missing one would be absent from the wheel."""
    listed = set(tomllib.loads(PROJECT.read_text())["tool"]["setuptools"]["packages"])
    found = {
        "wattboard." + ".".join(file.parent.relative_to(REPOSITORY).parts)
        for folder in FOLDERS
        for file in (REPOSITORY / folder).rglob("__init__.py")
    }
    assert listed == found


def test_collector_and_generator_never_import_each_other() -> None:
    """The log format is all that joins them."""
    for folder, other in (("collector", "sitegen"), ("sitegen", "collector")):
        for file in (REPOSITORY / folder).rglob("*.py"):
            imports = re.findall(r"^\s*(?:from|import)\s+(\S+)", file.read_text(), re.MULTILINE)
            assert not [name for name in imports if other in name], file


def test_the_table_of_all_runs_is_made_without_pandas(tmp_path: Path) -> None:
    """Neither the module that makes it imports pyarrow before it is asked to, nor does pyarrow then import pandas."""
    code = (
        "import sys; from wattboard.sitegen.run_table import write_run_table; "
        f"before = 'pyarrow' in sys.modules; write_run_table({str(tmp_path / 'runs.parquet')!r}, [], {{}}); "
        "print(before, 'pyarrow' in sys.modules, 'pandas' in sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert finished.stdout.split() == ["False", "True", "False"]


def test_one_module_imports_mkdocs_and_one_plotly() -> None:
    """What depends on another program's insides is in one place."""
    for name, only in (("mkdocs", "plugin.py"), ("plotly", "charts.py")):
        users = {
            file.name
            for file in (REPOSITORY / "sitegen").rglob("*.py")
            if re.search(
                rf"^\s*(from|import) {name}\b|files\(\"{name}\"\)", file.read_text(), re.MULTILINE
            )
        }
        assert users == {only}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("wattboard.collector", ("numpy", "pandas", "mkdocs", "pydantic", "jinja2", "msgspec")),
        ("wattboard.sitegen.cli", ("numpy", "pandas", "mkdocs", "pydantic", "jinja2", "plotly")),
        (
            "wattboard.sitegen.measure",
            ("pandas", "mkdocs", "pydantic", "jinja2", "scipy", "plotly"),
        ),
    ],
)
def test_an_import_pulls_in_no_more_than_it_needs(module: str, absent: tuple[str, ...]) -> None:
    """The collector needs none of the generator's packages; help and workers start without the heavy ones."""
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {set(absent)!r}))"
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert finished.stdout.split() == []
