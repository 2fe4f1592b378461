"""Taking in what citizens send: sealed, registered, answered with code and receipt – all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from hengjian.apps.accounts.models import Organ
from hengjian.apps.complaints.services import Dispute, receive_complaint
from hengjian.apps.informants import receipts
from hengjian.apps.informants.channel import SentBefore, open_channel, sender_of, sent_before
from hengjian.apps.informants.files import Incoming, check_files, keep_files, place_of
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.limits import note_attempt, refuse_locked
from hengjian.apps.informants.models import Informant, SealedFile
from hengjian.apps.informants.services import seal
from hengjian.apps.informants.signing import receipt_of, sign_receipt
from hengjian.apps.informants.vault import ready_vault
from hengjian.apps.tips.services import Reported, receive_tip

TIP, COMPLAINT = "举报", "投诉"
_SPLIT = ":tip"
"""Mark of the second record that one form makes (CMP-09)."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What one form holds. `form` is its random mark; `address` the sender's, for counting alone."""

    form: str
    address: str
    organ: Organ
    identity: Identity
    files: Sequence[Incoming]
    revealing: bool
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Sent:
    """One record made: its kind, number, organ, the code shown once, the receipt as a file's text."""

    kind: str
    number: str
    organ: str
    code: str
    receipt: str


def send_tip(sending: Sending, *, text: str, about: Reported, insider: bool) -> list[Sent]:
    """Register a tip; the same form sent again answers with what it made the first time."""

    def take_in(kept: list[SealedFile]) -> list[Sent]:
        informant, code = _sealed(sending, sending.form)
        tip = receive_tip(
            organ=sending.organ,
            text=text,
            about=about,
            channel="portal",
            actor=sender_of(sending.organ),
            now=sending.now,
            today=sending.today,
            identity=sending.identity,
            insider=insider,
            informant=informant,
        )
        return [_finish(sending, kept, tip, TIP, informant, code, [text])]

    return _once(sending, take_in)


def send_complaint(sending: Sending, *, dispute: Dispute) -> list[Sent]:
    """Register a complaint, and a tip of its own where the material reports a violation too (CMP-09)."""

    def take_in(kept: list[SealedFile]) -> list[Sent]:
        informant, code = _sealed(sending, sending.form)
        complaint = receive_complaint(
            organ=sending.organ,
            dispute=dispute,
            identity=sending.identity,
            channel="portal",
            actor=sender_of(sending.organ),
            now=sending.now,
            today=sending.today,
            informant=informant,
        )
        made = [_finish(sending, kept, complaint, COMPLAINT, informant, code, [dispute.claim, dispute.facts])]
        if complaint.tip is not None:
            apart = complaint.tip.informant
            second = open_channel(informant=apart, now=sending.now, form=sending.form + _SPLIT)
            made.append(_finish(sending, kept, complaint.tip, TIP, apart, second, [dispute.report_text]))
        return made

    return _once(sending, take_in)


def sent_again(form: str) -> list[Sent]:
    """What this form made before; nothing for a form not sent yet."""
    found = [before for mark in (form, form + _SPLIT) if (before := sent_before(form=mark))]
    made = []
    for channel, code in found:
        informant = channel.informant
        receipt = receipt_of(kind=informant.subject_kind, pk=informant.subject_id)
        kind = COMPLAINT if informant.subject_kind == "complaints.complaint" else TIP
        text = receipts.file_text(receipt.body, receipt.signature) if receipt else ""
        made.append(Sent(kind, informant.subject_number, channel.organ.name, code, text))
    return made


def _once(sending: Sending, take_in: Any) -> list[Sent]:
    ready_vault(sending.now)
    before = sent_again(sending.form)
    if before:
        return before
    refuse_locked(kind="send", address=sending.address, now=sending.now)
    check_files(sending.files)
    kept: list[SealedFile] = []
    try:
        with transaction.atomic():
            made: list[Sent] = take_in(kept)
    except SentBefore:
        return sent_again(sending.form)
    except Exception:
        for row in kept:
            place_of(row).unlink(missing_ok=True)
        raise
    note_attempt(kind="send", address=sending.address, now=sending.now)
    return made


def _sealed(sending: Sending, form: str) -> tuple[Informant, str]:
    actor = sender_of(sending.organ)
    informant = seal(identity=sending.identity, organ=sending.organ, actor=actor, now=sending.now)
    return informant, open_channel(informant=informant, now=sending.now, form=form)


def _finish(
    sending: Sending,
    kept: list[SealedFile],
    thing: Model,
    kind: str,
    informant: Informant,
    code: str,
    texts: Sequence[str],
) -> Sent:
    rows = keep_files(informant=informant, files=sending.files, now=sending.now, revealing=sending.revealing)
    kept.extend(rows)
    number = str(getattr(thing, "number", ""))
    receipt = sign_receipt(
        thing=thing,
        kind=kind,
        number=number,
        organ=sending.organ,
        content_sha256=receipts.content_digest([one.strip() for one in texts], [row.sha256 for row in rows]),
        received_at=sending.now,
        actor=sender_of(sending.organ),
    )
    return Sent(kind, number, sending.organ.name, code, receipts.file_text(receipt.body, receipt.signature))
