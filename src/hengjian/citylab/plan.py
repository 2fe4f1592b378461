"""Which institutions there are, in which fields, with how many reports, and which of them cheat and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import SEQUENCE, catalogue
from hengjian.citylab.chance import Stream, portions
from hengjian.citylab.workdays import Window

Array = np.ndarray[Any, Any]

# field: (weight of institutions, weight of reports)
WEIGHTS = {
    "vehicle": (29.0, 37.5),
    "environment": (16.0, 11.5),
    "construction": (15.5, 17.0),
    "food": (12.0, 21.0),
    "special_equipment": (4.0, 4.0),
    "building_material": (4.0, 1.5),
    "product": (3.0, 1.5),
    "medical_device": (2.0, 0.9),
    "ppe": (2.0, 0.9),
    "carbon": (1.5, 0.8),
    "cosmetics": (1.5, 0.5),
    "other": (1.5, 0.5),
    "fire": (1.0, 0.4),
    "ebike": (1.0, 0.4),
    "children": (1.0, 0.4),
    "fertilizer": (1.0, 0.3),
    "jewelry": (1.0, 0.3),
    "tank": (1.0, 0.2),
    "drug": (1.0, 0.2),
    "forensic": (1.0, 0.2),
}
RELATED = {
    "food": ("cosmetics", "fertilizer"),
    "environment": ("other", "carbon"),
    "construction": ("building_material", "fire"),
    "building_material": ("construction",),
    "product": ("ebike", "children", "ppe"),
    "vehicle": ("tank",),
    "medical_device": ("ppe",),
}
KINDS = (
    "no_test",
    "vector_clone",
    "curve_clone",
    "instrument_double",
    "tester_double",
    "order_broken",
    "too_short",
    "items_omitted",
    "out_of_scope",
    "expired",
    "signatory",
    "uncalibrated",
    "replicates_close",
)
"""Every kind of fraud that is injected."""

STEALTHS = ("L1", "L2", "L3")
SECOND, MINUTE, DAY_RESOLUTION = 1, 60, 86_400


@dataclass
class Fraud:
    """One kind of cheating at one institution: how crude, and at what share of its reports."""

    kind: str
    stealth: str
    share: float


@dataclass
class Line:
    """One field of work of an institution."""

    institution: int
    field: str
    reports: int
    products: list[int]
    benches: int = 1
    first_bench: int = 0
    samplers: int = 1


@dataclass
class Institution:
    """An institution before its people and instruments exist."""

    number: int
    field: str
    lines: list[Line]
    public: bool
    resolution: int
    issue_by_day: bool
    coarse: bool
    batch_log: bool
    nd_style: int
    skew: int
    precision: float
    raw_kept: bool
    frauds: list[Fraud] = field(default_factory=list)

    @property
    def reports(self) -> int:
        """Distinct reports of the year, uploads made twice not counted."""
        return sum(line.reports for line in self.lines)

    def fraud(self, kind: str) -> Fraud | None:
        """The fraud of this kind, if the institution commits it."""
        return next((fraud for fraud in self.frauds if fraud.kind == kind), None)


@dataclass(frozen=True)
class Plan:
    """All choices that hold for the whole dataset."""

    seed: int
    reports: int
    stealth: str
    window: Window
    institutions: list[Institution]

    @property
    def duplicates(self) -> int:
        """Uploads made twice, over the whole dataset."""
        return self.reports - sum(item.reports for item in self.institutions)


def count_institutions(reports: int) -> int:
    """About one per 85 reports, at least 60, at most 3 000."""
    return min(3000, max(60, round(reports / 85)))


def _volumes(stream: Stream, total: int, count: int) -> Array:
    """Lognormal volumes that sum to `total`; nobody has none where there is enough to go round."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    floor = min(8, total // count)
    weight = np.minimum(np.exp(1.35 * stream.normal(count)), 45.0)
    return floor + portions(total - floor * count, weight)


def _supported(stream: Stream, field_code: str) -> list[int]:
    """The products a line works on: two where the field has two; vehicle stations always test safety and VMAS."""
    cat = catalogue()
    every = cat.products_of(field_code)
    if field_code == "vehicle":
        keep = stream.uniform(len(every)) < np.array([2, 0.25, 0.6, 0.7, 0.5, 2])
        return [product for product, kept in zip(every, keep, strict=True) if kept]
    order = stream.shuffled(len(every))
    many = min(len(every), 2 + stream.one(3))
    return sorted(every[int(i)] for i in order[:many])


def _lines(stream: Stream, number: int, field_code: str, reports: int) -> list[Line]:
    second = RELATED.get(field_code)
    if not second or reports < 40 or stream.share() > 0.2:
        return [Line(number, field_code, reports, _supported(stream, field_code))]
    aside = max(8, round(reports * 0.12))
    other = second[stream.one(len(second))]
    return [
        Line(number, field_code, reports - aside, _supported(stream, field_code)),
        Line(number, other, aside, _supported(stream, other)),
    ]


