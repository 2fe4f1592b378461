"""Puts a dataset into the form detectors read: needed columns, institutions, duplicates away, Q0 measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

from hengjian.backends.engine import STREAMED, Engine, TableSummary
from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.gate import (
    EARLIEST_TIME,
    REPORT_COLUMNS_IGNORED,
    ColumnQuality,
    column_quality_sql,
    read_column_quality,
)
from hengjian.engines.screening.score import blind_samples
from hengjian.engines.tables.contract import ARROW_NAMES, TABLES

ALWAYS = {
    "institutions": ("institution_id", "name", "area_code"),
    "reports": ("report_id", "report_no", "institution_id", "field", "issued_at", "uploaded_at"),
}
STORED = {
    "string": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date32": pa.date32(),
    "timestamp[us]": pa.timestamp("us"),
    "list<double>": pa.list_(pa.float64()),
}
"""Arrow types by the contract's spelling of them."""

MOST_SKEW_S = 900
"""What a clock may be wrong by. The quickest uploads show it: their lag is short, and the median's is hours."""


@dataclass(kw_only=True)
class Prepared:
    """What the runner knows after preparation; the tables themselves are in the engine."""

    inputs: list[TableSummary]
    present: dict[str, frozenset[str]]
    institutions: list[str]
    n_reports: dict[str, int]
    quality: dict[str, dict[tuple[str, str], ColumnQuality]] = field(default_factory=dict)
    remarks: list[dict[str, object]] = field(default_factory=list)
    packs: frozenset[str] = frozenset()
    exonerating: dict[str, dict[str, float]] = field(default_factory=dict)


def needed_columns(detectors: Iterable[Detector]) -> dict[str, tuple[str, ...]]:
    """Table → columns that any of the detectors reads, in the contract's order."""
    wanted: dict[str, set[str]] = {table: set(columns) for table, columns in ALWAYS.items()}
    for detector in detectors:
        for need in detector.needs:
            wanted.setdefault(need.table, set()).update(need.columns)
    for table, columns in wanted.items():
        if "report_id" in TABLES[table].columns:
            columns.add("report_id")
    return {table: tuple(name for name in TABLES[table].columns if name in wanted[table]) for table in sorted(wanted)}


def prepare(engine: Engine, detectors: Sequence[Detector], *, today: date) -> Prepared:
    """Load what the detectors need and measure it. Refused where a required table or column is missing."""
    columns, reader = needed_columns(detectors), engine.reader
    inputs = [reader.summary(table) for table in sorted(reader.tables)]
    present = {summary.table: frozenset(summary.columns) for summary in inputs}
    remarks: list[dict[str, object]] = []
    _load_institutions(engine, columns["institutions"])
    _load_reports(engine, columns["reports"], today=today, remarks=remarks)
    for table, names in columns.items():
        if table not in ALWAYS:
            _load(engine, table, names, today=today)
    for summary in inputs:
        if summary.table in columns:
            summary.bad_cells.update(reader.bad_cells(summary.table, columns[summary.table]))
    listed = engine.arrow("SELECT institution_id FROM institutions")["institution_id"].to_pylist()
    counted = engine.arrow("SELECT institution_id, count(*) AS n FROM reports GROUP BY institution_id").to_pylist()
    prepared = Prepared(
        inputs=inputs,
        present=present,
        institutions=sorted(listed),
        n_reports={row["institution_id"]: int(row["n"]) for row in counted},
        remarks=remarks,
    )
    _measure(engine, prepared, columns)
    prepared.exonerating = _blind_samples(engine)
    return prepared


