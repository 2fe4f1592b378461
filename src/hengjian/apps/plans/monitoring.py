"""风险监测: a person looks from afar at what screening says of an institution; yearly for every one, and no visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.plans.ledger import lock_institution
from hengjian.apps.plans.models import MonitoringLook, PlanItem
from hengjian.apps.plans.procedures import HOUSE_LOOK
from hengjian.apps.plans.scope import is_in_scope, supervised
from hengjian.apps.record.services import append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import DomainError, NotAllowed, Refused

NOTE_MAX = 500
CONCLUSIONS = dict(MonitoringLook.CONCLUSIONS)


@transaction.atomic
def record_look(
    *, institution: Institution, conclusion: str, note: str, user: User, now: datetime, today: date
) -> MonitoringLook:
    """Write what a person concluded from this year's screening of an institution; once for each screening.

    Refused without a screening of this year, and where a conclusion needs words: a visit asked for, or nothing found
    although the risk is not low.
    """
    institution = lock_institution(institution)
    posting = may(user, "monitoring.look", institution, on=today)
    if posting is None:
        raise NotAllowed("您没有为该机构办理风险监测的权限。")
    _check(institution, conclusion, note, today=today)
    if MonitoringLook.objects.filter(institution=institution, run=institution.risk_run).exists():
        raise Refused(f"{institution.name}已按筛查 {institution.risk_run} 作过风险监测，不必重复。")
    look = MonitoringLook(
        institution=institution,
        organ=posting.organ,
        item=monitoring_item(institution, year=today.year),
        year=today.year,
        looked_on=today,
        looked_at=now,
        looked_by=user,
        conclusion=conclusion,
        note=note.strip(),
        run=institution.risk_run,
        risk=institution.risk,
        band=institution.risk_band,
    )
    look.full_clean()
    look.save()
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="monitoring.look",
        thing=look,
        organ_path=posting.organ.path,
        reason=note.strip(),
        basis=HOUSE_LOOK,
        after=snapshot(look),
    )
    return look


def _check(institution: Institution, conclusion: str, note: str, *, today: date) -> None:
    if conclusion not in CONCLUSIONS:
        raise Refused("请选择监测结论。", where={"field": "conclusion"})
    if len(note) > NOTE_MAX:
        raise Refused(f"说明最多 {NOTE_MAX} 字，现在是 {len(note)} 字。", where={"field": "note"})
    if institution.risk is None or institution.risk_at is None:
        raise Refused(f"{institution.name}还没有筛查结果，不能作风险监测；请先完成一次筛查。")
    if timezone.localdate(institution.risk_at).year != today.year:
        raise Refused(f"{institution.name}最近一次筛查不在{today.year}年，请先完成本年度的筛查。")
    if conclusion == "visit" and not note.strip():
        raise Refused("建议现场检查的，请写明发现了什么。", where={"field": "note"})
    if conclusion == "clear" and institution.risk_band != "green" and not note.strip():
        raise Refused("风险不是低风险的，记“未见异常”要写明理由。", where={"field": "note"})


def monitoring_item(institution: Institution, *, year: int) -> PlanItem | None:
    """The monitoring item of a plan in force that covers the institution: that of the nearest organ."""
    ids = [int(part) for part in institution.organ.path.split("/") if part]
    rows = PlanItem.objects.filter(
        kind="monitoring", plan__year=year, plan__state="in_force", plan__organ_id__in=ids
    ).select_related("plan__organ")
    fitting = [one for one in rows if is_in_scope(one, institution)]
    return max(fitting, key=lambda one: len(one.plan.organ.path), default=None)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many looks were written, and for the others name and sentence."""

    written: int
    refused: tuple[tuple[str, str], ...]


def record_clear_looks(
    *, rows: QuerySet[Institution], pks: Sequence[int], user: User, now: datetime, today: date
) -> Looked:
    """未见异常 for several institutions at once, each in its own transaction; only where the risk is low."""
    written, refused = 0, []
    for one in rows.filter(pk__in=pks).order_by("pk"):
        try:
            if one.risk_band != "green":
                raise Refused("风险不是低风险的，须逐家办理。")
            record_look(institution=one, conclusion="clear", note="", user=user, now=now, today=today)
            written += 1
        except DomainError as error:
            refused.append((one.name, error.sentence))
    return Looked(written, tuple(refused))


def due_for_look(organ: Organ, *, year: int) -> QuerySet[Institution]:
    """Institutions of the organ's area that nobody has looked at this year."""
    seen = MonitoringLook.objects.filter(year=year).values("institution_id")
    return supervised(organ).exclude(pk__in=seen)
