"""What a run says of itself: read field by field, nothing private, nothing believed unseen."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wattboard.sitegen.errors import Problem, RunError
from wattboard.sitegen.location import PartLocation
from wattboard.sitegen.model import (
    GridIntensity,
    LiveIntensity,
    Package,
    PowerSource,
    Region,
    RunInfo,
)
from wattboard.sitegen.readers import info_json, info_pickle
from wattboard.sitegen.readers.info import MAX_JSON_BYTES, info_file, parse_info
from wattboard.sitegen.readers.info_fields import MAX_PACKAGES, clean

FIXTURES = Path(__file__).parents[1] / "fixtures" / "info"
OURS: dict[str, Any] = json.loads((FIXTURES / "info.json").read_text())


@pytest.fixture
def run(tmp_path: Path) -> PartLocation:
    """A run's log folder without an info."""
    tree = tmp_path.resolve() / "logs"
    folder = tree / "ppo" / "impacttracker"
    folder.mkdir(parents=True)
    return PartLocation(folder, tree, "logs/ppo/impacttracker")


def read_info(run: PartLocation) -> tuple[RunInfo, tuple[Problem, ...]]:
    return parse_info(info_file(run), run)


def put(run: PartLocation, name: str, content: bytes | str | dict[str, Any]) -> Path:
    if isinstance(content, dict):
        content = json.dumps(content)
    file = run.folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def parsed(**changes: Any) -> tuple[RunInfo, tuple[Problem, ...]]:
    """Our fixture with some fields changed."""
    return info_json.parse(json.dumps(OURS | changes).encode(), "info.json")


def lines(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{problem.place}: {problem.message}" for problem in problems]


def everything(info: RunInfo) -> str:
    """All text of an info, as it would reach a page."""
    return repr(info)


# -- info.json


def test_our_info_is_read_whole(run: PartLocation) -> None:
    """Every field of the format arrives, in the units of the model."""
    put(run, "info.json", OURS)
    info, problems = read_info(run)
    assert problems == ()
    assert info == RunInfo(
        format="wattboard/1",
        start_s=datetime(2026, 3, 1, 11, 0, 0, 250000, tzinfo=UTC).timestamp(),
        end_s=datetime(2026, 3, 1, 11, 30, tzinfo=UTC).timestamp(),
        start_is_local=False,
        run_id="6f1c1b9e8d0d4c53a1f8d1b1a2c3d4e5",
        interval_s=1.0,
        cpu_info={
            "Processor": "Example Processor 9000",
            "Architecture": "x86_64",
            "Sockets": "1",
            "Physical cores": "32",
            "Logical CPUs": "64",
            "Virtual machine": "no",
            "Memory": "128.0 GiB",
            "Python": "3.12.4",
        },
        gpu_info=(
            {
                "Name": "Example GPU",
                "Memory": "80.0 GiB",
                "Power limit (W)": "400",
                "Driver": "555.1",
            },
        ),
        packages=(Package("Mako", "1.1.0"), Package("numpy", "2.1.0")),
        region=Region("DEU", "Germany", "stated by the user"),
        carbon_intensity=GridIntensity(330.0, "Ember", 2025, "lifecycle"),
        power_sources=(
            PowerSource("rapl", "counter", "cpu"),
            PowerSource("nvml", "power", "gpu"),
        ),
        pue=1.2,
        collector_version="0.1.0",
    )


def test_facts_of_the_processor_come_in_the_order_to_be_shown() -> None:
    """The order is ours, whatever the log's."""
    info, _ = parsed(cpu_info=dict(reversed(OURS["cpu_info"].items())))
    assert list(info.cpu_info)[:3] == ["Processor", "Architecture", "Sockets"]


def test_fields_may_be_absent_or_null() -> None:
    """An info with its format alone is no problem; what it lacks is unknown."""
    nothing = RunInfo("wattboard/1")
    assert info_json.parse(b'{"format": "wattboard/1"}', "f") == (nothing, ())
    nulls = dict.fromkeys(OURS) | {"format": "wattboard/1"}
    assert info_json.parse(json.dumps(nulls).encode(), "f") == (nothing, ())


def test_unknown_fields_are_ignored() -> None:
    """A field that a later version added changes nothing."""
    assert parsed(mood="sunny", host="ada-laptop") == parsed()
    assert parsed(format="wattboard/1.7") == parsed()


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("experiment_start", "2026-03-01T12:00:00", "a time in ISO 8601 with its offset from UTC"),
        ("experiment_start", 1772000000, "a time in ISO 8601 with its offset from UTC"),
        ("experiment_end", "soon", "a time in ISO 8601 with its offset from UTC"),
        ("interval_s", "1 s", "a number from 0.001 to 3600"),
        ("interval_s", -1, "a number from 0.001 to 3600"),
        ("pue", 0.4, "a number from 1 to 100"),
        ("pue", True, "a number from 1 to 100"),
        ("run_id", "a/../../b", "letters, digits"),
        ("cpu_info", ["x"], "an object"),
        ("cpu_info.brand", {"cpu_info": {"brand": ["x"]}}, "a text or a number"),
        ("gpu_info", "none", "a list"),
        ("gpu_info[0]", {"gpu_info": [3]}, "an object"),
        ("region", 3, "an object"),
        ("region.id", {"region": {"id": 5}}, "a text"),
        ("carbon_intensity", 300, "an object"),
        (
            "carbon_intensity.g_per_kwh",
            {"carbon_intensity": {"g_per_kwh": "many"}},
            "a number of 0 or more",
        ),
        (
            "carbon_intensity.basis",
            {"carbon_intensity": {"g_per_kwh": 1, "basis": ["lifecycle"]}},
            "lifecycle, direct, marginal or unknown",
        ),
        ("power_sources[0].kind", {"power_sources": [{"name": "x", "kind": "?"}]}, "counter"),
        ("python_packages", [3], 'entries with a "name" and a "version"'),
        ("python_packages", {"numpy": "1"}, "a list"),
        ("collector_version", 1, "a text"),
    ],
)
def test_a_bad_field_is_left_out_and_named(key: str, value: Any, expected: str) -> None:
    """One bad field costs that field, and the message says which and why."""
    field = re.split(r"[.\[]", key)[0]
    changes = value if field != key else {key: value}
    info, problems = parsed(**changes)
    assert len(problems) == 1
    assert (problems[0].file, problems[0].key) == ("info.json", key)
    assert problems[0].message.startswith(f"expected {expected}")
    whole, _ = parsed()
    for name, attribute in (("pue", "pue"), ("region", "region"), ("experiment_start", "start_s")):
        if name != field:
            assert getattr(info, attribute) == getattr(whole, attribute)


