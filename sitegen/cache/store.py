"""The tables of a cache, in one SQLite file. Every value bears a checksum; one that does not fit counts as absent.

A cache may lose anything at any time, and then work is done again: no error of the database reaches the build. What it
must not do is to give what is wrong.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_FORMAT = 1
_APPLICATION = 0x57415454
"""By which SQLite's header tells whose file it is."""
_WAIT_S = 20.0
_CHECK_BYTES = 16

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    path TEXT, variant TEXT, stamp TEXT, content TEXT, is_fresh INTEGER, fingerprint TEXT, value BLOB,
    PRIMARY KEY (path, variant)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (digest BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS extras (
    path TEXT, processor TEXT, key TEXT, value BLOB, PRIMARY KEY (path, processor)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (digest TEXT PRIMARY KEY, site TEXT, address TEXT, value BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS page_of ON pages (site, address);
CREATE TABLE IF NOT EXISTS published (
    site TEXT, address TEXT, digest TEXT, value BLOB, PRIMARY KEY (site, address)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unfinished (session TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class RunRow:
    """What is kept of a run."""

    path: str
    variant: str
    """In which way it was measured, and by which version of this program."""
    stamp: str
    """Of its files as they were when it was read."""
    content: str
    """Hashes of their bytes."""
    is_fresh: bool
    """They had changed so shortly before that the stamp may not tell of a further change."""
    fingerprint: str
    """Names its files in the cache."""
    record: bytes


class Store:
    """The tables. One process at a time writes to an open store; several processes may have one open each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = self._opened()

    def close(self) -> None:
        """Close the file. What was put in is kept."""
        if self._connection is not None:
            self._attempt(lambda: self._must.commit())
            self._attempt(lambda: self._must.close())
            self._connection = None

    # -- runs ------------------------------------------------------------------------------------------------------

    def runs(self, variant: str) -> Iterator[RunRow]:
        """All runs that were measured in one way."""
        rows = self._rows(
            "SELECT path, stamp, content, is_fresh, fingerprint, value FROM runs WHERE variant = ?",
            (variant,),
        )
        for path, stamp, content, is_fresh, fingerprint, value in rows:
            key = _key(path, variant, stamp, content, bool(is_fresh), fingerprint)
            record = _checked(value, *key)
            if record is not None:
                yield RunRow(path, variant, stamp, content, bool(is_fresh), fingerprint, record)

    def put_runs(self, rows: Iterable[RunRow]) -> None:
        """Keep some runs, instead of what was known of them."""
        self._change(
            "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    row.path,
                    row.variant,
                    row.stamp,
                    row.content,
                    int(row.is_fresh),
                    row.fingerprint,
                    _sealed(row.record, *_key_of(row)),
                )
                for row in rows
            ],
        )

    def runs_of_others(self, program: str) -> list[RunRow]:
        """Runs that another version of this program measured: those whose variant does not begin with its name."""
        rows = self._rows(
            "SELECT path, variant, fingerprint FROM runs WHERE substr(variant, 1, ?) != ?",
            (len(program), program),
        )
        return [
            RunRow(path, variant, "", "", False, fingerprint, b"")
            for path, variant, fingerprint in rows
        ]

    def forget_runs(self, rows: Sequence[RunRow]) -> None:
        """Drop runs that are no more."""
        keys = [(row.path, row.variant) for row in rows]
        self._change("DELETE FROM runs WHERE path = ? AND variant = ?", keys)
        self._change("DELETE FROM extras WHERE path = ?", [(row.path,) for row in rows])

    def fingerprints(self) -> set[str]:
        """The names of all files that some run's record refers to."""
        return {fingerprint for (fingerprint,) in self._rows("SELECT fingerprint FROM runs")}

    def facts(self) -> Iterator[tuple[bytes, bytes]]:
        """What runs have in common: digest and content."""
        for digest, value in self._rows("SELECT digest, value FROM facts"):
            content = _checked(value, digest.hex())
            if content is not None:
                yield digest, content

    def put_facts(self, facts: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep what records refer to."""
        self._change(
            "INSERT OR IGNORE INTO facts VALUES (?, ?)",
            [(digest, _sealed(content, digest.hex())) for digest, content in facts],
        )

    # -- figures of processors -------------------------------------------------------------------------------------

    def extras(self, processor: str) -> Iterator[tuple[str, str, bytes]]:
        """Path, key and figures of all runs that a processor has seen."""
        rows = self._rows("SELECT path, key, value FROM extras WHERE processor = ?", (processor,))
        for path, key, value in rows:
            content = _checked(value, path, processor, key)
            if content is not None:
                yield path, key, content

    def put_extras(self, processor: str, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep a processor's figures: path, key, figures."""
        self._change(
            "INSERT OR REPLACE INTO extras VALUES (?, ?, ?, ?)",
            [
                (path, processor, key, _sealed(value, path, processor, key))
                for path, key, value in rows
            ],
        )

    # -- pages -----------------------------------------------------------------------------------------------------

    def page(self, digest: str) -> bytes | None:
        """A page that was made of what has this digest."""
        for (value,) in self._rows("SELECT value FROM pages WHERE digest = ?", (digest,)):
            return _checked(value, digest)
        return None

    def page_digests(self, site: str) -> set[str]:
        """Those of all pages of a site."""
        return {
            digest for (digest,) in self._rows("SELECT digest FROM pages WHERE site = ?", (site,))
        }

    def put_page(self, site: str, address: str, digest: str, content: bytes) -> None:
        """Keep a page, instead of the one that the site had at this address."""
        self._change(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)",
            [(digest, site, address, _sealed(content, digest))],
        )

    def published(self, site: str) -> Iterator[tuple[str, str, bytes]]:
        """Address, digest and files of all that was written to a site's folder."""
        rows = self._rows("SELECT address, digest, value FROM published WHERE site = ?", (site,))
        for address, digest, value in rows:
            content = _checked(value, site, address, digest)
            if content is not None:
                yield address, digest, content

    def put_published(self, site: str, rows: Sequence[tuple[str, str, bytes]]) -> None:
        """Keep what was written to a site's folder: address, digest, files."""
        self._change(
            "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)",
            [
                (site, address, digest, _sealed(value, site, address, digest))
                for address, digest, value in rows
            ],
        )

    def forget_published(self, site: str, addresses: Iterable[str]) -> None:
        """Drop what is no longer in a site's folder."""
        self._change(
            "DELETE FROM published WHERE site = ? AND address = ?",
            [(site, address) for address in addresses],
        )

    # -- sessions --------------------------------------------------------------------------------------------------

    def begin(self, session: str) -> bool:
        """Note that a session is at work. Gives whether an earlier one never ended."""
        unfinished = next(self._rows("SELECT count(*) FROM unfinished"), (0,))[0] > 0
        self._change("INSERT OR IGNORE INTO unfinished VALUES (?)", [(session,)])
        return bool(unfinished)

    def end(self, session: str, *, all_sessions: bool) -> None:
        """Note that a session is done, or that none is at work."""
        if all_sessions:
            self._change("DELETE FROM unfinished", [()])
        else:
            self._change("DELETE FROM unfinished WHERE session = ?", [(session,)])

    def counts(self) -> dict[str, int]:
        """Of how many runs something is known, and how many rows the other tables have."""
        # A run is there once for the figures and once more for what `check` looks at.
        counted = {"runs": "DISTINCT path", "extras": "*", "pages": "*", "published": "*"}
        return {
            table: next(self._rows(f"SELECT count({what}) FROM {table}"), (0,))[0]  # noqa: S608
            for table, what in counted.items()
        }

    # -- the database ----------------------------------------------------------------------------------------------

    @property
    def _must(self) -> sqlite3.Connection:
        assert self._connection is not None  # noqa: S101 - callers have looked
        return self._connection

    def _opened(self) -> sqlite3.Connection | None:
        try:
            return _connected(self._file)
        except sqlite3.OperationalError as error:  # no room, no permission, or busy: leave it alone
            log.warning("the cache %s cannot be used: %s", self._file, error)
            return None
        except sqlite3.DatabaseError as error:
            log.warning("the cache %s is damaged (%s); it is made anew", self._file, error)
        return self._anew()

    def _anew(self) -> sqlite3.Connection | None:
        """An empty one in place of one that is damaged."""
        try:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            return _connected(self._file)
        except (sqlite3.Error, OSError) as error:
            log.warning("the cache %s cannot be used: %s", self._file, error)
            return None

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        if self._connection is None:
            return
        try:
            yield from self._connection.execute(statement, values)
        except sqlite3.Error as error:
            self._give_up(error)

    def _change(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self._attempt(lambda: self._changed(statement, rows))

    def _changed(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._must:
            self._must.executemany(statement, rows)

    def _attempt(self, change: Callable[[], None]) -> None:
        if self._connection is None:
            return
        try:
            change()
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without, or with an empty one: what is not kept is made again."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except sqlite3.Error:
            log.debug("closing the cache failed", exc_info=True)
        if isinstance(error, sqlite3.OperationalError):
            log.warning("the cache %s cannot be used any further: %s", self._file, error)
        else:
            log.warning("the cache %s is damaged (%s); it is made anew", self._file, error)
            self._connection = self._anew()


def _key_of(row: RunRow) -> tuple[str, ...]:
    return _key(row.path, row.variant, row.stamp, row.content, row.is_fresh, row.fingerprint)


def _key(
    path: str, variant: str, stamp: str, content: str, is_fresh: bool, fingerprint: str
) -> tuple[str, ...]:
    """What the checksum of a run's record holds beside it."""
    return (path, variant, stamp, content, str(int(is_fresh)), fingerprint)


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_WAIT_S, check_same_thread=False)
    # What is no text was damaged, and its checksum will tell.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    try:
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and (owner, version) != (_APPLICATION, _FORMAT):
            raise sqlite3.DatabaseError("it is of another program or version")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check(content: bytes, key: Sequence[str]) -> bytes:
    digest = hashlib.blake2b(
        "\0".join(key).encode("utf-8", "surrogatepass"), digest_size=_CHECK_BYTES
    )
    digest.update(b"\0")
    digest.update(content)
    return digest.digest()


def _sealed(content: bytes, *key: str) -> bytes:
    """A value with its checksum in front, which holds the key, too."""
    return _check(content, key) + content


def _checked(value: object, *key: str) -> bytes | None:
    """The value without its checksum; None where that does not fit."""
    if not isinstance(value, bytes):
        return None
    check, content = value[:_CHECK_BYTES], value[_CHECK_BYTES:]
    return content if check == _check(content, key) else None
