"""The keys of a spec: their types, rules and descriptions. The JSON Schema is made from this."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal, LiteralString

from annotated_types import Ge, Le, MinLen
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from .filters import MAX_PATTERN_LENGTH, pattern_fault
from .tables import TIME_UNITS, UNITS, column
from .text import shown

TITLE_FAULT = "title"
VARIABLE_NAME_FAULT = "variable_name"
"""Error types that only keys have: pydantic adds a part of its own to their places."""


def _fault(kind: LiteralString, message: str, hint: str = "") -> PydanticCustomError:
    """An error with its message and hint ready, in which braces mean nothing."""
    return PydanticCustomError(kind, "{message}", {"message": message, "hint": hint})


def _check_title(title: str) -> str:
    if not title.strip():
        raise _fault(TITLE_FAULT, "expected a title, found an empty one", "name the node")
    if any(char in title for char in "\n\r\t"):
        raise _fault(TITLE_FAULT, f"expected a title in one line, found {shown(title)}")
    return title


def _check_variable_name(name: str) -> str:
    if not name.strip():
        raise _fault(VARIABLE_NAME_FAULT, "expected the name of a figure, found an empty one")
    return name


def _check_figure(name: str) -> str:
    if not name.strip():
        raise _fault("figure", "expected the name of a figure, found an empty text")
    return name


def _check_filter(pattern: str) -> str:
    fault = pattern_fault(pattern)
    if fault is None:
        return pattern
    message = f"expected a regular expression, found {shown(pattern)}: {fault.message}"
    if fault.position is None:
        raise _fault("filter", message, "use a shorter and simpler one")
    before = pattern[max(0, fault.position - 20) : fault.position]
    after = f", after {shown(before)}" if before else ""
    raise _fault(
        "filter",
        f"{message} at position {fault.position}{after}",
        "put a backslash before a sign that is meant literally; see docs/site-spec.md#filters",
    )


def _check_processor(name: str) -> str:
    parts = name.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise _fault(
            "processor",
            f'expected "module.function", found {shown(name)}',
            "results.load, for instance, is the function load of results.py beside the spec",
        )
    return name


def _check_required_file(name: str) -> str:
    parts = name.split("/")
    absolute = PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive
    if not name.strip() or absolute or ".." in parts or "\\" in name:
        raise _fault(
            "required_file",
            f"expected a file in the run's folder, found {shown(name)}",
            'write its path from that folder, with "/" and without "..", such as results/eval.csv',
        )
    return name


def _check_each_once(names: list[str]) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _fault("repeated", f"expected each figure once, found {shown(name)} again")
        seen.add(name)
    return names


_NOT_EMPTY = {"type": "string", "minLength": 1}
Title = Annotated[str, AfterValidator(_check_title), WithJsonSchema(_NOT_EMPTY)]
VariableName = Annotated[str, AfterValidator(_check_variable_name), WithJsonSchema(_NOT_EMPTY)]
Figure = Annotated[str, AfterValidator(_check_figure), WithJsonSchema(_NOT_EMPTY)]
Filter = Annotated[
    str,
    AfterValidator(_check_filter),
    WithJsonSchema({"type": "string", "format": "regex", "maxLength": MAX_PATTERN_LENGTH}),
]
Processor = Annotated[
    str,
    AfterValidator(_check_processor),
    WithJsonSchema({"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"}),
]
RequiredFile = Annotated[str, AfterValidator(_check_required_file), WithJsonSchema(_NOT_EMPTY)]


class _Strict(BaseModel):
    """No key that is not written down here, no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class PlotModel(_Strict):
    """A scatter plot with a point a run."""

    model_config = ConfigDict(title="Plot")

    x: Figure = Field(description="The figure along the x axis.")
    y: Figure = Field(description="The figure along the y axis.")


class VariableModel(_Strict):
    """How a figure is shown."""

    model_config = ConfigDict(title="Variable")

    label: str = Field(
        "",
        description='In words, such as "Average return", for column heads and axes. Default: that of a '
        "figure of ours; else the figure's name in words.",
    )
    unit: str = Field("", description="Such as kWh. Default: none.")
    better: Literal["lower", "higher"] | None = Field(
        None, description="Which values are good. Default: neither."
    )
    digits: Annotated[int, Ge(0), Le(15)] | None = Field(
        None,
        description="Decimal places; more where ± would read 0. Default: as many as the spread asks for.",
    )


def _check_pattern(pattern: str) -> str:
    if not pattern.strip() or "/" in pattern or pattern.strip() in {"*", "*.*"}:
        raise _fault(
            "files",
            f"expected a pattern of file names, found {shown(pattern)}",
            "such as sacct*.txt: a name without folders, with * for what differs, and not of all files",
        )
    return pattern


