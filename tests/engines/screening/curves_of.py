"""Reports with recorded curves: an own irregular course on a cycle that all share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from tests.engines.screening.many_labs import START
from tests.engines.screening.screened import LAB, Rows

POINTS = 150
CHANNELS = ("co_pct", "hc_ppm")
STEP = {"co_pct": 0.01, "hc_ppm": 1.0}


def curves_of(reports: int = 60, *, seed: int = 3) -> Rows:
    """`reports` vehicles at one station, two curves each."""
    chance = np.random.default_rng(seed)
    cycle = 1.5 + np.sin(np.arange(POINTS) / 9)
    tables: Rows = {"institutions": [{"institution_id": LAB, "name": "虚构甲检测"}], "reports": []}
    tables |= {"raw_series": [], "vehicle_tests": []}
    for place in range(reports):
        name = f"R{place:03d}"
        report = {"report_id": name, "report_no": f"B{place}", "institution_id": LAB, "field": "vehicle"}
        times = {"issued_at": START + timedelta(hours=3 * place), "sample_id": f"Y{place}", "client_id": f"C{place}"}
        tables["reports"].append(report | times | {"corrects": None, "retest_of": None, "purpose": "client"})
        tables["vehicle_tests"].append({"report_id": name, "vin": f"V{place}"})
        for channel in CHANNELS:
            own = np.exp(np.cumsum(chance.normal(0, 0.12, POINTS)) * 0.8)
            values = np.round(cycle * own * 80) * STEP[channel]
            row = {"report_id": name, "item_code": "co", "channel": channel, "hz": 1.0, "role": "sample"}
            tables["raw_series"].append(row | {"values": [round(float(one), 2) for one in values]})
    return tables


def series(tables: Rows, report: str, channel: str = "co_pct") -> dict[str, Any]:
    return next(row for row in tables["raw_series"] if (row["report_id"], row["channel"]) == (report, channel))


def report(tables: Rows, name: str) -> dict[str, Any]:
    return next(row for row in tables["reports"] if row["report_id"] == name)
