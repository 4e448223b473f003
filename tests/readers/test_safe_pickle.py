"""Pickles from strangers: read as data, never run, in bounded time and memory."""

from __future__ import annotations

import pickle
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wattboard.sitegen.readers.foreign import Foreign
from wattboard.sitegen.readers.info_fields import MAX_PICKLE_BYTES
from wattboard.sitegen.readers.pickle_opcodes import (
    MAX_OPCODES,
    DamagedPickleError,
    RefusedPickleError,
)
from wattboard.sitegen.readers.safe_pickle import load

FIXTURES = Path(__file__).parents[1] / "fixtures" / "info"
SEED_LIKE = (FIXTURES / "seed_protocol_3.pkl").read_bytes()

START = datetime(2019, 10, 31, 11, 39, 7, 221743)

MOST_SECONDS = 10.0
MOST_BYTES = 128 << 20


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when what is done here takes much time or memory."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - begin < MOST_SECONDS
    assert peak < MOST_BYTES


def text(value: str | bytes) -> bytes:
    """The opcode of a text."""
    raw = value.encode() if isinstance(value, str) else value
    return b"X" + len(raw).to_bytes(4, "little") + raw


def call(module: str, name: str, *args: bytes) -> bytes:
    """The opcodes of a call, each argument given as opcodes."""
    return f"c{module}\n{name}\n(".encode() + b"".join(args) + b"tR"


def stack_call(module: str, name: str, *args: bytes) -> bytes:
    """The same by protocol 4's STACK_GLOBAL, whose names may have dots."""
    return text(module) + text(name) + b"\x93(" + b"".join(args) + b"tR"


def message_of(data: bytes) -> str:
    """Read a pickle; why it could not be, else nothing."""
    try:
        load(data)
    except (DamagedPickleError, RefusedPickleError) as error:
        return str(error)
    return ""


# -- what honest pickles hold


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_pickle_of_the_seed_is_read_without_its_packages(protocol: int) -> None:
    """Times and texts come out as they went in, objects of other packages as stand-ins."""
    info: Any = load((FIXTURES / f"seed_protocol_{protocol}.pkl").read_bytes())
    assert info["experiment_start"] == START
    assert info["cpu_info"]["flags"] == ["aes", "avx2", "sse4_2"]
    geometry = info["region"]["geometry"]
    assert (type(geometry), geometry.module) == (Foreign, "shapely.geometry.multipolygon")
    assert geometry.state.startswith(b"\x01\x06")
    werkzeug = info["python_package_info"][0]
    assert repr(werkzeug) == "<Foreign pkg_resources.DistInfoDistribution>"
    assert werkzeug.state["_version"] == "0.16.0"


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 500), 1 << 500)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.tuples(inner, inner)
        | st.lists(inner).map(tuple)
    ),
)


@given(plain, st.sampled_from([3, 4, 5]))
def test_plain_values_are_read_as_python_reads_them(value: object, protocol: int) -> None:
    """What holds no object comes out as `pickle.loads` would give it."""
    assert load(pickle.dumps(value, protocol)) == value


@given(
    st.datetimes(
        timezones=st.none()
        | st.just(UTC)
        | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))
    ),
    st.booleans(),
    st.sampled_from([3, 4, 5]),
)
def test_times_are_read_to_the_microsecond(when: datetime, fold: bool, protocol: int) -> None:
    """A time comes out as Python reads it, with its microsecond, offset and fold."""
    data = pickle.dumps(when.replace(fold=int(fold)), protocol)
    expected, found = pickle.loads(data), load(data)
    assert isinstance(found, datetime)
    assert found == expected
    assert (found.fold, found.utcoffset()) == (expected.fold, expected.utcoffset())


def test_every_published_pickle_is_read(pong_logs: Path) -> None:
    """The published logs' pickles are read, each in well under a tenth of a second."""
    files = sorted(pong_logs.rglob("info.pkl"))
    assert len(files) == 20
    for file in files:
        data = file.read_bytes()
        begin = time.process_time()
        info: Any = load(data)
        assert time.process_time() - begin < 0.1
        assert isinstance(info["experiment_start"], datetime)
        assert isinstance(info["experiment_end"], datetime)
        assert len(info["python_package_info"]) > 80


