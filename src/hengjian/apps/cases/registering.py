"""Registering a case: from where it came, whom it concerns, what is suspected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.cases import timing
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Case, Party
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.origins import Origin
from hengjian.apps.cases.parties import party_of_institution
from hengjian.apps.cases.wording import SOURCES
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import NotAllowed, Refused
from hengjian.law.catalogue import article_as_of


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed when a case is registered."""

    title: str
    source_code: str
    source_on: date | None
    violation_text: str
    facts: str
    place: str = ""
    area_code: str = ""
    field: str = ""
    occurred_from: date | None = None
    occurred_to: date | None = None


@transaction.atomic
def register_case(
    *,
    organ: Organ,
    entry: Entry,
    user: User,
    now: datetime,
    today: date,
    origin: Origin | None = None,
    institution: Institution | None = None,
    respondent: str = "",
) -> Case:
    """Register a case as 拟立案, with its first party where one is known.

    From a lead, the lead's own clock of verification goes on till the filing is decided; registered otherwise, the case
    gets that clock itself (PEN-18). A second unfinished case of the same origin is refused naming the first.
    """
    posting = may(user, "case.register", organ, on=today)
    if posting is None:
        raise NotAllowed(f"您不能以{organ.short_name}的名义登记案件。", article=article_as_of("PEN-18", today).text)
    if origin is not None and origin.kind == "lead" and origin.organ.pk != organ.pk:
        raise refused("organ", f"这条线索由{origin.organ.short_name}承办，须由该机关登记案件。")
    number = next_number("AJ", today.year)  # before the look for an earlier case: two at once wait for each other here
    _require_first(origin)
    actor = actor_for(user, posting)
    case = _built(entry, number=number, organ=organ, user=user, now=now, today=today, origin=origin)
    case.full_clean()
    case.save()
    whom = institution or (origin.institution if origin else None)
    if whom is not None:
        party_of_institution(case, whom)
    elif respondent.strip():
        name = text_of(respondent, field="respondent", label="当事人名称", most=120)
        Party.objects.create(case=case, order=1, kind="institution", role="institution", name=name)
    note = f"来源：{origin.label}" if origin else f"来源：{case.get_source_code_display()}"
    write_step(
        case=case,
        action="register",
        label="登记案件",
        actor=actor,
        now=now,
        on=today,
        note=note,
        user=user,
        url=case.origin_url,
    )
    append_event(
        now=now, actor=actor, verb="case.register", thing=case, organ_path=case.organ_path, after=snapshot(case)
    )
    if case.origin_kind != "lead":
        timing.start(case, timing.CHECK, on=case.source_on, actor=actor, now=now)
    return case


def _built(
    entry: Entry, *, number: str, organ: Organ, user: User, now: datetime, today: date, origin: Origin | None
) -> Case:
    first = entry.occurred_from
    last = entry.occurred_to or first
    if first is not None and first > today:
        raise refused("occurred_from", "行为日还没有到，请核对日期。")
    if first is not None and last is not None and last < first:
        raise refused("occurred_to", "行为日的末日早于首日。")
    if entry.field and entry.field not in FIELD_CODES:
        raise refused("field", "请从列出的领域中选一项。")
    return Case(
        number=number,
        organ=organ,
        title=text_of(entry.title, field="title", label="案由", most=200),
        source_code=one_of(entry.source_code, SOURCES, field="source_code", label="案件来源"),
        source_on=day_of(entry.source_on, field="source_on", label="发现或者收到材料日期", today=today),
        violation_text=text_of(entry.violation_text, field="violation_text", label="涉嫌违法行为", most=300),
        facts=text_of(entry.facts, field="facts", label="案情"),
        place=text_of(entry.place, field="place", label="违法行为发生地", most=200, required=False),
        area_code=entry.area_code or organ.area_code,
        field=entry.field,
        occurred_from=first,
        occurred_to=last,
        origin_kind=origin.kind if origin else "",
        origin_id=origin.id if origin else "",
        origin_label=origin.label if origin else "",
        origin_url=origin.url if origin else "",
        registered_by=user,
        registered_at=now,
        state_at=now,
    )


def _require_first(origin: Origin | None) -> None:
    if origin is None:
        return
    rows = Case.objects.select_for_update(of=("self",)).filter(origin_kind=origin.kind, origin_id=origin.id)
    other = rows.exclude(state__in=("refused", "withdrawn", "archived", "closed")).first()
    if other is not None:
        raise Refused(
            f"{origin.label}已经登记为案件 {other.number}（{other.get_state_display()}），不能重复登记。",
            where={"field": "origin"},
        )
