"""What other procedures do with leads: register, file, answer, count again from new facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.leads import timing
from hengjian.apps.leads.closings import tell_closed
from hengjian.apps.leads.codes import ANSWERS, CHANNELS, COMPLEXITY, SUBJECTS
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.moving import check_text, on_day, refused, take_lead, write_answer
from hengjian.apps.leads.policies import handling_policy
from hengjian.apps.leads.procedures import ENDED
from hengjian.apps.leads.respondents import match_respondent
from hengjian.apps.leads.searching import index_lead
from hengjian.apps.leads.tasks import look_for_likeness
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.engines.tables.identifiers import check_uscc, clean_code
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import Move

TITLE_MAX = 200
REPORTS_MAX = 200


@transaction.atomic
def register_lead(
    *,
    organ: Organ,
    channel: str,
    title: str,
    text: str,
    actor: Actor,
    now: datetime,
    today: date,
    institution: Institution | None = None,
    respondent_name: str = "",
    respondent_uscc: str = "",
    area_code: str = "",
    fields: Sequence[str] = (),
    subject: str = "",
    report_numbers: Sequence[str] = (),
    occurred_on: date | None = None,
    received_on: date | None = None,
    origin_kind: str = "",
    origin_id: str = "",
    origin_label: str = "",
    origin_url: str = "",
    outside_number: str = "",
    complexity: str = "ordinary",
    mass: bool = False,
    user: User | None = None,
) -> Lead:
    """Register one lead; whoever calls has asked for the right. Starts the clock of PEN-18 on the day of receipt.

    Refused: unknown channel or field, empty text, no code, a day to come, a second lead of the same origin.
    """
    _require_known(channel=channel, fields=fields, subject=subject, complexity=complexity)
    _require_first(channel, outside_number, origin_kind, origin_id)
    uscc, name = _code(respondent_uscc), respondent_name
    known = institution or match_respondent(uscc=uscc, name=name)
    lead = Lead(
        number=next_number("XS", today.year),
        organ=organ,
        channel=channel,
        title=_required(title, "title", "标题", TITLE_MAX),
        text=_required(text, "text", "内容"),
        institution=known,
        respondent_name=check_text(name, field="respondent_name", label="被反映单位", most=200),
        respondent_uscc=uscc,
        area_code=_area(area_code, known),
        fields=list(fields) or list(known.fields if known else ()),
        subject=subject,
        report_numbers=_numbers(report_numbers),
        occurred_on=occurred_on,
        received_on=_received(received_on, occurred_on, today),
        received_at=now,
        state_at=now,
        registered_by=user,
        outside_number=outside_number.strip()[:60],
        **_origin(origin_kind, origin_id, origin_label, origin_url),
        complexity=complexity,
        mass=mass,
    )
    _save_new(lead, actor=actor, now=now)
    return lead


def _received(received_on: date | None, occurred_on: date | None, today: date) -> date:
    if occurred_on is not None:
        on_day(occurred_on, field="occurred_on", label="行为日", today=today)
    return on_day(received_on or today, field="received_on", label="收到日期", today=today)


def _origin(kind: str, ref: str, label: str, url: str) -> dict[str, str]:
    return {"origin_kind": kind, "origin_id": str(ref), "origin_label": label[:200], "origin_url": url[:300]}


def _save_new(lead: Lead, *, actor: Actor, now: datetime) -> None:
    try:
        lead.full_clean(validate_constraints=False, validate_unique=False)
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    lead.save(force_insert=True)
    _note_registered(lead, actor=actor, now=now)


def _note_registered(lead: Lead, *, actor: Actor, now: datetime) -> None:
    """Event, clocks, index; the search for likeness runs once the lead is safely there."""
    # the text may name people: the record keeps that a lead came, not what it says
    after = {
        "number": lead.number,
        "channel": lead.channel,
        "institution": lead.institution_uscc,
        "received_on": lead.received_on,
        "origin": f"{lead.origin_kind} {lead.origin_id}".strip(),
        "mass": lead.mass,
    }
    append_event(now=now, actor=actor, verb="lead.register", thing=lead, organ_path=lead.organ_path, after=after)
    timing.start_first(lead, actor=actor, now=now)
    index_lead(lead)
    transaction.on_commit(lambda: look_for_likeness.enqueue(lead.pk))


def _require_known(*, channel: str, fields: Sequence[str], subject: str, complexity: str) -> None:
    if channel not in CHANNELS:
        raise refused("channel", f"没有“{channel[:20]}”这种来源渠道。")
    if subject and subject not in SUBJECTS:
        raise refused("subject", f"没有“{subject[:20]}”这类反映事项。")
    if complexity not in COMPLEXITY:
        raise refused("complexity", f"没有“{complexity[:20]}”这种繁简。")
    unknown = next((one for one in fields if one not in FIELD_CODES), None)
    if unknown is not None:
        raise refused("fields", f"没有“{unknown[:20]}”这个领域。")


def _require_first(channel: str, outside_number: str, origin_kind: str, origin_id: str) -> None:
    found = None
    if origin_id:
        found = Lead.objects.filter(origin_kind=origin_kind, origin_id=str(origin_id)).first()
    elif outside_number.strip():
        found = Lead.objects.filter(channel=channel, outside_number=outside_number.strip()[:60]).first()
    if found is not None:
        raise refused("origin", f"它已经登记为线索 {found.number}，不重复登记。")


def _required(text: str, field: str, label: str, most: int = 5_000) -> str:
    plain = check_text(text, field=field, label=label, most=most)
    if not plain:
        raise refused(field, f"请填写{label}。")
    return plain


def _code(code: str) -> str:
    plain = clean_code(code)
    if not plain or Institution.objects.filter(uscc=plain).exists():
        return plain
    problems = check_uscc(plain, demo=settings.DEMO)
    if problems:
        sentence = "；".join(problem.sentence for problem in problems)
        raise refused("respondent_uscc", f"统一社会信用代码“{plain[:30]}”不对：{sentence}。")
    return plain


def _area(area_code: str, institution: Institution | None) -> str:
    plain = area_code.strip() or (institution.area_code if institution else "")
    if plain and not (plain.isascii() and plain.isdigit() and len(plain) in (6, 9, 12)):
        raise refused("area_code", f"行政区划代码应为 6、9 或 12 位数字，填的是“{plain[:20]}”。")
    return plain


def _numbers(numbers: Sequence[str]) -> list[str]:
    plain = list(dict.fromkeys(one.replace("\x00", "").strip()[:80] for one in numbers if one.strip()))
    if len(plain) > REPORTS_MAX:
        raise refused("report_numbers", f"报告编号一次最多 {REPORTS_MAX} 个，现在是 {len(plain)} 个。")
    return plain


@transaction.atomic
def link_institution(
    *, rows: QuerySet[Lead], pk: int, institution: Institution | None, user: User, reason: str, now: datetime
) -> Lead:
    """Say which institution of the register the lead is about (None: none of them); its words and likeness follow."""
    lead = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if lead is None:
        raise NotFound("没有这条线索，或者您无权查看。")
    said = check_text(reason, field="reason", label="理由")
    if not said:
        raise refused("reason", "请写明理由。")
    if lead.state in ENDED:
        raise IllegalMove(f"{lead.number} 已经办结，不再更正被反映单位。")
    actor = handling_policy(user, on=timezone.localdate(now))("lead.triage", lead)
    if actor is None:
        raise NotAllowed("您没有研判这条线索的权限，不能更正被反映单位。")
    before, lead.institution = lead.institution_uscc, institution
    if not lead.area_code and institution is not None:
        lead.area_code = institution.area_code
    lead.save(update_fields=["institution", "area_code"])
    append_event(
        now=now, actor=actor, verb="lead.amend", thing=lead, organ_path=lead.organ_path, reason=said,
        before={"institution": before}, after={"institution": lead.institution_uscc},
    )  # fmt: skip
    index_lead(lead)
    transaction.on_commit(lambda: look_for_likeness.enqueue(lead.pk))
    return lead


@transaction.atomic
def mark_filed(*, lead: Lead, case_number: str, url: str, actor: Actor, now: datetime) -> Lead:
    """A case was filed on this lead: verification is over, the lead waits for the case's end."""

    def apply(row: Lead, move: Move, who: Actor) -> None:
        row.case_number, row.case_url = case_number, url

    done = take_lead("file", lead=lead, actor=actor, now=now, facts={"case_number": case_number}, apply=apply)
    timing.stop(done, timing.CHECK, actor=actor, now=now)
    timing.stop(done, timing.FORWARD, actor=actor, now=now, met=False)
    tell_closed(lead=done, actor=actor, now=now)
    return done