def test_messages_of_bad_fields_are_golden() -> None:
    """The words that a person reads."""
    _, problems = parsed(pue=0.4, experiment_end="/home/ada/soon", interval_s=None, gpu_info=7)
    assert lines(problems) == [
        'info.json: experiment_end: expected a time in ISO 8601 with its offset from UTC, found ""',
        "info.json: gpu_info: expected a list, found 7",
        "info.json: pue: expected a number from 1 to 100, found 0.4",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "Input data was truncated"),
        (b'{"format": "wattboard/1", "pue": 1', "Input data was truncated"),
        (b"[1]", "Expected `object`, got `array`"),
        (b'{"pue": NaN}', "JSON is malformed: invalid character (byte 8)"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"\xff": 1}', None),
    ],
)
def test_broken_json_costs_the_info_not_the_run(content: bytes, found: str | None) -> None:
    """The run is read on without its info."""
    info, problems = info_json.parse(content, "logs/ppo/impacttracker/info.json")
    assert info == RunInfo("wattboard/1")
    assert len(problems) == 1
    if found:
        assert found in problems[0].message


def test_a_field_that_cannot_be_decoded_costs_that_field() -> None:
    """Neither a number of 9,000 digits nor a text that is no UTF-8 spoils the other fields."""
    content = (
        b'{"format": "wattboard/1", "pue": ' + b"9" * 9000 + b', "run_id": "\xff", "interval_s": 2}'
    )
    info, problems = info_json.parse(content, "f")
    assert (info.interval_s, info.pue, info.run_id) == (2.0, None, "")
    assert [problem.key for problem in problems] == ["run_id", "pue"]


@pytest.mark.parametrize("newer", ["wattboard/2", "wattboard/2.1", "wattboard/10"])
def test_a_newer_format_is_refused_politely(run: PartLocation, newer: str) -> None:
    """The run is skipped with a message that names the file and says to upgrade."""
    put(run, "info.json", OURS | {"format": newer})
    with pytest.raises(RunError) as refused:
        read_info(run)
    (problem,) = refused.value.problems
    assert problem.place == "logs/ppo/impacttracker/info.json: format"
    assert problem.message == f'expected "wattboard/1", found "{newer}"'
    assert "upgrade" in problem.hint


