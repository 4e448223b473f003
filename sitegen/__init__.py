"""The site generator: from trees of run logs to a static leaderboard. See `model.py`, then `build.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .catalog import FigureKind
    from .data_interface import DataInterface
    from .metrics.others import Metric
    from .model import Figure

__all__ = ["DataInterface", "Figure", "FigureKind", "Metric", "load_runs"]

_LATER = {
    "DataInterface": ".data_interface",
    "Figure": ".model",
    "FigureKind": ".catalog",
    "Metric": ".metrics.others",
}
"""Where the names lie: with them comes all that reads logs."""


def __getattr__(name: str) -> Any:
    """What is imported when it is asked for."""
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_runs(folders: str | Path | Sequence[str | Path]) -> pd.DataFrame:
    """The figures of every run below some folders, for notebooks.

    Args:
        folders: Paths, or addresses such as `s3://bucket/logs`; one by itself need not be a list.

    Returns:
        A row a run, by its name, with the columns and types that `pandas.read_parquet` gives of a site's
        `runs.parquet`: docs/run-table.md. A column a figure, NaN where it is absent, and one for its provenance
        ("facility_energy_kwh_provenance"); units in `attrs["units"]`. What only a site has is absent: the address of a
        page, the leaves, the figures of processors.

    Raises:
        WattboardError: there is no run that can be used.
    """
    from io import BytesIO

    import pandas as pd

    from .build import measure_runs
    from .cache.archive import archive
    from .cache.folder import CacheOptions
    from .measure import MeasureOptions
    from .progress import Silence
    from .pue import override
    from .run_columns import TableRun
    from .run_table import write_run_table
    from .store import log_folder

    listed = [folders] if isinstance(folders, str | Path) else folders
    options = MeasureOptions(*override(None))
    with archive(CacheOptions(is_off=True), None) as kept:
        results, _ = measure_runs(
            [log_folder(folder) for folder in listed], options, 1, Silence(), kept
        )
    # Written and read, so that it cannot differ from the file of a site.
    file = BytesIO()
    write_run_table(file, (TableRun(result, result.figures) for result in results), {})
    return pd.read_parquet(file)
