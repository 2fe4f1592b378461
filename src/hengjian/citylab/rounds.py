"""Proficiency rounds: what institutions reported of samples sent to all of them, some agreed between two."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.cheats import tested_by_round
from hengjian.citylab.institution import Institution
from hengjian.citylab.shard import Shard
from hengjian.citylab.writing import Dataset

EACH = 2
"""Rounds of every item in the year."""


def _assigned(seed: int, item: int, turn: int) -> float:
    cat = catalogue()
    spread = Stream(seed, "round", item, turn).normal(1)[0] * min(0.5, float(cat.item_gsd[item]))
    value = max(float(cat.item_median[item]) * float(np.exp(spread)), 3 * float(np.nan_to_num(cat.item_lod[item])))
    return round(value, int(cat.item_decimals[item]) + 1)


def _honest_value(seed: int, institution: Institution, item: int, turn: int) -> float:
    """Bias of the laboratory and its repeatability; one in fifty is plainly wrong."""
    cat = catalogue()
    draw = Stream(seed, "round value", institution.number, item, turn)
    bias = Stream(seed, "round bias", institution.number, item).normal(1)[0]
    z = draw.normal(2)
    spread = float(cat.item_rsd[item]) * (0.7 * bias + institution.precision * 0.8 * z[0])
    if draw.share() < 0.02:
        spread += float(cat.item_rsd[item]) * 5 * (1 if z[1] > 0 else -1)
    return round(_assigned(seed, item, turn) * (1 + spread), int(cat.item_decimals[item]) + 1)


def _agreed(shard: Shard, institution: Institution, item: int, turn: int) -> float | None:
    """What two have agreed on: equal (L1), one in the last digit (L2), a third of a standard deviation (L3)."""
    fraud = institution.fraud("pt_collusion")
    partner = shard.plan.institutions[fraud.partner] if fraud else None
    if not fraud or not partner or item not in tested_by_round(partner):
        return None
    cat, seed = catalogue(), shard.plan.seed
    first = min((institution, partner), key=lambda house: house.number)
    value = _honest_value(seed, first, item, turn)
    if first is institution or fraud.stealth == "L1":
        return value
    places = int(cat.item_decimals[item]) + 1
    sign = Stream(seed, "round jitter", institution.number, item, turn).normal(1)[0]
    if fraud.stealth == "L2":
        return round(value + (1 if sign > 0 else -1) * 10.0**-places, places)
    return round(value * (1 + 0.3 * float(cat.item_rsd[item]) * sign), places)


def write_rounds(shard: Shard, out: Dataset) -> None:
    """The rounds in which the institutions of a shard took part: three of four do."""
    cat, seed = catalogue(), shard.plan.seed
    rows: list[dict[str, Any]] = []
    for institution, house in zip(shard.institutions, shard.houses, strict=True):
        for item in tested_by_round(institution):
            for turn in range(EACH):
                takes = Stream(seed, "round entry", institution.number, item, turn)
                agreed = _agreed(shard, institution, item, turn)
                if agreed is None and takes.share() > 0.75:
                    continue
                assigned = _assigned(seed, item, turn)
                sigma = max(1.6 * float(cat.item_rsd[item]) * assigned, 10.0 ** -(int(cat.item_decimals[item]) + 1))
                value = _honest_value(seed, institution, item, turn) if agreed is None else agreed
                off = abs(value - assigned) / sigma
                rows.append(
                    {
                        "round_id": f"NLYZ-{cat.products[int(cat.item_product[item])]['product']}-{turn + 1}",
                        "institution_id": house.uscc,
                        "item_code": cat.items[item]["item"],
                        "value": value,
                        "assigned": assigned,
                        "sigma_pt": round(sigma, 9),
                        "blind": turn == 1 and item % 4 == 0,
                        "result": "满意" if off <= 2 else "有问题" if off < 3 else "不满意",
                    }
                )
    out.append_rows("rounds", rows)


__all__ = ["write_rounds"]
