"""Folder names and titles that strangers choose: shown as text, reachable by a link, and never mistaken for another."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from commands import Figures, Outcome, build, published, read_json, state, wattboard, write_healthy
from golden import check_golden
from logs import as_lines, our_info, power_samples, write_run
from page_data import page_data

GOLDEN = Path(__file__).parent / "golden"

NAMES: tuple[bytes, ...] = (
    b"with some spaces",
    b" space at both ends ",
    b'it\'s "quoted" `here`',
    b"<script>alert(1)<",
    b"<img src=x onerror=alert(1)>",
    b"--><marquee>bold",
    b"]]><marquee>bold",
    b"&lt;b&gt; &amp; & ampersands",
    "日本語のログ".encode(),
    "Ада Лавлейс".encode(),
    "emoji 🔋".encode(),
    "é composed".encode(),
    "e\u0301 composed".encode(),
    "right\u202eto left".encode(),
    b"..hidden",
    b"...",
    b"....",
    b".dotted",
    b"-rf",
    b"~",
    b"~root",
    b"$HOME",
    b"100%",
    b"%2e%2e",
    b"%2F",
    b"#1",
    b"a?b=c",
    b"a;b:c,d",
    b"back\\slash",
    b"..\\..\\windows",
    b"new\nline",
    b"tab\tand\x1b[31mred",
    b"\x07bell",
    b"{{ 7 * 7 }}",
    b"{% raw %}",
    b"[link](javascript:alert(1))",
    b"=1+1",
    b"not utf-8 \xff",
    b"not utf-8 \xfe",
    b"index.html",
    b"index",
    b"runs",
    b"assets",
    b"NUL",
    b"Same",
    b"same",
    b"a-b",
    b"a b",
    b"a+b",
    b"impacttracker runs",
    b"data.json",
    b"x" * 250,
    b"x" * 250 + b"!",
    b"x" * 250 + b"?",
)


class Links(HTMLParser):
    """The addresses that a page leads to, and whatever tags and handlers should not be there."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.addresses.append(value)
            if name.startswith("on"):
                self.handlers.append(name)


@dataclass(frozen=True)
class Built:
    folder: Path
    outcome: Outcome
    figures: Figures
    energy_of: dict[str, float]
    """By the folder's name as a page may show it."""
    before: dict[str, tuple[object, ...]]

    @property
    def site(self) -> Path:
        return self.folder / "site"


