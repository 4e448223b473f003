"""An index over more runs than a site's own search can hold: files in shards, of which a reader's browser loads few.

`index.js` names the shards; `terms-N.js` hold words with the runs that have them; `runs-N.js` hold what is shown of
a run. All are handed to `wattboard.receive`, so that they load from disk, too. `js/find.js` reads them. For sizes see
docs/cite.md#search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import regex

FOLDER = "search/runs/"
"""Below the leaderboard's own. No group has that address: "search" is a reserved title."""
INDEX = "index.js"

RUNS_PER_BLOCK = 100
MAX_SHARD_CHARS = 60_000
_MAX_RANGES = 4_000
"""Of one entry: a word that more ranges of runs have is written in several."""
MAX_WORD_CHARS = 40
"""Longer words are cut, those that are searched for, too."""

_ASCII_WORD = re.compile(r"[a-z0-9]+")
"""As `_word` finds them in texts that nearly all are: several times as fast."""


@cache
def _word() -> regex.Pattern[str]:
    import regex

    return regex.compile(r"[\p{L}\p{N}]+")


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What is found of a run."""

    address: str
    """Of its page, relative to the leaderboard's front page."""
    title: str
    path: str
    about: str
    """Further words to find it by, such as those of its hardware."""


@dataclass(slots=True)
class _Postings:
    """The runs that have a word, as pairs: the first of a range, and how many follow one another."""

    ranges: list[int] = field(default_factory=list)

    def add(self, first: int, length: int) -> None:
        """Runs none of which is before those that are there, but that the last one may come again."""
        ranges = self.ranges
        if ranges and first < ranges[-2] + ranges[-1]:
            return
        if ranges and first == ranges[-2] + ranges[-1]:
            ranges[-1] += length
        else:
            ranges += (first, length)

    def add_all(self, ranges: Sequence[int], start: int) -> None:
        """Ranges of runs that are counted from `start`."""
        for first, length in zip(ranges[::2], ranges[1::2], strict=True):
            self.add(start + first, length)


class _Part(msgspec.Struct):
    entries: list[tuple[str, str, str, str]]
    """Address, title, path, about."""
    named: dict[str, list[int]]
    """Word to the runs that are named so, as in `_Postings`, counted from the part's first."""
    about: dict[str, list[int]]


_decode_part = msgspec.json.Decoder(_Part).decode


@dataclass(frozen=True, slots=True)
class _Word:
    named: _Postings = field(default_factory=_Postings)
    """In the run's title or path."""
    about: _Postings = field(default_factory=_Postings)


def words(text: str) -> list[str]:
    """The words of a text as they are compared. `find.js` does the same.

    >>> words("results/PPO_2, NVIDIA Ampère")
    ['results', 'ppo', '2', 'nvidia', 'ampère']
    """
    if text.isascii():
        return [word[:MAX_WORD_CHARS] for word in _ASCII_WORD.findall(text.lower())]
    plain = unicodedata.normalize("NFKC", text).lower()
    return [word[:MAX_WORD_CHARS] for word in _word().findall(plain)]


def part_of_index(entries: Sequence[RunEntry]) -> str:
    """What `run_index` needs of some runs that follow one another: the same whatever the others are."""
    named: dict[str, _Postings] = {}
    about: dict[str, _Postings] = {}
    for number, entry in enumerate(entries):
        for word in words(f"{entry.title} {entry.path}"):
            named.setdefault(word, _Postings()).add(number, 1)
        for word in words(entry.about):
            about.setdefault(word, _Postings()).add(number, 1)
    part = _Part(
        [(e.address, e.title, e.path, e.about) for e in entries],
        {word: postings.ranges for word, postings in named.items()},
        {word: postings.ranges for word, postings in about.items()},
    )
    return msgspec.json.encode(part).decode()


def run_index(parts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and text of each file, for the folder `FOLDER`.

    Args:
        parts: By `part_of_index`, of all runs in the order in which equally good matches are to be shown.
    """
    found: dict[str, _Word] = {}
    entries: list[tuple[str, str, str, str]] = []
    for part in map(_decode_part, parts):
        for word, ranges in part.named.items():
            found.setdefault(word, _Word()).named.add_all(ranges, len(entries))
        for word, ranges in part.about.items():
            found.setdefault(word, _Word()).about.add_all(ranges, len(entries))
        entries += part.entries
    shards = list(_shards(found))
    for i, shard in enumerate(shards):
        yield f"terms-{i}.js", _as_script(shard)
    for i in range(0, len(entries), RUNS_PER_BLOCK):
        block = entries[i : i + RUNS_PER_BLOCK]
        yield (
            f"runs-{i // RUNS_PER_BLOCK}.js",
            _as_script(block),
        )
    index = {
        "runs": len(entries),
        "block": RUNS_PER_BLOCK,
        "shards": [shard[0][0] for shard in shards],
    }
    yield INDEX, _as_script(index)


def _shards(found: dict[str, _Word]) -> Iterator[list[list[Any]]]:
    """The words in order, as many to a shard as there is room for. A long list of runs goes on in the next one."""
    shard: list[list[Any]] = []
    size = 0
    # By UTF-16, as JavaScript compares.
    for word in sorted(found, key=lambda word: word.encode("utf-16-be")):
        for entry in _entries(word, found[word]):
            length = len(msgspec.json.encode(entry))
            if shard and size + length > MAX_SHARD_CHARS:
                yield shard
                shard, size = [], 0
            shard.append(entry)
            size += length
    if shard:
        yield shard


def _entries(word: str, postings: _Word) -> Iterator[list[Any]]:
    """Word, runs that are named so, runs that are about it; the runs as gaps and lengths of ranges by turns."""
    named, about = postings.named.ranges, postings.about.ranges
    step = 2 * _MAX_RANGES
    for i in range(0, max(len(named), len(about)), step):
        yield [word, _gaps(named[i : i + step]), _gaps(about[i : i + step])]


def _gaps(ranges: Sequence[int]) -> list[int]:
    gaps: list[int] = []
    at = 0
    for first, length in zip(ranges[::2], ranges[1::2], strict=True):
        gaps += (first - at, length)
        at = first + length
    return gaps


def _as_script(content: object) -> str:
    return f"wattboard.receive({msgspec.json.encode(content).decode()});\n"
