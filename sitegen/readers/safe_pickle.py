"""Read a pickle from a stranger as data: nothing is imported or called, only plain values made.

A pickle is a program for a small stack machine. Where Python's own machine would look a class up or
call it, this one writes down that the pickle asked for it. Why not `pickle.Unpickler`:
docs/adr/0003-foreign-pickles.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .foreign import Foreign, ForeignName, is_hostile, plain_value
from .pickle_opcodes import MAX_OPCODES, DamagedPickleError, RefusedPickleError, opcodes

_NEWEST_PROTOCOL = 5
_MAX_KEY_CHARS = 1000
_MAX_NAME_CHARS = 300


def load(data: bytes) -> object:
    """Read one pickle.

    Returns:
        Plain values, with a `Foreign` wherever the pickle holds an object of some class. Sets come
        as lists, byte arrays as bytes, and an entry of a dict whose key is not a short text is left
        out. Strangers decide on the shape: it may be deep, shared or cyclic, so never compare,
        hash, print or walk it without bounds.

    Raises:
        DamagedPickleError: it is cut off, or no pickle.
        RefusedPickleError: it is too large, or asks for what an honest log has no use for.
    """
    machine = _Machine()
    for position, name, argument in opcodes(data):
        try:
            _ACTIONS[name](machine, argument)
        except (IndexError, KeyError, _NonsenseError) as error:
            # An empty stack, an empty place of the memo, or an operand that does not fit.
            raise DamagedPickleError(f"makes no sense at byte {position} ({name})") from error
    return machine.result


class _NonsenseError(Exception):
    """An opcode does not fit what lies on the stack."""


class _Machine:
    """The stack, the stacks that a MARK set aside, and the memo."""

    def __init__(self) -> None:
        self.stack: list[object] = []
        self.set_aside: list[list[object]] = []
        self.memo: dict[int, object] = {}
        self.result: object = None

    def push(self, value: object) -> None:
        self.stack.append(value)

    def skip(self, _: object) -> None:
        """FRAME is a hint for those who read from a stream."""

    def protocol(self, version: int) -> None:
        if version > _NEWEST_PROTOCOL:
            raise RefusedPickleError(
                f"is of protocol {version}; the newest known is {_NEWEST_PROTOCOL}"
            )

    def stop(self, _: object) -> None:
        self.result = self.stack.pop()

    # -- stack and memo

    def mark(self, _: object) -> None:
        self.set_aside.append(self.stack)
        self.stack = []

    def take_to_mark(self) -> list[object]:
        items, self.stack = self.stack, self.set_aside.pop()
        return items

    def pop_mark(self, _: object) -> None:
        self.take_to_mark()

    def pop(self, _: object) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.take_to_mark()

    def duplicate(self, _: object) -> None:
        self.stack.append(self.stack[-1])

    def put(self, index: int) -> None:
        # A pickler counts its puts; Python's unpickler makes its memo as long as the index says.
        if index >= MAX_OPCODES:
            raise RefusedPickleError(f"puts a value at place {index:,} of its memo")
        self.memo[index] = self.stack[-1]

    def memoize(self, _: object) -> None:
        self.put(len(self.memo))

    def get(self, index: int) -> None:
        self.stack.append(self.memo[index])

    # -- containers

    def append(self, _: object) -> None:
        item = self.stack.pop()
        self._extend([item])

    def appends(self, _: object) -> None:
        self._extend(self.take_to_mark())

    def _extend(self, items: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif not isinstance(target, Foreign):
            raise _NonsenseError

    def set_item(self, _: object) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._update([key, value])

    def set_items(self, _: object) -> None:
        self._update(self.take_to_mark())

    def _update(self, items: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, dict):
            target.update(_entries(items))
        elif not isinstance(target, Foreign):
            raise _NonsenseError

    def marked_list(self, _: object) -> None:
        items = self.take_to_mark()
        self.stack.append(items)

    def marked_tuple(self, _: object) -> None:
        items = self.take_to_mark()
        self.stack.append(tuple(items))

    def marked_dict(self, _: object) -> None:
        items = self.take_to_mark()
        self.stack.append(_entries(items))

    def tuple_of(self, length: int) -> None:
        if len(self.stack) < length:
            raise _NonsenseError
        self.stack[-length:] = [tuple(self.stack[-length:])]

    # -- classes and functions

    def named(self, module_and_name: tuple[str, str]) -> None:
        called = ForeignName(*module_and_name)
        if is_hostile(called):
            raise RefusedPickleError(f"asks for {called}")
        self.stack.append(called)

    def stack_named(self, _: object) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not (isinstance(module, str) and isinstance(name, str)):
            raise _NonsenseError
        if len(module) + len(name) > _MAX_NAME_CHARS:
            raise RefusedPickleError(f"has a name of {len(module) + len(name):,} characters")
        self.named((module, name))

    def call(self, _: object) -> None:
        args, called = self.stack.pop(), self.stack.pop()
        self._stand_in(called, args)

    def call_with_keywords(self, _: object) -> None:
        self.stack.pop()
        self.call(None)

    def _stand_in(self, called: object, args: object) -> None:
        if not isinstance(called, (ForeignName, Foreign)) or not isinstance(args, tuple):
            raise _NonsenseError
        value = plain_value(called, args) if isinstance(called, ForeignName) else None
        self.stack.append(Foreign(called.module, called.name, args) if value is None else value)

    def build(self, _: object) -> None:
        """Python would call `__setstate__` or fill `__dict__`; a stand-in keeps the state."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, Foreign):
            target.state = state
        elif isinstance(target, ForeignName):
            raise RefusedPickleError(f"changes the class {target}")
        elif not isinstance(target, dict):
            raise _NonsenseError


def _entries(items: list[object]) -> dict[str, object]:
    """Keys and values in turn, as a dict.

    Only short texts are keys: to hash a tuple of shared tuples, or numbers made to collide, would
    take for ever.
    """
    if len(items) % 2:
        raise _NonsenseError
    pairs = zip(items[::2], items[1::2], strict=True)
    return {k: v for k, v in pairs if isinstance(k, str) and len(k) <= _MAX_KEY_CHARS}


_CONSTANTS = """
    BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8
    SHORT_BINUNICODE BINUNICODE BINUNICODE8 NONE
"""
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(_CONSTANTS.split(), _Machine.push),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_SET": lambda machine, _: machine.push([]),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "PROTO": _Machine.protocol,
    "FRAME": _Machine.skip,
    "STOP": _Machine.stop,
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.duplicate,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "MEMOIZE": _Machine.memoize,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "ADDITEMS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "LIST": _Machine.marked_list,
    "TUPLE": _Machine.marked_tuple,
    "FROZENSET": _Machine.marked_tuple,
    "DICT": _Machine.marked_dict,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "GLOBAL": _Machine.named,
    "STACK_GLOBAL": _Machine.stack_named,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.call,
    "NEWOBJ_EX": _Machine.call_with_keywords,
    "BUILD": _Machine.build,
}