@pytest.mark.parametrize("other", ["codecarbon/1", "wattboard", "wattboard/1x", 1, ["wattboard/1"]])
def test_another_format_is_refused(other: object) -> None:
    """What says to be of another format is not guessed at."""
    with pytest.raises(RunError, match='expected "wattboard/1"'):
        parsed(format=other)


def test_a_missing_format_is_noted_and_read_on() -> None:
    """The file's name says enough to go on."""
    info, problems = parsed(format=None)
    assert info.pue == 1.2
    assert lines(problems) == ['info.json: format: expected "wattboard/1", found none']


# -- what strangers write into texts


SECRETS = ["/home/ada", "ada-laptop", "C:\\Users\\ada", "GPU-1", "~ada/runs", "\\\\server\\ada"]


def test_nothing_private_leaves_the_run() -> None:
    """No path, user or host name arrives, in whatever field it stands."""
    info, _ = parsed(
        cpu_info=OURS["cpu_info"] | {"brand": "see /home/ada/cpu", "arch": "C:\\Users\\ada"},
        gpu_info=[OURS["gpu_info"][0] | {"driver_version": "~ada/runs"}],
        python_packages=[
            {"name": "numpy", "version": "1 @ file:///home/ada/numpy"},
            {"name": "/home/ada/x", "version": "1"},
        ],
        region={"id": "DEU", "name": "\\\\server\\ada", "found_by": "by (/home/ada/zone)"},
        carbon_intensity={"g_per_kwh": 1, "source": "file:/home/ada/grid.csv"},
        collector_version="/home/ada/wattboard",
        run_name="/home/ada/run",
    )
    text = everything(info)
    assert [secret for secret in SECRETS if secret in text or "ada" in text] == []
    assert info.packages == (Package("numpy", ""),)


@pytest.mark.parametrize(
    "text",
    [
        "AMD Example APU w/ Graphics @ 2.40GHz",
        "https://github.com/tmrowco/config/co2eq.json (ElectricityMap Average, 2019)",
        "24/7 carbon-free",
        "kWh / day",
    ],
)
def test_a_slash_alone_makes_no_path(text: str) -> None:
    """Texts with slashes that are no file paths stay as they are."""
    assert clean(text) == text


def test_texts_are_one_short_visible_line() -> None:
    """Control characters, line ends and reversed writing are taken out, long texts cut."""
    assert clean("a\x00b\n\n\u202ec\x1b[2J\ud800") == "a b c [2J"
    assert clean("x" * 10_000_000, 20) == "x" * 19 + "…"
    assert clean("x" * 20, 20) == "x" * 20


@given(st.text(max_size=300))
def test_clean_text_stays_as_it_is(text: str) -> None:
    """What was cleaned once can be shown, and does not change when it is cleaned again."""
    once = clean(text, 100)
    assert once.isprintable()
    assert len(once) <= 100
    assert clean(once, 100) == once


def test_lists_have_an_end() -> None:
    """Many thousand packages or GPUs do not reach a page."""
    many = [{"name": f"p{i}", "version": "1"} for i in range(MAX_PACKAGES + 7)]
    info, problems = parsed(python_packages=many)
    assert len(info.packages) == MAX_PACKAGES
    assert lines(problems) == [
        "info.json: python_packages: expected at most 5,000 entries, found 5,007"
    ]


