"""Which commit of the user's code a run was made with. Nothing in their repository is changed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

GIT_TIMEOUT_S = 2.0

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_ENVIRONMENT = {
    # `git status` writes the index anew unless told not to.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A repository that was cloned in part would fetch what it lacks.
    "GIT_NO_LAZY_FETCH": "1",
}
_beginning = threading.Lock()
_running: set[subprocess.Popen[str]] = set()

_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
"""Programs that a repository's configuration may have git run."""


def read_git(
    folder: Path, environ: Mapping[str, str], timeout_s: float = GIT_TIMEOUT_S
) -> dict[str, Any] | None:
    """The commit that is checked out around a folder, and whether tracked files differ from it.

    Returns:
        None without git, without a repository or a commit, or in another user's repository, which
        git does not trust. `modified` is None where it cannot be told in time.
    """
    program = shutil.which("git", path=environ.get("PATH"))
    if program is None:
        return None
    deadline_s = time.monotonic() + timeout_s
    command = (program, "-C", str(folder), *_NO_PROGRAMS)
    environment = {**environ, **_ENVIRONMENT}
    commit = _output((*command, "rev-parse", "--verify", "HEAD"), environment, deadline_s)
    if commit is None or not _COMMIT.fullmatch(commit):
        return None
    changes = _output(
        (*command, "status", "--porcelain", "--untracked-files=no"), environment, deadline_s
    )
    return {"commit": commit, "modified": None if changes is None else bool(changes)}


def _output(
    command: Sequence[str], environment: Mapping[str, str], deadline_s: float
) -> str | None:
    """What a command says; None if it fails, or is not done in time and killed with its children."""
    with _beginning:
        process = subprocess.Popen(  # noqa: S603 - git, with arguments of ours
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        _running.add(process)
    with process:
        try:
            output, _ = process.communicate(timeout=max(0.0, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill(process)
            return None
        finally:
            _running.remove(process)
    return output.strip() if process.returncode == 0 else None


def kill_running() -> None:
    """End every git that is at it, and let none begin any more: this process is about to end."""
    _beginning.acquire()
    for process in _running.copy():
        _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
