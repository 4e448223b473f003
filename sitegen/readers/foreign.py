"""What stands for the classes that a pickle names, and the few of them that are made after all."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_MAX_SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A class or function that the pickle names. Never looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        text = f"{self.module}.{self.name}"[:_MAX_SHOWN_CHARS]
        return "".join(c if c.isprintable() else "?" for c in text)


@dataclass(slots=True, eq=False, repr=False)
class Foreign:
    """What a class or function would have made: its name, the arguments, the state given to it.

    Compared by identity and shown without its content, which may be endless.
    """

    module: str
    name: str
    args: tuple[object, ...] = ()
    state: object = None

    def __repr__(self) -> str:
        return f"<Foreign {ForeignName(self.module, self.name)}>"


def plain_value(called: ForeignName, args: tuple[object, ...]) -> object:
    """The value of a call that is known to be harmless; None leaves the stand-in."""
    build = _PLAIN.get((called.module, called.name))
    try:
        return build(args) if build else None
    except (ValueError, OverflowError):
        return None


def _datetime(args: tuple[object, ...]) -> datetime | None:
    match args:
        case (bytes(packed),) | (bytes(packed), timezone()) if len(packed) == _DATETIME.size:
            year, month, day, hour, minute, second, high, low = _DATETIME.unpack(packed)
            # By its fields, which are checked; given the bytes, the constructor would trust them.
            time = datetime(year, month & 0x7F, day, hour, minute, second, high << 16 | low)  # noqa: DTZ001 - as logged
            zone = args[1] if len(args) > 1 else None
            # The month's top bit is the fold.
            return time.replace(
                tzinfo=zone if isinstance(zone, timezone) else None, fold=month >> 7
            )
    return None


_DATETIME = struct.Struct(">HBBBBBBH")


def _timedelta(args: tuple[object, ...]) -> timedelta | None:
    match args:
        case (int(days), int(seconds), int(microseconds)):
            return timedelta(days, seconds, microseconds)
    return None


def _timezone(args: tuple[object, ...]) -> timezone | None:
    match args:
        case (timedelta() as offset, *_):
            return timezone(offset)
    return None


def _ordered_dict(args: tuple[object, ...]) -> dict[str, object] | None:
    return None if args else {}


_PLAIN: dict[tuple[str, str], Callable[[tuple[object, ...]], object]] = {
    ("datetime", "datetime"): _datetime,
    ("datetime", "timedelta"): _timedelta,
    ("datetime", "timezone"): _timezone,
    ("collections", "OrderedDict"): _ordered_dict,
}


# -- what betrays an attack. None of it would run: the list decides if the rest is to be believed.

_STARTING_CODE = """
    __builtin__ _ctypes _pickle _posixsubprocess _socket asyncio atexit bdb cProfile cffi code
    codeop commands ctypes doctest ftplib http httplib imp importlib linecache marshal
    multiprocessing nt operator os pdb pickle pip pkgutil platform popen2 posix profile pty pydoc
    requests runpy shutil smtplib socket subprocess sys timeit trace urllib urllib2 webbrowser
    xmlrpc zipimport
"""
_PLAIN_TYPES = """
    Ellipsis NotImplemented bool bytearray bytes complex dict float frozenset int list object range
    set slice str tuple
"""
_HOSTILE_MODULES = frozenset(_STARTING_CODE.split())
_HARMLESS_BUILTINS = frozenset(_PLAIN_TYPES.split())


def is_hostile(named: ForeignName) -> bool:
    """Whether no honest log would name this: it starts code, or reaches inside a class."""
    if named.module == "builtins":
        return named.name not in _HARMLESS_BUILTINS
    reaches_inside = any(part.startswith("__") for part in named.name.split("."))
    return reaches_inside or named.module.partition(".")[0] in _HOSTILE_MODULES
