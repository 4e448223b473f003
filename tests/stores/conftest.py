"""A store of objects that speaks S3, started by the tests, and one in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from shelf import Shelf, shelf_of


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The address of a server that speaks S3, as long as the module runs."""
    server = pytest.importorskip("moto.server", reason="moto is not installed")
    pytest.importorskip("s3fs")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """An empty bucket, and the credentials for it in the environment, as people have them."""
    yield from shelf_of("s3://experiments", s3_server, monkeypatch)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Shelf]:
    """A store that is this process's own."""
    pytest.importorskip("upath")
    shelf = Shelf(f"memory://{tmp_path.name}")
    yield shelf
    shelf.clear()
