"""Taking in complaints: what the rule asks for is checked, the complainant goes into the vault, the clock starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import Organ
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.timing import start_acceptance
from hengjian.apps.informants.files import Incoming, check_files, keep_files
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.models import Informant
from hengjian.apps.informants.services import bind_subject, seal, seal_text
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.services import Reported, digest_of, receive_tip
from hengjian.kernel.errors import Refused

TEXT_MOST = 5_000
NARRATIVE = ("claim", "facts")
"""Fields that stay out of the events: what somebody wrote may name people."""
MATERIAL = "《市场监督管理投诉举报处理办法》第十条"
MANDATE = "《市场监督管理投诉举报处理办法》第十一条"
KNOWN = ("organ", "first_organ", "distributed_by", "informant", "agent", "institution")
"""Handed over as rows: whether they exist is not asked again, a query each."""
CLIENTS = {"person": "自然人", "company": "单位"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What a complaint is about; `amount` in fen. `daily_life` as the complainant says."""

    claim: str
    facts: str
    respondent_name: str
    respondent_uscc: str = ""
    respondent_address: str = ""
    institution: Institution | None = None
    area_code: str = ""
    amount: int | None = None
    bought_on: date | None = None
    known_on: date | None = None
    client_kind: str = "person"
    daily_life: bool = True
    report_text: str = ""


@transaction.atomic
def receive_complaint(
    *,
    organ: Organ,
    dispute: Dispute,
    identity: Identity,
    channel: str,
    actor: Actor,
    now: datetime,
    today: date,
    agent: Identity | None = None,
    has_mandate: bool = False,
    informant: Informant | None = None,
    external_no: str = "",
    distributed_by: Organ | None = None,
    files: Sequence[Incoming] = (),
) -> Complaint:
    """Register one complaint and start the clock of its acceptance (CMP-15: seven working days).

    Refused naming what the rule asks for and is missing: true name, telephone, address, respondent, claim and facts
    (CMP-10), a proxy's original mandate (CMP-11). `dispute.report_text` is the part of mixed material that reports a
    violation: it becomes a tip of its own (CMP-09). `informant` is the complainant when sealed already.
    """
    _check(dispute, identity, agent, has_mandate, today)
    _check_known(organ, channel, external_no)
    check_files(files)
    sealed = informant or seal(identity=identity, organ=organ, actor=actor, now=now)
    about = dispute.institution
    complaint = Complaint(
        organ=organ,
        first_organ=distributed_by or organ,
        distributed_by=distributed_by,
        informant=sealed,
        agent=seal(identity=agent, organ=organ, actor=actor, now=now) if agent else None,
        has_mandate=has_mandate,
        client_kind=dispute.client_kind,
        daily_life=dispute.daily_life,
        channel=channel,
        external_no=external_no.strip(),
        claim=seal_text(informant=sealed, text=dispute.claim.strip(), purpose="claim", now=now).redacted,
        facts=seal_text(informant=sealed, text=dispute.facts.strip(), purpose="complaint", now=now).redacted,
        institution=about,
        respondent_name=(about.name if about else dispute.respondent_name.strip())[:120],
        respondent_uscc=about.uscc if about else dispute.respondent_uscc.strip(),
        respondent_address=(dispute.respondent_address.strip() or (about.address if about else ""))[:200],
        area_code=dispute.area_code or (about.area_code if about else organ.area_code[:6]),
        amount=dispute.amount,
        bought_on=dispute.bought_on,
        known_on=dispute.known_on,
        text_digest=digest_of(dispute.claim + dispute.facts),
        received_at=now,
        received_on=today,
        registered_by=actor.name,
        state_at=now,
    )
    _save(complaint, actor=actor, now=now, today=today)
    if files:
        keep_files(informant=sealed, files=files, now=now)
    if dispute.report_text.strip():
        _split_off(complaint, dispute, identity, actor=actor, now=now, today=today)
    return complaint


