"""The way from a file to a `SiteSpec`, with all mistakes reported together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Problem, SpecError
from .check import unknown_figures
from .document import DEPTH_HINT, MAX_LEVELS, Document, DocumentError, Fault
from .places import readable
from .source import read_document

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from .model import SiteSpec
    from .schema import NodeModel


def load_spec(file: Path, known: Collection[str] | None = None) -> SiteSpec:
    """Read and check a site spec in JSON or YAML.

    Args:
        known: All names of figures, ours and the seed's: others must come from a processor. None: not checked.

    Raises:
        SpecError: The file cannot be used. Holds a problem for each mistake, by line.
    """
    try:
        document = read_document(file)
    except DocumentError as fault:
        raise SpecError(
            Problem(str(file), fault.message, fault.line, hint=fault.hint, severity="error")
        ) from fault
    models, faults = _validated(document)
    unknown = () if known is None else unknown_figures(document, known)
    faults = sorted([*document.faults, *faults, *unknown], key=lambda fault: fault.line or 0)
    if faults:
        raise SpecError(*(_problem(file, fault) for fault in faults))

    from .resolve import resolve

    return resolve(file, models, document)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a spec, for editors and for `wattboard schema`.

    It cannot say everything: `load_spec` also finds keys that occur twice and invalid filters.
    """
    from .schema import make_json_schema

    return make_json_schema()


def _validated(document: Document) -> tuple[dict[str, NodeModel], list[Fault]]:
    from pydantic import ValidationError

    from .messages import faults_of, misplaced_keys, top_level_faults
    from .schema import SPEC

    misplaced = misplaced_keys(document.value)
    if misplaced:
        return {}, top_level_faults(misplaced, document)
    deep = _too_deep(document)
    try:
        return SPEC.validate_python(document.value), deep
    except ValidationError as error:
        return {}, deep + faults_of(error, document)


def _too_deep(document: Document) -> list[Fault]:
    message = f"expected at most {MAX_LEVELS} levels of nodes, found more"
    return [
        Fault(path, message, line, DEPTH_HINT)
        for path, line in document.key_lines.items()
        if len(path) == 2 * MAX_LEVELS + 1 and set(path[1::2]) == {"child_experiments"}
    ]


def _problem(file: Path, fault: Fault) -> Problem:
    return Problem(
        str(file), fault.message, fault.line, readable(fault.path), fault.hint, severity="error"
    )
