"""Taking in tips: who reported goes into the vault, what was reported onto a lead; repeats are known and told."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants.files import Incoming, check_files, keep_files
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.models import Informant
from hengjian.apps.informants.services import bind_subject, seal, seal_text
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.leads.services import register_lead
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.models import Tip, TipNote
from hengjian.apps.tips.repeats import same_report
from hengjian.kernel.errors import Refused

TEXT_LEAST = 10
TEXT_MOST = 5_000
NARRATIVE = ("text",)
"""Fields that stay out of the events: what somebody wrote may name people."""
KNOWN = ("organ", "first_organ", "distributed_by", "informant", "institution", "merged_into")
"""Handed over as rows: whether they exist is not asked again, a query each."""
ARTICLE = "《市场监督管理投诉举报处理办法》第二十八条"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Whom a report is about and where and when it happened."""

    respondent_name: str
    respondent_uscc: str = ""
    institution: Institution | None = None
    area_code: str = ""
    occurred_on: date | None = None
    fields: Sequence[str] = ()
    report_numbers: Sequence[str] = ()


@transaction.atomic
def receive_tip(
    *,
    organ: Organ,
    text: str,
    about: Reported,
    channel: str,
    actor: Actor,
    now: datetime,
    today: date,
    identity: Identity | None = None,
    insider: bool = False,
    informant: Informant | None = None,
    external_no: str = "",
    distributed_by: Organ | None = None,
    files: Sequence[Incoming] = (),
) -> Tip:
    """Register one tip at an organ and the lead on which its verification runs (PEN-18 from the day of receipt).

    `identity` None (or anonymous) is an anonymous tip; `informant` is one that is sealed already and has no matter yet.
    The same person with the same text about the same respondent is registered as repeated and gets no new lead
    (CMP-35). Refused with the sentence where there is no concrete clue (CMP-28), the date lies ahead, or the
    platform's number is known already. `files` are encrypted beside the identity.
    """
    _check(text, about, channel, external_no, organ, today)
    check_files(files)
    named = identity is not None and not identity.anonymous
    sealed = informant or seal(identity=identity or Identity(anonymous=True), organ=organ, actor=actor, now=now)
    kept = seal_text(informant=sealed, text=text.strip(), purpose="tip", now=now)
    if files:
        keep_files(informant=sealed, files=files, now=now)
    tip = Tip(
        organ=organ,
        first_organ=distributed_by or organ,
        distributed_by=distributed_by,
        informant=sealed,
        kind="insider" if insider else "named" if named or not sealed.anonymous else "anonymous",
        channel=channel,
        external_no=external_no.strip(),
        text=kept.redacted,
        institution=about.institution,
        respondent_name=(about.institution.name if about.institution else about.respondent_name.strip())[:120],
        respondent_uscc=about.institution.uscc if about.institution else about.respondent_uscc.strip(),
        area_code=about.area_code or (about.institution.area_code if about.institution else organ.area_code[:6]),
        occurred_on=about.occurred_on,
        text_digest=digest_of(text),
        received_at=now,
        received_on=today,
        registered_by=actor.name,
        state_at=now,
        number="",
    )
    return _register(tip, about, actor=actor, now=now, today=today)


def _register(tip: Tip, about: Reported, *, actor: Actor, now: datetime, today: date) -> Tip:
    earlier = same_report(tip)
    if earlier is not None:
        tip.state, tip.merged_into = "repeated", earlier
    tip.number = next_number("JB", today.year)
    tip.full_clean(validate_unique=False, validate_constraints=False, exclude=KNOWN)
    tip.save()
    bind_subject(informant=tip.informant, thing=tip)
    append_event(
        now=now,
        actor=actor,
        verb="tip.receive",
        thing=tip,
        organ_path=tip.organ_path,
        basis=ARTICLE,
        after=snapshot(tip, without=NARRATIVE),
    )
    if earlier is not None:
        told = f"同一举报人已就同一事实举报过（{earlier.number}），不再重复处理；有新的事实请另行写明。"
        TipNote.objects.create(tip=tip, kind="repeat", text=told, at=now, by_name=actor.name)
        return tip
    tip.lead = register_lead(
        organ=tip.organ,
        channel="tip",
        # it becomes titles of papers that the respondent reads: nothing in it says that somebody reported
        title=f"核查{tip.respondent_name}涉嫌违法的线索"[:200],
        text=tip.text,
        actor=actor,
        now=now,
        today=today,
        institution=tip.institution,
        respondent_name=tip.respondent_name,
        respondent_uscc="" if tip.institution else tip.respondent_uscc,
        area_code=tip.area_code,
        fields=tuple(about.fields),
        report_numbers=tuple(about.report_numbers),
        occurred_on=tip.occurred_on,
        received_on=tip.received_on,
        origin_kind="tip",
        origin_id=str(tip.pk),
        origin_label=f"举报 {tip.number}",
        origin_url=reverse("tips:show", args=[tip.number]),
    )
    tip.save(update_fields=["lead"])
    return tip


def _check(text: str, about: Reported, channel: str, external_no: str, organ: Organ, today: date) -> None:
    if channel not in CHANNELS:
        raise _refused("channel", "没有这种渠道，请从列出的渠道中选一种。")
    if about.institution is None and not about.respondent_name.strip():
        raise _refused("respondent_name", "请写明被举报的机构：举报应当提供涉嫌违法的具体线索。", article=ARTICLE)
    length = len(text.strip())
    if length < TEXT_LEAST:
        sentence = f"请写明具体的线索和事实（什么时间、什么报告、做了什么），至少 {TEXT_LEAST} 字；现在是 {length} 字。"
        raise _refused("text", sentence, article=ARTICLE)
    if length > TEXT_MOST:
        raise _refused("text", f"线索和事实最多 {TEXT_MOST} 字，现在是 {length} 字。其余内容请作为附件提交。")
    if about.occurred_on is not None and about.occurred_on > today:
        raise _refused("occurred_on", f"发生日期 {about.occurred_on.isoformat()} 还没有到。")
    known = external_no.strip() and Tip.objects.filter(organ=organ, external_no=external_no.strip()).first()
    if known:
        raise _refused("external_no", f"平台编号 {external_no.strip()} 已经登记为 {known.number}，不重复登记。")


def digest_of(text: str) -> str:
    """SHA-256 of the text without blanks, signs, width and case: the same words give the same digest."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
    return hashlib.sha256(plain.encode()).hexdigest()


def _refused(field: str, sentence: str, *, article: str | None = None) -> Refused:
    return Refused(sentence, where={"field": field}, article=article)


def sealed(text: str) -> str:
    """A text by its length and digest."""
    return f"{len(text)} 字，SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"
