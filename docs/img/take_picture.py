"""Take the README's picture: the sample leaderboard in a real browser.

python docs/img/take_picture.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "sample_leaderboard"


def main() -> None:
    """Build the sample, open its first group, and save what a reader sees of it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *(Path(sys.executable).parent / "wattboard", "build", SAMPLE / "runs"),
                *("--site-spec", SAMPLE / "site.yml", "--output-dir", folder),
            ],
            check=True,
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1360, "height": 2200})
            page.goto(f"file://{folder}/digits/index.html")
            page.locator(".wb-canvas .main-svg").first.wait_for()
            page.wait_for_timeout(1000)
            bottom = page.locator(".wb-chart").nth(1).bounding_box()
            assert bottom is not None
            page.screenshot(
                path=Path(__file__).with_name("sample.png"),
                clip={"x": 0, "y": 0, "width": 1360, "height": bottom["y"] + bottom["height"] + 24},
            )
            browser.close()


if __name__ == "__main__":
    main()
