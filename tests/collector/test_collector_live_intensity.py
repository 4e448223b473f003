"""Runs whose samples have the grid's carbon intensity, and runs whose provider does not answer."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
from trainings import (
    clean_environment,
    read_info,
    read_samples,
    run_training,
    training,
    wait_until,
)
from wattboard.collector import CollectorError, ImpactTracker
from wattboard.collector.carbon.cache import Cache, Kept, cache_file
from wattboard.collector.carbon.provider import Reading

KEY = "realtime_carbon_intensity"

LOG_FOR_PEOPLE = Path("impacttracker") / "impact_tracker_log.log"


@pytest.fixture
def network_hangs() -> Iterator[str]:
    """A proxy that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as swallows:
        yield f"http://127.0.0.1:{swallows.getsockname()[1]}"


def environment(home: Path, proxy: str, **more: str) -> dict[str, str]:
    """A user of its own, whose machine's way to the network leads to the test."""
    ways = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    return clean_environment(**ways, **places, **more)


def keep_for_gb(home: Path) -> None:
    """As if another run had just asked for Great Britain."""
    now_s = time.time()
    reading = Reading(263.0, now_s - 60, 1800.0, "GBR", "direct", False)
    kept = Kept(now_s - 60, now_s + 1740, reading)
    Cache(cache_file(home / "cache" / "wattboard", "gb", "GBR")).write(kept)


@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        ('region="GBR", live_intensity="gb"', {}),
        ("", {"WATTBOARD_REGION": "GBR", "WATTBOARD_LIVE_INTENSITY": "gb"}),  # facts tell it later
        ('region="DEU", live_intensity="gb:GBR"', {"WATTBOARD_LIVE_INTENSITY": "off"}),
    ],
)
def test_samples_have_the_figure(
    tmp_path: Path, network_hangs: str, settings: str, variables: Mapping[str, str]
) -> None:
    """From when it is known on, each sample has it; info.json says whose it is and of what kind."""
    keep_for_gb(tmp_path)
    logdir = tmp_path / "run"
    environ = environment(tmp_path, network_hangs, **variables)
    code = f"with tracker({settings}): ready(); time.sleep(60)"
    with training(logdir, code, environment=environ) as run:
        wait_until(lambda: any(sample.get(KEY) == 263.0 for sample in read_samples(logdir)))
        run.process.terminate()
        run.wait()
        wait_until(lambda: not run.others())
    values = [sample.get(KEY) for sample in read_samples(logdir)]
    assert set(values) <= {None, "n/a", 263.0}
    assert values[values.index(263.0) :] == [263.0] * (len(values) - values.index(263.0))
    info = read_info(logdir)
    assert info["live_intensity"]["provider"] == "gb"
    assert info["live_intensity"]["basis"] == "direct"
    assert info["live_intensity"]["estimated"] is False
    schema = json.loads(
        (files("wattboard.collector") / "data" / "log-format.schema.json").read_text("utf-8")
    )
    jsonschema.validate(info, {**schema, "$ref": "#/$defs/info"})


def test_a_provider_that_hangs_disturbs_nothing(tmp_path: Path, network_hangs: str) -> None:
    """The samples come on time and say "n/a", the end is written at once, and nothing is left."""
    logdir = tmp_path / "run"
    code = """
with tracker(region="GBR", live_intensity="gb"):
    time.sleep(1.5)
    begun = time.monotonic()
print(time.monotonic() - begun)
"""
    status, output = run_training(logdir, code, environment=environment(tmp_path, network_hangs))
    assert status == 0
    assert float(output) < 2
    samples = read_samples(logdir)
    times = [sample["timestamp"] for sample in samples]
    assert max(b - a for a, b in pairwise(times)) < 1
    assert {sample[KEY] for sample in samples[1:]} == {"n/a"}
    info = read_info(logdir)
    assert info["experiment_end"] is not None
    assert info["live_intensity"]["zone"] == "GBR"


@pytest.mark.parametrize("victim", ["training", "monitor"])
def test_nothing_is_left_of_a_killed_run(tmp_path: Path, network_hangs: str, victim: str) -> None:
    """kill -9 while the provider is being asked."""
    environ = environment(tmp_path, network_hangs)
    code = 'with tracker(live_intensity="gb:GBR"): ready(); time.sleep(60)'
    with training(tmp_path / "run", code, environment=environ) as run:
        wait_until(lambda: run.others("wattboard.collector.carbon"))
        if victim == "training":
            run.process.kill()
            run.wait()
        else:
            run.monitor().kill()
        wait_until(lambda: not run.others("wattboard.collector"), timeout_s=5)


def test_off_by_default(tmp_path: Path, network_hangs: str) -> None:
    """Who asks for nothing has no process for it, and no such keys."""
    logdir = tmp_path / "run"
    environ = environment(tmp_path, network_hangs)
    with training(
        logdir, 'with tracker(region="GBR"): ready(); time.sleep(60)', environment=environ
    ) as run:
        wait_until(lambda: len(read_samples(logdir)) > 5)
        assert not run.others("wattboard.collector.carbon")
    assert not any(KEY in sample for sample in read_samples(logdir))
    assert "live_intensity" not in read_info(logdir)


def test_a_mistake_is_told(tmp_path: Path, network_hangs: str) -> None:
    """In an argument at once; in the environment in the log for people, and the run is measured."""
    with pytest.raises(CollectorError, match="live_intensity: expected caiso"):
        ImpactTracker(tmp_path, live_intensity="wattime")
    logdir = tmp_path / "run"
    environ = environment(tmp_path, network_hangs, WATTBOARD_LIVE_INTENSITY="wattime")
    code = 'with tracker(region="GBR"): ready(); time.sleep(60)'
    with training(logdir, code, environment=environ) as run:
        log = logdir / LOG_FOR_PEOPLE
        wait_until(lambda: "did you mean 'watttime'?" in log.read_text())
        assert run.process.poll() is None
    assert read_samples(logdir)
