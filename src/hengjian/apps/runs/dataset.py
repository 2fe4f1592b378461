"""Building the dataset folder of one run: evidence from the lake, filtered where the organ does not own it all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from hengjian.apps.intake.selectors import InForce
from hengjian.apps.runs.adapters import REGISTRY_TABLES, code_map, export_registry, institutions_of
from hengjian.apps.runs.models import ScreeningRun
from hengjian.backends.connection import open_connection
from hengjian.engines.tables.contract import TABLES

CODES_SCHEMA = pa.schema([("code", pa.string()), ("current", pa.string())])

Report = Callable[[int, int, str], None]
"""(done, total, what is being done in Chinese)."""


def build_dataset(*, run: ScreeningRun, evidence: Mapping[str, Sequence[InForce]], report: Report) -> Path:
    """Make `dataset/` anew in the run's folder; `evidence` lists the lake files in force by table.

    A file is hard-linked where all of its rows are in force and every report belongs to the organ's institutions
    under its code in force; otherwise its table is rewritten without superseded and foreign rows, former codes
    replaced. Rows of reports that are left out go with them. The lake itself is never written.
    """
    folder = run.folder / "dataset"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    codes = code_map(institutions_of(run.organ))
    wanted = {name: files for name, files in evidence.items() if files and name not in REGISTRY_TABLES}
    total = len(wanted) + 1
    report(0, total, "导出机构登记数据")
    export_registry(organ=run.organ, folder=folder)
    with closing(open_connection(temp_directory=run.folder / "spill")) as connection:
        whole = _register_ours(connection, wanted.get("reports", ()), codes)
        for done, (name, files) in enumerate(sorted(wanted.items()), start=1):
            report(done, total, f"整理证据数据 {name}")
            if whole and not any(file.superseded_by for file in files):
                _link(files, folder / name)
            else:
                _copy_ours(connection, name, files, folder / name)
    shutil.rmtree(run.folder / "spill", ignore_errors=True)
    return folder


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _in_force(name: str, files: Sequence[InForce]) -> str:
    """A query for the rows in force of one table: each file without the rows that later ones supersede."""
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    parts = []
    for file in files:
        part = f"SELECT * FROM read_parquet({_quoted(file.path)}) AS f"
        if file.superseded_by:
            later = ", ".join(_quoted(path) for path in file.superseded_by)
            part += f" ANTI JOIN (SELECT {key} FROM read_parquet([{later}], union_by_name = true)) USING ({key})"
        parts.append(part)
    return " UNION ALL BY NAME ".join(parts)


def _register_ours(connection: duckdb.DuckDBPyConnection, files: Sequence[InForce], codes: Mapping[str, str]) -> bool:
    """Note our codes and reports; answers whether every report is ours already, so that nothing is foreign."""
    connection.execute("CREATE TABLE ours (code VARCHAR, current VARCHAR)")
    listed = pa.table({"code": list(codes), "current": list(codes.values())}, schema=CODES_SCHEMA)
    connection.register("codes_given", listed)
    connection.execute("INSERT INTO ours SELECT code, current FROM codes_given")
    connection.execute("CREATE TABLE our_reports (report_id VARCHAR)")
    if not files:
        return False
    reports = _in_force("reports", files)
    connection.execute(
        f"INSERT INTO our_reports SELECT DISTINCT report_id FROM ({reports}) AS r "
        "SEMI JOIN ours ON ours.code = r.institution_id"
    )
    foreign = connection.execute(
        f"SELECT count(*) FROM ({reports}) AS r "
        "LEFT JOIN ours ON ours.code = r.institution_id WHERE ours.current IS DISTINCT FROM r.institution_id"
    ).fetchall()
    return int(foreign[0][0]) == 0


def _copy_ours(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[InForce], target: Path) -> None:
    """Write one table's rows in force that are about our institutions or reports, or about neither."""
    source = _in_force(name, files)
    columns = [row[0] for row in connection.execute(f"DESCRIBE {source}").fetchall()]
    query = f"SELECT t.* FROM ({source}) AS t"
    if "institution_id" in columns:
        kept = "t.* REPLACE (ours.current AS institution_id)"
        query = f"SELECT {kept} FROM ({source}) AS t JOIN ours ON ours.code = t.institution_id"
    elif "report_id" in columns:
        query += " SEMI JOIN our_reports ON our_reports.report_id = t.report_id"
    target.mkdir()
    path = _quoted(target / "part-0.parquet")
    connection.execute(f"COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd)")


def _link(files: Sequence[InForce], target: Path) -> None:
    """Hard links cost nothing and keep the bytes; another file system gets a copy."""
    target.mkdir()
    for place, file in enumerate(files):
        link = target / f"part-{place}.parquet"
        try:
            os.link(file.path, link)
        except OSError:
            shutil.copyfile(file.path, link)
