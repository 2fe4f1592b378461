"""Whether a provision reaches the conduct by field, kind, region and facts, and what it allows there."""

from __future__ import annotations

from hengjian.engines.penalties.conduct import Conduct, Consequence, Provision
from hengjian.engines.penalties.result import Applicable
from hengjian.engines.penalties.sums import fitting, lawful_range


def reaches(provision: Provision, conduct: Conduct, kinds: frozenset[str]) -> bool:
    """Whether the provision is meant for this conduct at all, whatever the day."""
    named = bool(set(provision.violation_ids) & set(conduct.violation_ids)) if provision.violation_ids else True
    return (
        named
        and bool(kinds & set(provision.kinds))
        and (not provision.fields or conduct.field in provision.fields)
        and conduct.area_code.startswith(provision.area_prefix)
        and (not provision.needs_trait or provision.needs_trait in conduct.traits)
        and (not provision.test_kind or conduct.test_kind in ("", provision.test_kind))
    )


def applicable_of(
    provision: Provision, conduct: Conduct, kinds: frozenset[str], *, reasons: tuple[str, ...]
) -> Applicable:
    """What the provision allows against this party for this conduct."""
    article = "、".join(one.text for one in provision.articles)
    found = fitting(provision.sums, conduct, kinds, serious=bool(conduct.serious))
    lawful, missing = lawful_range(found, conduct, article)
    ordered = conduct.ordered_before and conduct.recheck_failed
    return Applicable(
        provision=provision,
        sums=tuple(found),
        range=lawful,
        measures=provision.measures,
        consequences=_consequences(provision, conduct, kinds),
        fine_allowed=not provision.transfer and (ordered or not provision.is_two_step_for(kinds)),
        reasons=reasons,
        missing=missing,
    )


def _consequences(provision: Provision, conduct: Conduct, kinds: frozenset[str]) -> tuple[Consequence, ...]:
    grades = {"", "serious" if conduct.serious else "ordinary"} | ({"crime"} if conduct.crime else set())
    persons = conduct.party_kind == "person"
    return tuple(
        one
        for one in provision.consequences
        if one.grade in grades and (not one.kinds or kinds & set(one.kinds)) and (one.action == "ban") == persons
    )
