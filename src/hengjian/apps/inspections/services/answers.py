"""Writing on site: answers to the list and the text of the record."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.checklist import item_of
from hengjian.apps.inspections.models import CheckAnswer, Inspection, OnSite
from hengjian.apps.inspections.services.writing import (
    Conflict,
    already,
    begin_writing,
    locked,
    note_receipt,
    tell,
    text_of,
)
from hengjian.apps.record.services import Actor, snapshot
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import zh_datetime


@transaction.atomic
def answer_item(
    *,
    inspection: Inspection,
    item_id: str,
    answer: str,
    note: str = "",
    user: User,
    on: date,
    now: datetime,
    seen_version: int | None = None,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
) -> CheckAnswer:
    """Answer one item of the list, or change the answer.

    `seen_version` is the version this device last saw (0: none): when another person has written since, and something
    else, Conflict tells what stands now and nothing is overwritten.
    """
    row = locked(inspection)
    earlier = already(client_id, "answer", inspection=row, user=user, model=CheckAnswer)
    if earlier is not None:
        return earlier
    writing = begin_writing(
        row, user=user, on=on, now=now, states=("on_site",), made_at=made_at, sent_at=sent_at, adopter=adopter
    )
    item = item_of(row, item_id)
    note = text_of(note, name="现场看到的情况", field="note")
    if answer not in dict(CheckAnswer.ANSWERS):
        raise Refused("请选择符合、不符合、不适用或者未查。", where={"field": "answer"})
    if answer == "problem" and not note:
        raise Refused(f"检查项 {item.short} 填为不符合，请写明现场看到的情况。", where={"field": "note"})
    standing = row.answers.select_related("by").filter(item_id=item_id).first()
    _refuse_overwriting(standing, item.short, answer, note, user=user, seen_version=seen_version)
    found = standing or CheckAnswer(inspection=row, item_id=item_id, version=0)
    before = {"answer": standing.answer, "note": standing.note} if standing else {}
    found.answer, found.note, found.by = answer, note, user
    found.version += 1
    for name, value in writing.timing.values().items():
        setattr(found, name, value)
    found.full_clean()
    found.save()
    tell(writing, "inspection.answer", found, {"item": item.id, "answer": answer, "note": note}, now=now, before=before)
    note_receipt(client_id, "answer", inspection=row, thing=found, user=user, now=now)
    return found


def _refuse_overwriting(
    standing: CheckAnswer | None, short: str, answer: str, note: str, *, user: User, seen_version: int | None
) -> None:
    if standing is None or seen_version is None or standing.version == seen_version or standing.by_id == user.pk:
        return
    if (standing.answer, standing.note) == (answer, note):
        return
    theirs = {"answer": standing.answer, "note": standing.note, "version": standing.version, "by": standing.by.name}
    label = dict(CheckAnswer.ANSWERS)[answer]
    raise Conflict(
        f"{standing.by.name}已于{zh_datetime(standing.received_at)}把检查项 {short} 填为"
        f"“{standing.get_answer_display()}”，"
        f"您填的“{label}”没有覆盖它。请看过对方的内容再决定。",
        where={"field": "version", "item_id": standing.item_id, "theirs": theirs},
    )


@transaction.atomic
def record_statement(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    facts_found: str,
    statement: str = "",
    signing: str = "",
    refusal_reason: str = "",
    witness_name: str = "",
    witness_role: str = "",
    seen_version: int | None = None,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
) -> OnSite:
    """Write the record of inspection: facts, what the person present says, signature or refusal with a witness.

    May be written until the record is closed. Where nobody could be met it is written in the state entered.
    """
    row = locked(inspection)
    earlier = already(client_id, "statement", inspection=row, user=user, model=OnSite)
    if earlier is not None:
        return earlier
    states = ("entered", "on_site")
    writing = begin_writing(
        row, user=user, on=on, now=now, states=states, made_at=made_at, sent_at=sent_at, adopter=adopter
    )
    if signing and signing not in dict(OnSite.SIGNINGS):
        raise Refused("请选择签字、拒绝签字或者无法签字。", where={"field": "signing"})
    site, _ = OnSite.objects.get_or_create(inspection=row)
    if seen_version is not None and site.version != seen_version:
        raise Conflict(
            "另一名检查人员已经改过这份笔录，您的内容没有覆盖它。请看过对方的内容再决定。",
            where={"field": "version", "theirs": {"facts_found": site.facts_found, "version": site.version}},
        )
    before = snapshot(site)
    site.facts_found = text_of(facts_found, name="检查情况", field="facts_found")
    site.statement = text_of(statement, name="被检查人陈述", field="statement")
    site.signing = signing
    site.refusal_reason = text_of(refusal_reason, name="拒签或者无法签字的原因", field="refusal_reason", most=300)
    site.witness_name = text_of(witness_name, name="见证人", field="witness_name", most=60)
    site.witness_role = text_of(witness_role, name="见证人单位、职务", field="witness_role", most=120)
    site.version += 1
    site.full_clean()
    site.save()
    tell(writing, "inspection.statement", site, snapshot(site), now=now, before=before)
    note_receipt(client_id, "statement", inspection=row, thing=site, user=user, now=now)
    return site
