"""Rows of CodeCarbon as its releases write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

_START = "timestamp project_name run_id"
_RATE = "duration emissions emissions_rate"
_USE = "cpu_utilization_percent gpu_utilization_percent ram_utilization_percent ram_used_gb"
_POWER = "cpu_power gpu_power ram_power cpu_energy gpu_energy ram_energy energy_consumed"
_PLACE = "country_name country_iso_code region cloud_provider cloud_region"
_MACHINE = "cpu_count cpu_model gpu_count gpu_model longitude latitude ram_total_size tracking_mode"
_SOFTWARE = "os python_version codecarbon_version"

LAYOUTS: Mapping[str, Sequence[str]] = {
    release: " ".join(columns).split()
    for release, columns in {
        "1.2.0": (
            "timestamp project_name duration emissions energy_consumed country_name country_iso_code region on_cloud",
            "cloud_provider cloud_region",
        ),
        "2.0.0": (
            "timestamp project_name",
            _RATE,
            _POWER,
            "country_name country_iso_code region on_cloud cloud_provider cloud_region",
        ),
        "2.2.0": (_START, _RATE, _POWER, _PLACE, _SOFTWARE, _MACHINE, "on_cloud"),
        "2.4.2": (_START, _RATE, _POWER, _PLACE, _SOFTWARE, _MACHINE, "on_cloud pue"),
        "2.7.1": (
            _START,
            "experiment_id",
            _RATE,
            _POWER,
            _PLACE,
            _SOFTWARE,
            _MACHINE,
            "on_cloud pue",
        ),
        "3.0.8": (
            _START,
            "experiment_id",
            _RATE,
            _POWER,
            "water_consumed",
            _PLACE,
            _SOFTWARE,
            _MACHINE,
            "on_cloud pue wue",
        ),
        "3.2.1": (
            _START,
            "experiment_id",
            _RATE,
            _USE,
            _POWER,
            "water_consumed",
            _PLACE,
            _SOFTWARE,
            _MACHINE,
            "on_cloud pue wue",
        ),
        "3.2.3": (
            _START,
            "experiment_id",
            _RATE,
            _POWER,
            "water_consumed",
            _PLACE,
            _SOFTWARE,
            _MACHINE,
            _USE,
            "on_cloud pue wue",
        ),
    }.items()
}
"""Columns of the releases that changed them."""

WHOLE: Mapping[str, str] = {
    "timestamp": "2026-11-23T12:00:00",
    "project_name": "mnist",
    "run_id": "11111111-2222-3333-4444-555555555555",
    "experiment_id": "99999999-2222-3333-4444-555555555555",
    "duration": "7200.0",
    "emissions": "0.6",
    "emissions_rate": "8.333e-05",
    "cpu_utilization_percent": "50.5",
    "gpu_utilization_percent": "90.25",
    "ram_utilization_percent": "40.0",
    "ram_used_gb": "12.5",
    "cpu_power": "100.0",
    "gpu_power": "250.0",
    "ram_power": "20.0",
    "cpu_energy": "0.3",
    "gpu_energy": "0.6",
    "ram_energy": "0.06",
    "energy_consumed": "0.96",
    "water_consumed": "1.5",
    "country_name": "Germany",
    "country_iso_code": "DEU",
    "region": "bavaria",
    "cloud_provider": "aws",
    "cloud_region": "eu-central-1",
    "os": "Linux-6.1",
    "python_version": "3.11.7",
    "cpu_count": "16",
    "cpu_model": "AMD EPYC 7543",
    "gpu_count": "2",
    "gpu_model": "2 x NVIDIA A100",
    "longitude": "11.5",
    "latitude": "48.1",
    "ram_total_size": "64.0",
    "tracking_mode": "machine",
    "on_cloud": "N",
    "pue": "1.2",
    "wue": "0.5",
}
"""A run of two hours at 480 W, with nothing empty; its energies are of a PUE of 1.2."""

LATEST = "3.2.3"


def fields(release: str, **changes: str) -> list[str]:
    """The fields of a row, in the order of a release's columns."""
    values = {**WHOLE, "codecarbon_version": release, **changes}
    return [values[column] for column in LAYOUTS[release]]


def shifted(release: str, **changes: str) -> list[str]:
    """The fields as they are appended: those that are empty are left out."""
    return [field for field in fields(release, **changes) if field]


def table(*rows: Sequence[str], release: str = LATEST, delimiter: str = ",") -> bytes:
    """A file: the header of a release, and rows below it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows((LAYOUTS[release], *rows))
    return out.getvalue().encode()


def run_id(n: int) -> str:
    """An id as CodeCarbon makes it, another for each number."""
    return f"{n:08x}-2222-3333-4444-555555555555"


def without_place(file: bytes) -> bytes:
    """A file as a download shows it: without the columns that tell where the machine stands."""
    header, *rows = csv.reader(io.StringIO(file.decode()))
    left = [i for i, column in enumerate(header) if column not in {"longitude", "latitude"}]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [row[i] for i in left] for row in (header, *rows)
    )
    return out.getvalue().encode()
