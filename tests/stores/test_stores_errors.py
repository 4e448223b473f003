"""Stores that are not there, refuse, or break off: an error that says so, and no site without some of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import wattboard, write_healthy, write_spec
from shelf import Shelf, shelf_of


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonesuch://bucket/logs", "expected an address such as s3://bucket/folder"),
        ("memory://", "expected a folder with a name"),
        (
            "memory://nothing/there",
            "expected runs (folders with impacttracker/data.json), found none",
        ),
    ],
)
def test_addresses_of_nothing(address: str, said: str) -> None:
    """An address of no store, of a whole store, and one with nothing below end with a message and exit code 1."""
    pytest.importorskip("upath")
    outcome = wattboard("measure", address)
    assert outcome.code == 1
    assert said in outcome.err
    assert address.rstrip("/") in outcome.err


@pytest.mark.parametrize("command", ["measure", "check", "build"])
def test_a_driver_that_is_missing(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the package for a kind of store is missing, the message says which extra has it."""
    pytest.importorskip("upath")
    import sys

    monkeypatch.setitem(sys.modules, "gcsfs", None)
    more = ["--site-spec", write_spec(tmp_path, {"Board": {}}), "--output-dir", tmp_path / "site"]
    outcome = wattboard(command, "gs://bucket/logs", *(more if command == "build" else []))
    assert outcome.code == 1
    assert "gs://bucket/logs: expected the packages that read gs://" in outcome.err
    assert "hint: pip install 'wattboard[distributed]'" in outcome.err


def test_a_driver_that_is_missing_in_a_config(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same from a mkdocs.yml."""
    pytest.importorskip("upath")
    import sys

    monkeypatch.setitem(sys.modules, "gcsfs", None)
    (tmp_path / "docs").mkdir()
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        "site_name: Lab\nplugins:\n- wattboard:\n    logdirs: ['gs://bucket/logs']\n    site_spec: spec.json\n"
    )
    write_spec(tmp_path, {"Board": {}})
    outcome = wattboard("build", "--config", config, "--output-dir", tmp_path / "site")
    assert outcome.code == 1
    assert "hint: pip install 'wattboard[distributed]'" in outcome.err


def test_a_bucket_that_is_missing(s3: Shelf) -> None:
    """A bucket that does not exist is named."""
    outcome = wattboard("measure", "s3://nonesuch/logs")
    assert outcome.code == 1
    assert (
        "s3://nonesuch/logs: expected a folder of logs, found: FileNotFoundError: The specified bucket"
        in outcome.err
    )


def test_credentials_that_are_missing(
    s3: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without credentials the message says so, and where to read on."""
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    s3fs.S3FileSystem.clear_instance_cache()
    outcome = wattboard("measure", f"{s3.address}/logs")
    assert outcome.code == 1
    assert (
        "s3://experiments/logs: expected a folder of logs, found: NoCredentialsError" in outcome.err
    )
    assert "docs/scale.md" in outcome.err


def test_a_store_that_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes after the listing ends the build with the run's address; no site is made of the others."""
    server = pytest.importorskip("moto.server")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    write_healthy(tmp_path)
    shelves = shelf_of("s3://breaking", f"http://{host}:{port}", monkeypatch)
    shelf = next(shelves)
    address = shelf.put(tmp_path / "logs")
    import s3fs
    from wattboard.sitegen import build

    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    looked = build.scan

    def then_gone(*arguments: object, **more: object) -> object:
        found = looked(*arguments, **more)  # type: ignore[arg-type]
        running.stop()
        return found

    monkeypatch.setattr(build, "scan", then_gone)
    spec = write_spec(tmp_path, {"Board": {}})
    outcome = wattboard("build", address, "--site-spec", spec, "--output-dir", tmp_path / "site")
    assert outcome.code == 1
    assert (
        f"{address}/dqn/seed_0/impacttracker/data.json: expected a file that can be read, found: "
        in outcome.err
    )
    assert not (tmp_path / "site").exists()
