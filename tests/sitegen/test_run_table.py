"""`runs.parquet`: its columns, what is absent, its bytes, and the programs that read it."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from golden import check_golden
from logs import our_info, power_samples, write_run
from measured import measured
from pyarrow import parquet
from wattboard.sitegen import load_runs, run_table
from wattboard.sitegen.model import Figure, Region
from wattboard.sitegen.run_columns import TableRun
from wattboard.sitegen.run_table import TableAbout, write_run_table
from wattboard.sitegen.scan import scan
from wattboard.sitegen.spec.model import Variable

SCORE = {"score": Variable("Score", "points")}
PAGE = (Path(__file__).parents[2] / "docs" / "run-table.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
GOLDEN = Path(__file__).parent / "golden" / "run-table.txt"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[TableRun]:
    """A run with two GPUs whose end is known, and one that was killed, of which nearly nothing is."""
    folder = tmp_path_factory.mktemp("rows") / "logs"
    samples = power_samples(gpu_w=200.0)
    gpus = [{"name": "Example GPU"}, {"name": "Example GPU"}]
    region = {"id": "DEU", "name": "Germany", "found_by": "stated"}
    grid = {"g_per_kwh": 400.0, "year": 2023, "source": "Ember", "basis": "lifecycle"}
    info = our_info(
        samples, gpu_info=gpus, region=region, carbon_intensity=grid, collector_version="0.1.0"
    )
    write_run(folder / "a", samples, info)
    write_run(folder / "b", power_samples(cpu_w=None), info=None)
    whole, killed = (measured(location).result for location in scan([folder]).runs)
    figures = {**whole.figures, "score": Figure(3.0, "reported")}
    return [
        TableRun(whole, figures, "runs/logs/a/", ("Board › A", "Board › B")),
        TableRun(killed, killed.figures, "runs/logs/b/", ()),
    ]


@pytest.fixture(scope="module")
def sample_table(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of the sample leaderboard's site."""
    site = tmp_path_factory.mktemp("sample") / "site"
    command = [sys.executable, "-c", "from wattboard.sitegen.cli import main; main()"]
    options = ["--site-spec", sample / "site.yml", "--output-dir", site]
    subprocess.run([*command, "build", sample / "runs", *options], check=True)
    return site / "runs.parquet"


def _bytes(rows: Any, extras: Mapping[str, Variable] = SCORE) -> bytes:
    file = io.BytesIO()
    write_run_table(file, rows, extras, TableAbout("A lab's", "https://example.org/", "CC-BY-4.0"))
    return file.getvalue()


@pytest.fixture
def file(rows: list[TableRun], tmp_path: Path) -> Path:
    (tmp_path / "runs.parquet").write_bytes(_bytes(rows))
    return tmp_path / "runs.parquet"


def test_the_columns_and_what_they_say_of_themselves(file: Path) -> None:
    """Names, types, units and descriptions are a contract: whoever reads the table relies on them."""
    schema = parquet.read_schema(file)
    lines = _said(schema.metadata)
    for field in schema:
        # How wide a dictionary's codes are depends on who reads them.
        kind = "category" if pa.types.is_dictionary(field.type) else field.type
        lines += ["", f"{field.name}: {kind}"]
        lines += [f"  {line}" for line in _said(field.metadata)]
    check_golden(GOLDEN, "\n".join(lines) + "\n")


def _said(metadata: Mapping[bytes, bytes]) -> list[str]:
    return [f"{key.decode()}: {metadata[key].decode()}" for key in sorted(metadata)]


def test_a_run_of_which_all_is_known(file: Path, rows: list[TableRun]) -> None:
    """Every fact of a run stands in its row."""
    row = parquet.read_table(file).to_pylist()[0]
    assert row["leaves"] == ["Board › A", "Board › B"]
    assert (row["gpu"], row["n_gpus"], row["cpu"]) == ("Example GPU", 2, "Example Processor 9000")
    assert (row["region_id"], row["region_name"]) == ("DEU", "Germany")
    assert (row["carbon_intensity_basis"], row["carbon_intensity_year"]) == ("lifecycle", 2023)
    assert (row["score"], row["score_provenance"]) == (3.0, "reported")
    assert (row["ended"], row["n_samples"]) == (True, 11)
    assert row["experiment_end"].timestamp() == rows[0].run.end_s
    assert row["log_bytes"] == rows[0].run.log_bytes


