"""Where this machine is, asked of the collector as the program that it is."""

from __future__ import annotations

import json
import subprocess
import sys

from ..errors import WattboardError

_COLLECTOR = "wattboard.collector.current_region"
_TIMEOUT_S = 15.0


def region_here() -> tuple[str, str]:
    """The id of this machine's zone, and how it was found, in words.

    Raises:
        WattboardError: Nothing says it, or the collector gave no answer.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours
            [sys.executable, "-P", "-m", _COLLECTOR],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
        region = json.loads(done.stdout)["region"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise WattboardError(
            f"the collector did not say where this machine is ({type(error).__name__})"
        ) from error
    if region is None:
        raise WattboardError(
            "it is not known where this machine is\n"
            "  hint: set WATTBOARD_REGION to a zone such as DEU or US-CA; see docs/region.md"
        )
    return str(region["id"]), str(region["found_by"])