def shown(name: bytes) -> str:
    """A folder's name as text: what is no text, or would upset a terminal or a page, as an escape."""
    text = name.decode("utf-8", "backslashreplace")
    return re.sub(
        "[\x00-\x1f\x7f\u202e]", lambda c: c[0].encode("unicode_escape").decode("ascii"), text
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site of runs with hostile names, each with an energy of its own."""
    folder = tmp_path_factory.mktemp("names")
    energy_of = {}
    for i, name in enumerate(NAMES, 1):
        path = folder / "logs" / "ppo" / os.fsdecode(name)
        write_run(path, power_samples(cpu_w=36.0 * i))
        energy_of[f"logs/ppo/{shown(name)}"] = i * 0.001
    before = state(folder / "logs")
    outcome = build(folder, spec={"Board": {"executive_summary_plots": PLOTS}})
    assert outcome.code == 0, outcome.err
    return Built(folder, outcome, published(folder / "site"), energy_of, before)


PLOTS = [{"x": "duration_hours", "y": "energy_kwh"}]


def pages(site: Path) -> Iterator[tuple[Path, str]]:
    for file in site.rglob("*.html"):
        yield file, file.read_text(encoding="utf-8")


def test_every_run_keeps_its_name_and_its_figures(built: Built) -> None:
    """Each name stands in runs.json, runs.csv and leaderboard.json with the energy of that very run."""
    energies = {run: figures["energy_kwh"] for run, figures in built.figures.items()}
    assert energies == pytest.approx(built.energy_of)
    rows = read_json(built.site / "leaderboard.json")["rows"]
    assert {row["path"] for row in rows} == energies.keys()
    with (built.site / "runs.csv").open(encoding="utf-8", newline="") as file:
        table = {row["run"]: float(row["energy_kwh"]) for row in csv.DictReader(file)}
    assert table == pytest.approx(built.energy_of)


def test_every_run_has_a_page_of_its_own(built: Built) -> None:
    """Two names never share a page, on no file system and in no address."""
    addresses = [record["address"] for record in read_json(built.site / "runs.json")]
    assert len({address.casefold() for address in addresses}) == len(NAMES)
    for address in addresses:
        assert re.fullmatch(r"(?:[A-Za-z0-9._-]+/)+", address), address
        assert not {".", "..", ""} & set(address.rstrip("/").split("/"))
        assert all(len(part) <= 240 for part in address.split("/"))
        assert (built.site / address / "index.html").is_file()
        assert (built.site / address / "log.zip").is_file()


def test_every_link_leads_somewhere(built: Built) -> None:
    """Each link of each page leads to a file of the site, links to runs among them."""
    reached = set()
    for file, page in pages(built.site):
        if file.name == "404.html":
            continue  # its links are absolute: it is served for any address
        for address in Links(page).addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not parts.path:
                assert not parts.scheme or parts.scheme in {"https", "data"}, address
                continue
            target = (file.parent / unquote(parts.path)).resolve()
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), (file, address)
            reached.add(target)
    for record in read_json(built.site / "runs.json"):
        assert built.site / record["address"] / "index.html" in reached


def test_no_name_becomes_markup_or_code(built: Built) -> None:
    """Markup, scripts and template code in a name are text on every page, in charts and in the search index."""
    for file, page in pages(built.site):
        found = Links(re.sub(r'<img src="badge\.svg" alt="[^"<>]*" title="[^"<>]*"', "<i", page))
        assert found.handlers == [], file
        assert not {"marquee", "img"} & found.tags, file
        assert "<script>alert" not in page, file
        assert "javascript:" not in "".join(found.addresses)
        assert "\x1b" not in page
        assert "\u202e" not in page
    front = (built.site / "index.html").read_text(encoding="utf-8")
    assert html.escape("<img src=x onerror=alert(1)>", quote=False) in front
    assert "{{ 7 * 7 }}" in front
    charts = page_data(built.site)["charts"]
    labels = charts["plot-1"]["traces"][0]["label"]
    assert len(labels) == len(NAMES)
    # The index holds names as they are: it is the script that escapes them.
    script = (built.site / "search" / "main.js").read_text(encoding="utf-8")
    assert "escapeHtml(title)" in script
    assert "escapeHtml(summary)" in script


def test_messages_hold_nothing_that_a_terminal_obeys(built: Built) -> None:
    """A name cannot colour a terminal, nor begin a line of its own in a report or in GitHub's log."""
    for name in (b"new\n::error::line", b"tab\tand\x1b[31mred", b"right\xe2\x80\xaeto left"):
        write_run(built.folder / "broken" / os.fsdecode(name), b"")
    for form in ("text", "json", "github"):
        outcome = wattboard("check", built.folder / "broken", "--format", form)
        assert outcome.code == 1
        assert not re.search("[\x1b\u202e\t]", outcome.out + outcome.err)
        assert "\n::error::line" not in outcome.out
    text = wattboard("check", built.folder / "broken").out.replace(f"{built.folder}/", "")
    check_golden(GOLDEN / "names" / "unprintable.txt", text)


def test_reading_left_the_names_alone(built: Built) -> None:
    """The experiments are as they were."""
    assert state(built.folder / "logs") == built.before


def test_measure_prints_any_name(built: Built) -> None:
    """All formats of `measure` hold every run, one a line in the table and the CSV."""
    for form in ("table", "csv", "json"):
        outcome = wattboard("measure", built.folder / "logs", "--format", form)
        assert outcome.code == 0
        outcome.out.encode("utf-8")
    rows = list(csv.reader(io.StringIO(wattboard_csv(built))))
    assert len(rows) == 1 + len(NAMES)


def wattboard_csv(built: Built) -> str:
    return wattboard("measure", built.folder / "logs", "--format", "csv").out


def test_two_names_that_read_alike_are_both_told(tmp_path: Path) -> None:
    """Of two folders whose names come to the same text, one is skipped by name and the site is built."""
    healthy = write_healthy(tmp_path)
    for i, name in enumerate((b"run \xff", rb"run \xff")):
        write_run(tmp_path / "logs" / "ppo" / os.fsdecode(name), power_samples(cpu_w=10.0 + i))
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert published(tmp_path / "site").keys() == {*healthy, "logs/ppo/run \\xff"}
    check_golden(GOLDEN / "names" / "alike.txt", outcome.complaints(tmp_path))


def test_a_very_deep_tree_is_no_obstacle(tmp_path: Path) -> None:
    """A run below hundreds of folders has a page, whatever the length of its path."""
    healthy = write_healthy(tmp_path)
    samples = power_samples(cpu_w=36.0)
    here = os.open(tmp_path / "logs" / "ppo", os.O_RDONLY)
    try:
        # Step by step, for the whole path is longer than the system lets one name it.
        rest = os.pathconf("/", "PC_PATH_MAX") - len(str(tmp_path / "logs" / "ppo")) - 30
        while rest > 0:
            name = "d" * min(200, rest - 1)
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
            rest -= len(name) + 1
            rest = rest if rest > 10 else 0
        os.mkdir("impacttracker", dir_fd=here)
        for name, content in (
            ("data.json", as_lines(samples)),
            ("info.json", json.dumps(our_info(samples)).encode()),
        ):
            file = os.open(f"impacttracker/{name}", os.O_CREAT | os.O_WRONLY, dir_fd=here)
            os.write(file, content)
            os.close(file)
    finally:
        os.close(here)
    outcome = build(tmp_path)
    assert outcome.code == 0
    records = read_json(tmp_path / "site" / "runs.json")
    assert len(records) == len(healthy) + 1
    for record in records:
        assert (tmp_path / "site" / record["address"] / "index.html").is_file()


# -- titles --------------------------------------------------------------------------------------------------------

TITLES = (
    "PPO",
    "ppo!",
    "PPO?",
    "日本語",
    "Привет",
    "!!!",
    "…",
    "Runs",
    "assets",
    "Search",
    "INDEX",
    "a/b",
    "../../etc",
    "..",
    ".",
    "/",
    "C:\\",
    "%2e%2e%2f",
    "#fragment",
    "?query=1",
    "<script>alert(1)</script>",
    "<marquee>bold</marquee>",
    '"quoted" & it\'s',
    "{{ 7 * 7 }}",
    "{% include 'x' %}",
    "[x](javascript:alert(1))",
    "404",
    "sitemap.xml",
    "leaderboard.json",
    "runs.json",
    "n" * 1000,
)


def titled(depth: int) -> dict[str, Any]:
    below = {"child_experiments": titled(depth - 1)} if depth else {}
    return {title: dict(below) for title in TITLES}


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site whose groups have hostile titles, and one group with as many children."""
    folder = tmp_path_factory.mktemp("titles")
    write_run(folder / "logs" / "run", power_samples(cpu_w=36.0))
    spec = {title: {} for title in TITLES} | {"Group": {"child_experiments": titled(0)}}
    outcome = build(folder, spec=spec)
    assert outcome.code == 0, outcome.err
    return Built(folder, outcome, published(folder / "site"), {}, {})


def test_every_title_has_a_page_of_its_own(titles: Built) -> None:
    """Titles with one slug, none or a reserved one get addresses of their own, inside the site."""
    for folder in (titles.site, titles.site / "group"):
        of = {
            read_json(file)["title"]: file.parent.name for file in folder.glob("*/leaderboard.json")
        }
        assert of.keys() - {"Group"} == set(TITLES)
        slugs = set(of.values())
        assert len(slugs) == len(of)
        assert not slugs & {"runs", "assets", "search", "index"}
        for title, slug in of.items():
            assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,199}", slug), (title, slug)
        for title in ("PPO", "ppo!", "PPO?", "日本語", "!!!", "Runs", "Search"):
            assert re.search(r"(?:^|-)[0-9a-f]{6}$", of[title]), (title, of[title])
        assert of["a/b"] == "a-b"


def test_titles_are_text_on_every_page(titles: Built) -> None:
    """Markup and template code in a title are shown as they are written, and every link leads somewhere."""
    for file, page in pages(titles.site):
        found = Links(page)
        assert found.handlers == [], file
        assert "marquee" not in found.tags, file
        assert "<script>alert" not in page, file
        assert not any(a.startswith("javascript:") for a in found.addresses), file
    front = (titles.site / "index.html").read_text(encoding="utf-8")
    for title in ("<marquee>bold</marquee>", "{{ 7 * 7 }}", "{% include 'x' %}"):
        assert title in html.unescape(front)
    test_every_link_leads_somewhere(titles)


def test_addresses_do_not_depend_on_the_order_of_the_spec(titles: Built, tmp_path: Path) -> None:
    """The same titles in another order have the same addresses."""
    write_run(tmp_path / "logs" / "run", power_samples(cpu_w=36.0))
    spec = {"Group": {"child_experiments": {t: {} for t in reversed(TITLES)}}}
    spec |= {title: {} for title in reversed(TITLES)}
    assert build(tmp_path, spec=spec).code == 0
    for site in (titles.site, tmp_path / "site"):
        assert len(list(site.glob("*/leaderboard.json"))) == len(TITLES) + 1
    assert {p.parent.name for p in titles.site.rglob("leaderboard.json")} - {"site"} == {
        p.parent.name for p in (tmp_path / "site").rglob("leaderboard.json")
    } - {"site"}


@pytest.mark.parametrize("title", ["Runs", "日本語", "<script>alert(1)</script>", "a/b", ".."])
def test_a_single_root_of_any_title_is_the_front_page(title: str, tmp_path: Path) -> None:
    """One root, whatever its title, is the front page of the site."""
    write_run(tmp_path / "logs" / "run", power_samples())
    assert build(tmp_path, spec={title: {}}).code == 0
    assert read_json(tmp_path / "site" / "leaderboard.json")["title"] == title
    front = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert f"<h1>{html.escape(title)}</h1>" in front.replace("<wbr>", "")
