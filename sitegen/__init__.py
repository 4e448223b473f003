"""The site generator: from trees of run logs to a static leaderboard. See `model.py`, then `build.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .data_interface import DataInterface

__all__ = ["DataInterface", "load_runs"]


def __getattr__(name: str) -> Any:
    """`DataInterface`, imported when it is asked for: with it comes all that reads logs."""
    if name == "DataInterface":
        from .data_interface import DataInterface

        return DataInterface
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_runs(folders: Sequence[str | Path]) -> pd.DataFrame:
    """The figures of every run below some folders, for notebooks.

    Args:
        folders: Paths, or addresses such as `s3://bucket/logs`.

    Returns:
        A row a run, by its name; a column a figure, NaN where it is absent, and one for its provenance
        ("facility_energy_kwh_provenance"). Names and units: docs/metrics.md.

    Raises:
        WattboardError: there is no run that can be used.
    """
    import pandas as pd

    from .build import measure_runs
    from .measure import MeasureOptions
    from .progress import Silence
    from .pue import override
    from .store import log_folder

    options = MeasureOptions(*override(None), with_charts=False)
    results, _ = measure_runs([log_folder(folder) for folder in folders], options, 1, Silence())
    rows = {
        result.location.path: {
            **{name: figure.value for name, figure in result.figures.items()},
            **{f"{name}_provenance": figure.provenance for name, figure in result.figures.items()},
        }
        for result in results
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    values = [name for name in frame.columns if not name.endswith("_provenance")]
    return frame.astype(dict.fromkeys(values, float)).rename_axis("run")
