"""Small builders for plans: a plan in force with its items, made through the services by three people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.plans import planning, services
from hengjian.apps.plans.models import AnnualPlan, MergeProposal, PlanItem, Visit
from hengjian.apps.plans.selectors import plans_seen_by
from hengjian.apps.registry.models import Institution
from tests.apps.factories import Tree, make_actor, make_tree, make_user

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ITEM = {"title": "一般抽查", "kind": "draw", "share": 15}


@dataclass(frozen=True)
class Office:
    """A county with its people, and the city's chief above."""

    tree: Tree
    officer: User
    chief: User
    leader: User
    city_chief: User
    city_officer: User

    @property
    def county(self) -> Organ:
        return self.tree.county


def make_office() -> Office:
    tree = make_tree()
    return Office(
        tree=tree,
        officer=make_user(tree.county, Role.OFFICER, name="甄一"),
        chief=make_user(tree.county, Role.SECTION_CHIEF, name="尤二"),
        leader=make_user(tree.county, Role.LEADER, name="冷三"),
        city_chief=make_user(tree.city, Role.SECTION_CHIEF, name="市科长"),
        city_officer=make_user(tree.city, Role.OFFICER, name="市执法员"),
    )


def draft(user: User, organ: Organ, *items: dict[str, Any], year: int = 2026) -> AnnualPlan:
    """A draft with items."""
    plan = planning.create_plan(
        organ=organ, year=year, title=f"{year}年度检查计划", basis="", user=user, now=NOW, today=TODAY
    )
    for values in items or (ITEM,):
        add_item(plan, user, **values)
    return plan


def add_item(plan: AnnualPlan, user: User, **values: Any) -> PlanItem:
    shares = values.pop("shares", ())
    return planning.save_item(plan=plan, item=None, values={**values}, shares=shares, user=user, now=NOW, today=TODAY)


def move(plan: AnnualPlan, action: str, user: User, **facts: str) -> AnnualPlan:
    """One move as the page would make it."""
    state = AnnualPlan.objects.get(pk=plan.pk).state
    return planning.move_plan(
        pk=plan.pk,
        rows=plans_seen_by(user, on=TODAY),
        action=action,
        user=user,
        now=NOW,
        today=TODAY,
        seen_state=state,
        **facts,
    )


def file(plan: AnnualPlan, *, drafter: User, approver: User, superior: User) -> AnnualPlan:
    """Bring a draft into force: submitted, approved by another, filed, acknowledged by the superior."""
    move(plan, "submit", drafter)
    move(plan, "approve", approver)
    move(plan, "file", approver)
    return move(plan, "acknowledge", superior, receipt_no="云市监备〔2026〕3号")


def plan_in_force(office: Office, *items: dict[str, Any]) -> AnnualPlan:
    plan = draft(office.officer, office.county, *items)
    return file(plan, drafter=office.officer, approver=office.leader, superior=office.city_chief)


def reserve(institution: Institution, user: User, *, day: date, **values: Any) -> Visit:
    """A visit reserved by the person's organ; each its own origin."""
    actor = make_actor(user)
    values.setdefault("organ", user.postings.get().organ)
    values.setdefault("origin_kind", "key_field" if values.get("item") else "tip")
    values.setdefault("origin_id", f"T-{Visit.objects.count() + 1}")
    return services.reserve_visit(institution=institution, day=day, actor=actor, now=NOW, today=TODAY, **values)


def plan_things(tree: Tree, lab: Institution, owner: User) -> dict[str, Any]:
    """A draft with one item, a visit by exception, and a proposal to join another: all the first county's."""
    plan = AnnualPlan.objects.create(
        number="JH-2026-0009", organ=tree.county, year=2026, title="甲", drafted_by=owner, drafted_at=NOW
    )
    item = PlanItem.objects.create(
        plan=plan, number="JH-2026-0009-01", lineage="JH-2026-0009-01", title="乙", kind="key_field", fields=["food"]
    )
    common: dict[str, Any] = {
        "institution": lab,
        "organ": tree.county,
        "counted": False,
        "exception_code": "tip",
        "exception_note": "举报",
        "origin_kind": "tip",
        "reserved_at": NOW,
        "day": date(2026, 12, 1),
    }
    host = Visit.objects.create(number="RQ-2026-0009", origin_id="T-1", **common)
    guest = Visit.objects.create(number="RQ-2026-0010", origin_id="T-2", **common)
    merge = MergeProposal.objects.create(
        number="HB-2026-0009", host=host, guest=guest, proposed_at=NOW, proposed_by="甲"
    )
    return {"plan": plan.number, "plan_item": item.number, "visit": host.number, "merge": merge.number}
