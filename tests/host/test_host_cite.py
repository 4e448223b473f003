"""How a page is cited and found by searches for data, its badge, and the page of methods."""

from __future__ import annotations

import json
import re
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from golden import check_golden
from lab import Lab, small_lab
from logs import power_samples, write_run
from wattboard.sitegen.catalog import figure_kinds
from wattboard.sitegen.latex.bib import Source, bibtex
from wattboard.sitegen.pages.badge import Badge, badge_svg
from wattboard.sitegen.pages.cite import cite_key
from wattboard.sitegen.pages.methods_text import FORMULAS
from wattboard.sitegen.pages.site import Site

GOLDEN = Path(__file__).parent / "golden" / "cite"
ADDRESS = "https://example.org/lab/"
RUN = "leaderboard/runs/results/a/seed_0"
FORMATS = {f"application/{kind}" for kind in ("json", "zip", "vnd.apache.parquet")} | {"text/csv"}
HOSTILE = "</script><script>alert(1)</script><!-- & 100 % {x"
"""A title that would end a script, and unbalances braces."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A site that knows its address, with authors and a licence, and with odd pages of its own."""
    lab = small_lab(tmp_path_factory.mktemp("cite") / "lab")
    lab.page("index.md", "# Our lab\n")
    lab.settings(
        {"prefix": "leaderboard", "license": "CC-BY-4.0"},
        site_url=ADDRESS,
        site_author="Doe, Jane; Müller & Söhne",
    )
    lab.build()
    return lab


def _lab_of(folder: Path, title: str, **settings: Any) -> Lab:
    lab = Lab(folder)
    lab.run("a/seed_0")
    lab.spec({title: {"child_experiments": {title: {"filter": None}}}})
    lab.settings(**settings)
    lab.build()
    return lab


