"""Many laboratories with a few plain columns: enough peers for the statistical detectors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.engines.screening.screened import Rows

START = datetime(2026, 1, 5, 8, 0, 7)
Fill = Callable[[np.random.Generator, int, dict[str, Any]], list[dict[str, Any]]]


def code(number: int) -> str:
    return f"91990101MA000{number:04d}X"


def many_labs(fill: Fill, *, labs: int = 30, reports: int = 120, seed: int = 5) -> Rows:
    """`fill(chance, number of the lab, report)` may change the report and returns its results."""
    chance = np.random.default_rng(seed)
    tables: Rows = {"institutions": [], "reports": [], "results": []}
    for number in range(labs):
        tables["institutions"].append({"institution_id": code(number), "name": f"虚构检测{number}号"})
        for place in range(reports):
            report = {
                "report_id": f"R{number:03d}-{place:05d}",
                "report_no": f"B{number:03d}-{place:05d}",
                "institution_id": code(number),
                "field": "food",
                "object": "大米",
                "standard_no": "GB 2762-2022",
                "issued_at": START + timedelta(hours=place),
                "verdict": "pass",
            }
            rows = fill(chance, number, report)
            tables["reports"].append(report)
            tables["results"] += [{"report_id": report["report_id"]} | row for row in rows]
    return tables


def value(item: str, number: float, *, decimals: int = 3, **columns: Any) -> dict[str, Any]:
    """One reported value as text and number."""
    text = f"{number:.{decimals}f}"
    return {"item_code": item, "item_name": item, "value_text": text, "value": float(text), "replicate": 0} | columns
