"""Whether the names of runs are easy to handle everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .model import Finding, Submission, of_run

CHECK = "Names"
_PLAIN = re.compile(r"[\w .,+=@()\[\]/-]*")
_MOST_CHARS = 200
"""With a site's folder before it, still within what Windows and archives take."""


def names(submission: Submission) -> Iterator[Finding]:
    """Signs that shells, addresses or Windows do not take, long paths, and names that differ in case only."""
    seen: dict[str, str] = {}
    for run in submission.runs:
        path = run.location.path
        fault = _fault(path)
        if fault:
            yield of_run(
                CHECK,
                run,
                f"expected a path of letters, digits and - _ . /, at most {_MOST_CHARS} long, found {fault}",
                "rename its folders: others will check them out on systems of their own",
                "warning",
            )
        other = seen.setdefault(path.lower(), path)
        if other != path:
            yield of_run(
                CHECK,
                run,
                f"expected names that differ in more than case, found {other}",
                "rename one of them: Windows and macOS take them for the same",
                "warning",
            )


def _fault(path: str) -> str:
    if len(path) > _MOST_CHARS:
        return f"{len(path)} characters"
    if not _PLAIN.fullmatch(path):
        odd = sorted(set(_PLAIN.sub("", path)))
        return " ".join(repr(sign) for sign in odd[:5]) or "others"
    if any(part != part.strip(" ") or part.endswith(".") for part in path.split("/")):
        return "a folder whose name begins or ends with a space or a dot"
    return ""
