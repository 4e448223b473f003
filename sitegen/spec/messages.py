"""From pydantic's errors to sentences that say what was expected, what was found and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .document import Document, Fault, KeyPath
from .places import Part, part_at
from .schema import (
    TITLE_FAULT,
    VARIABLE_NAME_FAULT,
    NodeModel,
    PlotModel,
    ReaderModel,
    VariableModel,
)
from .text import did_you_mean, found, plain, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import ValidationError

KNOWN_KEYS: Mapping[Part, tuple[str, ...]] = {
    "node": tuple(NodeModel.model_fields),
    "plot": tuple(PlotModel.model_fields),
    "variable": tuple(VariableModel.model_fields),
    "reader": tuple(ReaderModel.model_fields),
}

_EXPECTED = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "an object",
}
_NUMBERS = {
    "min_measured_share": "a number from 0 to 1",
    "digits": "a whole number from 0 to 15",
    "pue": "a number from 1 to 10",
}
_NUMBER_FAULTS = {
    "finite_number",
    "float_type",
    "greater_than_equal",
    "int_from_float",
    "int_parsing_size",
    "int_type",
    "less_than_equal",
}
_OBJECT_WORDS: Mapping[Part, str] = {
    "node": "an object with the keys of a node",
    "plot": 'an object with the keys "x" and "y"',
    "variable": 'an object such as {"label": "Return"}',
    "reader": 'an object such as {"files": "sacct*.txt", "figures": {"energy_kwh": "ConsumedEnergyRaw [J]"}}',
}


def faults_of(error: ValidationError, document: Document) -> list[Fault]:
    """A fault for each of pydantic's errors, in its order."""
    return [
        _fault(item["type"], item["loc"], item["input"], item.get("ctx", {}), document)
        for item in error.errors(include_url=False)
    ]


def misplaced_keys(value: object) -> tuple[str, ...]:
    """Keys of a node where the titles should be, as when the outermost braces were left out."""
    if not isinstance(value, dict):
        return ()
    keys = [key for key in value if key in KNOWN_KEYS["node"]]
    if any(key == "child_experiments" or not isinstance(value[key], dict) for key in keys):
        return tuple(keys)
    return ()


def _fault(
    kind: str, path: KeyPath, value: object, context: Mapping[str, Any], document: Document
) -> Fault:
    if kind in {TITLE_FAULT, VARIABLE_NAME_FAULT}:
        path = path[:-1]  # pydantic's "[key]"
    if kind == "extra_forbidden":
        return _unknown_key(path, document)
    if kind == "missing":
        message = f"expected the key {shown(str(path[-1]))}, found none"
        return Fault(path[:-1], message, document.value_line(path[:-1]))
    line = document.line(path) if isinstance(value, dict | list) else document.value_line(path)
    if kind in {TITLE_FAULT, VARIABLE_NAME_FAULT}:
        line = document.line(path)
    if "message" in context:
        return Fault(path, context["message"], line, context["hint"])
    expected = _expected(kind, path, context)
    if kind == "too_short":
        return Fault(path, f"expected {expected}, found none", line, _empty_hint(path))
    return Fault(path, f"expected {expected}, found {found(value)}", line, _hint(kind, path, value))


def _unknown_key(path: KeyPath, document: Document) -> Fault:
    known = KNOWN_KEYS[part_at(path[:-1])]
    key = str(path[-1])
    hint = did_you_mean(key, known, otherwise=f"the keys here are {', '.join(known)}")
    return Fault(path, f"unknown key {shown(key)}", document.line(path), hint)


def _expected(kind: str, path: KeyPath, context: Mapping[str, Any]) -> str:
    last = path[-1] if path else ""
    if kind in _NUMBER_FAULTS and isinstance(last, str):
        return _NUMBERS[last]
    if kind == "too_short":
        return "at least one figure" if path else "at least one title with its node"
    if kind == "literal_error":
        return str(context["expected"]).replace("'", '"')
    if kind in {"model_type", "model_attributes_type"}:
        return _OBJECT_WORDS[part_at(path)]
    if not path:
        return "an object that maps titles to nodes"
    return _EXPECTED[kind]


def _empty_hint(path: KeyPath) -> str:
    return "leave the key out for the default figures" if path else 'such as {"My leaderboard": {}}'


def _hint(kind: str, path: KeyPath, value: object) -> str:
    last = path[-1] if path else ""
    match kind, value:
        case "string_type", bool():
            return "put it in quotes"
        case "string_type", int() | float():
            return f"put it in quotes: {shown(found(value))}"
        case "list_type", str():
            return f"put it in brackets: [{shown(value)}]"
        case "model_type" | "model_attributes_type", None if part_at(path) == "node":
            return "write {} for a leaf that shows all runs of its parent"
        case "dict_type", None:
            return "leave the key out for a leaf" if last == "child_experiments" else ""
        case _, float() | int() if last == "min_measured_share" and 1 < value <= 100:
            return f"{plain(str(value))} % is written {value / 100:g}"
        case _, None if path:
            return "leave the key out for its default"
        case _ if not path:
            return 'such as {"My leaderboard": {}}'
    return ""


def top_level_faults(keys: Sequence[str], document: Document) -> list[Fault]:
    """One fault for all keys of a node that stand at the top."""
    names = [shown(name) for name in keys]
    listed = ", ".join(names)
    return [
        Fault(
            (),
            f"expected titles at the top, found the keys of a node: {listed}",
            document.line((keys[0],)),
            hint=f'put the node below its title: {{"My leaderboard": {{{names[0]}: …}}}}',
        )
    ]
