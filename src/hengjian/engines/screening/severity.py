"""Severity of a finding exactly by the data contract: certain, strong or weak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy import special

Severity = Literal["certain", "strong", "weak"]

REPEATED_REPORTS = 3
REPEATED_SHARE = 0.01
CLERICAL_RATE = 0.006
CHANCE_OF_SLIPS = 1e-3
Q_LIMIT = 0.05


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What decides: `accused` reports of `judged`; `slip`, `firm` as in `hits.py`; q null for a rule."""

    level: str
    slip: bool
    firm: bool
    hard: bool
    accused: int
    judged: int
    q_value: float | None


def repeated(accused: int, judged: int) -> bool:
    """The same contradiction in at least 3 reports and at least 1 % of the institution's reports of that kind."""
    return accused >= REPEATED_REPORTS and accused >= REPEATED_SHARE * judged


def beyond_slips(accused: int, judged: int) -> bool:
    """So many rows explained by a slip of the pen that slips alone (0.3 % a field, two fields) would not make them."""
    return bool(special.bdtrc(accused - 1, max(judged, accused), CLERICAL_RATE) < CHANCE_OF_SLIPS)


def severity_of(facts: Facts) -> Severity:
    """Severity of one finding; a statistical one is never `certain`, S1–S2 never more than `weak`."""
    if facts.level in ("S1", "S2"):
        return "weak"
    if not facts.hard:
        return "strong" if facts.q_value is None or facts.q_value <= Q_LIMIT else "weak"
    again = repeated(facts.accused, facts.judged)
    if facts.slip:
        return "certain" if again and beyond_slips(facts.accused, facts.judged) else "weak"
    return "certain" if facts.firm or again else "strong"