@transaction.atomic
def mark_unfiled(*, lead: Lead, reason: str, actor: Actor, now: datetime, today: date) -> Lead:
    """The case was withdrawn and the lead needs another answer: verification goes on, counted from today."""

    def apply(row: Lead, move: Move, who: Actor) -> None:
        row.case_number, row.case_url = "", ""

    done = take_lead("unfile", lead=lead, actor=actor, now=now, facts={"reason": reason}, apply=apply)
    timing.start(done, timing.CHECK, on=today, actor=actor, now=now)
    return done


@transaction.atomic
def mark_answered(
    *, lead: Lead, kind: str, text: str, ref_label: str, ref_url: str, actor: Actor, now: datetime
) -> Lead:
    """Another procedure gave the lead its answer (case closed, complaint ended, inspection clear, measure taken)."""
    if kind not in ANSWERS:
        raise refused("kind", f"没有“{kind[:20]}”这种答复方式。")

    def apply(row: Lead, move: Move, who: Actor) -> None:
        row.answered_on = timezone.localdate(now)

    said = check_text(text, field="text", label="答复")
    done = take_lead("answer", lead=lead, actor=actor, now=now, facts={"kind": kind, "text": said}, apply=apply)
    write_answer(done, kind=kind, text=said, ref_label=ref_label, ref_url=ref_url, actor=actor, now=now)
    timing.stop_all(done, actor=actor, now=now)
    tell_closed(lead=done, actor=actor, now=now)
    return done


@transaction.atomic
def restart_clock(*, lead: Lead, on: date, reason: str, actor: Actor, now: datetime) -> Lead:
    """New facts came in: verification is counted from the day of the last of them (CMP-35)."""
    facts: dict[str, Any] = {"on": on, "reason": check_text(reason, field="reason", label="理由")}
    on_day(on, field="on", label="收到新事实的日期", today=timezone.localdate(now), first=lead.received_on)
    done = take_lead("restart", lead=lead, actor=actor, now=now, facts=facts)
    timing.stop(done, timing.CHECK, actor=actor, now=now, met=False)
    if done.state != "filed":
        timing.start(done, timing.CHECK, on=on, actor=actor, now=now)
    return done