def test_what_is_absent_is_null(file: Path) -> None:
    """Nothing absent is zero, NaN or an empty text: neither a figure nor a fact."""
    row = parquet.read_table(file).to_pylist()[1]
    absent = {name for name, value in row.items() if value is None}
    assert absent >= {"facility_energy_kwh", "gpu_hours", "emissions_kg", "score", "experiment_end"}
    assert absent >= {"region_id", "cpu", "gpu", "collector_version", "carbon_intensity_year"}
    assert not [value for value in row.values() if value == "" or value != value]
    for name in ("facility_energy_kwh", "score"):
        assert row[f"{name}_provenance"] == "not measured"
    assert (row["ended"], row["n_gpus"], row["leaves"]) == (False, 0, [])


def test_a_figure_that_is_no_number_is_null(rows: list[TableRun]) -> None:
    """Also NaN, whatever gave it."""
    broken = replace(rows[0], figures={"score": Figure(math.nan, "reported")})
    assert parquet.read_table(io.BytesIO(_bytes([broken])))["score"].to_pylist() == [None]


def test_a_text_that_is_empty_is_null(rows: list[TableRun]) -> None:
    """A region without a name has none."""
    info = replace(rows[0].run.info, region=Region("DEU"))
    table = parquet.read_table(
        io.BytesIO(_bytes([replace(rows[0], run=replace(rows[0].run, info=info))]))
    )
    assert (table["region_id"].to_pylist(), table["region_name"].to_pylist()) == (["DEU"], [None])


def test_a_zone_has_its_name_where_the_log_has_none(tmp_path: Path) -> None:
    """Of the tables; the log's own is left as it is, and what is no zone has none."""
    samples = power_samples()
    regions = {"a": ("DEU", ""), "b": ("US-CA", ""), "c": ("DEU", "Deutschland"), "d": ("?", "")}
    for name, (zone, called) in regions.items():
        region = {"id": zone, "name": called, "found_by": "stated"}
        write_run(tmp_path / name, samples, our_info(samples, region=region))
    table = load_runs(tmp_path)
    assert table["region_name"].tolist()[:3] == [
        "Germany",
        "California, United States",
        "Deutschland",
    ]
    assert table["region_name"].isna().tolist() == [False, False, False, True]
    assert table.equals(load_runs([str(tmp_path)]))


def test_the_same_runs_give_the_same_bytes(rows: list[TableRun]) -> None:
    """Also when they come from elsewhere than a list."""
    assert _bytes(rows) == _bytes(iter(rows))
    assert _bytes(rows) != _bytes(rows[::-1])


