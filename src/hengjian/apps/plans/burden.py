"""What a plan certainly brings upon each enterprise, before anybody is drawn: full coverage against the cap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hengjian.apps.plans.models import AnnualPlan, PlanItem, Visit
from hengjian.apps.plans.parameters import settings_of
from hengjian.apps.plans.procedures import EXPECTED
from hengjian.apps.plans.scope import is_in_scope, scope_of
from hengjian.apps.plans.secrecy import sealed
from hengjian.apps.registry.models import Institution


@dataclass(frozen=True, slots=True)
class Expected:
    """An enterprise with its certain visits of the year: made or reserved, and still to come by full coverage."""

    institution: Institution
    used: int
    coming: tuple[PlanItem, ...]
    cap: int

    @property
    def expected(self) -> int:
        return self.used + len(self.coming)


def certain_items(plan: AnnualPlan) -> list[PlanItem]:
    """Full-coverage items that send people to enterprises, of this plan and of the other plans in force above, below.

    Items that go along with another one bring no visit of their own.
    """
    rows = PlanItem.objects.filter(plan__year=plan.year, plan__state="in_force").exclude(plan__organ=plan.organ)
    others = [
        one
        for one in rows.select_related("plan__organ")
        if one.plan.organ.path.startswith(plan.organ.path) or plan.organ.path.startswith(one.plan.organ.path)
    ]
    own = list(plan.items.select_related("plan__organ"))
    return [one for one in (*own, *others) if one.is_full and one.is_on_site and one.joined_to_id is None]


def expected_visits(plan: AnnualPlan, *, on: date) -> list[Expected]:
    """Every enterprise that an own full-coverage item of the plan covers, with what is certain for the year."""
    certain = certain_items(plan)
    own = [one for one in certain if one.plan_id == plan.pk]
    if not own:
        return []
    covered = {one.pk: one for item in own for one in scope_of(item)}
    used, lineages = _ledger(covered, year=plan.year)
    caps: dict[int, int] = {}
    found = []
    for pk, institution in covered.items():
        if institution.organ_id not in caps:
            caps[institution.organ_id] = settings_of(institution.organ, on=on)["annual_cap"].value
        coming = tuple(one for one in certain if one.lineage not in lineages[pk] and is_in_scope(one, institution))
        found.append(Expected(institution, used[pk], coming, caps[institution.organ_id]))
    return sorted(found, key=lambda one: (one.cap - one.expected, one.institution.name))


def over_cap(plan: AnnualPlan, *, on: date) -> list[Expected]:
    """Those that would be visited more often than the cap allows, because of items still to come."""
    return [one for one in expected_visits(plan, on=on) if one.coming and one.expected > one.cap]


def _ledger(covered: Iterable[int], *, year: int) -> tuple[dict[int, int], dict[int, set[str]]]:
    used: dict[int, int] = defaultdict(int)
    lineages: dict[int, set[str]] = defaultdict(set)
    # the page and the refusal name enterprises one by one; the guard counts these visits when somebody is to go
    rows = Visit.objects.filter(day__year=year, state__in=EXPECTED).exclude(sealed())
    wanted = set(covered)
    for pk, counted, lineage in rows.values_list("institution_id", "counted", "item__lineage"):
        if pk in wanted:
            used[pk] += counted
            lineages[pk].add(lineage or "")
    return used, lineages
