"""One detector over a small city: its findings, and who abstained why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.engines.screening.detector import Detector
from tests.engines.screening.small_city import SmallCity


def detected(detector: Detector, city: SmallCity, folder: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(findings, {institution: reason it was not judged, empty if it was})."""
    out = folder / "out"
    summary = run_screening(
        city.write(folder / "data"),
        out,
        today=date(2026, 11, 20),
        articles=article_in_force,
        detectors=[detector],
        threads=1,
    )
    assert summary.detectors[0].state != "failed", summary.detectors[0].reason
    institutions = pq.read_table(out / "institutions.parquet").to_pylist()
    silent = {row["institution_id"]: row["abstained"] for row in institutions}
    return pq.read_table(out / "findings.parquet").to_pylist(), silent
