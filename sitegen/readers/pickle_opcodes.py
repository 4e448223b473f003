"""Cut a pickle into its opcodes. Knows those that Python 3 writes, and refuses the rest by name."""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

from .info_fields import MAX_PICKLE_BYTES

MAX_OPCODES: Final = 100_000
"""The published pickles have 4,000 to 7,000. Each opcode makes at most one small object."""

_MAX_INT_BYTES = 64
_MAX_LINE_BYTES = 300


class DamagedPickleError(ValueError):
    """Not a whole pickle. The message goes on from "the pickle"."""


class RefusedPickleError(ValueError):
    """Asks for what no honest log needs. The message goes on from "the pickle"."""


_Argument = Callable[[bytes, int], tuple[Any, int]]
"""Reads the argument that starts at this byte, and says where it ends."""


def opcodes(data: bytes) -> Iterator[tuple[int, str, Any]]:
    """The opcodes up to STOP: where each begins, its name as in `pickletools`, and its argument.

    The argument is an int, a float, text or bytes as the opcode says, two texts for GLOBAL, and
    None for most.

    Raises:
        DamagedPickleError: the data ends before STOP, or a text is no UTF-8.
        RefusedPickleError: too many bytes or opcodes, an opcode that Python 3 does not write, or a
            huge number.
    """
    if len(data) > MAX_PICKLE_BYTES:
        raise RefusedPickleError(
            f"has {len(data):,} bytes, more than the {MAX_PICKLE_BYTES:,} that are read"
        )
    position = start = 0
    try:
        for _ in range(MAX_OPCODES):
            start = position
            name, read_argument = _LAYOUTS[data[start]]
            if read_argument is None:
                position = start + 1
                yield start, name, None
                if name == "STOP":
                    return
            else:
                argument, position = read_argument(data, start + 1)
                yield start, name, argument
    except KeyError:
        raise _unknown(data[start], start) from None
    except (IndexError, struct.error) as error:
        raise DamagedPickleError(f"is cut off at byte {len(data)}") from error
    except UnicodeDecodeError as error:
        raise DamagedPickleError(f"has a text that is no UTF-8 at byte {start}") from error
    raise RefusedPickleError(f"has more than {MAX_OPCODES:,} opcodes")


def _byte(data: bytes, start: int) -> tuple[int, int]:
    return data[start], start + 1


def _fixed(form: str) -> _Argument:
    layout = struct.Struct(form)

    def argument(data: bytes, start: int) -> tuple[Any, int]:
        return layout.unpack_from(data, start)[0], start + layout.size

    return argument


def _counted(form: str, convert: Callable[[bytes], Any]) -> _Argument:
    """A length, and so many bytes. The length is believed only if the bytes are there."""
    layout = struct.Struct(form)

    def argument(data: bytes, start: int) -> tuple[Any, int]:
        start += layout.size
        end = start + layout.unpack_from(data, start - layout.size)[0]
        if end > len(data):
            raise IndexError(end)
        return convert(data[start:end]), end

    return argument


def _two_lines(data: bytes, start: int) -> tuple[tuple[str, str], int]:
    first, middle = _line(data, start)
    second, end = _line(data, middle)
    return (first, second), end


def _line(data: bytes, start: int) -> tuple[str, int]:
    end = data.find(b"\n", start, start + _MAX_LINE_BYTES)
    if end >= 0:
        return data[start:end].decode(), end + 1
    if start + _MAX_LINE_BYTES <= len(data):
        raise RefusedPickleError(f"has a name of more than {_MAX_LINE_BYTES} bytes at byte {start}")
    raise IndexError(end)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _int(raw: bytes) -> int:
    if len(raw) > _MAX_INT_BYTES:
        raise RefusedPickleError(f"has a number of {len(raw):,} bytes")
    return int.from_bytes(raw, "little", signed=True)


def _unknown(code: int, start: int) -> Exception:
    for known in pickletools.opcodes:
        if ord(known.code) == code:
            return RefusedPickleError(f"has the opcode {known.name} at byte {start}")
    return DamagedPickleError(f"makes no sense at byte {start} (0x{code:02x})")


_ALONE = """
    MARK STOP POP POP_MARK DUP NONE NEWTRUE NEWFALSE EMPTY_LIST EMPTY_TUPLE EMPTY_DICT EMPTY_SET
    APPEND APPENDS SETITEM SETITEMS ADDITEMS FROZENSET LIST TUPLE DICT TUPLE1 TUPLE2 TUPLE3 MEMOIZE
    STACK_GLOBAL REDUCE NEWOBJ NEWOBJ_EX BUILD
"""
_WITH_ARGUMENT = {
    "PROTO": _byte,
    "FRAME": _fixed("<Q"),
    "BININT": _fixed("<i"),
    "BININT1": _byte,
    "BININT2": _fixed("<H"),
    "BINFLOAT": _fixed(">d"),
    "BINGET": _byte,
    "LONG_BINGET": _fixed("<I"),
    "BINPUT": _byte,
    "LONG_BINPUT": _fixed("<I"),
    "LONG1": _counted("<B", _int),
    "LONG4": _counted("<I", _int),
    "SHORT_BINBYTES": _counted("<B", bytes),
    "BINBYTES": _counted("<I", bytes),
    "BINBYTES8": _counted("<Q", bytes),
    "BYTEARRAY8": _counted("<Q", bytes),
    "SHORT_BINUNICODE": _counted("<B", _text),
    "BINUNICODE": _counted("<I", _text),
    "BINUNICODE8": _counted("<Q", _text),
    "GLOBAL": _two_lines,
}
_LAYOUTS: dict[int, tuple[str, _Argument | None]] = {
    ord(known.code): (known.name, _WITH_ARGUMENT.get(known.name))
    for known in pickletools.opcodes
    if known.name in _WITH_ARGUMENT or known.name in _ALONE.split()
}