def test_runs_are_written_as_they_come(
    rows: list[TableRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group of rows is in the file before more than the next one's are taken."""
    monkeypatch.setattr(run_table, "_RUNS_A_GROUP", 10)
    file = io.BytesIO()
    written: list[int] = []

    def many() -> Iterator[TableRun]:
        for i in range(35):
            written.append(file.tell())
            yield rows[i % 2]

    write_run_table(file, many(), SCORE)
    assert written[9] == written[0] < written[10] == written[19] < written[20] < written[30]
    found = parquet.read_metadata(file)
    assert [found.row_group(i).num_rows for i in range(found.num_row_groups)] == [10, 10, 10, 5]
    assert parquet.read_table(file)["run"].to_pylist()[:3] == ["logs/a", "logs/b", "logs/a"]


def test_zstd_everywhere(file: Path) -> None:
    """All columns are compressed by zstd, and text of which many runs have the same is written once."""
    group = parquet.read_metadata(file).row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    assert {column.compression for column in columns} == {"ZSTD"}
    repeated = {c.path_in_schema for c in columns if c.has_dictionary_page}
    assert repeated >= {"cpu", "pue_source", "facility_energy_kwh_provenance"}
    assert not repeated & {"run", "facility_energy_kwh"}


def test_a_processor_s_figure_that_is_called_like_a_column(rows: list[TableRun]) -> None:
    """It gets another name, also where only capitals differ, and no column is there twice."""
    names = ("pue", "Cpu", "extra_pue", "score", "Score")
    extras = {name: Variable(name) for name in names}
    figures = {name: Figure(float(i), "reported") for i, name in enumerate(names)}
    row = replace(rows[0], figures={**rows[0].figures, **figures})
    table = parquet.read_table(io.BytesIO(_bytes([row], extras)))
    assert len({name.lower() for name in table.column_names}) == table.num_columns
    found = table.to_pylist()[0]
    assert (found["pue"], found["cpu"]) == (1.58, "Example Processor 9000")
    assert (found["extra_pue"], found["extra_Cpu"], found["extra_extra_pue"]) == (0.0, 1.0, 2.0)
    assert (found["score"], found["extra_Score"]) == (3.0, 4.0)
    assert table.schema.field("extra_Cpu").metadata[b"figure"] == b"Cpu"


def test_pandas_reads_units_and_index(file: Path) -> None:
    """`pandas.read_parquet` gives runs by their names, and what the figures are in."""
    frame = pd.read_parquet(file)
    assert list(frame.index) == ["logs/a", "logs/b"]
    assert frame.attrs["units"]["score"] == "points"
    assert frame.attrs["license"] == "CC-BY-4.0"
    assert frame["score_provenance"].cat.categories.to_list() == [
        "measured",
        "estimated",
        "partial",
        "reported",
        "not measured",
    ]


def test_polars_reads_it(file: Path) -> None:
    """Nulls, categories, moments and lists arrive as such, and the notes on the table with them."""
    frame = pl.read_parquet(file)
    assert frame["score"].to_list() == [3.0, None]
    assert frame["experiment_start"].dtype == pl.Datetime("us", "UTC")
    assert frame["leaves"].to_list() == [["Board › A", "Board › B"], []]
    assert frame.filter(pl.col("score_provenance") == "reported").height == 1
    told = pl.read_parquet_metadata(file)
    assert told["format"] == run_table.FORMAT
    assert json.loads(told["PANDAS_ATTRS"])["units"]["emissions_kg"] == "kg CO₂eq"


def test_duckdb_reads_it(file: Path) -> None:
    """SQL counts, filters and unfolds its columns."""
    with duckdb.connect() as db:
        asked = f"from '{file}' select count(*), count(score), sum(n_gpus), any_value(score)"
        assert db.sql(asked).fetchall() == [(2, 1, 2, 3.0)]
        leaves = db.sql(f"select unnest(leaves) as leaf, run from '{file}' order by leaf")
        assert leaves.fetchall() == [("Board › A", "logs/a"), ("Board › B", "logs/a")]
        types = dict(
            db.sql(f"select column_name, column_type from (describe from '{file}')").fetchall()
        )
    assert types["experiment_start"] == "TIMESTAMP WITH TIME ZONE"
    assert types["facility_energy_kwh"] == "DOUBLE"
    assert types["facility_energy_kwh_provenance"] == "VARCHAR"


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_what_the_docs_say_works(
    snippet: str,
    sample_table: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every snippet of docs/run-table.md runs beside the sample's table, and has something to print."""
    monkeypatch.chdir(sample_table.parent)
    exec(compile(snippet, "docs/run-table.md", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_the_docs_list_every_column(sample_table: Path) -> None:
    """All but the figures, which docs/metrics.md lists; and what the table says of itself."""
    schema = parquet.read_schema(sample_table)
    facts = {name for name in schema.names if f"{name}_provenance" not in schema.names}
    names = {name for name in facts if not name.endswith("_provenance")}
    names |= {key.decode() for key in schema.metadata} - {"pandas", "PANDAS_ATTRS", "ARROW:schema"}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_load_runs_gives_nothing_else(tmp_path: Path) -> None:
    """A row a run by its name, and only what is known without a site."""
    write_run(tmp_path / "logs" / "a")
    (row,) = load_runs([tmp_path / "logs"]).reset_index().to_dict("records")
    assert row["run"] == "logs/a"
    assert row["facility_energy_kwh_provenance"] == "measured"
    assert row["experiment_start"] == pd.Timestamp("2023-11-14 22:13:20", tz="UTC")
    assert row["leaves"] is None


def test_no_runs_make_a_table_of_none() -> None:
    """With all its columns, so that a query over it finds nothing rather than failing."""
    empty = parquet.read_table(io.BytesIO(_bytes([])))
    assert empty.num_rows == 0
    assert empty.schema.field("score").type == pa.float64()
