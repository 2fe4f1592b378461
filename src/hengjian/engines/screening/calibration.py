"""What people's judgements say of a detector's evidence: precision with limits, and the weight that follows from it.

LR⁺ = odds(confirmed) / odds(expected before looking), with Jeffreys' prior (x + ½)/(n + 1), never below nothing and
never above the detector's severity cap (`screening.md` §5.1). Too few judgements teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy import special

from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.findings import nine_digits
from hengjian.engines.screening.score import INSTITUTION_PRIOR, REPORT_PRIOR, decibans
from hengjian.engines.screening.weights import EVERY_FIELD


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How many findings of a detector in a field people confirmed, out of how many that they judged."""

    detector: str
    field: str
    confirmed: int
    judged: int


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """One line of a proposal; `new_db` None: too few judged, the old weight stays.

    `share` is Jeffreys' mean of the confirmed share, `low` and `high` its central 95 % limits.
    """

    detector: str
    field: str
    confirmed: int
    judged: int
    share: float
    low: float
    high: float
    old_db: float
    new_db: float | None


def jeffreys(hits: int, n: int) -> tuple[float, float, float]:
    """(mean, lower, upper) of a share by Jeffreys' prior, 95 %; the whole range without trials."""
    low = float(special.betaincinv(hits + 0.5, n - hits + 0.5, 0.025)) if hits else 0.0
    high = float(special.betaincinv(hits + 0.5, n - hits + 0.5, 0.975)) if hits < n else 1.0
    return (hits + 0.5) / (n + 1), low, high


def weight_db(detector: Detector, *, confirmed: int, judged: int) -> float:
    """Decibans that a finding of this detector is worth by its judgements, between 0 and its cap."""
    expected = INSTITUTION_PRIOR if detector.unit_level else REPORT_PRIOR
    worth = decibans(jeffreys(confirmed, judged)[0]) - decibans(expected)
    return nine_digits(min(max(worth, 0.0), detector.cap_db)) or 0.0


def propose(
    counted: Iterable[Judged],
    detectors: Iterable[Detector],
    *,
    fewest: int,
    in_force: Mapping[tuple[str, str], float] | None = None,
) -> list[Learnt]:
    """One line a detector over all fields (field "") and one for each field, in the catalogue's order.

    A line with fewer than `fewest` judged findings has no new weight: the field then goes by the detector's line over
    all fields, and that by the weight it was written with.
    """
    old = in_force or {}
    by_detector: dict[str, list[Judged]] = {}
    for one in counted:
        by_detector.setdefault(one.detector, []).append(one)
    lines = []
    for detector in detectors:
        mine = by_detector.get(detector.id, [])
        if not mine:
            continue
        whole = Judged(
            detector=detector.id,
            field=EVERY_FIELD,
            confirmed=sum(one.confirmed for one in mine),
            judged=sum(one.judged for one in mine),
        )
        fields = sorted((one for one in mine if one.field != EVERY_FIELD), key=lambda one: one.field)
        lines += [_line(detector, one, fewest=fewest, old=old) for one in (whole, *fields)]
    return lines


def _line(detector: Detector, one: Judged, *, fewest: int, old: Mapping[tuple[str, str], float]) -> Learnt:
    share, low, high = jeffreys(one.confirmed, one.judged)
    usual = detector.cap_db if detector.lr_db is None else min(detector.cap_db, detector.lr_db)
    known = old.get((one.detector, one.field), old.get((one.detector, EVERY_FIELD), usual))
    enough = one.judged >= fewest
    return Learnt(
        detector=one.detector,
        field=one.field,
        confirmed=one.confirmed,
        judged=one.judged,
        share=share,
        low=low,
        high=high,
        old_db=known,
        new_db=weight_db(detector, confirmed=one.confirmed, judged=one.judged) if enough else None,
    )
