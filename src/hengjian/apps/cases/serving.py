"""Service of documents: begun, tried in one of the ways of the law, done on the day that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.after_moving import acting, move_row
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import PUBLICITY, RELATIONS, SERVICE, WAYS, WAYS_OF
from hengjian.apps.cases.entering import day_of, refused, text_of
from hengjian.apps.cases.models import AddressConfirmation, Case, Party, Service, ServiceProof
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.proofs import Incoming, Kept, keep_proofs
from hengjian.apps.cases.selectors import officers_on
from hengjian.apps.cases.serving_effects import after_served, must_tell_publication, require_subject
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date

NOTICE_DAYS = "PEN-82"
KIND = Case._meta.label_lower
BY_LAW = {"hand_over": "on", "leave": "on", "send_electronic": "on", "sign_for": "on", "deem_returned": "on"}


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """What is typed about one act of service; what the act does not need stays empty."""

    on: date | None = None
    place: str = ""
    receiver: str = ""
    relation: str = ""
    refusal: str = ""
    witness: str = ""
    address: str = ""
    tracking: str = ""
    entrusted_to: str = ""
    published_in: str = ""
    reason: str = ""
    told_publication: bool = False
    files: Sequence[Incoming] = ()


@transaction.atomic
def confirm_address(
    *,
    case: Case,
    party: Party,
    user: User,
    now: datetime,
    today: date,
    address: str,
    signed_on: date | None,
    receiver: str = "",
    phone: str = "",
    agrees_electronic: bool = False,
    electronic_address: str = "",
    document: Document | None = None,
) -> AddressConfirmation:
    """Enter the signed confirmation of where papers reach a party (form 10); it replaces the earlier one."""
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="登记送达地址", investigator=True)
    electronic = text_of(
        electronic_address, field="electronic_address", label="电子送达地址", most=120, required=agrees_electronic
    )
    made = AddressConfirmation(
        case=row,
        party=party,
        document=document,
        address=text_of(address, field="address", label="送达地址", most=300),
        receiver=text_of(receiver, field="receiver", label="指定收件人", most=80, required=False),
        phone=text_of(phone, field="phone", label="电话", most=40, required=False),
        agrees_electronic=agrees_electronic,
        electronic_address=electronic,
        signed_on=day_of(signed_on, field="signed_on", label="签署日期", today=today),
        entered_by=user,
        entered_at=now,
    )
    AddressConfirmation.objects.filter(case=row, party=party, replaced_on__isnull=True).update(replaced_on=today)
    made.full_clean()
    made.save()
    note = "同意电子送达" if agrees_electronic else "不同意电子送达"
    append_event(
        now=now,
        actor=actor,
        verb="service.confirm_address",
        thing=made,
        organ_path=row.organ_path,
        basis=WAYS,
        after={"case": row.number, "party": party.order, "signed_on": made.signed_on, "electronic": agrees_electronic},
    )
    _step(row, "confirm_address", "登记送达地址确认书", note, actor=actor, user=user, now=now, on=today)
    return made


def confirmation_of(party: Party, *, on: date) -> AddressConfirmation | None:
    """The signed confirmation in force for the party on that day."""
    rows = AddressConfirmation.objects.filter(party=party, signed_on__lte=on)
    return rows.filter(replaced_on__isnull=True).order_by("-signed_on", "-pk").first()


@transaction.atomic
def serve_document(
    *,
    case: Case,
    document: Document,
    party: Party,
    way: str,
    entry: ServiceEntry,
    user: User,
    now: datetime,
    today: date,
) -> Service:
    """Serve an issued document on a party in one of the ways of Article 82 – or set it on its way.

    A second service of the same document on the same party is refused unless the first was dropped.
    """
    if way not in WAYS_OF:
        raise refused("way", "请从列出的送达方式中选一种。", WAYS)
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="送达文书", investigator=True)
    _check_pair(row, document, party)
    others = [one.user for one in officers_on(row, today) if one.user_id != user.pk]
    made = Service(
        case=row, document=document, party=party, officer_a=user, officer_b=others[0] if others else None, begun_at=now
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="service.begin",
        thing=made,
        organ_path=row.organ_path,
        basis=WAYS,
        after={"case": row.number, "party": party.order, "document": document.pk, "form": document.form},
    )
    return advance_service(service=made, action=way, entry=entry, user=user, now=now, today=today)


def _check_pair(case: Case, document: Document, party: Party) -> None:
    if document.thing_kind != KIND or document.thing_id != str(case.pk) or party.case_id != case.pk:
        raise refused("document", "这份文书或者当事人不属于本案。")
    if document.state != "issued":
        raise refused("document", f"《{document.title}》现在是“{document.get_state_display()}”，不能送达，请先制作。")
    if document.party and document.party != party.name:
        raise refused("party", f"《{document.title}》是给{document.party}的，不能送达给{party.name}。")
    require_subject(document, party, case)
    earlier = Service.objects.filter(document=document, party=party).exclude(state="dropped").first()
    if earlier is not None:
        raise refused(
            "document",
            f"《{document.title}》对{party.name}的送达已经登记（{earlier.get_state_display()}），请在那里继续办理。",
        )


@transaction.atomic
def advance_service(
    *, service: Service, action: str, entry: ServiceEntry, user: User, now: datetime, today: date
) -> Service:
    """Make one move of a service; files are checked and kept before anything moves."""
    row = Service.objects.select_related("case__organ", "party", "document").get(pk=service.pk)
    kept = keep_proofs(entry.files)
    given = replace(entry, on=_day(action, row, entry, today))
    facts = _facts(action, row, given, kept)

    def apply(one: Service, move: Move, actor: Actor) -> None:
        _check(one, action, given, kept)
        _fill(one, action, given)
        if move.target == "served":
            one.served_on = _counts_on(one, given)

    done: Service = move_row(SERVICE, action, row, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(done, "case.handle", "送达文书", user=user, today=today)
    ServiceProof.objects.bulk_create(
        ServiceProof(service=done, name=one.name, kind=one.kind, size=one.size, sha256=one.sha256, at=now)
        for one in kept
        if not done.proofs.filter(sha256=one.sha256).exists()
    )
    _clock_and_papers(done, action, given, actor=actor, now=now, today=today)
    label = next(move.label for move in SERVICE.moves if move.action == action)
    note = f"{done.document.title}：{_whom(done.party)}"  # the reason may name people: it stays on the service
    _step(done.case, f"service.{action}", label, note, actor=actor, user=user, now=now, on=given.on or today)
    if done.state == "served":
        after_served(done, user=user, actor=actor, now=now, today=today)
    return done


def _day(action: str, row: Service, entry: ServiceEntry, today: date) -> date | None:
    if action in ("try_again", "drop"):
        return today
    if action == "deem":
        return _announcement_over(row, today)
    first = row.on or row.document.issued_on
    label = "上一步的日期" if row.on else "文书制作日期"
    return day_of(entry.on, field="on", label="日期", today=today, first=first, first_label=label)


def _announcement_over(row: Service, today: date) -> date:
    clock = clocks_of(row).filter(rule_id=NOTICE_DAYS, state__in=UNFINISHED).first()
    if row.state != "announced" or clock is None or clock.due_on is None:
        return today  # the table says that there is nothing to deem served
    if today <= clock.due_on:
        raise IllegalMove(
            f"公告期至{zh_date(clock.due_on)}，期满后才视为送达；今天是{zh_date(today)}。", article=clock.basis
        )
    return clock.due_on


def _facts(action: str, row: Service, entry: ServiceEntry, kept: Sequence[Kept]) -> dict[str, Any]:
    """What goes into the record: no names of people who signed, only that they are there."""
    proof = [one.sha256 for one in kept] + (["witness"] if entry.witness.strip() else [])
    confirmed = confirmation_of(row.party, on=entry.on) if entry.on else None
    if action == "send_electronic" and (confirmed is None or not confirmed.agrees_electronic):
        raise refused(
            "way",
            f"没有{row.party.name}签署并同意电子送达的送达地址确认书，不能电子送达。请先登记确认书，或者改用其他方式。",
            WAYS,
        )
    if action == "deem_returned" and confirmed is None:
        raise refused(
            "reason",
            f"{row.party.name}没有签署送达地址确认书，退回不能视为送达。请另行送达或者公告送达。",
            "《市场监督管理行政处罚程序规定》第八十三条",
        )
    return {
        "on": entry.on,
        "receiver": "given" if entry.receiver.strip() else "",
        "relation": entry.relation,
        "refusal": "given" if entry.refusal.strip() else "",
        "proof": proof,
        "address": "given" if entry.address.strip() else "",
        "confirmation": confirmed.pk if confirmed else None,
        "tracking": entry.tracking.strip(),
        "entrusted_to": entry.entrusted_to.strip(),
        "published_in": entry.published_in.strip(),
        "reason": "given" if entry.reason.strip() else "",
    }


def _check(row: Service, action: str, entry: ServiceEntry, kept: Sequence[Kept]) -> None:
    if action in WAYS_OF and must_tell_publication(row) and not (entry.told_publication or row.told_publication):
        raise refused("told_publication", "送达处罚决定书时，须书面告知当事人处罚信息将向社会公示。", PUBLICITY)
    if entry.relation and entry.relation not in RELATIONS:
        raise refused("relation", "请从列出的签收人身份中选一项。")
    if entry.relation in ("family", "self") and row.party.kind == "institution":
        raise refused("relation", "机构的文书由法定代表人、主要负责人、负责收件的人或者代理人签收。", WAYS)
    if action == "send_electronic" and not kept:
        raise refused("files", "电子送达须以拍照、截屏、录音或者录像记录，请附上记录。", WAYS)


def _fill(row: Service, action: str, entry: ServiceEntry) -> None:
    row.on = entry.on
    row.told_publication = row.told_publication or entry.told_publication
    if action in WAYS_OF:
        row.way = action
    for name in ("place", "receiver", "relation", "refusal", "witness", "address", "tracking", "entrusted_to"):
        row.__dict__[name] = getattr(entry, name).replace("\x00", "").strip() or getattr(row, name)
    row.published_in = entry.published_in.strip() or row.published_in
    row.reason = entry.reason.strip()[:500] or row.reason
    if action in ("send_electronic", "deem_returned") and entry.on is not None:
        row.confirmation = confirmation_of(row.party, on=entry.on)


def _counts_on(row: Service, entry: ServiceEntry) -> date:
    if entry.on is None:
        raise Refused("请填写送达日期。", where={"field": "on"})
    return entry.on


def _clock_and_papers(
    row: Service, action: str, entry: ServiceEntry, *, actor: Actor, now: datetime, today: date
) -> None:
    case = row.case
    if action == "announce" and entry.on is not None:
        start_clock(
            rule_id=NOTICE_DAYS,
            thing=row,
            organ=case.organ,
            start=entry.on,
            label=f"{case.number} {row.document.title}公告",
            actor=actor,
            now=now,
            url=f"/cases/{case.number}/service/{row.pk}/",
            responsible=row.officer_a,
        )
        timing.pause(case, on=entry.on, reason="公告", actor=actor, now=now)
        row.announcement = issue_paper("PEN-51", case, row.party, actor=actor, now=now, today=today, about=row)
    if action == "deem" and entry.on is not None:
        stop_clock(thing=row, rule_id=NOTICE_DAYS, on=today, actor=actor, now=now)
        timing.resume(case, last=entry.on, actor=actor, now=now)
    if row.state == "served":
        row.receipt = issue_paper("PEN-50", case, row.party, actor=actor, now=now, today=today, about=row)
    row.save(update_fields=["receipt", "announcement"])


def _whom(party: Party) -> str:
    """A person stays unnamed in what goes into the record."""
    return party.name if party.kind == "institution" else f"当事人{party.order}（{party.get_role_display()}）"


def _step(case: Case, action: str, label: str, note: str, *, actor: Actor, user: User, now: datetime, on: date) -> None:
    write_step(case=case, action=action, label=label, actor=actor, now=now, on=on, note=note, user=user)
