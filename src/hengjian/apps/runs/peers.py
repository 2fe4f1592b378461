"""How often a detector speaks at one institution against the others of its field in the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hengjian.apps.runs.models import ScreeningRun
from hengjian.backends.parquet import open_parquet

REPORTS, ACCUSED = "field_reports.parquet", "field_accused.parquet"
REPORTS_SCHEMA = pa.schema(
    [
        ("institution_id", pa.string()),
        ("field", pa.string()),
        ("reports", pa.int64()),
        ("judged", pa.int64()),
        ("failed", pa.int64()),
    ]
)
"""`judged`: reports with a verdict of conformity, `failed` those that do not conform; both null without verdicts."""
ACCUSED_SCHEMA = pa.schema(
    [("detector", pa.string()), ("field", pa.string()), ("institution_id", pa.string()), ("accused", pa.int64())]
)
PASS, FAIL = "pass", "fail"
LEAST_PEERS = 5
"""Fewer institutions than this are not called peers."""
LEAST_REPORTS = 10
"""A share of fewer reports says nothing about an institution."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One institution among those of its field: reports named by the detector and in all, and the peers' shares."""

    accused: int
    reports: int
    peers: tuple[float, ...]

    @property
    def share(self) -> float:
        """Reports named by the detector among all reports of the institution in the field, 0 to 1."""
        return min(1.0, self.accused / self.reports) if self.reports else 0.0

    @property
    def clean_peers(self) -> int:
        """Peers at which the detector found nothing."""
        return sum(share == 0 for share in self.peers)

    @property
    def higher_peers(self) -> int:
        """Peers with a larger share than this institution."""
        return sum(share > self.share for share in self.peers)


def write_standings(run: ScreeningRun, accused: Mapping[tuple[str, str, str], int]) -> None:
    """Keep what `standing_of` needs beside the run's output.

    `accused`: distinct reports named, by (detector, field, institution). Reports are counted in the run's dataset.
    """
    rows = [
        {"detector": detector, "field": field, "institution_id": institution, "accused": count}
        for (detector, field, institution), count in sorted(accused.items())
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=ACCUSED_SCHEMA), run.folder / ACCUSED)
    place = run.folder / "dataset" / "reports"
    source = place if place.is_dir() else place.with_suffix(".parquet")
    if not source.exists():
        return
    pq.write_table(_counted(open_parquet(source)), run.folder / REPORTS)


def _counted(source: Any) -> pa.Table:
    """Reports, judged and failed ones by institution and field, sorted."""
    there = "verdict" in source.schema.names
    table = source.to_table(columns=["institution_id", "field", *(["verdict"] if there else [])])
    sums = []
    if there:
        failed = pc.equal(table["verdict"], FAIL)
        judged = pc.or_kleene(failed, pc.equal(table["verdict"], PASS))
        for name, mask in (("judged", judged), ("failed", failed)):
            table = table.append_column(name, pc.fill_null(mask, False).cast(pa.int64()))
            sums.append((name, "sum"))
    counted = table.group_by(["institution_id", "field"]).aggregate([([], "count_all"), *sums])
    counted = counted.rename_columns([_plain(name) for name in counted.column_names])
    for name in ("judged", "failed"):
        if not there:
            counted = counted.append_column(name, pa.nulls(counted.num_rows, pa.int64()))
    counted = counted.select(REPORTS_SCHEMA.names).cast(REPORTS_SCHEMA)
    return counted.sort_by([("field", "ascending"), ("institution_id", "ascending")])


def _plain(name: str) -> str:
    return "reports" if name == "count_all" else name.removesuffix("_sum")


@dataclass(frozen=True, slots=True)
class Shares:
    """Of every institution of a field in one run: how many reports, and how many of them are meant.

    `what` says which in Chinese; `rows` are (institution, reports, of these).
    """

    what: str
    rows: tuple[tuple[str, int, int], ...]


def shares_of(run: ScreeningRun, *, detector: str, field: str, verdicts: bool) -> Shares | None:
    """Reports named by the detector, or (with `verdicts`) not conforming, by institution; None without figures."""
    if not field or not (run.folder / REPORTS).exists():
        return None
    here = pc.field("field") == field
    reports = pq.read_table(run.folder / REPORTS, filters=here).to_pylist()
    if verdicts:
        known = [row for row in reports if row.get("judged")]
        return Shares("不合格率", tuple((row["institution_id"], row["judged"], row["failed"]) for row in known))
    found = pq.read_table(run.folder / ACCUSED, filters=here & (pc.field("detector") == detector)).to_pylist()
    accused = {row["institution_id"]: row["accused"] for row in found}
    rows = [(row["institution_id"], row["reports"], accused.get(row["institution_id"], 0)) for row in reports]
    return Shares("涉及报告的比例", tuple((one, size, min(size, count)) for one, size, count in rows))


def standing_of(run: ScreeningRun, *, detector: str, field: str, institution_id: str) -> Standing | None:
    """The institution among its field in this run; None where the run kept no figures or there are too few peers."""
    if not field or not (run.folder / REPORTS).exists():
        return None
    here = pc.field("field") == field
    reports = pq.read_table(run.folder / REPORTS, filters=here).to_pylist()
    found = pq.read_table(run.folder / ACCUSED, filters=here & (pc.field("detector") == detector)).to_pylist()
    accused = {row["institution_id"]: row["accused"] for row in found}
    own = next((row["reports"] for row in reports if row["institution_id"] == institution_id), 0)
    peers = tuple(
        min(1.0, accused.get(row["institution_id"], 0) / row["reports"])
        for row in reports
        if row["institution_id"] != institution_id and row["reports"] >= LEAST_REPORTS
    )
    if not own or len(peers) < LEAST_PEERS:
        return None
    return Standing(accused.get(institution_id, 0), own, tuple(sorted(peers)))