def _blind_samples(engine: Engine) -> dict[str, dict[str, float]]:
    """What good blind samples are worth, by institution; {} without them."""
    if "rounds" not in engine.reader.tables:
        return {}
    read = engine.reader.select("rounds", ("round_id", "institution_id", "value", "assigned", "sigma_pt", "blind"))
    rows = engine.arrow(
        "SELECT institution_id, count(*) AS judged, max(abs(value - assigned) / sigma_pt) AS worst, "
        "count(CASE WHEN abs(value - assigned) <= 2 * sigma_pt THEN 1 END) AS good "
        f"FROM ({read}) AS x WHERE blind AND sigma_pt > 0 AND value IS NOT NULL AND assigned IS NOT NULL "
        "GROUP BY institution_id"
    ).to_pylist()
    judged = {
        str(row["institution_id"]): blind_samples(good=row["good"], judged=row["judged"], worst_z=row["worst"])
        for row in rows
    }
    return {institution: worth for institution, worth in judged.items() if worth}


def _load_institutions(engine: Engine, columns: Sequence[str]) -> None:
    engine.make(
        "institutions",
        f"SELECT * FROM ({engine.reader.select('institutions', columns)}) AS x "
        "WHERE institution_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY institution_id ORDER BY name) = 1",
    )


def _load_reports(engine: Engine, columns: Sequence[str], *, today: date, remarks: list[dict[str, object]]) -> None:
    """Reports of known institutions, without default times, each duplicate upload once."""
    _find_duplicates(engine)
    read = engine.reader.select("reports", columns)
    engine.make(
        "reports",
        f"SELECT {_sane('reports', columns, today)} FROM ({read}) AS x "
        "SEMI JOIN institutions i ON i.institution_id = x.institution_id "
        "ANTI JOIN duplicates d ON d.report_id = x.report_id WHERE x.report_id IS NOT NULL",
    )
    twice = _single(engine, "SELECT count(*) - count(DISTINCT report_id) AS n FROM reports")
    if twice:
        engine.rename("reports", "uploads")
        engine.make(
            "reports",
            "SELECT * FROM uploads "
            "QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY institution_id, report_no, issued_at) = 1",
        )
        engine.drop(["uploads"])
    kept = _single(engine, "SELECT count(*) AS n FROM reports")
    duplicates = _single(engine, "SELECT count(*) AS n FROM duplicates")
    whole = _single(engine, f"SELECT count(*) AS n FROM ({engine.reader.select('reports', ('report_id',))}) AS x")
    for remark, count in (
        ("duplicate_upload", duplicates),
        ("report_id_repeated", twice),
        ("unknown_institution", whole - kept - duplicates - twice),
    ):
        if count:
            remarks.append({"table": "reports", "remark": remark, "rows": count})


def _find_duplicates(engine: Engine) -> None:
    """Rows equal in all but `report_id` (and when and from where they were uploaded), with equal results."""
    reader = engine.reader
    names = [name for name in TABLES["reports"].columns if name not in REPORT_COLUMNS_IGNORED]
    listed = ", ".join(f'"{name}"' for name in names)
    engine.make("headed", reader.select("reports", ("report_id", "institution_id", "report_no", "issued_at")))
    engine.make(
        "alike",
        "SELECT h.report_id FROM headed h JOIN (SELECT institution_id, report_no, issued_at "
        "FROM headed GROUP BY institution_id, report_no, issued_at HAVING count(*) > 1) AS g "
        "ON g.report_no = h.report_no "
        "AND g.institution_id = h.institution_id AND g.issued_at IS NOT DISTINCT FROM h.issued_at",
    )
    engine.make("candidates", reader.select("reports", ("report_id", *names), only="alike"))
    content = "SELECT report_id, CAST(0 AS DECIMAL(38, 0)) AS print FROM candidates"
    if "results" in reader.tables and _single(engine, "SELECT count(*) AS n FROM candidates"):
        picked = reader.select("results", ("report_id", "item_code", "replicate", "value_text"), only="alike")
        value = "hj_fingerprint(concat_ws('|', x.item_code, x.replicate, x.value_text))"
        content = (
            f"SELECT c.report_id, coalesce(sum(CAST({value} AS DECIMAL(38, 0))), 0) AS print "
            f"FROM candidates c LEFT JOIN ({picked}) AS x ON x.report_id = c.report_id GROUP BY c.report_id"
        )
    engine.make(
        "duplicates",
        f"SELECT c.report_id FROM candidates c JOIN ({content}) AS p ON p.report_id = c.report_id "
        f"QUALIFY row_number() OVER (PARTITION BY {listed}, print ORDER BY c.report_id) > 1",
    )
    engine.drop(["candidates", "alike", "headed"])


