"""Put trees of files into stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest


class Shelf:
    """A bucket of a store.

    Args:
        address: Such as "s3://bucket".
    """

    def __init__(self, address: str) -> None:
        from upath import UPath

        self.address = address
        self.files: Any = UPath(address).fs
        self._top = UPath(address).path.rstrip("/")

    def put(self, folder: Path, name: str = "") -> str:
        """Copy a folder into the store, under its own name or another; its address there."""
        name = name or folder.name
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.write(f"{name}/{file.relative_to(folder).as_posix()}", file.read_bytes())
        return f"{self.address}/{name}"

    def write(self, name: str, content: bytes) -> None:
        """Write one file. A key may be a name that no folder could have."""
        self.files.pipe_file(f"{self._top}/{name}", content)

    def remove(self, name: str) -> None:
        self.files.rm_file(f"{self._top}/{name}")

    def clear(self) -> None:
        if self.files.exists(self._top):
            self.files.rm(self._top, recursive=True)


def s3_environment(server: str) -> Mapping[str, str]:
    """What the environment of who reads from a server that speaks S3 has."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        # A server that is gone stays gone here.
        "AWS_MAX_ATTEMPTS": "1",
    }


def shelf_of(address: str, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A bucket on a server that speaks S3, emptied at the end."""
    for name, value in s3_environment(server).items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    shelf = Shelf(address)
    shelf.files.mkdir(address.partition("://")[2])
    yield shelf
    shelf.clear()
    s3fs.S3FileSystem.clear_instance_cache()
