"""Read what `info.json` says of a run's surroundings: its code, the machine, and who runs that.

An allow-list: all but the operating system's name are numbers or single words of a known form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..model import Cloud, Commit, Scheduler, Surroundings
from .info_fields import MAX_PROCESSES, Fields

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_NODE = re.compile(r"[0-9a-f]{8}")
_MACHINE_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_OS_CHARS = 120


def surroundings(fields: Fields, values: Mapping[str, Any]) -> Surroundings:
    """Read the values of info.json by their keys. A bad one is left out and noted."""
    word = "a word of small letters, digits, _ and - (at most 32)"
    return Surroundings(
        node=fields.matching("node", values["node"], _NODE, "8 hexadecimal digits"),
        operating_system=fields.text("os", values["os"], _MAX_OS_CHARS),
        commit=_commit(fields, values["git"]),
        scheduler=_scheduler(fields, values["scheduler"], word),
        container=fields.matching("container", values["container"], _WORD, word),
        cloud=_cloud(fields, values["cloud"], word),
    )


def _commit(fields: Fields, value: object) -> Commit | None:
    git = fields.mapping("git", value)
    commit = fields.matching("git.commit", git.get("commit"), _COMMIT, "7 to 64 hexadecimal digits")
    modified = git.get("modified")
    if modified is not None and not isinstance(modified, bool):
        fields.refuse("git.modified", "true or false", modified)
        modified = None
    return Commit(commit, modified) if commit else None


def _scheduler(fields: Fields, value: object, word: str) -> Scheduler | None:
    scheduler = fields.mapping("scheduler", value)
    name = fields.matching("scheduler.name", scheduler.get("name"), _WORD, word)
    nodes = fields.whole("scheduler.nodes", scheduler.get("nodes"), most=MAX_PROCESSES)
    tasks = fields.whole("scheduler.tasks", scheduler.get("tasks"), most=MAX_PROCESSES)
    return Scheduler(name, nodes, tasks) if name else None


def _cloud(fields: Fields, value: object, word: str) -> Cloud | None:
    cloud = fields.mapping("cloud", value)
    provider = fields.matching("cloud.provider", cloud.get("provider"), _WORD, word)
    machine_type = fields.matching(
        "cloud.machine_type",
        cloud.get("machine_type"),
        _MACHINE_TYPE,
        "letters, digits, and . _ - (at most 64)",
    )
    return Cloud(provider, machine_type) if provider else None
