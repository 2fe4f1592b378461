"""Sealing: what comes from an informant goes into the vault, and a copy without the identity comes out of it.

How a matter takes in an informant, in one transaction of the caller:

    informant = seal(identity=…, organ=…, actor=…, now=…)          # Identity(anonymous=True) where nobody is named
    original = seal_text(informant=informant, text=…, purpose="tip", now=…)
    keep_files(informant=informant, files=…, revealing=…, now=…)
    matter = Tip.objects.create(informant=informant, text=original.redacted, …)
    bind_subject(informant=informant, thing=matter)

The matter stores `redacted`, never the text handed in. Who may see the matter is told by `subjects.register`.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants import identity as identities
from hengjian.apps.informants.fingerprints import note_fingerprints
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.masks import redact
from hengjian.apps.informants.models import Informant, SealedText
from hengjian.apps.informants.vault import open_vault, ready_vault, seal_row, unseal_row
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import Refused

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
NUMBER_LENGTH = 10


@transaction.atomic
def seal(*, identity: Identity, organ: Organ, actor: Actor, now: datetime) -> Informant:
    """Seal an informant's identity for the organ that keeps it; the event names neither the person nor a trait."""
    vault = ready_vault(now)
    if not identity.anonymous and not identity.name.strip():
        raise Refused("实名举报、投诉请填写姓名；不愿意写姓名的，请选匿名。", where={"field": "name"})
    row = Informant(number=_number(now), organ=organ, anonymous=identity.anonymous, sealed_at=now)
    seal_row(row, identities.to_bytes(identity), vault)
    row.save()
    note_fingerprints(row, identity, vault)
    append_event(now=now, actor=actor, verb="informant.seal", thing=row, organ_path=organ.path)
    return row


def seal_text(*, informant: Informant, text: str, purpose: str, now: datetime) -> SealedText:
    """Seal what the informant wrote; `redacted` of the row is the copy to work with. `purpose`: tip, complaint, …"""
    vault = open_vault()
    known = identities.from_bytes(unseal_row(informant, vault))
    row = SealedText(informant=informant, purpose=purpose, redacted=redact(text, known), at=now)
    seal_row(row, text.encode(), vault)
    row.save()
    return row


@transaction.atomic
def seal_again(*, informant: Informant, organ: Organ, actor: Actor, now: datetime) -> Informant:
    """Seal the same person once more for a matter that comes out of theirs; nobody sees the identity meanwhile."""
    known = identities.from_bytes(unseal_row(informant, open_vault()))
    return seal(identity=known, organ=organ, actor=actor, now=now)


def bind_subject(*, informant: Informant, thing: Model, number: str = "") -> None:
    """Say which matter the informant sent; once bound it stays."""
    if informant.subject_kind:
        raise ValueError(f"{informant.number} is bound already")
    informant.subject_kind = thing._meta.label_lower
    informant.subject_id = str(thing.pk)
    informant.subject_number = number or str(getattr(thing, "number", ""))
    informant.save(update_fields=["subject_kind", "subject_id", "subject_number"])


@transaction.atomic
def hand_over(*, informant: Informant, organ: Organ, actor: Actor, reason: str, now: datetime) -> Informant:
    """The matter went to another organ: the informant is kept there from now on, under the same seal."""
    row = Informant.objects.select_for_update(of=("self",)).select_related("organ").get(pk=informant.pk)
    if not reason.strip():
        raise Refused("请写明移交的理由。", where={"field": "reason"})
    before = row.organ
    row.organ = organ
    row.save(update_fields=["organ"])
    told: dict[str, Any] = {"before": {"organ": before.pk}, "after": {"organ": organ.pk}}
    append_event(
        now=now, actor=actor, verb="informant.hand_over", thing=row, organ_path=before.path, reason=reason, **told
    )
    return row


def _number(now: datetime) -> str:
    return f"BM{now:%Y}-" + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))
