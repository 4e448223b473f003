"""The site spec: what the leaderboard shows, in JSON or YAML.

    file -> source -> Document -> schema -> resolve -> SiteSpec -> check_variables

Importing this package loads neither pydantic, yaml nor regex: processes that only measure runs
import it for `Node`.
"""

from .check import check_variables, named_figures
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
    "check_variables",
    "json_schema",
    "load_spec",
    "named_figures",
]