# -- what wants to run


ATTACKS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "os.system": (lambda c: call("os", "system", text(c)), "os.system"),
    "posix.system": (lambda c: stack_call("posix", "system", text(c)), "posix.system"),
    "subprocess": (
        lambda c: call("subprocess", "check_output", text(c), b"K\x00", b"N"),
        "subprocess.check_output",
    ),
    "eval": (
        lambda c: call("builtins", "eval", text(f"__import__('os').system({c!r})")),
        "builtins.eval",
    ),
    "exec by its name of Python 2": (
        lambda c: call("__builtin__", "exec", text(f"import os; os.system({c!r})")),
        "__builtin__.exec",
    ),
    "a call that makes the function of the next": (
        lambda c: (
            call("builtins", "getattr", call("builtins", "__import__", text("os")), text("system"))
            + b"("
            + text(c)
            + b"tR"
        ),
        "builtins.getattr",
    ),
    "a name with dots": (
        lambda _: stack_call("datetime", "datetime.__class__.__subclasses__", b""),
        "datetime.datetime.__class__.__subclasses__",
    ),
    "a module within a harmless one": (
        lambda _: stack_call("datetime", "sys.modules.__getitem__", text("os")),
        "datetime.sys.modules.__getitem__",
    ),
    "by NEWOBJ": (lambda c: b"cos\nsystem\n" + text(c) + b"\x85\x81", "os.system"),
    "by NEWOBJ_EX": (lambda c: b"csubprocess\nPopen\n" + text(c) + b"\x85}\x92", "Popen"),
    "by OBJ": (lambda c: b"(" + b"cos\nsystem\n" + text(c) + b"o", "os.system"),
    "by INST": (lambda c: b"(" + text(c) + b"ios\nsystem\n", "INST"),
    "by a text of protocol 0": (lambda c: b"(S'" + c.encode() + b"'\nios\nsystem\n", "STRING"),
    "by a persistent id": (lambda _: b"Pos.system\n", "PERSID"),
    "by a registered code": (lambda _: b"\x82\x01", "EXT1"),
    "by a buffer beside the pickle": (lambda _: b"\x97", "NEXT_BUFFER"),
    "by changing a class": (
        lambda _: b"cdatetime\ndatetime\n}" + text("x") + b"K\x01sb",
        "changes the class datetime.datetime",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["whole", "among the fields"])
def test_an_attack_does_nothing_and_is_named(attack: str, place: str, tmp_path: Path) -> None:
    """A pickle that would run code runs none, and the message names what it asked for."""
    sentinel = tmp_path / "was-here"
    make, named = ATTACKS[attack]
    body = make(f"touch {sentinel}")
    if place == "among the fields":
        body = b"}(" + text("experiment_start") + body + text("x") + b"K\x01u"
    with pytest.raises(RefusedPickleError) as refused:
        load(b"\x80\x03" + body + b".")
    assert named in str(refused.value)
    assert not sentinel.exists()


def test_the_attacks_are_real(tmp_path: Path) -> None:
    """Python's own unpickler would have run such a pickle."""
    sentinel = tmp_path / "was-here"
    make, _ = ATTACKS["os.system"]
    pickle.loads(b"\x80\x03" + make(f"touch {sentinel}") + b".")
    assert sentinel.exists()


