"""Figures that the site's own processors made of a run's files, kept until one of these or of its own files changes."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from ..location import RunLocation
from ..model import RunResult
from ..stamps import FRESH_S, file_stamp
from .archive import Archive

_MOST_FILES = 2000
"""Of a run's folder. Beyond, looking at them all costs more than it saves."""
_CODE = ""
"""In place of a run's path: the row that holds the files of the processor itself."""

Figures = Mapping[str, float]

_encode = msgspec.msgpack.Encoder().encode
_decode_figures = msgspec.msgpack.Decoder(dict[str, float]).decode
_decode_files = msgspec.msgpack.Decoder(dict[str, str]).decode


class KeptExtras:
    """What is known of one processor's figures.

    Args:
        processor: "module.function", as the spec names it.
        folder: The spec's, where its modules may lie.
    """

    def __init__(self, archive: Archive, processor: str, folder: Path) -> None:
        store = archive.store
        self._store = store
        self._processor = processor
        self._folder = folder
        self._known = {path: (key, value) for path, key, value in store.extras(processor)}
        self._code = self._unchanged_code()
        self._stamps = archive.folder_stamps
        self._new: list[tuple[RunResult, Figures]] = []

    def figures(self, run: RunResult) -> Figures | None:
        """A run's figures; None where the processor has to look at it."""
        path = run.location.path
        if path not in self._stamps:  # before the processor looks at the files
            self._stamps[path] = _files_stamp(run.location)
        key, value = self._known.get(path, ("", b""))
        if not self._code or not self._stamps[path] or key != self._key(run, self._code):
            return None
        try:
            return _decode_figures(value)
        except msgspec.DecodeError:
            return None

    def add(self, run: RunResult, figures: Figures) -> None:
        """Take in what the processor made of a run."""
        self._new.append((run, figures))

    def finish(self) -> None:
        """Keep what was taken in. Called while the processor's modules are still loaded."""
        if not self._new:
            return
        files = {str(file): _hash(file) for file in self._loaded_files()}
        code = _digest(files)
        rows = [(_CODE, "code", _encode(files))]
        for run, figures in self._new:
            if self._stamps[run.location.path]:
                rows.append((run.location.path, self._key(run, code), _encode(figures)))
        self._store.put_extras(self._processor, rows)

    def _unchanged_code(self) -> str:
        """What stands for the processor's files, if all are as they were when it ran; "" if not."""
        try:
            files = _decode_files(self._known[_CODE][1])
        except (KeyError, msgspec.DecodeError):
            return ""
        is_same = all(_hash(Path(file)) == known for file, known in files.items())
        return _digest(files) if files and is_same else ""

    def _loaded_files(self) -> Iterator[Path]:
        """The files of the processor's own package, and of all modules that lie beside the spec."""
        package = self._processor.partition(".")[0]
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and (
                name.partition(".")[0] == package or Path(file).is_relative_to(self._folder)
            ):
                yield Path(file)

    def _key(self, run: RunResult, code: str) -> str:
        """Differs whenever the processor may give other figures."""
        files = self._stamps[run.location.path]
        said = f"{code}\0{run.fingerprint}\0{run.recomputed!r}\0{files}"
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _files_stamp(location: RunLocation) -> str:
    """The state of all files in a run's folder; "" where there are too many, or some have only just changed."""
    if location.stored is not None:
        return _hash_of(f"{f.name} {f.size} {f.version}" for f in location.stored.others)
    texts = []
    newest_s = 0.0
    for file in _walk(str(location.folder)):
        stamp = file_stamp(file)
        newest_s = max(newest_s, stamp.changed_s)
        texts.append(f"{os.fsencode(file).hex()} {stamp.text}")
        if len(texts) > _MOST_FILES:
            return ""
    return "" if time.time() - newest_s < FRESH_S else _hash_of(texts)


def _hash_of(texts: Iterable[str]) -> str:
    said = "|".join(sorted(texts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _walk(folder: str) -> Iterator[str]:
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        yield entry.path
        except OSError:
            continue


def _hash(file: Path) -> str:
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


def _digest(files: Mapping[str, str]) -> str:
    listed = "".join(f"{file}\0{known}\0" for file, known in sorted(files.items()))
    return hashlib.blake2b(listed.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
