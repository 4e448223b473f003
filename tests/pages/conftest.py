"""Sites, built once and served, and a browser that takes no complaint for granted.

def test_a_table_sorts(open_page: OpenPage, sample_site: Site) -> None:
    page = open_page(sample_site, "digits/", viewport=PHONE)

At the end of the test, an error in the console (a violation of the content security policy is one), an exception and a
request to another host fail it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kinds import KINDS, Kind
from published import pong_folders, pong_spec
from serving import OpenPage, served
from sites import Site, build, hostile_board, lab_board, sparse_board


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a site in a folder of its own, once for all processes that run tests side by side."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own

    def built_(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / f"site-{name}"
        with (shared / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = folder / "done"
            if not done.exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                done.touch()
        return folder / "site"

    return built_


@pytest.fixture(scope="session")
def sample_site(built: Callable[..., Path], sample: Path) -> Iterator[Site]:
    """The sample leaderboard: one root, two groups, ten leaves, thirty runs."""
    yield from served(
        built("sample", lambda at: build([sample / "runs"], sample / "site.yml", at / "site"))
    )


@pytest.fixture(scope="session")
def pong_site(built: Callable[..., Path], pong_logs: Path, shared_data: Path) -> Iterator[Site]:
    """The 20 published Pong runs under their published spec."""

    def make(folder: Path) -> None:
        spec = pong_spec(folder / "spec", shared_data)
        build(pong_folders(pong_logs), spec, folder / "site")

    yield from served(built("pong", make))


@pytest.fixture(scope="session")
def hostile_site(built: Callable[..., Path]) -> Iterator[Site]:
    """A site with two roots whose groups, runs, packages, hardware and regions bear hostile names."""
    yield from served(built("hostile", hostile_board))


@pytest.fixture(scope="session")
def sparse_site(built: Callable[..., Path]) -> Iterator[Site]:
    """A group of one run, and groups of none."""
    yield from served(built("sparse", sparse_board))


@pytest.fixture(scope="session")
def lab_site(built: Callable[..., Path]) -> Iterator[Site]:
    """A lab's own pages, with a leaderboard below `leaderboard/`."""
    yield from served(built("lab", lab_board))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """A page of each kind, in turn."""
    site, path = KINDS[request.param]
    return Kind(request.param, request.getfixturevalue(site), path)


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of a test complained of. A test that expects a complaint takes it out."""
    return []


@pytest.fixture
def open_page(browser: Any, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens a page of a site, as `open_page(site, path, from_disk=False, **options of the browser's context)`."""
    contexts = []

    def open_(site: Site, path: str = "", *, from_disk: bool = False, **options: Any) -> Any:
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        contexts.append(context)
        own = (site.address, site.folder.as_uri() + "/", "data:", "blob:")

        def note_request(request: Any) -> None:
            if not request.url.startswith(own):
                complaints.append(f"request to {request.url}")

        def note_console(message: Any) -> None:
            if message.type == "error":
                complaints.append(f"{message.text} ({message.location.get('url')})")

        context.on("request", note_request)
        context.on("console", note_console)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(site.url(path, from_disk=from_disk))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