def test_a_module_that_a_pickle_names_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is unknown and not hostile becomes a stand-in, without a look at the module."""
    (tmp_path / "unheard_of.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    made: Any = load(b"\x80\x03" + call("unheard_of", "Thing", b"K\x07") + b"}b.")
    assert (made.module, made.name, made.args, made.state) == ("unheard_of", "Thing", (7,), {})
    assert "unheard_of" not in sys.modules


def test_state_changes_no_stand_in_but_its_own_state() -> None:
    """Neither `__class__` nor `__setstate__` in a state means anything."""
    state = b"}(" + text("__class__") + b"cx\nY\n" + text("__setstate__") + b"cx\nZ\nu"
    made: Any = load(b"\x80\x03" + b"cx\nY\n)\x81" + b"N" + state + b"\x86b.")
    assert type(made) is Foreign
    assert made.name == "Y"


@pytest.mark.parametrize(
    "args",
    [
        b"C\x0a" + b"\xff" * 10,  # 255th of the 127th month
        b"C\x0a\x07\xe3\x02\x1e\x00\x00\x00\x00\x00\x00",  # 30 February
        b"C\x0b" + b"\x01" * 11,
        b"K\x01",
        text("2019-10-31"),
        b"C\x0a\x07\xe3\x0a\x1f\x0b\x27\x07\x03b/" + b"cx\nzone\n)R",
    ],
)
def test_a_time_of_another_form_stays_a_stand_in(args: bytes) -> None:
    """Only the fields of a real time make a time; whatever else is there is not guessed at."""
    made = load(b"\x80\x03" + call("datetime", "datetime", args) + b".")
    assert repr(made) == "<Foreign datetime.datetime>"


# -- what wants memory or time


MANY = MAX_OPCODES // 4
BOMBS: dict[str, bytes] = {
    "lists of two, each twice the one before": b"\x80\x03]" + b"q\x000](h\x00h\x00e" * 100 + b".",
    "a tuple of doubled tuples as a key": (b"\x80\x03}" + b")" + b"2\x86" * 60 + b"K\x01s."),
    "numbers as keys that collide": (
        b"\x80\x03}("
        + b"".join(
            b"\x8a\x10" + (i * ((1 << 61) - 1)).to_bytes(16, "little") + b"N"
            for i in range(1, MAX_OPCODES // 2 - 5)
        )
        + b"u."
    ),
    "the largest place of the memo": b"\x80\x03Nr\xff\xff\xff\x7f.",
    "a place of the memo just out of reach": b"\x80\x03Nr"
    + MAX_OPCODES.to_bytes(4, "little")
    + b".",
    "a text of 2**62 bytes": b"\x80\x04\x8d" + (1 << 62).to_bytes(8, "little") + b"abc.",
    "bytes of 4 GB": b"\x80\x03B\xff\xff\xff\xffabc.",
    "a byte array of 2**63 bytes": b"\x80\x05\x96" + (1 << 63).to_bytes(8, "little") + b"abc.",
    "a frame of 2**64 bytes": b"\x80\x04\x95" + b"\xff" * 8 + b"N.",
    "a number of 2 GB": b"\x80\x03\x8b\xff\xff\xff\x7fabc.",
    "a number of 8 MB": b"\x80\x03\x8b"
    + (8 << 20).to_bytes(4, "little")
    + b"\x7f" * (8 << 20)
    + b".",
    "bytearray(2**40)": b"\x80\x03"
    + call("builtins", "bytearray", b"\x8a\x06" + b"\0" * 5 + b"\1")
    + b".",
    "lists in lists": b"\x80\x03" + b"]" * MANY + b"a" * (MANY - 1) + b".",
    "tuples in tuples": b"\x80\x03)" + b"\x85" * (MAX_OPCODES - 10) + b".",
    "stand-ins in stand-ins": (
        b"\x80\x03cx\nY\nq\x00)R" + b"q\x01h\x00h\x01\x85R" * (MAX_OPCODES // 5 - 10) + b"."
    ),
    "marks alone": b"\x80\x03" + b"(" * (MAX_OPCODES * 2),
    "empty dicts": b"\x80\x03" + b"}" * (MAX_PICKLE_BYTES - 10),
    "empty sets": b"\x80\x04" + b"\x8f" * (MAX_OPCODES + 1),
    "a list that holds itself": b"\x80\x03]q\x00h\x00a.",
    "one long key again and again": (
        b"\x80\x03}"
        + text(b"k" * (4 << 20))
        + b"q\x01"
        + text(b"k" * (4 << 20))
        + b"q\x0200("
        + b"h\x01Nh\x02N" * (MANY // 2)
        + b"u."
    ),
    "one long name again and again": (
        b"\x80\x04"
        + text("x")
        + b"\x94"
        + text(b"." * (8 << 20))
        + b"\x94"
        + b"h\x00h\x01\x93" * (MANY // 2)
        + b"."
    ),
    "a line without end": b"\x80\x03c" + b"a" * (8 << 20),
    "wide text": b"\x80\x03" + text("\U0001f600".encode() + b"a" * (8 << 20)) + b".",
    "too large": b"\x80\x03" + b"N" * MAX_PICKLE_BYTES,
    "a protocol to come": b"\x80\x09N.",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_does_not_go_off(bomb: str) -> None:
    """Whatever a pickle of few bytes claims or repeats takes little memory and time."""
    data = BOMBS[bomb]
    with bounded():
        message = message_of(data)
    assert len(message) < 120


@pytest.mark.parametrize(
    ("bomb", "found"),
    [
        ("the largest place of the memo", "puts a value at place 2,147,483,647 of its memo"),
        ("a number of 8 MB", "has a number of 8,388,608 bytes"),
        ("marks alone", "has more than 100,000 opcodes"),
        ("too large", "has 16,777,218 bytes, more than the 16,777,216 that are read"),
        ("a protocol to come", "is of protocol 9; the newest known is 5"),
    ],
)
def test_a_bomb_is_named(bomb: str, found: str) -> None:
    """The message says what was too much."""
    with pytest.raises(RefusedPickleError, match=found):
        load(BOMBS[bomb])


# -- what is broken


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_pickle_that_is_cut_off_says_where(protocol: int) -> None:
    """Cut at any byte, a pickle is damaged, never half read."""
    data = (FIXTURES / f"seed_protocol_{protocol}.pkl").read_bytes()
    for length in range(len(data)):
        with pytest.raises(DamagedPickleError, match=f"is cut off at byte {length}$"):
            load(data[:length])


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "is cut off at byte 0"),
        (b"\x80\x03X\x02\x00\x00\x00\xc3", "is cut off at byte 8"),
        (b".", r"makes no sense at byte 0 \(STOP\)"),
        (b"\x80\x03a.", r"makes no sense at byte 2 \(APPEND\)"),
        (b"\x80\x03h\x07.", r"makes no sense at byte 2 \(BINGET\)"),
        (b"\x80\x03}(K\x01u.", r"makes no sense at byte 6 \(SETITEMS\)"),
        (b"\x80\x03N\x85N\x93.", "STACK_GLOBAL"),
        (b"\x80\x03X\x01\x00\x00\x00\xff.", "has a text that is no UTF-8 at byte 2"),
        (b"\x80\x03\xff.", r"makes no sense at byte 2 \(0xff\)"),
        (b'{"format": "wattboard/1"}', r"makes no sense at byte 0 \(0x7b\)"),
        (b"\x80\x03" + text("print") + b")R.", r"makes no sense at byte 13 \(REDUCE\)"),
    ],
)
def test_what_is_no_pickle_is_said_so(data: bytes, found: str) -> None:
    """A damaged pickle's message says at which byte it stops making sense."""
    with pytest.raises(DamagedPickleError, match=found):
        load(data)


def test_a_message_holds_nothing_that_a_terminal_would_obey() -> None:
    """Names from the pickle are shown short and without control characters."""
    with pytest.raises(RefusedPickleError) as refused:
        load(b"\x80\x03cos\n\x1b[2J\x07" + b"y" * 250 + b"\n.")
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 120


OPCODES = [bytes([code]) for code in range(256)] + [
    *(b"cx\nY\n", b"cos\nsystem\n", text("a"), b"q\x00", b"h\x00"),
    *(b"C\x01a", b"K\x01", b"J\x01\0\0\0", b"\x8a\x01\x01"),
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.lists(st.sampled_from(OPCODES), max_size=60).map(b"".join))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes, reading ends in a value or in one of two errors, and prints nothing."""
    for candidate in (data, b"\x80\x03" + data + b"."):
        assert message_of(candidate).isprintable()


@settings(max_examples=200)
@given(st.data())
def test_a_changed_pickle_is_read_or_refused(data: st.DataObject) -> None:
    """A byte changed somewhere in a real one costs at most that pickle."""
    changed = bytearray(SEED_LIKE)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert message_of(bytes(changed)).isprintable()
