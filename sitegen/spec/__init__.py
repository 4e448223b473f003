"""The site spec: what the leaderboard shows, in JSON or YAML.

    file -> source -> Document -> schema, check -> resolve -> SiteSpec

Importing this package loads neither pydantic, yaml nor regex: processes that only measure runs
import it for `Node`.
"""

from .check import named_figures
from .filters import FilterTimeout, PathFilter
from .load import json_schema, load_spec
from .model import DEFAULT_SUMMARY_VARIABLES, Node, Plot, SiteSpec, Variable

__all__ = [
    "DEFAULT_SUMMARY_VARIABLES",
    "FilterTimeout",
    "Node",
    "PathFilter",
    "Plot",
    "SiteSpec",
    "Variable",
    "json_schema",
    "load_spec",
    "named_figures",
]
