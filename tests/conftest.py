"""What many tests need: the published logs, the sample, and a way to write small logs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("hypothesis"):  # not where the wheel is tested
    from hypothesis import settings

    # A busy machine is slow, not wrong; and CI shall find the same today as tomorrow: new examples are for us.
    settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
    settings.load_profile("here")

# What commands without a spec keep from one to the next, they shall keep apart from the user's.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="wattboard-tests-")

# Tests ask no service where they run; what they record names no region unless it states one.
os.environ["WATTBOARD_REGION_LOOKUP"] = "off"

# Who starts the tests in the background has them ignore Ctrl-C, and with them what they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# CI opens the pages once, on the sites that the wheel builds: see .ci/run.
if os.environ.get("WATTBOARD_PAGES_FROM_WHEEL") and not os.environ.get("WATTBOARD_FROM_WHEEL"):
    collect_ignore = ["pages"]

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared" / "data"
PONG_ARCHIVE = SHARED / "rl-energy-leaderboard-pong.tar.xz"


@pytest.fixture(scope="session")
def pong_logs() -> Path:
    """The folder with the 20 published Pong runs, unpacked once into the ignored cache."""
    if not PONG_ARCHIVE.is_file():
        pytest.skip("the published logs are not part of the repository")
    folder = REPOSITORY / ".cache" / "pong"
    if not folder.is_dir():
        unpacking = REPOSITORY / ".cache" / f"pong-{os.getpid()}"
        with tarfile.open(PONG_ARCHIVE) as archive:
            archive.extractall(unpacking, filter="data")
        try:
            unpacking.rename(folder)
        except OSError:  # another test process was faster
            if not folder.is_dir():
                raise
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the published spec and the expected figures."""
    if not SHARED.is_dir():
        pytest.skip("the published figures are not part of the repository")
    return SHARED


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample leaderboard."""
    return REPOSITORY / "sample_leaderboard"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium. On CI its absence is a failure, elsewhere the test is skipped.

    Closed after each module: tests of the collector count this process's children.
    """
    # Without the browser's own windows, which cost more than the pages.
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("expected Chromium on CI, found none")
        pytest.skip("there is no Chromium here")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()
