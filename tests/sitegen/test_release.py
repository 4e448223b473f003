"""What is released: wheel and sdist with all that they need and no more, the same whenever they are made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden import check_golden
from wattboard.sitegen.pages.badge import Badge, badge_svg

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT_FILE = REPOSITORY / "pyproject.toml"
FOLDERS = ("collector", "sitegen", "themes")
BADGES = REPOSITORY / "docs/img/badges"

pytestmark = pytest.mark.skipif(not PROJECT_FILE.is_file(), reason="runs beside the sources only")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return dict(tomllib.loads(PROJECT_FILE.read_text(encoding="utf-8"))["project"])


def sources() -> list[str]:
    """The repository's files, relative to it; those that git would leave out are not among them."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    finished = subprocess.run(asked, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    names = finished.stdout.strip("\0").split("\0")
    return [name for name in names if (REPOSITORY / name).is_file()]


def made(folder: Path) -> Path:
    """The files of a release, made from a copy of the sources in a folder."""
    for name in sources():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "SOURCE_DATE_EPOCH": "1767225600"}
    finished = subprocess.run(
        ["make", "dist"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder / "dist"


needs_make = pytest.mark.skipif(
    not (shutil.which("make") and shutil.which("git")) and not os.environ.get("CI"),
    reason="make or git is missing",
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("release"))


def packaged() -> set[str]:
    """All of the packages' sources but the types of the JavaScript, which only checking it needs."""
    return {
        name
        for name in sources()
        if name.partition("/")[0] in FOLDERS and not name.endswith(".d.ts")
    }


@needs_make
def test_the_wheel_holds_the_packages_and_nothing_else(
    release: Path, project: dict[str, Any]
) -> None:
    """Every file of the three folders, data, templates and py.typed among them; no test, no cache, no log."""
    about = f"wattboard-{project['version']}.dist-info"
    with zipfile.ZipFile(release / f"wattboard-{project['version']}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
    assert names == {f"wattboard/{name}" for name in packaged()} | {
        f"{about}/{name}"
        for name in (
            "METADATA",
            "RECORD",
            "WHEEL",
            "entry_points.txt",
            "licenses/LICENSE",
            "top_level.txt",
        )
    }
    assert {f"wattboard/{folder}/py.typed" for folder in FOLDERS} <= names


@needs_make
def test_the_sdist_holds_what_the_wheel_is_made_of(release: Path, project: dict[str, Any]) -> None:
    """The same files, and those that building needs."""
    top = f"wattboard-{project['version']}"
    with tarfile.open(release / f"{top}.tar.gz") as sdist:
        names = {member.name for member in sdist if member.isfile()}
    egg = {name for name in names if ".egg-info/" in name}
    assert names - egg == {f"{top}/{name}" for name in packaged()} | {
        f"{top}/{name}"
        for name in ("LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg")
    }


@needs_make
def test_a_release_is_the_same_whenever_it_is_made(release: Path, tmp_path: Path) -> None:
    """Byte for byte, in another folder and at another time."""
    again = made(tmp_path)
    first = {file.name: file.read_bytes() for file in release.iterdir()}
    assert first == {file.name: file.read_bytes() for file in again.iterdir()}
    assert len(first) == 2


@needs_make
def test_the_version_stands_in_one_place(release: Path, project: dict[str, Any]) -> None:
    """In pyproject.toml; the changelog tells of it, and whatever else would repeat it does not."""
    version = project["version"]
    with zipfile.ZipFile(release / f"wattboard-{version}-py3-none-any.whl") as wheel:
        metadata = Parser().parsestr(wheel.read(f"wattboard-{version}.dist-info/METADATA").decode())
    assert metadata["Version"] == version
    assert f"\n## {version}" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    for folder in FOLDERS:
        for file in (REPOSITORY / folder).rglob("*.py"):
            assert f'"{version}"' not in file.read_text(encoding="utf-8"), file


def test_the_citation_agrees_with_the_project(project: dict[str, Any]) -> None:
    """What the format requires is there, and nothing that goes out of date with a release."""
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["license"] == project["license"]
    assert not {"version", "date-released"} & citation.keys()


def test_the_badges_tell_the_truth(project: dict[str, Any]) -> None:
    """The README's pictures are made from what the project states of itself."""
    prefix = "Programming Language :: Python :: 3."
    minors = [c.removeprefix(prefix) for c in project["classifiers"] if c.startswith(prefix)]
    assert project["requires-python"] == f">=3.{minors[0]}"
    versions = " ".join(f"3.{minor}" for minor in minors)
    assert "Typing :: Typed" in project["classifiers"]
    for badge in (
        Badge(versions, f"Python {versions}", "python"),
        Badge(project["license"], f"Licence: {project['license']}", "licence"),
        Badge("strict", "Types: checked strictly by mypy", "types"),
    ):
        check_golden(BADGES / f"{badge.label}.svg", badge_svg(badge))
