"""What is on the branch that shows a site, by git."""

from __future__ import annotations

import subprocess


def published_cname(remote: str, branch: str) -> bytes:
    """The file CNAME of the published branch; b"" where there is none, or no such branch yet."""
    fetched = _git("fetch", "--quiet", "--depth=1", remote, branch)
    return b"" if fetched is None else _git("show", "FETCH_HEAD:CNAME") or b""


def _git(*arguments: str) -> bytes | None:
    """What git prints; None where it fails, which the push will then tell."""
    try:
        finished = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 - the user's git
    except OSError:
        return None
    return finished.stdout if finished.returncode == 0 else None