def _save(complaint: Complaint, *, actor: Actor, now: datetime, today: date) -> None:
    complaint.number = next_number("TS", today.year)
    complaint.full_clean(validate_unique=False, validate_constraints=False, exclude=KNOWN)
    complaint.save()
    bind_subject(informant=complaint.informant, thing=complaint)
    if complaint.agent:
        bind_subject(informant=complaint.agent, thing=complaint)
    append_event(
        now=now,
        actor=actor,
        verb="complaint.receive",
        thing=complaint,
        organ_path=complaint.organ_path,
        basis=MATERIAL,
        after=snapshot(complaint, without=NARRATIVE),
    )
    start_acceptance(complaint, actor=actor, now=now)


def _split_off(
    complaint: Complaint, dispute: Dispute, identity: Identity, *, actor: Actor, now: datetime, today: date
) -> None:
    about = Reported(
        respondent_name=complaint.respondent_name,
        respondent_uscc=complaint.respondent_uscc,
        institution=complaint.institution,
        area_code=complaint.area_code,
    )
    complaint.tip = receive_tip(
        organ=complaint.organ,
        text=dispute.report_text,
        about=about,
        channel="complaint",
        actor=actor,
        now=now,
        today=today,
        identity=identity,
    )
    complaint.save(update_fields=["tip"])


def _check(dispute: Dispute, identity: Identity, agent: Identity | None, has_mandate: bool, today: date) -> None:
    if identity.anonymous or not identity.name.strip():
        raise _refused("name", "投诉应当提供投诉人的真实姓名；不愿意写姓名的，可以改为举报。")
    for field, value, label in (
        ("phone", identity.phone, "投诉人的电话"),
        ("address", identity.address, "投诉人的通讯地址"),
        ("respondent_name", dispute.respondent_name or dispute.institution, "被投诉人的名称"),
        ("claim", dispute.claim.strip(), "具体的投诉请求"),
        ("facts", dispute.facts.strip(), "消费者权益争议的事实"),
    ):
        if not value:
            raise _refused(field, f"请写明{label}，这是投诉必须提供的。")
    if agent is not None:
        _check_agent(agent, has_mandate)
    _check_values(dispute, today)


def _check_agent(agent: Identity, has_mandate: bool) -> None:
    if not (agent.name.strip() and agent.phone.strip()):
        raise _refused("agent_name", "委托他人代为投诉的，请写明代理人的姓名和电话。", article=MANDATE)
    if not has_mandate:
        sentence = "委托他人代为投诉的，应当提供授权委托书原件；请收到原件以后再登记。"
        raise _refused("has_mandate", sentence, article=MANDATE)


def _check_values(dispute: Dispute, today: date) -> None:
    if dispute.client_kind not in CLIENTS:
        raise _refused("client_kind", "投诉人性质请选自然人或者单位。", article=None)
    for field, text, label in (("claim", dispute.claim, "投诉请求"), ("facts", dispute.facts, "事实")):
        if len(text) > TEXT_MOST:
            raise _refused(field, f"{label}最多 {TEXT_MOST} 字，现在是 {len(text)} 字。", article=None)
    for field, day, label in (("bought_on", dispute.bought_on, "交易日期"), ("known_on", dispute.known_on, "知道日期")):
        if day is not None and day > today:
            raise _refused(field, f"{label} {day.isoformat()} 还没有到。", article=None)
    if dispute.amount is not None and dispute.amount < 0:
        raise _refused("amount", "争议金额不能是负数。", article=None)


def _check_known(organ: Organ, channel: str, external_no: str) -> None:
    if channel not in CHANNELS:
        raise _refused("channel", "没有这种渠道，请从列出的渠道中选一种。", article=None)
    number = external_no.strip()
    known = Complaint.objects.filter(organ=organ, external_no=number).first() if number else None
    if known:
        raise _refused("external_no", f"平台编号 {number} 已经登记为 {known.number}，不重复登记。", article=None)


def _refused(field: str, sentence: str, *, article: str | None = MATERIAL) -> Refused:
    return Refused(sentence, where={"field": field}, article=article)
