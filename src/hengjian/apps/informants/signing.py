"""Signing receipts for an organ: one key an organ, the private half in a file outside the database."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models import Model

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants import receipts
from hengjian.apps.informants.keyfile import KeysMissing, read_json, write_private
from hengjian.apps.informants.models import Receipt, ReceiptKey
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import Refused

DAMAGED = "签署回执的私钥文件已经损坏，现在不能签署回执。请系统管理员从备份恢复，或者移走损坏的文件以启用新密钥。"


@transaction.atomic
def sign_receipt(
    *, thing: Model, kind: str, number: str, organ: Organ, content_sha256: str, received_at: datetime, actor: Actor
) -> Receipt:
    """Sign what was taken in; a matter has one receipt, asked for again it is the same. `kind`: 举报, 投诉."""
    label, pk = thing._meta.label_lower, str(thing.pk)
    known = Receipt.objects.filter(subject_kind=label, subject_id=pk).first()
    if known:
        return known
    key, private = _key_of(organ, now=received_at, actor=actor)
    body = {
        "format": receipts.FORMAT,
        "kind": kind,
        "number": number,
        "organ": {"name": organ.name, "area_code": organ.area_code},
        "received_at": received_at.isoformat(),
        "content_sha256": content_sha256,
        "key_id": key.key_id,
    }
    signed = receipts.canonical(body)
    made = Receipt.objects.create(
        key=key,
        subject_kind=label,
        subject_id=pk,
        body=signed.decode(),
        signature=base64.b64encode(private.sign(signed)).decode(),
        signed_at=received_at,
    )
    append_event(now=received_at, actor=actor, verb="receipt.sign", thing=thing, organ_path=organ.path)
    return made


def receipt_of(*, kind: str, pk: str) -> Receipt | None:
    """The receipt of a matter."""
    return Receipt.objects.select_related("key__organ").filter(subject_kind=kind, subject_id=pk).first()


def published_keys() -> list[receipts.PublishedKey]:
    """The public keys of all organs, also those no longer used: old receipts stay checkable. One query."""
    return [
        receipts.PublishedKey(
            row.key_id, row.organ.name, row.organ.area_code, row.public_key, row.made_at, row.retired_at
        )
        for row in ReceiptKey.objects.select_related("organ")
    ]


def _key_of(organ: Organ, *, now: datetime, actor: Actor) -> tuple[ReceiptKey, Ed25519PrivateKey]:
    Organ.objects.select_for_update().get(pk=organ.pk)
    row = ReceiptKey.objects.filter(organ=organ, retired_at__isnull=True).first()
    if row is not None:
        try:
            return row, _read(row)
        except KeysMissing:
            # a lost private key signs nothing any more; what it signed stays checkable
            row.retired_at = now
            row.save(update_fields=["retired_at"])
    return _make(organ, now=now, actor=actor)


def _make(organ: Organ, *, now: datetime, actor: Actor) -> tuple[ReceiptKey, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    row = ReceiptKey(key_id=f"r{now:%Y%m%d}-{secrets.token_hex(4)}", organ=organ, made_at=now)
    row.public_key = _public(private)
    write_private(_path(row), {"key_id": row.key_id, "organ": organ.name, "private": raw.hex()}, replace=False)
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="receipt_key.make",
        thing=row,
        organ_path=organ.path,
        after={"key_id": row.key_id, "public_key": row.public_key},
    )
    return row, private


def _read(row: ReceiptKey) -> Ed25519PrivateKey:
    try:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(read_json(_path(row))["private"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(DAMAGED) from error
    except KeysMissing:
        raise
    except Refused as error:
        raise Refused(DAMAGED) from error
    if _public(private) != row.public_key:
        raise Refused(DAMAGED)
    return private


def _public(private: Ed25519PrivateKey) -> str:
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _path(row: ReceiptKey) -> Path:
    return Path(settings.RECEIPT_KEYS_ROOT) / f"{row.key_id}.json"
