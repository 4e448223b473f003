"""A measured run as a small record, and back.

What many runs have in common – hardware, packages, region – is kept once, apart from the records: `Facts`. A hundred
thousand results then share them in memory, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from ..errors import Problem
from ..location import RunLocation
from ..model import ABSENT, Figure, RunInfo, RunPart, RunResult

_T = TypeVar("_T")


class _Info(msgspec.Struct, array_like=True):
    """What of a log's info is its own, and where to find the rest."""

    facts: bytes
    start_s: float | None
    end_s: float | None
    run_id: str
    rank: int | None
    exit_code: int | None


class _Part(msgspec.Struct, array_like=True):
    name: str
    info: _Info
    start_s: float | None
    end_s: float | None
    ended: bool


class _Record(msgspec.Struct, array_like=True):
    info: _Info | None
    """None: that of the only part."""
    parts: tuple[_Part, ...]
    start_s: float | None
    end_s: float | None
    ended: bool
    n_samples: int
    pue: float
    pue_source: str
    figures: dict[str, Figure]
    chart_keys: tuple[str, ...]
    log_bytes: int
    zip_bytes: int | None
    problems: tuple[Problem, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """A result in the form in which it is kept and sent."""

    record: bytes
    facts: tuple[tuple[bytes, bytes], ...]
    """What the record refers to: digest and content."""


_encode = msgspec.msgpack.Encoder().encode
_decode_record = msgspec.msgpack.Decoder(_Record).decode
_decode_info = msgspec.msgpack.Decoder(RunInfo).decode


def encoded(result: RunResult) -> Encoded:
    """A result as it came from measuring: without extras, on its log's own grid."""
    facts: dict[bytes, bytes] = {}
    parts = tuple(
        _Part(part.name, _info(part.info, facts), part.start_s, part.end_s, part.ended)
        for part in result.parts
    )
    is_parts = len(result.parts) == 1 and result.info is result.parts[0].info
    record = _Record(
        None if is_parts else _info(result.info, facts),
        parts,
        result.start_s,
        result.end_s,
        result.ended,
        result.n_samples,
        result.pue,
        result.pue_source,
        dict(result.figures),
        result.chart_keys,
        result.log_bytes,
        result.zip_bytes,
        result.problems,
        result.fingerprint,
    )
    return Encoded(_encode(record), tuple(facts.items()))


def _info(info: RunInfo, facts: dict[bytes, bytes]) -> _Info:
    common = _encode(replace(info, start_s=None, end_s=None, run_id="", rank=None, exit_code=None))
    digest = hashlib.blake2b(common, digest_size=16).digest()
    facts[digest] = common
    return _Info(digest, info.start_s, info.end_s, info.run_id, info.rank, info.exit_code)


def _shared(figure: Figure) -> Figure:
    # Nearly all have a value, and comparing dataclasses takes long.
    return ABSENT if figure.value is None and figure == ABSENT else figure


class Decoder:
    """Makes results of records. Those with the same facts share them."""

    def __init__(self) -> None:
        self._facts: dict[bytes, RunInfo] = {}
        self._words: dict[object, object] = {}

    def learn(self, facts: Iterable[tuple[bytes, bytes]]) -> None:
        """Take in what records refer to.

        Raises:
            msgspec.DecodeError: something else.
        """
        for digest, content in facts:
            if digest not in self._facts:
                self._facts[digest] = _decode_info(content)

    def result(self, location: RunLocation, record: bytes) -> RunResult:
        """The result that a record holds.

        Raises:
            msgspec.DecodeError: it holds something else.
            KeyError: it refers to facts that are not known.
        """
        known = _decode_record(record)
        parts = tuple(
            RunPart(part.name, self._whole(part.info), part.start_s, part.end_s, part.ended)
            for part in known.parts
        )
        return RunResult(
            location=location,
            info=parts[0].info if known.info is None else self._whole(known.info),
            parts=parts,
            start_s=known.start_s,
            end_s=known.end_s,
            ended=known.ended,
            n_samples=known.n_samples,
            pue=known.pue,
            pue_source=self._same(known.pue_source),
            figures=dict(
                zip(
                    self._same(tuple(known.figures)),
                    map(_shared, known.figures.values()),
                    strict=True,
                )
            ),
            chart_keys=self._same(known.chart_keys),
            log_bytes=known.log_bytes,
            zip_bytes=known.zip_bytes,
            problems=known.problems,
            fingerprint=known.fingerprint,
        )

    def _whole(self, info: _Info) -> RunInfo:
        return replace(
            self._facts[info.facts],
            start_s=info.start_s,
            end_s=info.end_s,
            run_id=info.run_id,
            rank=info.rank,
            exit_code=info.exit_code,
        )

    def _same(self, value: _T) -> _T:
        """One object for all that are equal."""
        return self._words.setdefault(value, value)  # type: ignore[return-value]
