"""Which institutions cheat, and in which of the ways that their work allows."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import SEQUENCE, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.cheats_late import give_late_frauds
from hengjian.citylab.institution import DAY_RESOLUTION, FIRST_KINDS, IN_PAIRS, Fraud, Institution

Array = np.ndarray[Any, Any]


def _products(institution: Institution) -> set[str]:
    cat = catalogue()
    return {cat.products[product]["product"] for line in institution.lines for product in line.products}


def _runs(product: int) -> range:
    cat = catalogue()
    return range(int(cat.run_start[product]), int(cat.run_start[product + 1]))


def _allowed(institution: Institution) -> dict[str, bool]:
    """What the work of an institution allows; a kind that is not named is always possible."""
    cat = catalogue()
    products = [product for line in institution.lines for product in line.products]
    names, fields = _products(institution), {line.field for line in institution.lines}
    replicated = any(cat.item_reps[i] >= 2 for p in products for i in cat.items_of(p))
    many_items = any(
        int(np.sum(cat.item_lod[list(cat.items_of(p))] < cat.item_median[list(cat.items_of(p))] / 2)) >= 5
        for p in products
    )
    lanes, timed = institution.field == "vehicle", institution.resolution != DAY_RESOLUTION
    trips = any(float(cat.products[p]["collected"]) >= 0.3 for p in products)
    return {
        "curve_clone": lanes or "construction" in fields,
        "curve_splice": lanes or "construction" in fields,
        "instrument_double": timed,
        "tester_double": timed,
        "ghost_travel": timed and trips and institution.reports >= 25,
        "backdate": not lanes,
        "too_short": timed,
        "replicates_close": replicated and not lanes,
        "vector_clone": lanes or many_items,
        "uncalibrated": bool(np.any(cat.run_mode[[r for p in products for r in _runs(p)]] <= SEQUENCE)),
        "obd_dongle": lanes,
        "donor_car": lanes,
        "dilution": lanes,
        "rated_power": "lugdown" in names,
        "method_shopping": "vmas" in names,
        "photo_reuse": (lanes or trips) and institution.reports >= 30,
        "pt_collusion": bool(tested_by_round(institution)),
        "lending": institution.reports >= 20,
        "sale_online": not lanes,
        "edit_pass": any(cat.item_op[i] == 1 for p in products for i in cat.items_of(p)),
    }


def tested_by_round(institution: Institution) -> list[int]:
    """Items of an institution that proficiency rounds can send out: those with a repeatability."""
    cat = catalogue()
    products = sorted({product for line in institution.lines for product in line.products})
    return [i for p in products for i in list(cat.items_of(p))[:3] if cat.item_rsd[i] > 0 and cat.item_parent[i] < 0]


def shared_kind(one: Institution, other: Institution) -> int:
    """A kind of instrument that both institutions work with at their main line, or −1."""
    cat = catalogue()
    kinds = [
        {int(cat.run_kind[r]) for p in house.lines[0].products for r in _runs(p) if cat.run_mode[r] <= SEQUENCE}
        for house in (one, other)
    ]
    return min(kinds[0] & kinds[1], default=-1)


def _partner(kind: str, institution: Institution, cheats: list[Institution]) -> Institution | None:
    """The next other cheat with whom this kind can be committed and who does not commit it yet."""
    for other in cheats:
        if other is institution or other.fraud(kind) or other.field != institution.field or other.reports < 8:
            continue
        if kind == "lending" and shared_kind(institution, other) >= 0:
            return other
        if kind == "pt_collusion" and set(tested_by_round(institution)) & set(tested_by_round(other)):
            return other
    return None


def _size(own: Stream, many: int) -> float:
    return min(0.4, max(0.02, 0.12 * float(np.exp(0.7 * own.normal(1)[0])))) / many**0.5


def give_frauds(plan_seed: int, institutions: list[Institution], share: float, stealth: str) -> None:
    """Choose the cheaters (those with very few reports last); each kind occurs about equally often."""
    stream = Stream(plan_seed, "cheaters")
    count = round(share * len(institutions))
    used = dict.fromkeys(FIRST_KINDS, 0)
    order = sorted(stream.shuffled(len(institutions)).tolist(), key=lambda place: institutions[place].reports < 8)
    cheats = [institutions[place] for place in order[:count]]
    for institution in cheats:
        own = Stream(plan_seed, "fraud", institution.number)
        allowed = _allowed(institution)
        kinds = [kind for kind in FIRST_KINDS if allowed.get(kind, True) and not institution.fraud(kind)]
        first = own.shuffled(len(kinds))
        ranked = sorted(range(len(kinds)), key=lambda i, f=first, k=kinds: (used[k[i]], int(f[i])))
        many = 1 + own.one(3)
        chosen = 0
        for i in ranked:
            kind, size = kinds[i], _size(own, many)
            other = _partner(kind, institution, cheats) if kind in IN_PAIRS else None
            if kind in IN_PAIRS and other is None:
                continue
            used[kind] += 1
            institution.frauds.append(Fraud(kind, stealth, size, other.number if other else -1))
            if other:
                used[kind] += 1
                other.frauds.append(Fraud(kind, stealth, size, institution.number))
            chosen += 1
            if chosen == many:
                break
    _widen(cheats)
    give_late_frauds(plan_seed, cheats, stealth)


def _widen(cheats: list[Institution]) -> None:
    """Who shops for the easier method has it in its scope."""
    cat = catalogue()
    for institution in cheats:
        if institution.fraud("method_shopping"):
            line = institution.lines[0]
            line.products = sorted({*line.products, cat.product_number("twoidle")})
