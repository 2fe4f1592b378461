"""Q0, the data-quality gate: measures every needed column per institution and decides who abstains where.

It gives no fraud score. A detector that needs finer times, fuller columns or more rows than an institution hands over
abstains for that institution and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hengjian.engines.screening.detector import DAY, MINUTE, SECOND, Detector

MOST_NULL = 0.8
RESOLUTION_WORDS = {SECOND: "秒", MINUTE: "分钟", DAY: "天"}
EARLIEST_TIME = "1990-01-01"
CMA_GRAMMAR = r"^\d{2}(0\d|[12]\d|3[01]|99)(0\d|1\d|2[01])(0\d|[12]\d|3[0-4])\d{4}$"
"""`rules.md` §13.1, with issuer 99 of the demo range."""

REPORT_COLUMNS_IGNORED = ("report_id", "uploaded_at", "submit_device")
"""Columns in which two uploads of one report may differ."""


@dataclass(frozen=True, kw_only=True)
class ColumnQuality:
    """One column of one table at one institution. `resolution` in seconds, null unless it is a time."""

    institution_id: str
    table: str
    column: str
    rows: int
    nulls: int
    resolution: int | None = None

    @property
    def null_share(self) -> float:
        return self.nulls / self.rows if self.rows else 1.0


def column_quality_sql(table: str, *, columns: Sequence[str], times: Iterable[str]) -> str:
    """One pass over a table that carries `institution_id`: rows, filled cells, and filled seconds and day times."""
    timed = set(times)
    parts = ["institution_id", "count(*) AS n"]
    for column in columns:
        parts.append(f'count("{column}") AS "{column}__filled"')
        if column in timed:
            epoch = f'CAST(hj_epoch("{column}") AS BIGINT)'
            parts.append(f'count(CASE WHEN {epoch} % 60 <> 0 THEN 1 END) AS "{column}__seconds"')
            parts.append(f'count(CASE WHEN {epoch} % 86400 <> 0 THEN 1 END) AS "{column}__clock"')
    return f'SELECT {", ".join(parts)} FROM "{table}" WHERE institution_id IS NOT NULL GROUP BY institution_id'


def read_column_quality(table: str, columns: Sequence[str], row: Mapping[str, object]) -> list[ColumnQuality]:
    """The measures of one institution from one row of `column_quality_sql`."""
    found = []
    for column in columns:
        rows, filled = int(str(row["n"])), int(str(row[f"{column}__filled"]))
        resolution = None
        if f"{column}__clock" in row:
            resolution = resolution_of(
                filled, seconds=int(str(row[f"{column}__seconds"])), clock=int(str(row[f"{column}__clock"]))
            )
        found.append(
            ColumnQuality(
                institution_id=str(row["institution_id"]),
                table=table,
                column=column,
                rows=rows,
                nulls=rows - filled,
                resolution=resolution,
            )
        )
    return found


def resolution_of(filled: int, *, seconds: int, clock: int) -> int | None:
    """How fine the times are: seconds if more than 5 % have some, minutes if more than 5 % have a time of day."""
    if not filled:
        return None
    if seconds > 0.05 * filled:
        return SECOND
    return MINUTE if clock > 0.05 * filled else DAY


Quality = Mapping[str, Mapping[tuple[str, str], ColumnQuality]]
"""institution → (table, column) → measures."""


def abstentions(detector: Detector, quality: Quality, institutions: Iterable[str]) -> dict[str, str]:
    """Institutions for which the detector must not speak, with the reason in Chinese."""
    reasons = {}
    for institution in institutions:
        reason = _reason(detector, quality.get(institution, {}))
        if reason:
            reasons[institution] = reason
    return reasons


def _reason(detector: Detector, measured: Mapping[tuple[str, str], ColumnQuality]) -> str | None:
    for need in detector.needs:
        for column in need.required:
            found = measured.get((need.table, column))
            if found and found.rows and found.null_share > MOST_NULL:
                return f"{need.table}.{column} 有{found.null_share:.0%}为空"
    for name, coarsest in detector.resolution.items():
        table, _, column = name.partition(".")
        found = measured.get((table, column))
        if found and found.resolution and found.resolution > coarsest:
            return f"{name} 仅精确到{RESOLUTION_WORDS[found.resolution]}"
    return None


def too_few(detector: Detector, judged: Mapping[str, int], institutions: Iterable[str]) -> dict[str, str]:
    """Institutions with less than the detector's minimum n, with the reason."""
    return {
        institution: f"可判数量{judged.get(institution, 0)}，少于{detector.min_n}"
        for institution in institutions
        if judged.get(institution, 0) < detector.min_n
    }
