"""What scoring takes from outside: priors, harm, tiers of use – values handed in, dated and published elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal["T1", "T2", "T3", "T4"]
TIERS: tuple[Tier, ...] = ("T1", "T2", "T3", "T4")


@dataclass(frozen=True, kw_only=True)
class ScoringPolicy:
    """Published weights of one version.

    `report_prior` is the share of false reports expected before looking, by field where `report_priors` says more;
    `harm` by field (1 elsewhere); an institution inspected within `recent_days` has its priority multiplied by
    `recent_factor`. `tier_by_severity` is how far a finding may be used before anybody has been there; a certain
    finding of a detector in `joint` asks for the police or the environment authority at once. A region's field is sick
    where at least `sick_least` institutions were looked at and the lower 95 % limit of the share accused by absolute
    anchors is above `sick_share`. `hint_db` is what a weak finding of a detector is worth in decibans (none where it is
    not named), all hints of an institution at most `hints_cap_db`; `silence_db` what it is worth that a detector could
    judge an institution and found nothing (below 0), in sum never under `silence_floor_db`.
    """

    version: str
    report_prior: float = 0.005
    report_priors: Mapping[str, float] = field(default_factory=dict)
    harm: Mapping[str, float] = field(default_factory=dict)
    volume_exponent: float = 0.5
    recent_days: int = 180
    recent_factor: float = 0.5
    tier_by_severity: Mapping[str, Tier] = field(
        default_factory=lambda: {"weak": "T1", "strong": "T2", "certain": "T3"}
    )
    joint: frozenset[str] = frozenset()
    sick_share: float = 0.3
    sick_least: int = 5
    hint_db: Mapping[str, float] = field(default_factory=dict)
    hints_cap_db: float = 6.0
    silence_db: Mapping[str, float] = field(default_factory=dict)
    silence_floor_db: float = -6.0

    def tier_of(self, detector: str, severity: str) -> Tier:
        """How a finding may be used (`screening.md` §5.6); never how anybody is punished."""
        if severity == "certain" and detector in self.joint:
            return "T4"
        return self.tier_by_severity[severity]

    def prior_of(self, volumes: Mapping[str, int]) -> float:
        """The expected share of false reports of an institution with so many reports by field."""
        whole = sum(volumes.values())
        if not whole:
            return self.report_prior
        return sum(self.report_priors.get(one, self.report_prior) * n for one, n in volumes.items()) / whole

    def harm_of(self, volumes: Mapping[str, int]) -> float:
        """Harm weight of an institution: its fields' weights by volume."""
        whole = sum(volumes.values())
        if not whole:
            return 1.0
        return sum(self.harm.get(one, 1.0) * n for one, n in volumes.items()) / whole


BUILT_IN = ScoringPolicy(version="built-in")
"""For those who screen without the published weights: every field counts alike."""
