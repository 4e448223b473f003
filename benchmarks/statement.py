"""What a statement costs beside reading the logs: CPU time of `wattboard statement` over that of `wattboard measure`.

    python benchmarks/statement.py LOGDIR… [--repeat 7] [--most 1.3]

The two take turns, each a process of its own; the medians' ratio counts. Ends with 1 where it is above --most.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path

STATEMENT = ("statement", "--country", "USA")
MEASURE = ("measure", "--format", "json")


def main() -> None:
    """Measure and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log_folders", nargs="+")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--most", type=float, default=1.3)
    arguments = parser.parse_args()
    for command in (STATEMENT, MEASURE):  # so that logs and programs are in the page cache
        _cpu_s(command, arguments.log_folders)
    statements, measures = [], []
    for _ in range(arguments.repeat):
        statements.append(_cpu_s(STATEMENT, arguments.log_folders))
        measures.append(_cpu_s(MEASURE, arguments.log_folders))
    statement_s, measure_s = statistics.median(statements), statistics.median(measures)
    ratio = statement_s / measure_s
    sys.stdout.write(
        f"statement {statement_s:.2f} s, measure {measure_s:.2f} s of CPU, ratio {ratio:.2f} (at most "
        f"{arguments.most:g}); medians of {arguments.repeat} in turn, {os.cpu_count()} CPUs, Python "
        f"{platform.python_version()}\n"
    )
    sys.exit(ratio > arguments.most)


def _cpu_s(command: tuple[str, ...], log_folders: list[str]) -> float:
    """User and system time of a command and the processes it starts."""
    program = Path(sys.executable).parent / "wattboard"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(program), *command, *log_folders, "--jobs", "1"], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
