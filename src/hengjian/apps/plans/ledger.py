"""What every entry of the ledger has to pass: the institution's lock, the request's form, the row with its event."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.models import PlanItem, Visit
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.plans.procedures import CHK, EXCEPTION_CODES, ORIGINS
from hengjian.apps.plans.scope import is_in_scope
from hengjian.apps.record.services import Actor, append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import Refused

NOTE_MAX = 300


def lock_institution(institution: Institution) -> Institution:
    """The institution (where it was merged: the one it went into) under its row lock, so that caps hold for two users.

    Every write to the ledger of one enterprise takes this lock before it asks the guard.
    """
    locked = Institution.objects.select_for_update(of=("self",)).select_related("organ").get(pk=institution.pk)
    while locked.merged_into_id:
        rows = Institution.objects.select_for_update(of=("self",)).select_related("organ")
        locked = rows.get(pk=locked.merged_into_id)
    return locked


def check_request(
    *,
    institution: Institution,
    organ: Organ,
    day: date,
    origin_kind: str,
    origin_id: str,
    item: PlanItem | None,
    exception_code: str,
    exception_note: str,
    today: date,
) -> None:
    """Refuse with the sentence what no visit may be: outside plan and lead, back-dated, of a closed institution."""
    if origin_kind not in ORIGINS or not origin_id.strip():
        raise Refused("检查必须写明来源：哪一类、哪一号。", where={"field": "origin_kind"})
    if exception_code and exception_code not in EXCEPTION_CODES:
        raise Refused(f"没有“{exception_code[:16]}”这一例外情形。", where={"field": "exception_code"})
    if exception_code and not exception_note.strip():
        raise Refused("按例外情形检查的，必须写明理由；理由将公示。", where={"field": "exception_note"})
    if len(exception_note) > NOTE_MAX:
        raise Refused(
            f"例外说明最多 {NOTE_MAX} 字，现在是 {len(exception_note)} 字。", where={"field": "exception_note"}
        )
    if day < today:
        raise Refused("不能预约已经过去的日期。", where={"field": "day", "value": day.isoformat()})
    if institution.status == "closed":
        raise Refused(f"{institution.name}已注销，不能安排检查。", where={"field": "institution"})
    if item is None and not exception_code:
        raise Refused(
            "没有计划也没有线索，不能检查企业：请选择已备案计划中的事项，或者选择例外情形并写明理由。",
            where={"field": "item"},
            article=CHK,
        )
    if item is not None:
        _check_item(item, institution=institution, organ=organ, day=day)
    _refuse_twice(institution, origin_kind, origin_id)


def _check_item(item: PlanItem, *, institution: Institution, organ: Organ, day: date) -> None:
    plan = item.plan
    field: dict[str, object] = {"field": "item", "value": item.number}
    if plan.state != "in_force":
        raise Refused(f"计划 {plan.number} 还没有备案生效，不能据以安排检查。", where=field)
    if day.year != plan.year:
        raise Refused(f"{item.number} 是{plan.year}年度的事项，不能安排在{day.year}年。", where=field)
    if not item.is_on_site:
        raise Refused(f"{item.number} 是风险监测，不入企；监测发现问题的按数据预警安排检查。", where=field)
    if not organ.path.startswith(plan.organ.path):
        raise Refused(
            f"{item.number} 是{plan.organ.short_name}的计划事项，{organ.short_name}不能据以检查。", where=field
        )
    if not is_in_scope(item, institution):
        raise Refused(f"{institution.name}不在 {item.number} 的检查范围内（领域或者区域不符）。", where=field)


def _refuse_twice(institution: Institution, origin_kind: str, origin_id: str) -> None:
    same = Visit.objects.filter(institution=institution, origin_kind=origin_kind, origin_id=origin_id.strip())
    known = same.exclude(state="cancelled").first()
    if known:
        raise Refused(
            f"已经按同一来源（{ORIGINS[origin_kind]} {origin_id}）为该机构安排了检查 {known.number}。",
            where={"field": "origin_id"},
        )


def create_visit(*, institution: Institution, actor: Actor, now: datetime, **values: Any) -> Visit:
    """Write the row and its event; the caller holds the institution's lock and has asked the guard."""
    visit = Visit(
        number=next_number("RQ", values["day"].year),
        institution=institution,
        reserved_at=now,
        **{**values, "origin_id": values["origin_id"].strip()},
    )
    visit.full_clean()
    visit.save()
    append_event(
        now=now,
        actor=actor,
        verb="visit.reserve",
        thing=visit,
        organ_path=visit.organ.path,
        reason=visit.exception_note,
        basis=CHK,
        # the target of a draw is told by the draw, once its seal is off
        after=snapshot(visit, without=("institution",) if visit.origin_kind == "draw" else ()),
    )
    return visit
