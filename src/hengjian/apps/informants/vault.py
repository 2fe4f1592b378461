"""The vault of this installation: its keys, made once, and sealing and unsealing of database rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from hengjian.apps.informants import envelope, keyfile
from hengjian.apps.informants.keyfile import KeysMissing, Vault
from hengjian.apps.informants.models import Sealed, VaultKey
from hengjian.kernel.errors import Refused

Row = TypeVar("Row", bound=Sealed)


def path() -> Path:
    """Where the key file lies: beside the installation's other keys, never in the database."""
    return Path(settings.VAULT_FILE)


def open_vault() -> Vault:
    """The keys of the file; Refused with the sentence for what is wrong with it."""
    return keyfile.read_vault(path())


def ready_vault(now: datetime) -> Vault:
    """The keys for sealing, made at the first use.

    Once this database was sealed with a key, a missing file is Refused and never replaced, and so is a file whose
    keys are others: nothing new is sealed under keys that do not open what is there.
    """
    known = dict(VaultKey.objects.values_list("key_id", "check_digest"))
    try:
        vault = open_vault()
    except KeysMissing:
        if known:
            raise
        keyfile.write_vault(path(), keyfile.new_vault(now), replace=False)
        vault = open_vault()
    refuse_wrong(vault, known)
    if vault.current not in known:
        note_key(vault, now)
    return vault


def refuse_wrong(vault: Vault, known: Mapping[str, str]) -> None:
    """Refused where the file lacks a key that this database was sealed with, or holds another one under its name."""
    for key_id, digest in known.items():
        if key_id not in vault.keys or keyfile.check_digest(vault, key_id) != digest:
            raise Refused(keyfile.WRONG)


def note_key(vault: Vault, now: datetime) -> None:
    """Remember the current key by its digest."""
    digest = keyfile.check_digest(vault, vault.current)
    VaultKey.objects.get_or_create(key_id=vault.current, defaults={"check_digest": digest, "made_at": now})


def seal_row(row: Row, plain: bytes, vault: Vault) -> bytes:
    """Fill the row's sealed columns (unsaved); answers the data key for bytes stored beside it."""
    made, data_key = envelope.seal(plain, kind=row._meta.label_lower, record_id=row.record_id, vault=vault)
    row.key_id, row.wrapped_key, row.ciphertext = made.key_id, made.wrapped_key, made.ciphertext
    return data_key


def unseal_row(row: Sealed, vault: Vault) -> bytes:
    """What was sealed in the row; Refused with a sentence."""
    return envelope.unseal(envelope_of(row), kind=row._meta.label_lower, record_id=row.record_id, vault=vault)


def data_key_of(row: Sealed, vault: Vault) -> bytes:
    """The row's data key."""
    return envelope.unwrap(envelope_of(row), kind=row._meta.label_lower, record_id=row.record_id, vault=vault)


def envelope_of(row: Sealed) -> envelope.Envelope:
    """The row's sealed columns."""
    return envelope.Envelope(row.key_id, bytes(row.wrapped_key), bytes(row.ciphertext))
