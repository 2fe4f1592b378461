"""Building the dataset folder of one run: evidence from the lake, filtered where the organ does not own it all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from hengjian.apps.runs.adapters import REGISTRY_TABLES, code_map, export_registry, institutions_of
from hengjian.apps.runs.models import ScreeningRun
from hengjian.backends.connection import open_connection

Report = Callable[[int, int, str], None]
"""(done, total, what is being done in Chinese)."""


def build_dataset(*, run: ScreeningRun, evidence: Mapping[str, Sequence[Path]], report: Report) -> Path:
    """Make `dataset/` anew in the run's folder; `evidence` lists the lake files in force by table.

    A table is one folder of hard links where every row belongs to the organ's institutions under its code in force;
    otherwise it is rewritten with foreign rows left out and former codes replaced. Rows of reports that are left out
    go with them. The lake itself is never written.
    """
    folder = run.folder / "dataset"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    institutions = institutions_of(run.organ)
    codes = code_map(institutions)
    wanted = {name: list(paths) for name, paths in evidence.items() if paths and name not in REGISTRY_TABLES}
    total = len(wanted) + 1
    report(0, total, "导出机构登记数据")
    export_registry(organ=run.organ, folder=folder)
    with closing(open_connection(temp_directory=run.folder / "spill")) as connection:
        whole = _all_ours(connection, wanted.get("reports", []), codes)
        if not whole:
            _register_ours(connection, wanted.get("reports", []), codes)
        for done, (name, paths) in enumerate(sorted(wanted.items()), start=1):
            report(done, total, f"整理证据数据 {name}")
            if whole:
                _link(paths, folder / name)
            else:
                _copy_ours(connection, paths, folder / name)
    shutil.rmtree(run.folder / "spill", ignore_errors=True)
    return folder


def _read(paths: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], union_by_name = true)"


def _columns(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_read(paths)}").fetchall()]


def _all_ours(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], codes: Mapping[str, str]) -> bool:
    """Whether every report is one of ours under the code in force: then nothing has to be rewritten."""
    if not paths:
        return False
    seen = connection.execute(f"SELECT DISTINCT institution_id FROM {_read(paths)}").fetchall()
    return all(codes.get(code) == code for (code,) in seen)


def _register_ours(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], codes: Mapping[str, str]) -> None:
    connection.execute("CREATE TABLE ours (code VARCHAR PRIMARY KEY, current VARCHAR)")
    if codes:
        connection.executemany("INSERT INTO ours VALUES (?, ?)", list(codes.items()))
    connection.execute("CREATE TABLE our_reports (report_id VARCHAR)")
    if paths:
        connection.execute(
            f"INSERT INTO our_reports SELECT DISTINCT report_id FROM {_read(paths)} AS r "
            "SEMI JOIN ours ON ours.code = r.institution_id"
        )


def _copy_ours(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], target: Path) -> None:
    """Rewrite one table: rows of our institutions or reports only; a table about neither is linked as it is."""
    columns = _columns(connection, paths)
    source = f"{_read(paths)} AS t"
    if "institution_id" in columns:
        kept = "t.* REPLACE (ours.current AS institution_id)"
        query = f"SELECT {kept} FROM {source} JOIN ours ON ours.code = t.institution_id"
    elif "report_id" in columns:
        query = f"SELECT t.* FROM {source} SEMI JOIN our_reports ON our_reports.report_id = t.report_id"
    else:
        _link(paths, target)
        return
    target.mkdir()
    path = str(target / "part-0.parquet").replace("'", "''")
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def _link(paths: Sequence[Path], target: Path) -> None:
    """Hard links cost nothing and keep the bytes; another file system gets a copy."""
    target.mkdir()
    for place, path in enumerate(paths):
        link = target / f"part-{place}.parquet"
        try:
            os.link(path, link)
        except OSError:
            shutil.copyfile(path, link)
