"""What finding zones costs: the first place with all that must be loaded, a further place, and a name.

    python benchmarks/zones.py [--repeat 7] [--places 20000]

The first figure is taken in new processes, by turns with processes that import NumPy and Shapely alone, of which most
of it consists. Wanted: loading under 0.3 s, a further place under 0.2 ms; the exit code is 1 where that is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time

LOADING_LIMIT_S = 0.3
PLACE_LIMIT_MS = 0.2

_LIBRARIES = "import numpy, shapely, msgspec"
_FIRST_PLACE = "from wattboard.sitegen.grid import zones; zones.at(52.52, 13.41)"
_TIMED = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--places", type=int, default=20_000)
    arguments = parser.parse_args()
    libraries, first = [], []
    for _ in range(arguments.repeat):
        libraries.append(_seconds(_LIBRARIES))
        first.append(_seconds(_FIRST_PLACE))
    loading_s = statistics.median(first)
    land_ms, anywhere_ms = _place_ms(arguments.places)
    rows = (
        ("NumPy and Shapely alone (s)", statistics.median(libraries), None),
        ("first place, with loading all (s)", loading_s, LOADING_LIMIT_S),
        ("a further place on land (ms)", land_ms, PLACE_LIMIT_MS),
        ("a further place anywhere (ms)", anywhere_ms, PLACE_LIMIT_MS),
        ("a zone by name (ms)", _name_ms(), None),
    )
    lines = [f"| {name} | {value:.4f} | {limit or ''} |" for name, value, limit in rows]
    sys.stdout.write("\n".join(["| | median | limit |", "|---|---|---|", *lines]) + "\n")
    return int(any(limit is not None and value > limit for _, value, limit in rows))


def _seconds(program: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(program)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _place_ms(n: int) -> tuple[float, float]:
    """Medians over places of one zone and over places on the whole Earth."""
    from wattboard.sitegen.grid import zones

    chance = random.Random(4)
    anywhere = [(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(n)]
    land = [place for place in anywhere if zones.at(*place)]
    return _median_ms(land), _median_ms(anywhere)


def _median_ms(places: list[tuple[float, float]]) -> float:
    from wattboard.sitegen.grid import zones

    times = []
    for latitude, longitude in places:
        began = time.perf_counter()
        zones.at(latitude, longitude)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def _name_ms() -> float:
    from wattboard.sitegen.grid import zones

    names = [zone.name for zone in zones.every() if zone.is_country and zone.name != "Georgia"]
    began = time.perf_counter()
    for name in names:
        zones.find(name)
    return (time.perf_counter() - began) / len(names) * 1e3


if __name__ == "__main__":
    sys.exit(main())
