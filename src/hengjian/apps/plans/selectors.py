"""Reading plans, the ledger of visits, merges, looks and coverage within a person's reach."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.accounts.selectors import JURISDICTION, in_force
from hengjian.apps.plans.coverage import Coverage, coverage
from hengjian.apps.plans.models import AnnualPlan, MergeProposal, MonitoringLook, Parameter, PlanItem, Visit
from hengjian.apps.plans.procedures import EXPECTED, ON_SITE
from hengjian.apps.plans.scope import Weights, weights
from hengjian.apps.plans.secrecy import hidden_from
from hengjian.apps.record.models import Event

__all__ = [
    "Coverage",
    "Weights",
    "coverage",
    "editors_of",
    "exceptions_seen_by",
    "items_open_for_draw",
    "items_open_for_tasks",
    "items_seen_by",
    "looks_seen_by",
    "merges_seen_by",
    "organs_with_plans_seen_by",
    "parameters_seen_by",
    "plans_seen_by",
    "published_exceptions",
    "published_plans",
    "visits_seen_by",
    "weights",
]


def plans_seen_by(user: Any, *, on: date) -> QuerySet[AnnualPlan]:
    """Plans of the person's part of the tree."""
    rows = AnnualPlan.objects.select_related("organ__parent", "superior", "previous", "drafted_by")
    return visible(user, "plan.view", rows, on=on)


EDITS = (
    "annual_plan.create",
    "annual_plan.new_version",
    "annual_plan.edit",
    "annual_plan.submit",
    "plan_item.create",
    "plan_item.edit",
    "plan_item.remove",
)
"""What makes a person an author of a plan: whoever has done one of these may not approve it."""


def editors_of(plan: AnnualPlan) -> set[str]:
    """Ids of everybody who drafted or submitted the plan, or wrote, changed or removed one of its items."""
    of_plan = Q(thing_kind="plans.annualplan", thing_id=str(plan.pk))
    # a removed item has no row any more: its events still bear the number that begins with the plan's
    of_items = Q(thing_kind="plans.planitem", thing_label__startswith=f"{plan.number}-")
    rows = Event.objects.filter(of_plan | of_items, verb__in=EDITS).order_by().values_list("actor_id", flat=True)
    return {*rows.distinct(), str(plan.drafted_by_id), str(plan.submitted_by_id)}


def items_seen_by(user: Any, *, on: date) -> QuerySet[PlanItem]:
    """Items of plans in the person's part of the tree."""
    rows = PlanItem.objects.select_related("plan__organ", "joined_to")
    return visible(user, "plan.view", rows, on=on, organ="plan__organ")


def visits_seen_by(user: Any, *, on: date) -> QuerySet[Visit]:
    """Visits of the organs in the person's part of the tree; other organs' visits are told by the guard alone.

    The sample of an unopened sealed draw only for those who may see it.
    """
    rows = Visit.objects.select_related("institution", "organ", "item__plan", "merged_with")
    return visible(user, "visit.view", rows, on=on).exclude(hidden_from(user, on=on))


def exceptions_seen_by(user: Any, *, on: date) -> QuerySet[Visit]:
    """Visits by a coded exception."""
    return visits_seen_by(user, on=on).exclude(exception_code="")


def merges_seen_by(user: Any, *, on: date) -> QuerySet[MergeProposal]:
    """Proposals in which an organ of the person's part of the tree stands on either side."""
    rows = MergeProposal.objects.select_related(
        "host__institution", "host__organ", "host__item", "guest__institution", "guest__organ", "guest__item"
    )
    of_host = visible(user, "visit.view", rows, on=on, organ="host__organ")
    of_guest = visible(user, "visit.view", rows, on=on, organ="guest__organ")
    hidden = hidden_from(user, on=on, prefix="host__") | hidden_from(user, on=on, prefix="guest__")
    return (of_host | of_guest).exclude(hidden)


def looks_seen_by(user: Any, *, on: date) -> QuerySet[MonitoringLook]:
    """Off-site looks at institutions in the person's part of the tree."""
    rows = MonitoringLook.objects.select_related("institution", "organ", "looked_by")
    return visible(user, "plan.view", rows, on=on, organ="institution__organ")


def parameters_seen_by(user: Any, *, on: date) -> QuerySet[Parameter]:
    """Numbers set by organs in the person's part of the tree."""
    return visible(user, "plan.view", Parameter.objects.select_related("organ"), on=on)


def organs_with_plans_seen_by(user: Any, *, on: date) -> list[Organ]:
    """Bureaus whose coverage the person may read, the own first by the tree's order."""
    condition = Q(pk__in=[])
    for posting in granting(user, "plan.view", on):
        condition |= Q(path__startswith=posting.organ.path)
        # people of stations and teams read their bureau's coverage
        condition |= Q(pk=posting.organ.parent_id) if posting.organ.level not in JURISDICTION else Q(pk__in=[])
    return list(in_force(Organ.objects.filter(condition, level__in=JURISDICTION), on=on).order_by("path"))


def items_open_for_draw(organ: Organ, year: int) -> QuerySet[PlanItem]:
    """Items of the organ's plan in force that are carried out by drawing."""
    rows = PlanItem.objects.filter(plan__organ=organ, plan__year=year, plan__state="in_force")
    partial = Q(kind="campaign") & (Q(n__isnull=False) | Q(share__lt=100))
    return rows.filter(Q(kind="draw") | partial).select_related("plan__organ", "joined_to").prefetch_related("shares")


def items_open_for_tasks(organ: Organ, year: int) -> QuerySet[PlanItem]:
    """Items of plans in force under which the organ may go without a draw: full coverage, whole campaigns.

    A station or team works under its bureau's plan.
    """
    ids = [organ.pk] if organ.level in JURISDICTION else [organ.pk, organ.parent_id]
    rows = PlanItem.objects.filter(plan__organ_id__in=ids, plan__year=year, plan__state="in_force")
    whole = Q(kind="campaign", n__isnull=True, share=100)
    return rows.filter(Q(kind="key_field") | whole).select_related("plan__organ", "joined_to")


def published_plans() -> QuerySet[AnnualPlan]:
    """Plans that the public may read: filed ones, whatever became of them."""
    return AnnualPlan.objects.filter(state__in=("in_force", "superseded", "closed")).select_related("organ", "superior")


def published_exceptions() -> QuerySet[Visit]:
    """Visits by exception that have begun: before, their publication would warn the enterprise."""
    rows = Visit.objects.exclude(exception_code="").filter(state__in=ON_SITE)
    return rows.select_related("institution", "organ")


def visits_of_institution(institution_id: int) -> QuerySet[Visit]:
    """Everything in the ledger about one enterprise, newest first; what of it may be shown is the page's business."""
    rows = Visit.objects.filter(Q(institution_id=institution_id) | Q(institution__merged_into_id=institution_id))
    return rows.select_related("organ", "item__plan", "merged_with", "institution")


def expected_under(item: PlanItem) -> QuerySet[Visit]:
    """Visits under an item and its earlier versions that are to come or were made."""
    return Visit.objects.filter(item__lineage=item.lineage, state__in=EXPECTED)
