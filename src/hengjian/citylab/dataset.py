"""Write a whole dataset: the plan, then shard after shard of institutions, each appended to the same files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.codes import COUNTIES
from hengjian.citylab.evidence import make_raw, write_raw, write_results
from hengjian.citylab.frauds import commit_frauds, commit_late_frauds
from hengjian.citylab.market import write_listings
from hengjian.citylab.media import write_media
from hengjian.citylab.output import make_frame, write_labels, write_registers, write_reports
from hengjian.citylab.outside import dry_hours, write_outside, write_weather
from hengjian.citylab.peaks import write_peaks
from hengjian.citylab.plan import Institution, Plan, make_plan
from hengjian.citylab.process import write_series
from hengjian.citylab.purchases import write_purchases
from hengjian.citylab.quality import write_quality
from hengjian.citylab.rounds import write_rounds
from hengjian.citylab.shard import build_shard, equip
from hengjian.citylab.slips import draw_slips
from hengjian.citylab.values import verdicts
from hengjian.citylab.vehicle_tests import write_vehicles
from hengjian.citylab.workdays import window_until
from hengjian.citylab.writing import LABEL_SCHEMA, Dataset

Array = np.ndarray[Any, Any]

SHARD_REPORTS = 50_000


@dataclass(frozen=True)
class Written:
    """What a run wrote: rows of each table, institutions and cheaters."""

    rows: dict[str, int]
    institutions: int
    cheaters: int


def _shards(plan: Plan) -> list[list[Institution]]:
    """Consecutive institutions with about SHARD_REPORTS reports together."""
    parts: list[list[Institution]] = [[]]
    size = 0
    for institution in plan.institutions:
        if size and size + institution.reports > SHARD_REPORTS:
            parts.append([])
            size = 0
        parts[-1].append(institution)
        size += institution.reports
    return parts


def write_shard(plan: Plan, number: int, institutions: list[Institution], twice: int, out: Dataset, dry: Array) -> None:
    """Make one shard and append it to all tables; `dry` collects the hours in which it cannot have rained."""
    shard = build_shard(plan, number, institutions)
    used = commit_frauds(shard)
    equip(shard)
    slips = draw_slips(shard, twice)
    commit_late_frauds(shard, used)
    frame = make_frame(shard, slips)
    raw = make_raw(shard)
    write_registers(shard, out)
    write_reports(shard, slips, frame, out, verdicts(shard.reports, shard.items))
    write_results(shard, slips, frame, out, raw)
    write_raw(shard, frame, out, raw)
    write_series(shard, frame, out)
    write_vehicles(shard, frame, out)
    write_media(shard, frame, out)
    write_rounds(shard, out)
    write_listings(shard, out)
    write_quality(shard, out)
    write_peaks(shard, frame, out)
    write_purchases(shard, out)
    write_outside(shard, out)
    dry_hours(shard, dry)
    write_labels(shard, frame, out)


def _standards(out: Dataset) -> None:
    """The tables that are the same for every dataset."""
    cat = catalogue()
    day = date.fromisoformat
    out.append_rows(
        "standards",
        [
            {
                **row,
                "effective_on": day(row["effective_on"]),
                "abolished_on": day(row["abolished_on"]) if row["abolished_on"] else None,
                "replaced_by": row["replaced_by"] or None,
            }
            for row in cat.standards
        ],
    )
    items: dict[str, dict[str, Any]] = {}
    required = []
    for i, row in enumerate(cat.items):
        product = cat.products[int(cat.item_product[i])]
        kind = next(k for k in cat.kinds if k["kind"] == row["kind"])
        items.setdefault(row["item"], {"item_code": row["item"], "item_name": row["name"], "unit": row["unit"] or None})
        required.append(
            {
                "standard_no": product["standard_no"],
                "object": product["object"],
                "item_code": row["item"],
                "item_name": row["name"],
                "mandatory": row["mandatory"] == "1",
                "method_no": row["method_no"],
                "limit_op": row["op"] or None,
                "limit_low": float(row["low"]) if row["low"] else None,
                "limit_high": float(row["high"]) if row["high"] else None,
                "unit": row["unit"] or None,
                "min_hours": float(row["min_hours"]),
                "attended": kind["mode"] == "bench",
                "manual": row["manual"] == "1",
                "min_replicates": int(row["reps"]) or 1,
                "rounding": 10.0 ** -int(row["decimals"]),
                "repeatability_rsd": float(row["rsd"]) or None,
                "hold_hours": float(row["hold_hours"]) if row["hold_hours"] else None,
            }
        )
    out.append_rows("standard_items", required)
    out.append_rows("items", list(items.values()))


def write_plan(plan: Plan, folder: Path, progress: Callable[[int, int], None] | None = None) -> Written:
    """Write every table of a plan into `folder`; `progress` is told shards done and shards in all."""
    parts = _shards(plan)
    done, given = 0, 0
    distinct = sum(item.reports for item in plan.institutions)
    dry = np.zeros((len(COUNTIES), plan.window.days * 24), dtype=bool)
    with Dataset(folder) as out:
        _standards(out)
        for number, part in enumerate(parts):
            done += sum(item.reports for item in part)
            upto = round(plan.duplicates * done / distinct)
            write_shard(plan, number, part, upto - given, out, dry)
            given = upto
            if progress:
                progress(number + 1, len(parts))
        write_weather(plan.seed, plan.window, dry, out)
        if "labels" not in out.rows:
            out.append("labels", {name: [] for name in LABEL_SCHEMA.names}, 0)
    cheaters = sum(1 for item in plan.institutions if item.frauds)
    return Written(rows=out.rows, institutions=len(plan.institutions), cheaters=cheaters)


def write_dataset(
    *, folder: Path, reports: int, seed: int, fraud_share: float, stealth: str, until: date,
    progress: Callable[[int, int], None] | None = None,
) -> Written:  # fmt: skip
    """A dataset by the data contract with labelled fraud; the same arguments give the same bytes."""
    plan = make_plan(reports=reports, seed=seed, fraud_share=fraud_share, stealth=stealth, window=window_until(until))
    return write_plan(plan, folder, progress)
