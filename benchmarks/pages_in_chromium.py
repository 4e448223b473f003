"""What a browser can tell of a page: what it loaded, when it painted, how long a click or a key took."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_MS = 180_000
"""For a page of thousands of rows on a machine that has other things to do."""

_DESK = {"width": 1400, "height": 900}

_WATCH_SHIFTS = """
globalThis.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"

_INLINE_SCRIPTS = """[...document.scripts].filter(
  (script) => !script.src && !["application/json", "application/ld+json"].includes(script.type)).length"""

_TIMED = """
const frame = () => new Promise(requestAnimationFrame);
/** Do something, and see how long it takes until what is expected is laid out, and until it is painted. */
const timed = async (act, done) => {
  await frame();
  await frame();
  const start = performance.now();
  act();
  document.body.getBoundingClientRect();
  while (!done()) {
    if (performance.now() - start > 10000) throw new Error("nothing happened within 10 s");
    await frame();
  }
  document.body.getBoundingClientRect();
  const laid_out = performance.now() - start;
  await frame();
  await frame();
  return { laid_out, painted: performance.now() - start };
};
"""

_CHART = (
    "async () => {"
    + _TIMED
    + """
  const chart = [...document.querySelectorAll(".wb-chart")].find(
    (chart) => chart.getBoundingClientRect().top > innerHeight);
  if (globalThis.Plotly) throw new Error("Plotly is there before a chart is in view");
  const act = () => chart.scrollIntoView({ block: "center", behavior: "instant" });
  return (await timed(act, () => chart.querySelector(".wb-live .main-svg"))).painted;
}"""
)

_SORT = (
    "async () => {"
    + _TIMED
    + """
  const table = [...document.querySelectorAll("main table[data-sortable]")].at(-1);
  const times = [];
  for (const header of [...table.tHead.rows[0].cells]) {
    const button = header.querySelector("button");
    if (!button) continue;
    for (let i = 0; i < 2; i += 1) {
      const before = header.getAttribute("aria-sort");
      times.push(await timed(() => button.click(), () => header.getAttribute("aria-sort") !== before));
    }
  }
  return times;
}"""
)

_TYPE = (
    "async (text) => {"
    + _TIMED
    + """
  const input = document.querySelector("main .wb-filter input");
  const table = [...document.querySelectorAll("main table[data-sortable]")].at(-1);
  const isShown = (row) => row.getClientRects().length > 0;
  const words = () => input.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const fits = (row) => {
    const all = (row.cells[0].textContent + " " + row.querySelector("a").href).toLowerCase();
    return words().every((word) => all.includes(word));
  };
  const done = () => [...table.tBodies[0].rows].filter(isShown).every(fits);
  const type = (value) => () => {
    input.value = value;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  input.focus();
  const times = [];
  for (let n = 1; n <= text.length; n += 1) times.push(await timed(type(text.slice(0, n)), done));
  for (let n = text.length - 1; n >= 0; n -= 1) times.push(await timed(type(text.slice(0, n)), done));
  return times;
}"""
)


@dataclass(frozen=True)
class Load:
    """One load of a page with an empty cache, its charts all drawn afterwards."""

    first_paint_ms: float
    shift: float
    charts: int
    inline_scripts: int
    foreign: int
    """Requests to another host."""
    gzipped: Mapping[str, int]
    """Bytes of what was loaded, by name, without Plotly."""
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class Reaction:
    """Milliseconds from an event."""

    laid_out: float
    """Until its outcome was laid out."""
    painted: float
    """Until the frame after that was due: 16 to 33 more at 60 frames a second."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine. Gives its address, ending with "/"."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextmanager
def _page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport=_DESK, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def load(browser: Any, url: str) -> Load:
    """Load a page and draw all its charts."""
    responses, complaints = [], []
    with _page(browser) as page:
        page.on("response", lambda response: responses.append(response))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(_WATCH_SHIFTS)
        page.goto(url, timeout=_PATIENCE_MS)
        first_paint_ms = page.evaluate(_FIRST_PAINT)
        charts = page.locator(".wb-chart:visible").all()
        for chart in charts:
            chart.scroll_into_view_if_needed()
            chart.locator(".wb-live .main-svg").first.wait_for(timeout=_PATIENCE_MS)
        page.wait_for_timeout(300)
        return Load(
            first_paint_ms,
            page.evaluate("shift"),
            len(charts),
            page.evaluate(_INLINE_SCRIPTS),
            sum(not r.url.startswith(("data:", "blob:", _origin(url))) for r in responses),
            {
                urlsplit(response.url).path: len(gzip.compress(response.body(), 6))
                for response in responses
                if response.url.startswith(_origin(url)) and "plotly" not in response.url
            },
            tuple(complaints),
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def chart_ms(browser: Any, url: str) -> float:
    """Milliseconds from scrolling to the first chart that is out of view until it is painted, Plotly loaded for it."""
    with _page(browser) as page:
        page.goto(url, timeout=_PATIENCE_MS)
        page.wait_for_timeout(500)
        return float(page.evaluate(_CHART))


def sort_ms(browser: Any, url: str) -> list[Reaction]:
    """How long each of two clicks on each header of the last table takes."""
    with _page(browser) as page:
        page.goto(url, timeout=_PATIENCE_MS)
        page.wait_for_timeout(1000)
        return [Reaction(**times) for times in page.evaluate(_SORT)]


def typed_ms(browser: Any, url: str, text: str) -> list[Reaction]:
    """How long each key takes of typing a text into the filter, and of taking it out again."""
    with _page(browser) as page:
        page.goto(url, timeout=_PATIENCE_MS)
        page.wait_for_timeout(1000)
        return [Reaction(**times) for times in page.evaluate(_TYPE, text)]