def of_1_mib(before: bytes, item: bytes, after: bytes) -> bytes:
    return before + b",".join([item] * ((1 << 20) // (len(item) + 1) - 30)) + after


@pytest.mark.parametrize(
    "content",
    [
        of_1_mib(b'{"gpu_info": [', b"{}", b"]}"),
        of_1_mib(b'{"gpu_info": [', b"[]", b"]}"),
        of_1_mib(b'{"later": [', b"[]", b"]}"),
        of_1_mib(b'{"python_packages": [', b'{"name":"a"}', b"]}"),
        of_1_mib(b'{"cpu_info": {"flags": [', b'"a"', b"]}}"),
        b'{"cpu_info": {"brand": "' + b"a /" * (1 << 18) + b'"}}',
    ],
)
def test_a_large_info_takes_little_memory(content: bytes) -> None:
    """The largest file that is read, whatever is in it, stays far below what a build may take."""
    assert len(content) <= MAX_JSON_BYTES
    tracemalloc.start()
    info_json.parse(content, "f")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 << 20


def test_one_large_text_in_many_places_takes_little_time() -> None:
    """A pickle may name one text of megabytes in thousands of entries."""
    large = "a" * (8 << 20)
    begin = time.process_time()
    pickled(
        cpu_info=dict.fromkeys(["brand", "arch", "flags", "count", "vendor_id"], large),
        python_package_info=[large] * 10_000,
        gpu_info=[{"name": large, "driver_version": large}] * 10_000,
    )
    assert time.process_time() - begin < 3


@settings(max_examples=100)
@given(st.data())
def test_any_json_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever stands in the known fields, reading ends in an info or a RunError."""
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "version", "id", "kind", "g_per_kwh", "year", "brand"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
    info = data.draw(st.dictionaries(st.sampled_from(sorted(OURS)), value))
    info_json.parse(json.dumps(info | {"format": "wattboard/1"}).encode(), "f")
    info_pickle.parse(pickle.dumps(info, 4), "f")


# -- info.pkl


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_the_seeds_info_is_read(run: PartLocation, protocol: int) -> None:
    """The seed's pickle gives what can be shown, its times still without an offset."""
    shutil.copy(FIXTURES / f"seed_protocol_{protocol}.pkl", run.folder / "info.pkl")
    info, problems = read_info(run)
    assert problems == ()
    assert info == RunInfo(
        format="experiment-impact-tracker",
        start_s=datetime(2019, 10, 31, 11, 39, 7, 221743, tzinfo=UTC).timestamp(),
        end_s=datetime(2019, 10, 31, 12, 0, 52, 783272, tzinfo=UTC).timestamp(),
        start_is_local=True,
        cpu_info={
            "Processor": "Example(R) Processor w/ Graphics @ 2.40GHz",
            "Architecture": "X86_64",
            "Bits": "64",
            "Logical CPUs": "32",
            "CPUs that the run could use": "16",
            "Advertised clock": "2.4000 GHz",
            "Clock at the start": "2.1038 GHz",
            "Vendor": "GenuineIntel",
            "L2 cache": "256 KiB",
            "L3 cache": "20480 KB",
            "Python": "3.7.5.final.0 (64 bit)",
            "Flags": "aes avx2 sse4_2",
        },
        gpu_info=({"Name": "TITAN V", "Memory": "12036 MiB", "Driver": "410.78"},),
        packages=(
            Package("absl-py", "0.8.1"),
            Package("Werkzeug", "0.16.0"),
            Package("wheel", "0.33.6"),
        ),
        region=Region("US-CA", "California"),
        carbon_intensity=GridIntensity(
            250.73337617853463,
            "https://example.org/co2eq_parameters.json (ElectricityMap Average, 2019)",
            2019,
            "lifecycle",
            0.48888711737336304,
            0.428373256377554,
        ),
        collector_version="0.1.1",
    )
    assert "ada" not in everything(info)


def pickled(**fields: object) -> tuple[RunInfo, tuple[Problem, ...]]:
    return info_pickle.parse(pickle.dumps(fields, 4), "info.pkl")


NAIVE = datetime(2019, 10, 31, 11, 39, 7)


def test_times_with_an_offset_are_exact() -> None:
    """A pickle's aware time needs no placing."""
    info, problems = pickled(experiment_start=datetime(2019, 10, 31, 11, 39, 7, tzinfo=UTC))
    assert (info.start_s, info.start_is_local, problems) == (1572521947.0, False, ())


def test_a_local_end_needs_a_local_start() -> None:
    """A clock reading whose offset nothing tells is left out."""
    for start in (None, datetime(2019, 10, 31, tzinfo=UTC)):
        info, problems = pickled(experiment_start=start, experiment_end=NAIVE)
        assert (info.end_s, info.start_is_local) == (None, False)
        assert lines(problems) == [
            "info.pkl: experiment_end: expected a time of the same kind as experiment_start, "
            "found 2019-10-31T11:39:07"
        ]


def test_the_machines_time_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same log gives the same seconds everywhere."""
    found = set()
    for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        info, _ = pickled(experiment_start=NAIVE, experiment_end=NAIVE)
        ours, _ = parsed()
        found.add((info.start_s, info.end_s, ours.start_s, ours.end_s))
    monkeypatch.undo()
    time.tzset()
    assert len(found) == 1


def test_a_hostile_pickle_skips_its_run_and_is_named(run: PartLocation, tmp_path: Path) -> None:
    """The message names the file and the callable; nothing was run."""
    sentinel = tmp_path / "was-here"
    put(run, "info.pkl", f"\x80\x03cos\nsystem\n(V{sentinel}\ntR.".encode("latin-1"))
    with pytest.raises(RunError) as refused:
        read_info(run)
    (problem,) = refused.value.problems
    assert str(problem) == (
        "logs/ppo/impacttracker/info.pkl: the pickle asks for os.system\n"
        "  hint: nothing of it was run; no honest log holds this, so the run is skipped"
    )
    assert problem.severity == "error"
    assert not sentinel.exists()


def test_a_damaged_pickle_costs_the_info_not_the_run(run: PartLocation) -> None:
    """A pickle that was cut off leaves a run whose start is unknown."""
    put(run, "info.pkl", (FIXTURES / "seed_protocol_3.pkl").read_bytes()[:812])
    info, problems = read_info(run)
    assert info == RunInfo("experiment-impact-tracker")
    assert lines(problems) == ["logs/ppo/impacttracker/info.pkl: the pickle is cut off at byte 812"]


def test_stand_ins_that_do_not_matter_cost_nothing() -> None:
    """An unknown class anywhere else leaves the start; in its place it is named."""
    some_path = Path("/home/ada")  # pickles as a call of pathlib
    info, problems = pickled(experiment_start=NAIVE, region=some_path, gpu_info=[{"name": "T4"}])
    assert info.start_s == 1572521947.0
    assert info.gpu_info == ({"Name": "T4"},)
    assert lines(problems) == [
        "info.pkl: region: expected an object, found an object of pathlib.PosixPath"
    ]


@pytest.mark.parametrize("value", [[1], "text", None, 3])
def test_a_pickle_of_something_else_is_noted(value: object) -> None:
    """A pickle that holds no dict has no fields."""
    info, problems = info_pickle.parse(pickle.dumps(value), "info.pkl")
    assert info == RunInfo("experiment-impact-tracker")
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("numpy==1.17.3", (Package("numpy", "1.17.3"),)),
        ("numpy", (Package("numpy", ""),)),
        ("/home/ada/numpy==1", ()),
        (7, ()),
    ],
)
def test_packages_may_be_lines(entry: object, expected: tuple[Package, ...]) -> None:
    """Packages given as in a requirements file are read too."""
    info, _ = pickled(python_package_info=[entry])
    assert info.packages == expected


@pytest.mark.parametrize(
    ("source", "year", "basis"),
    [
        ("x (ElectricityMap Average, 2019)", 2019, "lifecycle"),
        ("x (2019 edition)", None, "unknown"),
        ("x 2019", None, "unknown"),
        ("co2signal (12019)", None, "unknown"),
        ("(" * 400, None, "unknown"),
    ],
)
def test_the_year_stands_in_brackets(source: str, year: int | None, basis: str) -> None:
    """The seed's source text tells the year at the end of its brackets."""
    info, _ = pickled(region_carbon_intensity_estimate={"carbonIntensity": 1, "_source": source})
    assert info.carbon_intensity is not None
    assert (info.carbon_intensity.year, info.carbon_intensity.basis) == (year, basis)


def test_every_published_info_is_read(pong_logs: Path) -> None:
    """The published logs' infos are read without a problem, and tell nothing private."""
    files = sorted(pong_logs.rglob("info.pkl"))
    assert len(files) == 20
    for file in files:
        info, problems = read_info(PartLocation(file.parent, pong_logs.resolve(), "run"))
        assert problems == ()
        assert info.start_s is not None
        assert info.end_s is not None
        assert info.end_s > info.start_s
        assert info.start_is_local
        assert info.cpu_info["Logical CPUs"] == "32"
        assert list(info.cpu_info)[-1] == "Flags"
        assert [gpu["Name"] for gpu in info.gpu_info] == ["TITAN V"]
        assert len(info.packages) > 80
        assert all(package.version for package in info.packages)
        assert info.region == Region("US-CA")
        assert info.carbon_intensity is not None
        assert info.carbon_intensity.g_per_kwh == 250.73337617853463
        text = everything(info)
        assert [
            word for word in ("phend", "/juice", "miniconda", "site-packages") if word in text
        ] == []


# -- which file, and what stands in its place


def test_our_info_counts_where_both_exist(run: PartLocation) -> None:
    """info.json wins, even over a hostile info.pkl, and even when it is damaged itself."""
    put(run, "info.pkl", b"\x80\x03cos\nsystem\n.")
    put(run, "info.json", OURS)
    assert read_info(run)[0].format == "wattboard/1"
    put(run, "info.json", "{")
    info, problems = read_info(run)
    assert info == RunInfo("wattboard/1")
    assert len(problems) == 1


def test_a_missing_info_is_noted(run: PartLocation) -> None:
    """A run without an info has no start, and says so."""
    info, problems = read_info(run)
    assert info == RunInfo("experiment-impact-tracker")
    assert lines(problems) == [
        "logs/ppo/impacttracker: expected info.json or info.pkl, found neither"
    ]
    assert problems[0].hint == "the run is shown without its start, end and machine"


def found_in_place(run: PartLocation, name: str) -> str:
    info, (problem,) = read_info(run)
    assert info.start_s is None
    assert problem.file == f"logs/ppo/impacttracker/{name}"
    assert str(run.tree) not in str(problem)
    return problem.message.removeprefix("expected a file that can be read, found ")


@pytest.mark.parametrize("name", ["info.json", "info.pkl"])
def test_what_is_no_file_is_not_waited_for(run: PartLocation, name: str) -> None:
    """A pipe, a folder, a broken link or a loop is noted at once."""
    place = run.folder / name
    os.mkfifo(place)
    assert found_in_place(run, name) == "no regular file"
    place.unlink()
    place.mkdir()
    assert found_in_place(run, name) in ("no regular file", "Is a directory")
    place.rmdir()
    place.symlink_to("nowhere")
    assert found_in_place(run, name) == "No such file or directory"
    place.unlink()
    place.symlink_to(name)
    assert found_in_place(run, name) in (
        "a loop of symbolic links",
        "Too many levels of symbolic links",
    )


@pytest.mark.parametrize("name", ["info.json", "info.pkl"])
def test_a_link_is_followed_within_the_tree_only(run: PartLocation, name: str) -> None:
    """A link to a file of the tree is read, one to a file outside is not."""
    source = FIXTURES / ("info.json" if name == "info.json" else "seed_protocol_3.pkl")
    inside, outside = run.tree / "kept", run.tree.parent / "kept"
    shutil.copy(source, inside)
    shutil.copy(source, outside)
    place = run.folder / name
    place.symlink_to(outside)
    assert found_in_place(run, name) == "a symbolic link out of the log folder"
    place.unlink()
    place.symlink_to(inside)
    assert read_info(run)[0].start_s is not None


@pytest.mark.parametrize(("name", "limit"), [("info.json", MAX_JSON_BYTES), ("info.pkl", 16 << 20)])
def test_a_huge_file_is_not_read(run: PartLocation, name: str, limit: int) -> None:
    """A file beyond the limit is noted, whatever its length on the disk."""
    with put(run, name, b"").open("wb") as file:
        file.truncate(1 << 40)
    assert found_in_place(run, name) == f"more than {limit >> 20} MiB"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_noted(run: PartLocation) -> None:
    """A file without permission costs the info."""
    put(run, "info.json", OURS).chmod(0)
    assert found_in_place(run, "info.json") == "Permission denied"


def test_who_told_the_grids_live_intensity_is_read() -> None:
    """Provider, basis and how it wants to be named; without a provider nothing, a basis that is none is refused."""
    live = {"provider": "watttime", "zone": "CAISO_NORTH", "basis": "marginal", "estimated": True}
    content = json.dumps({"format": "wattboard/1", "live_intensity": live}).encode()
    info, problems = info_json.parse(content, "info.json")
    assert info.live_intensity == LiveIntensity(
        "watttime", "CAISO_NORTH", "marginal", is_estimated=True
    )
    assert problems == ()
    live = {"provider": "x", "basis": "net"}
    content = json.dumps({"format": "wattboard/1", "live_intensity": live}).encode()
    info, problems = info_json.parse(content, "info.json")
    assert info.live_intensity == LiveIntensity("x")
    assert ["live_intensity.basis" in str(problem) for problem in problems] == [True]
