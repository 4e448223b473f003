"""Tables of keys in Markdown, from a JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from made_text import table

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
    "null": "null",
}

Schema = Mapping[str, Any]


def kind(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """What a value may be, in words."""
    if "$ref" in schema:
        return str(definitions[schema["$ref"].rpartition("/")[2]]["title"]).lower()
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        choices = sorted(choices, key=lambda choice: choice.get("type") == "null")
        return " or ".join(kind(choice, definitions) for choice in choices)
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_of_type(name, schema, definitions) for name in types)


def _of_type(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> str:
    if name == "string" and schema.get("format") == "regex":
        return "regular expression"
    if name == "array" and {"$ref", "type"} & schema["items"].keys():
        return f"list of {kind(schema['items'], definitions)}s"
    members = schema.get("additionalProperties")
    if name == "object" and members and ("$ref" in members or members.get("type") == "string"):
        return f"object: text to {kind(members, definitions)}"
    if name in ("number", "integer") and {"minimum", "maximum"} <= schema.keys():
        return f"{_TYPES[name]} from {schema['minimum']:g} to {schema['maximum']:g}"
    return "`null`" if name == "null" else _TYPES[name]


def keys_table(
    schema: Schema, definitions: Mapping[str, Schema], sections: Mapping[str, str]
) -> str:
    """A row for each key: its name, what it may be, what it means.

    Args:
        sections: Key to the address of the section that explains it, where one does.
    """
    rows = []
    for key, value in schema["properties"].items():
        needed = ", needed" if key in schema.get("required", ()) else ""
        rows.append((_name(key, sections), kind(value, definitions) + needed, value["description"]))
    return table(("key", "type", "meaning"), rows)


def quantities_table(schema: Schema, sections: Mapping[str, str]) -> str:
    """A row for each key: its name, its unit, what it means, and when it is not there."""
    rows = [
        (
            _name(key, sections),
            value.get("x-unit", "–"),
            value["description"],
            value.get("x-absent", ""),
        )
        for key, value in schema["properties"].items()
    ]
    return table(("key", "unit", "meaning", "absent or null"), rows)


def _name(key: str, sections: Mapping[str, str]) -> str:
    return f"[`{key}`]({sections[key]})" if key in sections else f"`{key}`"
