"""Hands the published policy weights to the engine as plain values; engines know no law."""

from __future__ import annotations

from datetime import date

from hengjian.engines.screening.policy import BUILT_IN, ScoringPolicy
from hengjian.kernel.errors import NotFound
from hengjian.law.scoring import screening_policy


def policy_in_force(on: date) -> ScoringPolicy:
    """The weights published for a day; before the first table those that the program was written with."""
    try:
        table = screening_policy(on)
    except NotFound:
        return BUILT_IN
    return ScoringPolicy(
        version=table.id,
        report_prior=float(table.report_prior),
        report_priors={one.field: float(one.share) for one in table.report_priors},
        harm={one.field: float(one.weight) for one in table.harm},
        volume_exponent=float(table.volume_exponent),
        recent_days=table.recent_days,
        recent_factor=float(table.recent_factor),
        tier_by_severity={one.severity: one.tier for one in table.tiers if one.severity != "joint"},
        joint=frozenset(table.joint),
        sick_share=float(table.sick_share),
        sick_least=table.sick_least,
        hint_db={one.detector: float(one.db) for one in table.hints},
        hints_cap_db=float(table.hints_cap_db),
        silence_db={one.detector: float(one.db) for one in table.silences},
        silence_floor_db=float(table.silence_floor_db),
    )
