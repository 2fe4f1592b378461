"""How often a detector speaks at one institution against the others of its field in the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hengjian.apps.runs.models import ScreeningRun
from hengjian.backends.parquet import open_parquet

REPORTS, ACCUSED = "field_reports.parquet", "field_accused.parquet"
REPORTS_SCHEMA = pa.schema([("institution_id", pa.string()), ("field", pa.string()), ("reports", pa.int64())])
ACCUSED_SCHEMA = pa.schema(
    [("detector", pa.string()), ("field", pa.string()), ("institution_id", pa.string()), ("accused", pa.int64())]
)
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
    table = open_parquet(source).to_table(columns=["institution_id", "field"])
    counted = table.group_by(["institution_id", "field"]).aggregate([([], "count_all")])
    counted = counted.rename_columns(["institution_id", "field", "reports"]).cast(REPORTS_SCHEMA)
    pq.write_table(counted.sort_by([("field", "ascending"), ("institution_id", "ascending")]), run.folder / REPORTS)


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