def _load(engine: Engine, table: str, columns: Sequence[str], *, today: date) -> None:
    """One table; rows of a report get the report's `institution_id`, rows of no kept report are left out."""
    if table not in engine.reader.tables:
        engine.put(table, _absent(table, columns))
        return
    read = f"SELECT {_sane(table, columns, today)} FROM ({engine.reader.select(table, columns)}) AS x"
    if "report_id" in columns and "institution_id" not in columns:
        read = f"SELECT y.*, r.institution_id FROM ({read}) AS y JOIN reports r ON r.report_id = y.report_id"
    engine.make(table, read, view=table in STREAMED)


def _absent(table: str, columns: Sequence[str]) -> pa.Table:
    """A table that was not handed over: its columns, no rows."""
    names = {name: STORED[ARROW_NAMES[TABLES[table].columns[name].type]] for name in columns}
    if "report_id" in names:
        names.setdefault("institution_id", pa.string())
    return pa.schema(names.items()).empty_table()


def _sane(table: str, columns: Sequence[str], today: date) -> str:
    """Columns with default timestamps (before 1990, more than a year ahead) taken for not handed over."""
    latest = (today + timedelta(days=366)).isoformat()
    parts = []
    for name in columns:
        if TABLES[table].columns[name].type == "ts":
            sane = f"BETWEEN TIMESTAMP '{EARLIEST_TIME}' AND TIMESTAMP '{latest}'"
            parts.append(f'CASE WHEN x."{name}" {sane} THEN x."{name}" END AS "{name}"')
        else:
            parts.append(f'x."{name}"')
    return ", ".join(parts)


def _measure(engine: Engine, prepared: Prepared, columns: dict[str, tuple[str, ...]]) -> None:
    """Q0: column measures per institution, the `clock` and `skew` tables."""
    for table, names in columns.items():
        if table not in prepared.present or table in STREAMED:
            continue
        if "institution_id" not in names and "report_id" not in names:
            continue
        measured = [name for name in names if name != "institution_id"]
        times = [name for name in measured if TABLES[table].columns[name].type == "ts"]
        result = engine.arrow(column_quality_sql(table, columns=measured, times=times))
        for row in result.to_pylist():
            found = read_column_quality(table, measured, row)
            known = prepared.quality.setdefault(str(row["institution_id"]), {})
            known.update({(table, one.column): one for one in found})
    _make_clock(engine, prepared, columns)
    engine.make(
        "skew",
        "SELECT institution_id, quantile_disc(lag_s, 0.05) AS skew_s FROM (SELECT "
        "institution_id, hj_epoch(uploaded_at) - hj_epoch(issued_at) AS lag_s FROM reports) AS lags "
        f"WHERE lag_s > -{MOST_SKEW_S} GROUP BY institution_id",
    )


def _make_clock(engine: Engine, prepared: Prepared, columns: dict[str, tuple[str, ...]]) -> None:
    """`clock`: one row an institution, column `<table>__<column>` = resolution in seconds, null where unknown."""
    timed = [(table, name) for table, names in columns.items() for name in names]
    timed = [(table, name) for table, name in timed if TABLES[table].columns[name].type == "ts"]
    data: dict[str, pa.Array] = {"institution_id": pa.array(prepared.institutions, pa.string())}
    for table, name in timed:
        known = [prepared.quality.get(one, {}).get((table, name)) for one in prepared.institutions]
        data[f"{table}__{name}"] = pa.array([one.resolution if one else None for one in known], pa.int64())
    engine.put("clock", pa.table(data))


def _single(engine: Engine, sql: str) -> int:
    return int(engine.arrow(sql)["n"][0].as_py())