def _skew(roll: float, *, off: bool) -> int:
    """Seconds by which the clock that stamps files and uploads is off: under half a minute, or two to six minutes."""
    if not off:
        return int((roll - 0.5) * 60)
    return (1 if roll < 0.5 else -1) * (120 + int(240 * (2 * roll % 1)))


def _precision(stream: Stream, *, untidy: bool) -> float:
    """Spread of replicates as a multiple of the method's: nobody is much better, some are much worse (k up to 2.4)."""
    spread = min(2.4, max(0.82, float(np.exp(0.16 * stream.normal(1)[0]))))
    return min(2.4, spread * 1.6) if untidy else spread


def _institution(seed: int, number: int, field_code: str, reports: int) -> Institution:
    stream = Stream(seed, "institution", number)
    roll = stream.uniform(12)
    lanes = field_code == "vehicle"
    resolution = SECOND if lanes or roll[0] < 0.3 else MINUTE if roll[0] < 0.88 else DAY_RESOLUTION
    return Institution(
        number=number,
        field=field_code,
        lines=_lines(stream, number, field_code, reports),
        public=bool(roll[1] < 0.2),
        resolution=resolution,
        issue_by_day=bool(not lanes and roll[2] < 0.3),
        coarse=bool(not lanes and roll[3] < 0.05),
        batch_log=bool(roll[5] < 0.25),
        nd_style=int(roll[6] * 3),
        skew=_skew(float(roll[7]), off=bool(roll[4] < 0.01)),
        precision=_precision(stream, untidy=bool(roll[9] < 0.08)),
        raw_kept=bool(roll[8] < 0.85),
    )


def _feasible(institution: Institution) -> list[str]:
    """Kinds that this institution's work allows and that leave a trace in its data."""
    cat = catalogue()
    products = [product for line in institution.lines for product in line.products]
    replicated = any(cat.item_reps[i] >= 2 for p in products for i in cat.items_of(p))
    many_items = any(
        int(np.sum(cat.item_lod[list(cat.items_of(p))] < cat.item_median[list(cat.items_of(p))] / 2)) >= 5
        for p in products
    )
    lanes, timed = institution.field == "vehicle", institution.resolution != DAY_RESOLUTION
    allowed = {
        "curve_clone": lanes or "construction" in {line.field for line in institution.lines},
        "instrument_double": timed,
        "tester_double": timed,
        "too_short": timed,
        "items_omitted": True,
        "replicates_close": replicated and not lanes,
        "vector_clone": lanes or many_items,
        "uncalibrated": bool(np.any(cat.run_mode[[r for p in products for r in _runs(p)]] <= SEQUENCE)),
    }
    return [kind for kind in KINDS if allowed.get(kind, True)]


def _runs(product: int) -> range:
    cat = catalogue()
    return range(int(cat.run_start[product]), int(cat.run_start[product + 1]))


def _give_frauds(plan_seed: int, institutions: list[Institution], share: float, stealth: str) -> None:
    """Choose the cheaters (those with very few reports last); each kind occurs about equally often."""
    stream = Stream(plan_seed, "cheaters")
    count = round(share * len(institutions))
    used = dict.fromkeys(KINDS, 0)
    order = sorted(stream.shuffled(len(institutions)).tolist(), key=lambda place: institutions[place].reports < 8)
    for place in order[:count]:
        institution = institutions[place]
        own = Stream(plan_seed, "fraud", institution.number)
        kinds = _feasible(institution)
        first = own.shuffled(len(kinds))
        ranked = sorted(range(len(kinds)), key=lambda i, f=first, k=kinds: (used[k[i]], int(f[i])))
        many = 1 + own.one(3)
        for i in ranked[:many]:
            used[kinds[i]] += 1
            size = min(0.4, max(0.02, 0.12 * float(np.exp(0.7 * own.normal(1)[0])))) / many**0.5
            institution.frauds.append(Fraud(kinds[i], stealth, size))


def make_plan(
    *, reports: int, seed: int, fraud_share: float, stealth: str, window: Window, count: int | None = None
) -> Plan:
    """Decide everything that later steps only carry out.

    `reports` counts every row of the table, uploads made twice included; `count` overrides the number of institutions.
    """
    many = count or count_institutions(reports)
    duplicates = round(reports * 0.005)
    fields = list(WEIGHTS)
    of_institutions = 1 + portions(many - len(fields), np.array([WEIGHTS[name][0] for name in fields]))
    of_reports = of_institutions + portions(
        reports - duplicates - many, np.array([WEIGHTS[name][1] for name in fields])
    )
    institutions: list[Institution] = []
    for name, houses, total in zip(fields, of_institutions, of_reports, strict=True):
        volumes = _volumes(Stream(seed, "volumes", name), int(total), int(houses))
        for volume in volumes:
            institutions.append(_institution(seed, len(institutions), name, int(volume)))
    _give_frauds(seed, institutions, fraud_share, stealth)
    return Plan(seed=seed, reports=reports, stealth=stealth, window=window, institutions=institutions)
