"""Rows of a sheet that are no data: blank ones, totals and notes below, headers repeated at page breaks."""

from __future__ import annotations

import duckdb

from hengjian.backends.duckdb_intake_rules import literal

_NOTES = (
    "^(合计|总计|小计|共计|本页小计|累计|填表|填报|制表|审核人|复核|"
    "备注[:：]|注[:：]|说明[:：]|签字|盖章|以下空白|[（(]以下)"
)


def skip_rows(connection: duckdb.DuckDBPyConnection, *, headers: list[str], width: int) -> int:
    """Fill the table `skipped` (rid) from `src`, set their state and count them.

    A row beginning with a word like 合计 is skipped only where at least half of the columns under a header are blank:
    a client may be called 合计.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE skipped (rid BIGINT)")
    cells = [f"c{place}" for place in range(width)]
    named = [f"c{place}" for place, name in enumerate(headers) if name.strip()]
    leading = f"coalesce({', '.join(cells)})"
    filled = " + ".join(f"({cell} IS NOT NULL)::INT" for cell in named) or "0"
    repeated = " AND ".join(
        f"c{place} IS NOT DISTINCT FROM {literal(name.strip())}" for place, name in enumerate(headers) if name.strip()
    )
    connection.execute(
        f"INSERT INTO skipped SELECT rowid FROM src WHERE {leading} IS NULL "
        f"OR (c0 IS NOT DISTINCT FROM {literal(headers[0].strip())} AND {repeated or 'FALSE'}) "
        f"OR (regexp_matches(replace({leading}, ' ', ''), '{_NOTES}') AND ({filled}) * 2 <= {len(named)})"
    )
    row = connection.execute("SELECT count(*) FROM skipped").fetchone()
    count = int(row[0]) if row else 0
    if count:
        connection.execute("UPDATE src SET state = 2 WHERE rowid IN (SELECT rid FROM skipped)")
    return count
