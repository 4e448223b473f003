"""The two files that the cache keeps of a run: chart data and download. Each has what tells whether it is whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from isal import isal_zlib
from xxhash import xxh3_128, xxh3_128_digest

from ..model import TimeChart

_CHECK_BYTES = 16
_BLOCK_BYTES = 1 << 18
_IsalError: Any = isal_zlib.error  # a class, whatever its stub says


class LostFileError(Exception):
    """A file of the cache is not there, or not as it was written."""


@dataclass(frozen=True, slots=True)
class RunFileNames:
    """Where the files of a run are, by its fingerprint."""

    files: Path
    fingerprint: str

    @property
    def charts(self) -> Path:
        """Its chart data."""
        return self.files / self.fingerprint[:2] / f"{self.fingerprint[2:]}.charts"

    @property
    def download(self) -> Path:
        """Its zip."""
        return self.files / self.fingerprint[:2] / f"{self.fingerprint[2:]}.zip"

    def remove(self) -> None:
        """Delete both."""
        self.charts.unlink(missing_ok=True)
        self.download.unlink(missing_ok=True)


def keep(names: RunFileNames, charts: tuple[TimeChart, ...], download: Path) -> None:
    """Put both files of a run into place.

    Args:
        download: The zip, on the same file system. It is moved.
    """
    data = isal_zlib.compress(msgspec.json.encode(charts), 1)
    check = _check(data) + _check_of_file(download)
    new = download.with_suffix(".charts")
    new.write_bytes(check + data)
    try:
        download.replace(names.download)
    except FileNotFoundError:  # the first of its folder
        names.charts.parent.mkdir(exist_ok=True)
        download.replace(names.download)
    # Last: its checksum is what makes the other one valid.
    new.replace(names.charts)


def put(names: RunFileNames, charts: bytes, download: bytes) -> None:
    """Put both files of a run into place as they were made elsewhere.

    Args:
        charts: The whole file, with what tells whether it is whole.
    """
    names.charts.parent.mkdir(exist_ok=True)
    for file, content in ((names.download, download), (names.charts, charts)):
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.write_bytes(content)
        new.replace(file)


_decode_charts = msgspec.json.Decoder(tuple[TimeChart, ...]).decode


def kept_charts(names: RunFileNames) -> tuple[TimeChart, ...]:
    """The chart data of a run.

    Raises:
        LostFileError: they are not there, or not whole.
    """
    _, data = _kept(names)
    try:
        return _decode_charts(isal_zlib.decompress(data))
    except (_IsalError, msgspec.DecodeError) as error:
        raise LostFileError(str(error)) from error


def kept_download(names: RunFileNames) -> Path:
    """The zip of a run.

    Raises:
        LostFileError: it is not there, or not whole.
    """
    check, _ = _kept(names)
    try:
        is_whole = _check_of_file(names.download) == check
    except OSError as error:
        raise LostFileError(str(error)) from error
    if not is_whole:
        raise LostFileError(f"{names.download} is damaged")
    return names.download


def _kept(names: RunFileNames) -> tuple[bytes, bytes]:
    """The checksum of the download, and the chart data as they were written."""
    try:
        content = names.charts.read_bytes()
    except OSError as error:
        raise LostFileError(str(error)) from error
    check, rest = content[:_CHECK_BYTES], content[_CHECK_BYTES:]
    of_download, data = rest[:_CHECK_BYTES], rest[_CHECK_BYTES:]
    if check != _check(data):
        raise LostFileError(f"{names.charts} is damaged")
    return of_download, data


def _check(data: bytes) -> bytes:
    return xxh3_128_digest(data)


def _check_of_file(file: Path) -> bytes:
    digest = xxh3_128()
    with file.open("rb", buffering=0) as opened:
        while block := opened.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.digest()
