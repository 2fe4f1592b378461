"""Which institutions there are, in which fields, with how many reports, and which of them cheat and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream, portions
from hengjian.citylab.cheats import give_frauds
from hengjian.citylab.institution import DAY_RESOLUTION, KINDS, MINUTE, SECOND, STEALTHS, Fraud, Institution, Line
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
    more = Stream(seed, "habits", number)
    own, specialist = more.normal(2), more.share() < 0.04
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
        specialist=specialist,
        step=(2, 5)[more.one(2)] if more.share() < 0.06 else 1,
        clientele=0.22 * float(own[0]),
        failing=0.0 if specialist else min(0.35, max(0.04, 0.14 * float(np.exp(0.32 * own[1])))),
    )


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
    give_frauds(seed, institutions, fraud_share, stealth)
    return Plan(seed=seed, reports=reports, stealth=stealth, window=window, institutions=institutions)


__all__ = ["KINDS", "STEALTHS", "WEIGHTS", "Fraud", "Institution", "Line", "Plan", "count_institutions", "make_plan"]
