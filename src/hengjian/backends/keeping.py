"""What one run keeps for the next, so that a day's reports need not bring the whole history to be looked at again.

Kept are the rows of steps that a detector declares `per_report`: every row of theirs rests on the rows of one report
and on tables that belong to no report. Rows of reports whose content is unchanged are taken as they were; the others
are computed. All that compares reports with one another is computed anew from the joined rows, so the findings are
those of a full run.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from inspect import getsourcefile
from pathlib import Path
from typing import Any

import duckdb

from hengjian.backends.duckdb_engine import SEARCH_PATH, DuckDBEngine
from hengjian.backends.engine import carry_out
from hengjian.engines.screening.detector import BatchStep, Detector, Step
from hengjian.engines.tables.contract import TABLES

FRESH = "fresh"
"""Schema in which tables of reports hold the reports to be computed; steps put their rows into `fresh_…`."""

FEW = 20
"""So many times the fresh reports there must be at least for them to be few."""

READ = re.compile(r'\b(?:FROM|JOIN)\s+"?([A-Za-z_]\w*)"?', re.IGNORECASE)
NAMED = re.compile(r'\b"?([A-Za-z_]\w*)"?\s+AS\s+\(\s*(?:SELECT|WITH)\b', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """How much was taken from the kept rows: `kept` reports unchanged, `fresh` computed; `steps` that were reused."""

    kept: int
    fresh: int
    steps: tuple[str, ...]
    missed: tuple[str, ...]


class Keeper:
    """The kept folder of one output folder. `since`: reports of that day and later are computed whatever was kept.

    Several lanes may make steps at once, each on its own engine over the tables that `begin` compared.
    """

    def __init__(self, folder: Path, *, since: date) -> None:
        self.folder, self.since = folder, since
        self._next = folder.with_name(folder.name + ".partial")
        self._known: dict[str, str] = {}
        self._signatures: dict[str, str] = {}
        self._reused: list[str] = []
        self._missed: list[str] = []
        self._counts = (0, 0)

    def begin(self, engine: DuckDBEngine) -> None:
        """Compare the loaded reports with the kept ones and set the fresh ones apart. A broken folder keeps nothing."""
        self.engine, run = engine, engine.connection.execute
        shutil.rmtree(self._next, ignore_errors=True)
        self._next.mkdir(parents=True)
        self._tables = {row[0] for row in run("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}
        self._tables |= {row[0] for row in run("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
        self._prints: dict[str, str] = {}
        bound = [name for name in sorted(self._tables) if self._of_reports(name)]
        parts = " UNION ALL ".join(
            f"SELECT report_id, sum(CAST(hash(x, '{name}') AS HUGEINT)) AS print "
            f'FROM "{name}" AS x GROUP BY report_id'
            for name in bound
        )
        run(
            "CREATE TABLE kept_now AS SELECT r.report_id, p.print FROM reports r JOIN "
            f"(SELECT report_id, CAST(sum(print) AS VARCHAR) AS print FROM ({parts}) GROUP BY report_id) AS p "
            "ON p.report_id = r.report_id"
        )
        self._known = self._read_kept()
        run(
            "CREATE TABLE kept_same AS SELECT n.report_id FROM kept_now n "
            "JOIN kept_before b ON b.report_id = n.report_id AND b.print = n.print "
            "JOIN reports r ON r.report_id = n.report_id "
            "WHERE coalesce(r.uploaded_at, r.issued_at) < CAST(? AS DATE)",
            [self.since],
        )
        ((same,),) = run("SELECT count(*) FROM kept_same").fetchall()
        ((whole,),) = run("SELECT count(*) FROM reports").fetchall()
        self._counts = (same, whole - same)
        # few fresh reports are taken out once; many stay where they are, their curves may not fit into memory
        made = "TABLE" if (whole - same) * FEW <= whole else "VIEW"
        run(f"CREATE SCHEMA {FRESH}")
        for name in bound:
            run(
                f'CREATE {made} {FRESH}."{name}" AS SELECT x.* FROM main."{name}" AS x '
                "ANTI JOIN main.kept_same s ON s.report_id = x.report_id"
            )

    def _of_reports(self, name: str) -> bool:
        return name in TABLES and "report_id" in TABLES[name].columns

    def _read_kept(self) -> dict[str, str]:
        """{step: signature} of what is kept, its reports as table `kept_before`; nothing where it cannot be read."""
        run = self.engine.connection.execute
        try:
            known = json.loads((self.folder / "kept.json").read_text(encoding="utf-8"))
            run("CREATE TABLE kept_before AS SELECT * FROM read_parquet(?)", [str(self.folder / "reports.parquet")])
            run("SELECT report_id, print FROM kept_before LIMIT 0")
            return {str(name): str(signature) for name, signature in known.items()}
        except (OSError, ValueError, AttributeError, duckdb.Error):
            run("CREATE OR REPLACE TABLE kept_before (report_id VARCHAR, print VARCHAR)")
            return {}

    def make(self, engine: DuckDBEngine, detector: Detector, step: Step | BatchStep) -> bool:
        """Make the step's table from kept and fresh rows; False where the step is not of that kind."""
        if not step.per_report:
            return False
        name = f"{detector.id}.{step.name}"
        signature = self._signature(engine, detector, step)
        file = self.folder / f"{name}.parquet"
        if self._known.get(name) == signature and file.exists():
            rows = f'memory.{_run_fresh(engine, step)}."{step.name}"'
            kept = f"SELECT k.* FROM read_parquet('{_escaped(file)}') AS k SEMI JOIN kept_same s USING (report_id)"
            engine.make(step.name, f"{kept} UNION ALL BY NAME SELECT * FROM {rows}")
            engine.connection.execute(f"DROP TABLE {rows}")
            self._reused.append(name)
        else:
            self._missed.append(name)
            carry_out(engine, step)
        target = _escaped(self._next / f"{name}.parquet")
        engine.connection.execute(f"COPY \"{step.name}\" TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        self._signatures[name] = signature
        return True

    def _signature(self, engine: DuckDBEngine, detector: Detector, step: Step | BatchStep) -> str:
        """Changes with the program, the step's text and code, and the tables it reads that belong to no report."""
        named = {name.lower() for name in NAMED.findall(step.sql)}
        read = sorted({name for name in READ.findall(step.sql) if name.lower() not in named})
        made = {one.name for one in detector.steps}
        if made & set(read):
            raise ValueError(f"{detector.id}.{step.name}: a per-report step reads contract tables only")
        parts = [version("hengjian"), duckdb.__version__, str(detector.version), step.sql, _code(step)]
        parts += [
            f"{name}={self._print(engine, name)}"
            for name in read
            if name in self._tables and not self._of_reports(name)
        ]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def _print(self, engine: DuckDBEngine, table: str) -> str:
        if table not in self._prints:
            sql = f'SELECT count(*), sum(CAST(hash(x) AS HUGEINT)) FROM "{table}" AS x'
            self._prints[table] = str(engine.connection.execute(sql).fetchall()[0])
        return self._prints[table]

    def finish(self) -> Reuse:
        """Put what this run keeps in the place of what the last one kept."""
        target = _escaped(self._next / "reports.parquet")
        self.engine.connection.execute(f"COPY kept_now TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        (self._next / "kept.json").write_text(json.dumps(self._signatures, indent=1), encoding="utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        self._next.rename(self.folder)
        kept, fresh = self._counts
        return Reuse(kept=kept, fresh=fresh, steps=tuple(sorted(self._reused)), missed=tuple(sorted(self._missed)))


def _run_fresh(engine: DuckDBEngine, step: Step | BatchStep) -> str:
    """The lane's schema in which the step now has its rows of the fresh reports."""
    schema = f"{FRESH}_{engine.schema}"
    engine.connection.execute(f"CREATE SCHEMA IF NOT EXISTS memory.{schema}")
    engine.connection.execute(f"SET search_path = 'memory.{schema},memory.{FRESH},{SEARCH_PATH}'")
    try:
        carry_out(engine, step)
    finally:
        engine.connection.execute(f"SET search_path = '{engine.search_path}'")
    return schema


def _code(step: Step | BatchStep) -> str:
    """Digest of the files that a batch step's function and its neighbours in the engine are written in."""
    if not isinstance(step, BatchStep):
        return ""
    function: Any = step.reduce
    source = getsourcefile(getattr(function, "func", function))
    files = [*sorted(Path(str(source)).parent.parent.glob("*.py")), Path(str(source))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
