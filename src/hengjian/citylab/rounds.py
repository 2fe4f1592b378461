"""Proficiency rounds: what institutions reported of samples sent to all of them, some agreed between two."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.cheats import tested_by_round
from hengjian.citylab.institution import Institution
from hengjian.citylab.shard import Shard
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

EACH = 2
"""Rounds of every item in the year."""

BLIND = 0.1
"""Share of the institutions that get blind samples of an authority."""


@cache
def _assigned(seed: int) -> Array:
    """Value of each item's sample, turn by turn: turn × item."""
    cat = catalogue()
    z = Stream(seed, "rounds").normal(EACH * len(cat.items)).reshape(EACH, -1)
    value = cat.item_median * np.exp(z * np.minimum(0.5, cat.item_gsd))
    least = 3 * np.nan_to_num(cat.item_lod, nan=0.0)
    places = 10.0 ** (cat.item_decimals + 1)
    return np.rint(np.maximum(value, least) * places) / places


@lru_cache(maxsize=64)
def _honest_values(seed: int, number: int, precision: float) -> tuple[Array, Array, Array]:
    """What a laboratory finds (turn × item), whether it takes part, and a deviate for jitter.

    Bias of the laboratory and its repeatability; one result in fifty is plainly wrong.
    """
    cat = catalogue()
    n = len(cat.items)
    draw = Stream(seed, "round values", number)
    bias, noise = draw.normal(n), draw.normal(EACH * n).reshape(EACH, n)
    wrong, takes = draw.uniform(EACH * n).reshape(EACH, n) < 0.02, draw.uniform(EACH * n).reshape(EACH, n) < 0.75
    jitter = draw.normal(EACH * n).reshape(EACH, n)
    spread = cat.item_rsd * (0.7 * bias + precision * 0.8 * noise + np.where(wrong, 5 * np.sign(jitter), 0.0))
    places = 10.0 ** (cat.item_decimals + 1)
    return np.rint(_assigned(seed) * (1 + spread) * places) / places, takes, jitter


def _values(seed: int, institution: Institution) -> tuple[Array, Array, Array]:
    return _honest_values(seed, institution.number, institution.precision)


def _agreed(shard: Shard, institution: Institution, item: int, turn: int) -> float | None:
    """What two have agreed on: equal (L1), one in the last digit (L2), a third of a standard deviation (L3)."""
    fraud = institution.fraud("pt_collusion")
    partner = shard.plan.institutions[fraud.partner] if fraud else None
    if not fraud or not partner or item not in tested_by_round(partner):
        return None
    cat, seed = catalogue(), shard.plan.seed
    first = min((institution, partner), key=lambda house: house.number)
    value = float(_values(seed, first)[0][turn, item])
    if first is institution or fraud.stealth == "L1":
        return value
    places = int(cat.item_decimals[item]) + 1
    sign = float(_values(seed, institution)[2][turn, item])
    if fraud.stealth == "L2":
        return round(value + (1 if sign > 0 else -1) * 10.0**-places, places)
    return round(value * (1 + 0.3 * float(cat.item_rsd[item]) * sign), places)


def _blind_rows(seed: int, institution: Institution, uscc: str) -> list[dict[str, Any]]:
    """Samples that the authority sends under a client's name, to one institution of ten and to some that are known.

    They are made up on purpose: clearly above, sometimes below what is usual in the goods.

    Nobody takes special care of them, so scores are a little wider than in a round. Who makes routine results up
    reports what is usual instead (L1), half way to it (L2), or works so badly that scores are three times as wide (L3).
    """
    fraud, items, cat = institution.fraud("blind_gap"), tested_by_round(institution), catalogue()
    own = Stream(seed, "blind samples", institution.number)
    if not items or (own.share() >= BLIND and not fraud):
        return []
    bias = Stream(seed, "round values", institution.number).normal(len(cat.items))
    rows = []
    for turn in range(2 + own.one(2)):
        for item in items[:6]:
            z = own.normal(3).tolist()
            rsd, median = float(cat.item_rsd[item]), float(cat.item_median[item])
            places = int(cat.item_decimals[item]) + 1
            least = 3 * float(np.nan_to_num(cat.item_lod[item], nan=0.0))
            away = max(min(1.0, 1.3 * float(cat.item_gsd[item])), 6 * rsd) * (1 + 0.3 * abs(z[0]))
            assigned = round(max(median * float(np.exp(away if z[0] > -0.5 else -away)), least), places)
            sigma = max(1.6 * rsd * assigned, 10.0**-places)
            gross = own.share() < 0.02
            found = assigned * (1 + rsd * (0.7 * float(bias[item]) + 0.95 * institution.precision * z[1]))
            found *= 1 + rsd * (5 * np.sign(z[2]) if gross else 0.0)
            if fraud:
                usual = max(median * float(np.exp(0.4 * min(1.0, cat.item_gsd[item]) * z[2])), least)
                spread = assigned + 3 * sigma * z[2]
                found = {"L1": usual, "L2": (usual * assigned) ** 0.5, "L3": max(spread, 0.1 * assigned)}[fraud.stealth]
            value = round(float(found), places)
            off = abs(value - assigned) / sigma
            rows.append(
                {
                    "round_id": f"MY-{institution.number:04d}-{turn + 1}",
                    "institution_id": uscc,
                    "item_code": cat.items[item]["item"],
                    "value": value,
                    "assigned": assigned,
                    "sigma_pt": round(sigma, 9),
                    "blind": True,
                    "result": "满意" if off <= 2 else "有问题" if off < 3 else "不满意",
                }
            )
    return list({(row["round_id"], row["item_code"]): row for row in rows}.values())


def write_rounds(shard: Shard, out: Dataset) -> None:
    """The rounds in which the institutions of a shard took part (three of four do), then blind samples of some."""
    cat, seed = catalogue(), shard.plan.seed
    rows: list[dict[str, Any]] = []
    for institution, house in zip(shard.institutions, shard.houses, strict=True):
        items = tested_by_round(institution)
        found, takes, _ = _values(seed, institution) if items else (None, None, None)
        for item in items:
            for turn in range(EACH):
                agreed = _agreed(shard, institution, item, turn)
                if agreed is None and not takes[turn, item]:
                    continue
                assigned = float(_assigned(seed)[turn, item])
                sigma = max(1.6 * float(cat.item_rsd[item]) * assigned, 10.0 ** -(int(cat.item_decimals[item]) + 1))
                value = float(found[turn, item]) if agreed is None else agreed
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
    for institution, house in zip(shard.institutions, shard.houses, strict=True):
        rows.extend(_blind_rows(seed, institution, house.uscc))
    out.append_rows("rounds", rows)


__all__ = ["write_rounds"]
