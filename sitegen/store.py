"""Logs that lie in a store of objects, such as `s3://bucket/logs`: what its addresses mean, listing it, reading it.

The stores are fsspec's, and so are their settings, retries and timeouts. See docs/adr/0007-fsspec-and-dask.md.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias
from urllib.parse import unquote

from .errors import Problem, WattboardError

if TYPE_CHECKING:
    from upath import UPath

    Folder: TypeAlias = Path | UPath

_ADDRESS = re.compile(r"(?P<protocol>[a-z][a-z0-9+.-]+)://(?P<path>.*)", re.DOTALL)
_OF_THE_EXTRA = frozenset({"s3", "s3a", "gs", "gcs", "hf"})

BLOCK_BYTES = 4 << 20
"""What one request asks for. A log of no more than that is read by a single request."""


class StoreError(WattboardError):
    """A store does not answer as it should: no fault of one run, so that nothing is built without its runs."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a store, as listing the store told of it."""

    name: str
    """Relative to the folder that it was listed for, with "/"."""
    size: int
    version: str
    """Another text whenever the file has changed."""


def log_folder(given: str | Path | UPath, base: Path = Path()) -> Folder:
    """A log folder by its path on this machine or its address.

    Args:
        base: What a relative path is relative to.

    Raises:
        WattboardError: no store goes by such an address, or the package for it is missing.
    """
    address = _ADDRESS.fullmatch(given) if isinstance(given, str) else None
    if address is None:
        return base / given if isinstance(given, (str, Path)) else given
    if address["protocol"] in {"file", "local"}:
        return Path(unquote(address["path"]))
    return _in_store(address["protocol"], address["path"].rstrip("/"))


def folder_name(folder: Folder) -> str:
    """The last part of a folder's path; of a whole bucket its name. "" for the root of a file system."""
    if isinstance(folder, Path):
        return folder.name
    path: str = folder.path
    return path.rstrip("/").rpartition("/")[2]


def _in_store(protocol: str, path: str) -> UPath:
    address = f"{protocol}://{path}"
    hint = "install the package that reads such addresses"
    if protocol in _OF_THE_EXTRA:
        hint = "pip install 'wattboard[distributed]'"
    try:
        from upath import UPath

        folder = UPath(address)
        _ = folder.fs
    except ImportError as error:
        message = f"expected the packages that read {protocol}://, found: {error}"
        raise WattboardError(Problem(address, message, hint=hint, severity="error")) from error
    except ValueError as error:
        message = f"expected an address such as s3://bucket/folder, found: {error}"
        raise WattboardError(Problem(address, message, severity="error")) from error
    return folder


def listing(folder: UPath) -> list[StoredFile]:
    """All files below a folder of a store, by name: one question, or one for each 1,000 of them.

    Raises:
        StoreError: the store does not answer, refuses, or has nothing of that name.
    """
    path = folder.path.rstrip("/")
    top = f"{path}/"
    with _answering(str(folder), "expected a folder of logs"):
        # Before, since a preview asks the same store again; afterwards for the memory that libraries keep it in.
        folder.fs.invalidate_cache()
        try:
            found: Mapping[str, Mapping[str, Any]] = folder.fs.find(path, detail=True)
        except FileNotFoundError as error:
            raise _failed(str(folder), "expected a folder of logs", error) from error
        folder.fs.invalidate_cache()
    return sorted(
        (
            StoredFile(name[len(top) :], info["size"], _version(info))
            for name, info in found.items()
            if name.startswith(top) and info["type"] == "file" and info["size"] is not None
        ),
        key=lambda file: file.name,
    )


def _version(info: Mapping[str, Any]) -> str:
    """A text for all that a listing tells of a file: time, ETag, and whatever else the store has."""
    return hashlib.blake2b(repr(sorted(info.items())).encode(), digest_size=12).hexdigest()


def open_stored(folder: UPath, file: StoredFile) -> BinaryIO:
    """Open a file that was listed, for reading from its beginning.

    Args:
        folder: The one it was listed for.

    Raises:
        OSError: it is gone, or is another by now.
        StoreError: the store does not answer, or refuses.
    """
    address = folder / file.name
    if file.size <= BLOCK_BYTES:
        return io.BytesIO(_small(address, file.size))
    with _answering(str(address)):
        opened = folder.fs.open(address.path, "rb", block_size=BLOCK_BYTES, cache_type="readahead")
    if opened.size != file.size:
        raise _changed()
    return io.BufferedReader(_Stored(opened, str(address)))


def _small(address: UPath, size: int) -> bytes:
    if size == 0:
        return b""
    with _answering(str(address)):
        # A byte more than there should be, which tells a file that has grown.
        data: bytes = address.fs.cat_file(address.path, start=0, end=size + 1)
    if len(data) != size:
        raise _changed()
    return data


def _changed() -> OSError:
    return OSError(errno.EBUSY, "another file than was listed a moment ago")


class _Stored(io.RawIOBase):
    """A file of a store, with the errors of its library made ours."""

    def __init__(self, file: Any, name: str) -> None:
        self._file = file
        self.name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _answering(self.name):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _answering(name: str, expected: str = "expected a file that can be read") -> Iterator[None]:
    """
    Raises:
        OSError: the file is gone, or was changed while it was read.
        StoreError: anything else. Each store's library has errors of its own.
    """
    try:
        yield
    except StoreError:
        raise
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, f"no such file ({_text(error)})") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EBUSY:
            raise _changed() from error
        raise _failed(name, expected, error) from error


def _failed(name: str, expected: str, error: Exception) -> StoreError:
    return StoreError(
        Problem(
            name,
            f"{expected}, found: {_text(error)}",
            hint="see that the address is right, that this machine may read it, and that the network is there: "
            "docs/scale.md",
            severity="error",
        )
    )


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
