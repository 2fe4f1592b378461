"""A dataset small enough to read: ten institutions, a year of reports, one cheat for each first detector."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

INSTITUTIONS = 10
REPORTS_EACH = 40
ITEMS = ("I1", "I2", "I3", "I4", "I5", "I6")
START = datetime(2026, 3, 2, 8, 0, 0)


def institution(number: int) -> str:
    return f"91990101MA0000{number:03d}X"


class SmallCity:
    """Rows by table; honest as made, to be spoiled by a test and written by `write`."""

    def __init__(self, seed: int = 7, *, institutions: int = INSTITUTIONS) -> None:
        self.chance = np.random.default_rng(seed)
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for number in range(institutions):
            self._add_institution(number)

    def _add_institution(self, number: int) -> None:
        code = institution(number)
        self.tables["institutions"].append({"institution_id": code, "name": f"虚构检测{number}号"})
        self.tables["certificates"].append(
            {
                "certificate_no": f"2599120{number}0{number + 1:03d}",
                "institution_id": code,
                "valid_from": date(2025, 1, 1),
                "valid_to": date(2030, 12, 31),
            }
        )
        self.tables["instruments"].append(
            {"instrument_id": f"E{number}", "institution_id": code, "name": "光谱仪", "model": "M1", "parallel": 1}
        )
        for place in range(REPORTS_EACH):
            self._add_report(number, place)

    def _add_report(self, number: int, place: int) -> None:
        code, report = institution(number), f"R{number:02d}{place:04d}"
        day = START + timedelta(days=2 * place, seconds=int(self.chance.integers(1, 3000)))
        run_from, run_to = day + timedelta(hours=5), day + timedelta(hours=6, seconds=17)
        self.tables["reports"].append(
            {
                "report_id": report,
                "report_no": f"B{number}-{place:04d}",
                "institution_id": code,
                "certificate_no": f"2599120{number}0{number + 1:03d}",
                "field": "food",
                "client_id": f"C{number}{place % 7}",
                "sample_id": f"S{number}{place:04d}",
                "sampled_at": day,
                "received_at": day + timedelta(hours=2),
                "started_at": day + timedelta(hours=4),
                "finished_at": day + timedelta(hours=9),
                "issued_at": day + timedelta(hours=33),
                "cma_mark": True,
            }
        )
        for item in ITEMS:
            level = float(np.exp(self.chance.normal(3.0, 0.5)))
            readings = [level * (1 + 0.03 * float(self.chance.normal())) for _ in range(3)]
            values = [float(np.mean(readings)), *readings]
            for replicate, value in enumerate(values):
                self.tables["results"].append(
                    {
                        "report_id": report,
                        "item_code": item,
                        "replicate": replicate,
                        "value_text": f"{value:.3f}",
                        "value": round(value, 3),
                        "instrument_id": f"E{number}",
                        "started_at": run_from,
                        "finished_at": run_to,
                    }
                )

    def reports(self, number: int) -> list[dict[str, Any]]:
        return [row for row in self.tables["reports"] if row["institution_id"] == institution(number)]

    def results(self, report: str, *, replicate: int | None = None) -> list[dict[str, Any]]:
        rows = [row for row in self.tables["results"] if row["report_id"] == report]
        return rows if replicate is None else [row for row in rows if row["replicate"] == replicate]

    def write(self, folder: Path) -> Path:
        """Write every non-empty table as Parquet; a table absent from `tables` is absent from the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            if rows:
                columns = {key: None for row in rows for key in row}
                data = {key: [row.get(key) for row in rows] for key in columns}
                pq.write_table(pa.table(data), folder / f"{name}.parquet")
        return folder


TABLES = ("institutions", "certificates", "certificate_status", "instruments", "reports", "results")