def _check_columns(columns: dict[str, str]) -> dict[str, str]:
    for figure, written in columns.items():
        if figure not in UNITS:
            hint = f"a table may give {', '.join(UNITS)}; other figures are for a processor"
            raise _fault("column", f"unknown figure {shown(figure)}", hint)
        if column(written).unit not in UNITS[figure]:
            raise _fault(
                "column",
                f"expected a column of {figure} with its unit in brackets, found {shown(written)}",
                f"such as Energy [{next(iter(UNITS[figure]))}]; units are {', '.join(UNITS[figure])}",
            )
    return columns


def _check_moment(written: str) -> str:
    if column(written).unit not in ("", *TIME_UNITS):
        units = ", ".join(TIME_UNITS)
        raise _fault(
            "column", f"expected a column of times, found {shown(written)}", f"units are {units}"
        )
    return written


Moment = Annotated[str, AfterValidator(_check_moment), WithJsonSchema(_NOT_EMPTY)]


class ReaderModel(_Strict):
    """Runs that stand in tables of some name: CSV, JSON or JSON Lines."""

    model_config = ConfigDict(title="Reader")

    files: Annotated[str, AfterValidator(_check_pattern), WithJsonSchema(_NOT_EMPTY)] = Field(
        description='Pattern of file names without folders, such as "sacct*.txt".'
    )
    figures: Annotated[dict[str, str], MinLen(1), AfterValidator(_check_columns)] = Field(
        description='Figure to column and unit, such as {"energy_kwh": "ConsumedEnergyRaw [J]"}.'
    )
    tool: str = Field("table", description="What pages call the tool that wrote them.")
    key: str = Field("", description="The column that names a run. Default: its place in the file.")
    start: Moment | None = Field(
        None, description="The column with a run's start: ISO 8601, [s] or [ms] since 1970."
    )
    end: Moment | None = Field(None, description="The column with its end, in the same way.")
    pue: Annotated[float, Ge(1), Le(10)] | None = Field(
        None, description="The PUE that is in the energies and emissions already. Default: none is."
    )
    provenance: Literal["measured", "estimated", "reported"] = Field(
        "reported", description="How the energies came about. Default: reported."
    )
    region: str = Field("", description="The column with a country or zone.")
    processor: str = Field("", description="The column with the processor's name.")
    gpus: str = Field("", description="The column with the GPUs' names.")


class NodeModel(_Strict):
    """A group (with child_experiments) or a leaf (without) of the leaderboard."""

    model_config = ConfigDict(title="Node")

    filter: Filter | None = Field(
        None,
        description="Regular expression searched for in the paths of the parent's runs. "
        "Default, and null: all.",
    )
    description: str = Field(
        "", description="Markdown with inline HTML, cleaned before it is shown."
    )
    child_experiments: dict[Title, NodeModel] = Field(
        default_factory=dict, description="Title to node. A node without this key is a leaf."
    )
    executive_summary_variables: Annotated[
        list[Figure], MinLen(1), AfterValidator(_check_each_once)
    ] = Field(
        default_factory=list,
        description="The columns of the table. Default: energy, duration, CPU hours, GPU hours and "
        "emissions; for a leaf those of the nearest group above.",
    )
    executive_summary_ordering_variable: Figure | None = Field(
        None,
        description="The figure that sorts the rows. Default, and null: the order of the spec.",
    )
    executive_summary_ordering: Literal["descending", "ascending"] = Field(
        "descending",
        description="Which rows come first. Rows without the figure come last. Default: descending.",
    )
    executive_summary_plots: list[PlotModel] = Field(
        default_factory=list, description="Scatter plots with a point a run."
    )
    variables: dict[VariableName, VariableModel] = Field(
        default_factory=dict,
        description="Figure to how it is shown, above all the processor's own. Children inherit it, and may "
        "replace each.",
    )
    extra_files_processor: Processor | None = Field(
        None,
        description='"module.function" that reads more figures from a run\'s folder. Children inherit it, and '
        "may name another.",
    )
    interval: Literal["stderr", "ci95"] = Field(
        "stderr",
        description="What ± means: the standard error of the mean, or its 95 % confidence "
        "interval. Default: stderr. Children inherit it, and may set another.",
    )
    min_measured_share: Annotated[float, Ge(0), Le(1)] | None = Field(
        None,
        description="Leaves out runs that were measured for a smaller share of their time, and those of which it is "
        "not known. Default, and null: no limit. Children inherit it, and may set another.",
    )
    requires: list[RequiredFile] = Field(
        default_factory=list,
        description="Files that each run's folder must have; runs without them are left out. Children add to "
        "their parent's.",
    )
    readers: list[ReaderModel] = Field(
        default_factory=list,
        description="Tables with other tools' runs. They hold for the whole site.",
    )


SPEC: TypeAdapter[dict[Title, NodeModel]] = TypeAdapter(
    Annotated[dict[Title, NodeModel], MinLen(1)]
)


def make_json_schema() -> dict[str, Any]:
    """See `load.json_schema`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wattboard site spec",
        "description": "Titles mapped to the nodes of a leaderboard.",
        **SPEC.json_schema(),
    }