def _dataset(html: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    content: dict[str, Any] = json.loads(text)
    return content


def _bibtex(html: str) -> str:
    (text,) = re.findall(r"<code>(@misc.*?)</code>", html, re.DOTALL)
    return unescape(text)


def _our_pages(lab: Lab) -> dict[str, str]:
    """Pages of the leaderboard that can be cited, by address."""
    pages = {
        file.parent.relative_to(lab.site).as_posix(): file.read_text("utf-8")
        for file in lab.site.rglob("index.html")
    }
    return {a: html for a, html in pages.items() if 'id="wb-cite"' in html}


def _check(name: str, text: str) -> None:
    """Against a golden file, whatever the program's version."""
    check_golden(
        GOLDEN / name, text.replace(f"Wattboard {version('wattboard')}", "Wattboard VERSION")
    )


def _fields(entry: str) -> dict[str, str]:
    """A BibTeX entry by a parser that forgives nothing: ASCII, balanced braces, a field a line."""
    assert entry.isascii()
    assert entry.count("{") == entry.count("}")
    head, *lines, last = entry.strip().split("\n")
    key = re.fullmatch(r"@misc\{([a-z0-9.-]+),", head)
    assert key, head
    assert last == "}"
    fields = {"key": key[1]}
    for i, line in enumerate(lines):
        field = re.fullmatch(r"  (\w+) *= \{(.*)\}" + ("," if i < len(lines) - 1 else ""), line)
        assert field, line
        depth = 0
        for char in field[2]:
            depth += {"{": 1, "}": -1}.get(char, 0)
            assert depth >= 0
        fields[field[1]] = field[2]
    return fields


def test_every_kind_of_page_can_be_cited(lab: Lab) -> None:
    """Groups, leaves, runs, all runs and methods have an entry each, with a key of their own, date and address."""
    pages = _our_pages(lab)
    assert len(pages) == 3 + 4 + 2
    entries = {address: _fields(_bibtex(html)) for address, html in pages.items()}
    assert len({entry["key"] for entry in entries.values()}) == len(pages)
    for address, entry in entries.items():
        assert entry["author"] == r"Doe, Jane and {M{\"{u}}ller \& S{\"{o}}hne}"
        assert entry["howpublished"] == rf"\url{{{ADDRESS}{address}/}}"
        assert entry["year"] == "2023"
        assert entry["note"].startswith("Data of 2023-11-14; CC-BY-4.0; made with Wattboard ")
        assert f"{ADDRESS}{address}/" in pages[address]


def test_citations_as_they_were_read(lab: Lab) -> None:
    """The entries of a group and of a run."""
    texts = [_bibtex(lab.read(f"{page}/index.html")) for page in ("leaderboard/method-a", RUN)]
    _check("citations.bib", "\n".join(texts))


def test_datasets_as_they_were_read(lab: Lab) -> None:
    """The JSON-LD of a group and of a run."""
    for name, page in (("group", "leaderboard/method-a"), ("run", RUN)):
        found = _dataset(lab.read(f"{page}/index.html"))
        _check(f"{name}.jsonld", json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def test_datasets_hold_what_searches_need(lab: Lab) -> None:
    """All that Google asks of a data set, absolute addresses, files that are there; nothing on pages without data."""
    for address, html in _our_pages(lab).items():
        if address.endswith("methods"):
            assert "ld+json" not in html
            continue
        found = _dataset(html)
        assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
        assert found["name"]
        assert 50 <= len(found["description"]) <= 5000
        assert found["url"] == found["identifier"] == f"{ADDRESS}{address}/"
        assert found["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
        assert found["creator"] == [
            {"@type": "Person", "name": "Jane Doe"},
            {"@type": "Organization", "name": "Müller & Söhne"},
        ]
        assert re.fullmatch(r"2023-11-14/2023-11-14", found["temporalCoverage"])
        assert found["dateModified"] == "2023-11-14"
        for file in found["distribution"]:
            place = file["contentUrl"].removeprefix(ADDRESS)
            assert (lab.site / place).is_file()
            assert file["encodingFormat"] in FORMATS
        for other in (*found.get("hasPart", ()), *filter(None, [found.get("isPartOf")])):
            assert (lab.site / other.removeprefix(ADDRESS) / "index.html").is_file()


def test_variables_have_units_and_say_how_they_came_about(lab: Lab) -> None:
    """A run's variables have value and unit; a figure that is absent is not among them."""
    found = {
        v["alternateName"]: v for v in _dataset(lab.read(f"{RUN}/index.html"))["variableMeasured"]
    }
    assert found["facility_energy_kwh"]["unitText"] == "kWh"
    assert found["facility_energy_kwh"]["value"] > 0
    assert found["facility_energy_kwh"]["measurementTechnique"] == "measured"
    assert "cpu_hours" not in found


def test_a_site_without_address_says_so(tmp_path: Path) -> None:
    """Without `site_url` the citation lacks the address, the page says why, and links in the JSON-LD are relative."""
    lab = _lab_of(tmp_path / "lab", "Board")
    for address, html in _our_pages(lab).items():
        assert "This site does not state its address" in html
        assert "howpublished" not in _bibtex(html)
        if "ld+json" in html:
            found = _dataset(html)
            assert found["url"] == "./"
            assert found["identifier"] == cite_key(
                Site("Our lab"), f"{address}/".removeprefix("./")
            )
            for file in found["distribution"]:
                assert (lab.site / address / file["contentUrl"]).is_file()


def test_hostile_titles_end_no_script_and_no_entry(tmp_path: Path) -> None:
    """A title with markup and braces is text: in the JSON-LD, in the BibTeX and in the picture of the badge."""
    lab = _lab_of(tmp_path / "lab", HOSTILE, site_name=HOSTILE, site_url=ADDRESS)
    pages = _our_pages(lab)
    assert len(pages) >= 5
    for address, html in pages.items():
        assert "<script>alert" not in html
        entry = _fields(_bibtex(html))
        assert r"{\textbraceleft}x" in entry["author"]
        if not address.endswith("methods"):
            assert HOSTILE in _dataset(html)["name"] or "seed_0" in _dataset(html)["name"]
    assert "<script" not in lab.read("badge.svg")


def test_several_roots_share_a_front_page(tmp_path: Path) -> None:
    """The index of several roots is the data set that the roots are parts of."""
    lab = Lab(tmp_path / "lab")
    lab.run("a/seed_0")
    lab.spec({"One": {"filter": None}, "Two": {"filter": None}})
    lab.settings(site_url=ADDRESS)
    lab.build()
    front = _dataset(lab.read("index.html"))
    assert front["hasPart"] == [f"{ADDRESS}one/", f"{ADDRESS}two/"]
    assert "isPartOf" not in front
    assert _dataset(lab.read("one/index.html"))["isPartOf"] == ADDRESS


def test_keys_are_stable_and_differ() -> None:
    """Keys are ASCII and short, those of runs that differ in case alone too, and do not depend on the data."""
    lower, upper = (cite_key(Site("Lab"), f"runs/r/{name}/") for name in ("a", "A"))
    assert lower != upper
    assert lower.casefold() != upper.casefold()
    assert cite_key(Site("実験室"), "digits/") == "leaderboard.digits"
    long = [cite_key(Site("Lab"), f"{'group-' * 20}{end}/") for end in "ab"]
    assert len(set(long)) == 2
    assert all(len(key) <= 60 for key in long)


def test_an_author_with_many_commas_is_one_name() -> None:
    """Only "Family, Given" is a person to BibTeX: more commas would be an error to it."""
    text = bibtex([Source("k", "misc", ("Lab, Dept, Uni",), "T {", 2020)])
    assert "author = {{Lab, Dept, Uni}}" in text
    assert text.count("{") == text.count("}")


# -- badges ----------------------------------------------------------------------------------------------------------


def test_badges_as_they_were_read(lab: Lab) -> None:
    """A group's badge has its mean and spread, a run's its value."""
    for name, page in (("group", "leaderboard/method-a"), ("run", RUN)):
        _check(f"{name}-badge.svg", lab.read(f"{page}/badge.svg"))
        assert "![energy:" in lab.read(f"{page}/index.html")


def test_badges_say_what_is_estimated_partial_or_absent(tmp_path: Path) -> None:
    """A sign for estimates, a word for what is partial, and no number where there is none."""
    lab = Lab(tmp_path / "lab")
    runs = lab.folder / "results"
    write_run(
        runs / "estimated", power_samples(cpu_w=None, cpu_estimated_attributable_power_draw=9)
    )
    half = [*power_samples(4), *power_samples(4, start_s=1_700_009_000.0)]
    write_run(runs / "partial", half)
    write_run(runs / "absent", power_samples(cpu_w=None))
    lab.spec({"All": {"filter": None}})
    lab.settings()
    lab.build()
    badge = {
        name: lab.read(f"runs/results/{name}/badge.svg")
        for name in ("estimated", "partial", "absent")
    }
    assert ">≈ " in badge["estimated"]
    assert ">not measured<" in badge["absent"]
    assert " (partial)<" in badge["partial"]


@pytest.mark.parametrize(
    "value", ["0.053 ± 0.002 kWh", "≈ 3.2×10⁻⁷ mWh", "not measured", "1.2 MWh (partial)"]
)
def test_a_badge_is_as_wide_as_its_text(value: str) -> None:
    """The two texts and their margins fill the picture, and the text has the contrast that WCAG asks for."""
    svg = badge_svg(Badge(value, f"Energy: {value}"))
    width = int(re.findall(r'<svg [^>]*width="(\d+)"', svg)[0])
    lengths = [int(n) for n in re.findall(r'textLength="(\d+)"', svg)]
    assert sum(lengths) + 4 * 6 == width
    assert _contrast("#ffffff", "#3d444d") >= 4.5
    assert _contrast("#1f2328", "#e9edf1") >= 4.5
    assert all(colour in svg for colour in ('"#fff"', "#3d444d", "#1f2328", "#e9edf1"))


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# -- methods ---------------------------------------------------------------------------------------------------------


def test_every_figure_has_a_formula() -> None:
    """The page of methods tells of each figure of the catalogue how it is computed."""
    assert set(FORMULAS) == {kind.name for kind in figure_kinds()}


def test_the_methods_of_the_sample(sample: Path, tmp_path: Path) -> None:
    """What the page says of the sample leaderboard, as text."""
    lab = Lab(tmp_path / "lab")
    lab.settings({"logdirs": [str(sample / "runs")], "site_spec": str(sample / "site.yml")})
    lab.build()
    body = re.findall(
        r'<div class="wb-methods">(.*?)<details', lab.read("methods/index.html"), re.DOTALL
    )[0]
    rows = re.sub(r"</t[hd]>\s*", " | ", body)
    text = unescape(re.sub(r"<[^>]+>", "", re.sub(r"\s*<tr>\s*", "\n", rows)))
    _check("methods.txt", re.sub(r"\n\s*\n+", "\n", text.strip()) + "\n")


def test_methods_warn_of_mixtures(tmp_path: Path) -> None:
    """Different PUEs and different bases are told of, with the runs of each."""
    lab = Lab(tmp_path / "lab")
    for name, basis, pue in (("a", "lifecycle", 1.2), ("b", "direct", 1.5)):
        samples = power_samples(3)
        info = {
            "format": "wattboard/1",
            "experiment_start": "2023-11-14T22:13:20+00:00",
            "experiment_end": "2023-11-14T22:13:40+00:00",
            "carbon_intensity": {"g_per_kwh": 400.0, "year": 2023, "source": "S", "basis": basis},
            "pue": pue,
        }
        write_run(lab.folder / "results" / name, samples, info)
    lab.spec({"All": {"filter": None}})
    lab.settings()
    lab.build()
    html = lab.read("methods/index.html")
    assert "different PUEs" in html
    assert "different bases (direct, lifecycle)" in html
    assert html.count("wb-notes") == 2
