"""Sealing one record: AES-256-GCM under a data key of its own, which is wrapped by a vault key.

Additional data name the record's kind and id and the use, so that no ciphertext opens in another place. Imports no
framework.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hengjian.apps.informants.keyfile import KEY_BYTES, Vault
from hengjian.kernel.errors import Refused

NONCE_BYTES = 12
UNKNOWN_KEY = "这条封存记录用的密钥（{key_id}）不在密钥文件里，打不开。请系统管理员恢复含有这把密钥的密钥文件。"
NOT_GENUINE = "这条封存记录打不开：内容被改动过，或者密钥文件不是当时的那一份。请系统管理员运行 hengjian vault verify。"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed record as it is stored."""

    key_id: str
    wrapped_key: bytes
    ciphertext: bytes


def seal(plain: bytes, *, kind: str, record_id: UUID, vault: Vault) -> tuple[Envelope, bytes]:
    """The sealed record and its data key (for bytes that are stored beside it)."""
    data_key = os.urandom(KEY_BYTES)
    wrapped = wrap(data_key, kind=kind, record_id=record_id, vault=vault)
    return Envelope(vault.current, wrapped, _encrypt(data_key, plain, _bound("data", kind, record_id))), data_key


def wrap(data_key: bytes, *, kind: str, record_id: UUID, vault: Vault) -> bytes:
    """The data key under the vault's current key."""
    return _encrypt(vault.keys[vault.current], data_key, _bound(f"wrap|{vault.current}", kind, record_id))


def unwrap(envelope: Envelope, *, kind: str, record_id: UUID, vault: Vault) -> bytes:
    """The data key; Refused where the vault key is unknown or the record is not genuine."""
    held = vault.keys.get(envelope.key_id)
    if held is None:
        raise Refused(UNKNOWN_KEY.format(key_id=envelope.key_id))
    return _decrypt(held, envelope.wrapped_key, _bound(f"wrap|{envelope.key_id}", kind, record_id))


def unseal(envelope: Envelope, *, kind: str, record_id: UUID, vault: Vault) -> bytes:
    """What was sealed; Refused with the sentence where it cannot be opened."""
    data_key = unwrap(envelope, kind=kind, record_id=record_id, vault=vault)
    return _decrypt(data_key, envelope.ciphertext, _bound("data", kind, record_id))


def to_text(envelope: Envelope, record_id: UUID) -> str:
    """The sealed record as JSON, for a text column of another app's row (`rotation.register_column`)."""
    parts = {
        "record": str(record_id),
        "key": envelope.key_id,
        "wrapped": base64.b64encode(envelope.wrapped_key).decode(),
        "text": base64.b64encode(envelope.ciphertext).decode(),
    }
    return json.dumps(parts)


def from_text(text: str) -> tuple[Envelope, UUID]:
    """What `to_text` wrote; Refused where it was damaged."""
    try:
        parts = json.loads(text)
        wrapped, ciphertext = base64.b64decode(parts["wrapped"]), base64.b64decode(parts["text"])
        return Envelope(str(parts["key"]), wrapped, ciphertext), UUID(parts["record"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(NOT_GENUINE) from error


def _bound(use: str, kind: str, record_id: UUID) -> bytes:
    return f"hengjian|{use}|{kind}|{record_id}".encode()


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    sealed = bytes(sealed)
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise Refused(NOT_GENUINE) from error
