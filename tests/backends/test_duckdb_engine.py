"""The engine on one machine: rows that were put in order stay in order, however many they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hengjian.backends import connection
from hengjian.backends.duckdb_engine import DuckDBEngine, ordered


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t\nORDER  BY a, b DESC", True),
        ("SELECT a, row_number() OVER (PARTITION BY b ORDER BY a) AS n FROM t", False),
        ("SELECT * FROM (SELECT a FROM t ORDER BY a) AS s", False),
        ("SELECT ' ORDER BY (' AS told FROM t", False),
        ("SELECT '(' AS told FROM t ORDER BY told", True),
    ],
)
def test_only_an_order_of_the_whole_counts(sql: str, told: bool) -> None:
    assert ordered(sql) is told


def test_ordered_tables_stay_ordered_beyond_what_one_thread_reads(tmp_path: Path) -> None:
    pq.write_table(pa.table({"institution_id": ["I1"], "name": ["甲"]}), tmp_path / "institutions.parquet")
    pq.write_table(pa.table({"report_id": ["R1"], "institution_id": ["I1"]}), tmp_path / "reports.parquet")
    engine = DuckDBEngine(tmp_path, memory_mb=500, threads=2)
    try:
        engine.make("mixed", "SELECT hash(range) AS place, range AS n FROM range(1500000)")
        engine.make("in_order", "SELECT place, n FROM mixed ORDER BY place, n")
        places = engine.arrow("SELECT place FROM in_order")["place"].to_numpy()
        assert (places[1:] >= places[:-1]).all()
    finally:
        engine.close()


def test_a_screening_takes_half_of_the_memory_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(connection, "CONTAINER_LIMIT", limit)
    for whole_mb, expected in ((3_000, 2_048), (6_000, 3_000), (64_000, None)):
        limit.write_text(str(whole_mb * 2**20))
        taken = connection.half_of_memory_mb()
        assert taken == expected if expected else connection.LEAST_MB <= taken <= connection.MOST_MB
    limit.write_text("max\n")
    assert connection.LEAST_MB <= connection.half_of_memory_mb() <= connection.MOST_MB
