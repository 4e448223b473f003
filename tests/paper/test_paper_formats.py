"""Statements in every format, as somebody last read them; what each format asks for; and what is said of bad input."""

from __future__ import annotations

import html
import json
import re
from importlib.metadata import version
from math import fsum
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml
from golden import check_golden
from jsonschema import Draft4Validator
from logs import our_info, power_samples, write_run
from paper_runs import STORIES, write_story
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from wattboard.sitegen.cli import root, run
from wattboard.sitegen.cli.statement import Request, written
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.paper.sources import every_source

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parents[1] / "fixtures" / "boamps"
SUFFIX = {"latex": "tex", "markdown": "md", "text": "txt", "hf": "yml", "boamps": "json"}
WITH_EMISSIONS = sorted(set(STORIES) - {"silent"})


def steady(text: str) -> str:
    """Without what changes from day to day and from version to version."""
    text = re.sub(r'("reportDatetime": )"[^"]*"', r'\1"2026-11-24 12:00:00"', text)
    return text.replace(version("wattboard"), "VERSION")


@pytest.mark.parametrize("story", sorted(STORIES))
@pytest.mark.parametrize("form", ["latex", "markdown", "text"])
def test_statement_is_as_it_was_read(
    story: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each story's statement is, to the letter, what somebody read and found right."""
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    text = written(Request((write_story(story, tmp_path),), "USA", form=form))
    check_golden(GOLDEN / f"{story}.{SUFFIX[form]}", steady(text))


@pytest.mark.parametrize("story", WITH_EMISSIONS)
@pytest.mark.parametrize("form", ["hf", "boamps"])
def test_data_formats_are_as_they_were_read(
    story: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each story's model card and report is what somebody read and found right."""
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    text = written(Request((write_story(story, tmp_path),), form=form))
    check_golden(GOLDEN / f"{story}.{SUFFIX[form]}", steady(text))


@pytest.mark.parametrize(
    ("country", "model"),
    [
        ("world", "ricke"),
        ("SGP", "ricke"),
        ("Canada", "ricke"),
        ("DE", "ricke"),
        ("ALB", "ricke"),
        ("FRA", "ricke"),
        (None, "ricke"),
        (None, "epa2023"),
        (None, "rennert2022"),
    ],
)
def test_social_cost_is_explained(country: str | None, model: str, tmp_path: Path) -> None:
    """Negative figures, ranges across zero, missing figures and the world's models each say what they mean."""
    logs = write_story("one", tmp_path)
    text = written(Request((logs,), country, model=model, form="text"))
    name = f"cost_{country or 'none'}_{model}".lower()
    (paragraph,) = [
        part
        for part in text.split("\n\n")
        if "social cost of carbon of" in part or "At a social" in part
    ]
    check_golden(GOLDEN / f"{name}.txt", paragraph + "\n")


@pytest.mark.parametrize("story", sorted(STORIES))
def test_markdown_shows_what_the_text_says(story: str, tmp_path: Path) -> None:
    """Rendered, a statement's paragraphs read as the plain text does, whatever signs its names have."""
    logs = write_story(story, tmp_path)
    rendered = markdown.markdown(
        written(Request((logs,), "USA", form="markdown")), extensions=["tables"]
    )
    shown = html.unescape(re.sub(r"<[^>]*>", "", rendered))
    plain = written(Request((logs,), "USA", form="text"))
    paragraphs = [part for part in plain.split("\n\n") if "  " not in part and part[0] != "["]
    assert len(paragraphs) >= 3
    for paragraph in paragraphs:
        assert paragraph.strip() in shown


@pytest.mark.real_logs
def test_published_runs_sum_up_to_their_published_figures(
    pong_logs: Path, shared_data: Path
) -> None:
    """The statement of the published runs says the sum of their published energies and emissions."""
    expected = json.loads((shared_data / "expected_pong.json").read_text("utf-8"))["runs"]
    text = written(Request((pong_logs,), "USA", form="text"))
    said = re.search(r"used ([\d.]+) kWh .*?emissions of ([\d.]+) kg", text, re.DOTALL)
    assert said
    for figure, shown in (("total_power", said[1]), ("estimated_carbon_impact_kg", said[2])):
        whole = fsum(run["metrics"][figure] for run in expected.values())
        assert float(shown) == pytest.approx(whole, rel=5e-4)


def test_model_card_is_yaml_in_grams(tmp_path: Path) -> None:
    """The block reads back as YAML, its emissions are a number of grams, and nothing is invented."""
    for story in WITH_EMISSIONS:
        card = yaml.safe_load(written(Request((write_story(story, tmp_path),), form="hf")))
        block = card["co2_eq_emissions"]
        assert isinstance(block["emissions"], float)
        assert set(block) <= {"emissions", "source", "geographical_location", "hardware_used"}
    assert block["emissions"] == pytest.approx(35.11, rel=1e-3)  # the last: 0.03511 kg


def test_boamps_reports_are_valid(tmp_path: Path) -> None:
    """Reports obey the format's own schemas, with a measure for each run that has energy, without PUE."""
    validator = _boamps_validator()
    for story in WITH_EMISSIONS:
        logs = write_story(story, tmp_path)
        report = json.loads(written(Request((logs,), form="boamps")))
        assert not list(validator.iter_errors(report)), story
        assert report["header"]["reportStatus"] == "draft"
        if story == "mixed":
            assert len(report["measures"]) == 4
            assert "environment" not in report
            total = sum(measure["powerConsumption"] for measure in report["measures"])
            assert total == pytest.approx(1.423, rel=1e-3)


def test_boamps_schema_is_one_that_refuses(tmp_path: Path) -> None:
    """The validator that the reports pass finds what is missing from one without measures."""
    report = json.loads(written(Request((write_story("one", tmp_path),), form="boamps")))
    del report["measures"][0]["powerConsumption"]
    assert list(_boamps_validator().iter_errors(report))


def _boamps_validator() -> Any:
    schemas = [json.loads(file.read_text("utf-8")) for file in sorted(SCHEMAS.glob("*.json"))]
    registry: Any = Registry().with_resources(
        (schema["id"], Resource.from_contents(schema, DRAFT4)) for schema in schemas
    )
    (report,) = (schema for schema in schemas if schema["title"] == "report")
    return Draft4Validator(report, registry=registry)


@pytest.mark.parametrize("story", sorted(STORIES))
def test_every_citation_comes_with_its_source(story: str, tmp_path: Path) -> None:
    """The keys that the text cites are those of the entries behind it, no more and no fewer."""
    text = written(Request((write_story(story, tmp_path),), "USA"))
    body, _, entries = text.partition("\\iffalse")
    cited = {key for keys in re.findall(r"\\citep\{([^}]+)\}", body) for key in keys.split(",")}
    assert cited == set(re.findall(r"^@\w+\{(\w+),$", entries, re.MULTILINE))
    assert "TODO" not in text


def test_sources_have_keys_of_their_own() -> None:
    """No two sources share a key, and every one has a title and somebody who wrote it."""
    keys = [source.key for source in every_source()]
    assert len(keys) == len(set(keys))
    assert all(source.title and source.authors for source in every_source())


def test_bib_file_gets_what_it_lacks(tmp_path: Path) -> None:
    """Entries are put behind what a paper's .bib file has, each once, and the text comes without them."""
    logs, bib = write_story("one", tmp_path), tmp_path / "paper.bib"
    own = "@misc{mine, title={Mine}}\n@article{ricke2018, title={My own entry}}"
    bib.write_text(own)
    for _ in range(2):
        text = written(Request((logs,), "USA", bib=bib))
        assert "@article" not in text
        assert bib.read_text().startswith(own + "\n\n@")
        keys = re.findall(r"^@\w+\{(\w+)", bib.read_text(), re.MULTILINE)
        assert sorted(keys) == [
            *("ember2026", "henderson2020", "mine", "ricke2018", "uptime2018", "wattboard"),
        ]


def test_intensity_of_a_reference_grid(tmp_path: Path) -> None:
    """One number or zone for all runs makes their emissions that energy times that intensity, and is named."""
    logs = write_story("mixed", tmp_path)
    by_number = written(Request((logs,), "USA", intensity="100", form="text"))
    assert "emissions of 0.1579 kg" in by_number  # 1.579 kWh
    assert "a reference grid: 100.0 g CO₂eq/kWh (stated by the authors)" in by_number
    by_zone = written(Request((logs,), "USA", intensity="Poland", form="text"))
    assert "a reference grid, that of Poland" in by_zone
    assert "average of 2025, lifecycle emissions [2]" in by_zone


def test_data_formats_tell_a_reference_grid(tmp_path: Path) -> None:
    """A model card names the reference grid; a report, which has the place's own figure, leaves it out."""
    logs = write_story("one", tmp_path)
    card = yaml.safe_load(written(Request((logs,), intensity="Poland", form="hf")))
    assert "of a reference grid, Poland: 588.6 g/kWh" in card["co2_eq_emissions"]["source"]
    report = json.loads(written(Request((logs,), intensity="Poland", form="boamps")))
    assert report["environment"] == {"country": "Germany"}


def test_pue_of_the_command_goes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--pue goes before OVERRIDE_PUE, which goes before the logs'; the text says that the authors state it."""
    logs = write_story("mixed", tmp_path)
    monkeypatch.setenv("OVERRIDE_PUE", "1.3")
    by_variable = written(Request((logs,), "USA", form="text"))
    assert "(PUE) of 1.3 (stated by the authors)" in by_variable
    by_option = written(Request((logs,), "USA", pue=1.2, form="text"))
    assert "(PUE) of 1.2 (stated by the authors)" in by_option


def test_runs_of_a_folder_in_a_folder_count_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder given twice, and one inside another, add nothing, and a note says so."""
    logs = write_story("seed", tmp_path)
    once = written(Request((logs,), "USA"))
    assert written(Request((logs, logs, logs / "seed_0"), "USA")) == once
    notes = capsys.readouterr().err.replace(str(tmp_path), "")
    assert "/seed: this folder is, or lies in, /seed, which is given too" in notes
    assert "/seed/seed_0: this folder is, or lies in, /seed, which is given too" in notes


def test_address_of_the_site_is_named(tmp_path: Path) -> None:
    """Where the runs' pages are is said in every text, whole, whatever signs it has."""
    logs = write_story("one", tmp_path)
    url = "https://example.org/a_b/%7Ec#d"
    tex = written(Request((logs,), "USA", url=url))
    assert rf"\url{{{url}}}" in tex
    assert r"% Needs \usepackage{url}." in tex
    for form in ("markdown", "text"):
        assert url in written(Request((logs,), "USA", url=url, form=form))


def _command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        run(root, args=list(arguments), prog_name="wattboard")
    return int(ended.value.code or 0), capsys.readouterr().err


MESSAGES = {
    "no_such_country": ("statement", "{one}", "--country", "Germny"),
    "no_such_code": ("statement", "{one}", "--country", "USB"),
    "code_of_the_name": ("statement", "{one}", "--country", "GER"),
    "nothing_near": ("statement", "{one}", "--country", "xyzzy"),
    "no_such_folder": ("statement", "{one}/nowhere", "--country", "USA"),
    "empty_folder": ("statement", "{empty}", "--country", "USA"),
    "no_country": ("statement", "{nowhere}", "--intensity", "300"),
    "two_countries": ("statement", "{mixed}"),
    "low_pue": ("statement", "{one}", "--country", "USA", "--pue", "0.9"),
    "negative_intensity": ("statement", "{one}", "--country", "USA", "--intensity", "-1"),
    "no_number_intensity": ("statement", "{one}", "--country", "USA", "--intensity", "nan"),
    "no_such_zone": ("statement", "{one}", "--country", "USA", "--intensity", "US-CB"),
    "zone_without_figure": ("statement", "{one}", "--country", "USA", "--intensity", "ATA"),
    "card_without_emissions": ("statement", "{nowhere}", "--format", "hf"),
    "report_without_energy": ("statement", "{silent}", "--format", "boamps"),
    "bib_of_markdown": ("statement", "{one}", "--format", "markdown", "--bib", "x.bib"),
    "bib_of_a_document": ("statement", "{one}", "--standalone", "--bib", "x.bib"),
    "gpu_misspelt": ("estimate", "--gpu", "RTX 3091", "--hours", "1", "--zone", "USA"),
    "gpu_of_several": ("estimate", "--gpu", "V100", "--hours", "1", "--zone", "USA"),
    "cpu_misspelt": ("estimate", "--cpu", "Xeon E5-2640 v9", "--hours", "1", "--zone", "USA"),
    "gpu_unheard_of": ("estimate", "--gpu", "abacus", "--hours", "1", "--zone", "USA"),
    "negative_hours": ("estimate", "--gpu", "A40", "--hours", "-1", "--zone", "USA"),
    "endless_hours": ("estimate", "--gpu", "A40", "--hours", "inf", "--zone", "USA"),
    "too_busy": (
        *("estimate", "--gpu", "A40", "--hours", "1", "--zone", "USA"),
        *("--gpu-utilization", "80"),
    ),
    "no_processor": ("estimate", "--hours", "1", "--zone", "USA"),
    "no_place": ("estimate", "--gpu", "A40", "--hours", "1"),
    "two_places": ("estimate", "--gpu", "A40", "--hours", "1", "--zone", "USA", "--address", "x"),
    "estimate_low_pue": ("estimate", "--gpu", "A40", "--hours", "1", "--zone", "USA", "--pue", "0"),
    "estimate_nan_intensity": ("estimate", "--gpu", "A40", "--hours", "1", "--intensity", "nan"),
}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_messages_are_as_they_were_read(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bad input ends with 1, wrong usage with 2, and a message that says what to do; never with a traceback."""
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    for story in STORIES:
        write_story(story, tmp_path)
    (tmp_path / "empty").mkdir()
    plain = power_samples(31)
    write_run(tmp_path / "nowhere" / "run", plain, our_info(plain, carbon_intensity=None))
    names = {path.name: str(path) for path in tmp_path.iterdir()}
    code, message = _command(capsys, *(argument.format(**names) for argument in MESSAGES[name]))
    assert code in (1, 2)
    assert "Traceback" not in message
    check_golden(GOLDEN / "messages" / f"{name}.txt", message.replace(str(tmp_path), "…"))


def test_seed_s_command_says_what_ours_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`generate-carbon-impact-statement DIR… ISO3` prints the LaTeX of `wattboard statement`, OVERRIDE_PUE included."""
    from wattboard.sitegen.cli import seed_aliases

    logs = write_story("seed", tmp_path)
    monkeypatch.setenv("OVERRIDE_PUE", "1.1")
    command = seed_aliases._generate_carbon_impact_statement
    command.main([str(logs), "USA"], standalone_mode=False)
    printed = capsys.readouterr().out
    assert printed == written(Request((logs,), "USA"))
    assert "1.1 (stated by the authors)" in printed
    with pytest.raises(Exception, match="expected folders of logs and then a country"):
        command.main(["USA"], standalone_mode=False)
    with pytest.raises(WattboardError, match="expected a country"):
        command.main([str(logs), "USB"], standalone_mode=False)
