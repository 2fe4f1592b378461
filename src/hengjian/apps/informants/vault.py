"""The vault of this installation: its keys, made once, and sealing and unsealing of database rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from hengjian.apps.informants import envelope, keyfile
from hengjian.apps.informants.keyfile import KeysMissing, Vault
from hengjian.apps.informants.models import Informant, Sealed

Row = TypeVar("Row", bound=Sealed)


def path() -> Path:
    """Where the key file lies: beside the installation's other keys, never in the database."""
    return Path(settings.VAULT_FILE)


def open_vault() -> Vault:
    """The keys of the file; Refused with the sentence for what is wrong with it."""
    return keyfile.read_vault(path())


def ready_vault(now: datetime) -> Vault:
    """The keys, made at the first use. Once anything was sealed, a missing file is Refused and never replaced."""
    try:
        return open_vault()
    except KeysMissing:
        if Informant.objects.exists():
            raise
    keyfile.write_vault(path(), keyfile.new_vault(now), replace=False)
    return open_vault()


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
