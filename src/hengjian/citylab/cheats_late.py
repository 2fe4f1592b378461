"""Which cheats also commit one of the late kinds: those seen only in control samples, peaks, stocks, roads, remarks."""

from __future__ import annotations

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.habits import hands_over
from hengjian.citylab.institution import LATE_KINDS, Fraud, Institution
from hengjian.citylab.methods import CURVE_LACK, MINUTES, use_of_kinds

SHARE = 0.5
"""Share of the cheats that commit a late kind as well."""

MANY = ("road_passes", "peaks_copied", "stock_short")


def kinds_of(institution: Institution) -> set[str]:
    """Kinds of instruments that the institution's work needs."""
    cat = catalogue()
    products = [product for line in institution.lines for product in line.products]
    runs = [run for p in products for run in range(int(cat.run_start[p]), int(cat.run_start[p + 1]))]
    return {cat.kinds[int(cat.run_kind[run])]["kind"] for run in runs}


def _allowed(seed: int, institution: Institution) -> dict[str, bool]:
    """A deed needs work of its sort and a table that is handed over."""

    def gives(table: str) -> bool:
        return hands_over(seed, table, institution)

    kinds, cat = kinds_of(institution), catalogue()
    thirsty = {row["kind"] for row, use in zip(cat.kinds, use_of_kinds().any(axis=0), strict=True) if use}
    fields = {line.field for line in institution.lines}
    controlled = gives("qc") and bool(kinds & set(CURVE_LACK)) and institution.reports >= 30
    rounds = [
        i for line in institution.lines for p in line.products for i in list(cat.items_of(p))[:3] if cat.item_rsd[i] > 0
    ]
    return {
        "qc_invented": controlled,
        "qc_ignored": controlled,
        "peaks_copied": gives("peaks") and bool(kinds & set(MINUTES)) and institution.raw_kept,
        "stock_short": gives("purchases") and len(kinds & thirsty) >= 4 and institution.reports >= 40,
        "blind_gap": len(rounds) >= 3,
        "road_passes": institution.field == "vehicle" and institution.reports >= 60,
        "idle_plant": "environment" in fields,
        "remark_copied": gives("remarks") and institution.reports >= 20,
    }


def give_late_frauds(plan_seed: int, cheats: list[Institution], stealth: str) -> None:
    """One late kind for half of the cheats: kind after kind takes one that is able to, the rarely possible ones first.

    Passes are sold where many vehicles come, peaks copied and goods spared where many samples run; the others take
    whom the lot names.
    """
    able = [_allowed(plan_seed, institution) for institution in cheats]
    rolls = [Stream(plan_seed, "late fraud", institution.number).uniform(4) for institution in cheats]
    order = sorted(range(len(cheats)), key=lambda place: float(rolls[place][0]))
    big = sorted(order, key=lambda place: -cheats[place].reports)
    rare = sorted(LATE_KINDS, key=lambda kind: sum(one[kind] for one in able))
    open_places, left = set(order), round(SHARE * len(cheats))
    while left > 0:
        before = left
        for kind in rare:
            place = next((k for k in (big if kind in MANY else order) if k in open_places and able[k][kind]), -1)
            if place < 0 or left == 0:
                continue
            z = 2 * float(rolls[place][1:].sum()) - 3
            share = min(0.4, max(0.02, 0.12 * float(np.exp(0.7 * z))))
            cheats[place].frauds.append(Fraud(kind, stealth, share))
            open_places.discard(place)
            left -= 1
        if left == before:
            return
