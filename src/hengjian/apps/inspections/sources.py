"""The plans and leads that the parts below bring: drawn targets, items of full coverage, campaigns, looks, alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.alerts.models import Alert
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.procedures import TASKABLE
from hengjian.apps.draws.selectors import targets_without_task, team_of
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.origins import Origin, Source, register
from hengjian.apps.plans.models import MonitoringLook, PlanItem
from hengjian.apps.plans.selectors import items_open_for_tasks
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import zh_date

ASSIGN = "inspection.assign"
SHOWN_MOST = 500


def _served(kind: str) -> set[str]:
    """Ids of origins of a kind that a task serves."""
    rows = Inspection.objects.filter(origin_kind=kind).exclude(state="cancelled")
    return set(rows.values_list("origin_id", flat=True))


def group_ids(groups: Iterable[str]) -> tuple[str, ...]:
    """Plans may write `A` for `CK-A`."""
    return tuple(one if one.startswith("CK-") else f"CK-{one}" for one in groups)


def open_targets(draw: Draw) -> list[DrawUnit]:
    """Targets of the draw, substitutes included, that have no task and no visit in the ledger yet."""
    rows = targets_without_task(draw.organ).filter(draw=draw)
    return list(rows.select_related("draw__organ", "draw__item__plan", "institution__organ"))


def draws_for(user: User, on: date) -> list[Draw]:
    """Draws whose targets this person may send people to."""
    rows = Draw.objects.filter(state__in=TASKABLE).select_related("organ", "item")
    return [one for one in visible(user, ASSIGN, rows, on=on) if may_see_targets(user, one, on=on)]


def _drawn(unit: DrawUnit) -> Source:
    draw, team = unit.draw, team_of(unit)
    return Source(
        kind="draw",
        id=draw.number,
        ref=f"{draw.number}/{unit.unit_id}",
        label=f"双随机抽查 {draw.number}",
        title=draw.title,
        organ=draw.organ,
        institution=unit.institution,
        visit_kind="draw",
        item=draw.item,
        notice=draw.item.notice,
        lead=team.get("lead"),
        member=team.get("member"),
        experts=(team["expert"],) if "expert" in team else (),
        groups=group_ids(draw.item.checklist_groups),
        fields=tuple(unit.institution.fields),
        planned_on=draw.planned_from,
        planned_until=draw.planned_to,
        url=reverse("draws:show", args=[draw.number]),
        note=f"{zh_date(draw.planned_from)}至{zh_date(draw.planned_to)}检查",
    )


def _drawn_open(user: User, on: date) -> list[Source]:
    return [_drawn(unit) for draw in draws_for(user, on) for unit in open_targets(draw)][:SHOWN_MOST]


def _drawn_one(user: User, on: date, ref: str) -> Source | None:
    number, _, unit_id = ref.partition("/")
    draw = next((one for one in draws_for(user, on) if one.number == number), None)
    if draw is None:
        return None
    unit = (
        DrawUnit.objects.select_related("draw__organ", "draw__item", "institution")
        .filter(draw=draw, unit_id=unit_id)
        .first()
    )
    if unit is None:
        return None
    if not unit.in_force:
        raise Refused(f"{unit.institution.name}没有被抽查 {number} 抽中，或者已被替换。", where={"field": "origin"})
    return _drawn(unit)


def _organs(user: User, on: date) -> list[Organ]:
    # a station works under its bureau's plan, whose items the bureau's own posting finds
    return list(dict.fromkeys(posting.organ for posting in granting(user, ASSIGN, on)))


def _of_item(item: PlanItem, organ: Organ) -> Source:
    return Source(
        kind=item.kind,
        id=item.number,
        label=f"{item.get_kind_display()} {item.number}",
        title=item.title,
        organ=organ,
        institution=None,
        visit_kind=item.kind,
        item=item,
        notice=item.notice,
        groups=group_ids(item.checklist_groups),
    )


def _items_open(kind: str, user: User, on: date) -> list[Source]:
    found: dict[str, Source] = {}
    for organ in _organs(user, on):
        for item in items_open_for_tasks(organ, on.year).filter(kind=kind):
            found.setdefault(item.number, _of_item(item, organ))
    return list(found.values())


def _item_one(kind: str, user: User, on: date, ref: str) -> Source | None:
    return next((one for one in _items_open(kind, user, on) if one.id == ref), None)


def _looks(user: User, on: date) -> QuerySet[MonitoringLook]:
    rows = MonitoringLook.objects.filter(conclusion="visit").select_related("institution__organ", "organ")
    return visible(user, ASSIGN, rows, on=on, organ="institution__organ")


def _look(one: MonitoringLook) -> Source:
    return Source(
        kind="monitoring",
        id=str(one.pk),
        label=f"风险监测 {zh_date(one.looked_on)}",
        title=f"风险监测建议现场检查：{one.institution.name}",
        organ=one.institution.organ,
        institution=one.institution,
        visit_kind="monitoring",
        exception_code="alert",
        exception_note=f"风险监测（{one.run}）建议现场检查：{one.note}"[:300],
        note=one.note,
    )


def _looks_open(user: User, on: date) -> list[Source]:
    served = _served("monitoring")
    return [_look(one) for one in _looks(user, on)[:SHOWN_MOST] if str(one.pk) not in served]


def _look_one(user: User, on: date, ref: str) -> Source | None:
    one = _looks(user, on).filter(pk=int(ref)).first() if ref.isascii() and ref.isdigit() and len(ref) < 16 else None
    return _look(one) if one else None


def _alerts(user: User, on: date) -> QuerySet[Alert]:
    rows = Alert.objects.select_related("institution__organ", "organ").defer("evidence", "report_ids", "judged_reports")
    return visible(user, ASSIGN, rows, on=on)


def _alert(one: Alert) -> Source:
    return Source(
        kind="alert",
        id=one.number,
        label=f"预警 {one.number}",
        title=f"预警核查：{one.title}"[:200],
        organ=one.organ,
        institution=one.institution,
        visit_kind="alert",
        exception_code="alert",
        exception_note=f"预警 {one.number} 已确认：{one.title}"[:300],
        url=reverse("alerts:show", args=[one.number]),
        note=f"{one.get_severity_display()}，涉及 {one.n_reports} 份报告",
    )


def _alerts_open(user: User, on: date) -> list[Source]:
    served = _served("alert")
    rows = _alerts(user, on).filter(state="confirmed").order_by("-judged_at", "-pk")[:SHOWN_MOST]
    return [_alert(one) for one in rows if one.number not in served]


def _alert_one(user: User, on: date, ref: str) -> Source | None:
    one = _alerts(user, on).filter(number=ref).first()
    if one is None:
        return None
    if one.state != "confirmed":
        raise Refused(
            f"预警 {one.number} 现在是“{one.get_state_display()}”，确认以后才能据以检查。", where={"field": "origin"}
        )
    return _alert(one)


def register_all() -> None:
    """Offer what the parts below bring."""
    register(
        Origin("draw", "双随机抽查", _drawn_open, _drawn_one, order=10),
        Origin("alert", "预警", _alerts_open, _alert_one, order=20),
        Origin("monitoring", "风险监测", _looks_open, _look_one, order=30),
    )
    for order, (kind, label) in enumerate((("key_field", "重点领域全覆盖"), ("campaign", "专项检查")), start=40):
        register(
            Origin(
                kind,
                label,
                lambda user, on, kind=kind: _items_open(kind, user, on),  # type: ignore[misc]
                lambda user, on, ref, kind=kind: _item_one(kind, user, on, ref),  # type: ignore[misc]
                order=order,
            )
        )
