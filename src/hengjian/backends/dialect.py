"""What differs between engines, spelled for DuckDB; the names are those of `engines.screening.dialect`."""

from __future__ import annotations

import duckdb

DUCKDB = {
    "hj_epoch": "(ts) AS epoch(ts)",
    "hj_fingerprint": "(t) AS CAST('0x' || substr(md5(t), 1, 15) AS BIGINT)",
    "hj_swapped": "(a, b) AS length(a) = length(b) AND levenshtein(a, b) = 2 AND damerau_levenshtein(a, b) = 1",
    "hj_near": "(a, b) AS CASE WHEN a = b OR abs(length(a) - length(b)) > 1 THEN false "
    "ELSE damerau_levenshtein(a, b) <= 1 END",
    "hj_days": "(ts, n) AS ts + to_days(CAST(n AS INTEGER))",
    "hj_hex": "(n) AS lower(to_hex(CAST(n AS BIGINT)))",
}


def install_dialect(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the portable functions as macros of this connection."""
    for name, body in DUCKDB.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name}{body}")
