"""Looking after the vault: a new wrapping key for everything sealed, and whether everything still opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from hengjian.apps.informants import envelope, keyfile
from hengjian.apps.informants import identity as identities
from hengjian.apps.informants.filecrypt import decrypted
from hengjian.apps.informants.files import place_of
from hengjian.apps.informants.fingerprints import note_fingerprints
from hengjian.apps.informants.keyfile import Vault
from hengjian.apps.informants.models import Informant, Sealed, SealedFile, SealedText, VaultKey
from hengjian.apps.informants.vault import (
    data_key_of,
    envelope_of,
    note_key,
    open_vault,
    path,
    ready_vault,
    refuse_wrong,
    seal_row,
    unseal_row,
)
from hengjian.apps.record.services import SYSTEM, append_event
from hengjian.kernel.errors import Refused

SEALED: tuple[type[Sealed], ...] = (Informant, SealedText, SealedFile)
BATCH = 500
_COLUMNS: dict[tuple[str, str], str] = {}


def register_column(kind: str, column: str, *, bound: str = "") -> None:
    """Another app's text column holding `envelope.to_text`, so that it is rotated and verified too.

    `bound` is the kind that its additional data name, where it is not the model's label.
    """
    _COLUMNS[(kind, column)] = bound or kind


@dataclass(slots=True)
class Standing:
    """What the vault holds: rows by key, and what does not open."""

    current: str = ""
    made: dict[str, str] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    private: bool = True
    broken: list[str] = field(default_factory=list)


def standing() -> Standing:
    """Keys and how many records lie under each; Refused where the key file is missing or wrong.

    A vault never used has no key yet: then `current` is empty.
    """
    known = dict(VaultKey.objects.values_list("key_id", "check_digest"))
    if not known and not path().exists():
        return Standing()
    vault = open_vault()
    refuse_wrong(vault, known)
    found = Standing(current=vault.current, made=dict(vault.made), private=keyfile.is_private(path()))
    for model in SEALED:
        found.rows.update(model._default_manager.values_list("key_id", flat=True).iterator(BATCH))
    for text, _row, _bound in _column_values():
        found.rows[envelope.from_text(text)[0].key_id] += 1
    return found


def verify() -> Standing:
    """Open every record and every file, and say which do not; nothing opened is kept or shown."""
    found = standing()
    if not found.current:
        return found
    vault = open_vault()
    for model in SEALED:
        for row in model._default_manager.order_by("pk").iterator(BATCH):
            _try(found, f"{model._meta.verbose_name} {row.pk}", lambda row=row: _open(row, vault))
    for text, row, bound in _column_values():
        sealed, record_id = envelope.from_text(text)

        def open_text(sealed: Any = sealed, record_id: Any = record_id, bound: str = bound) -> None:
            envelope.unseal(sealed, kind=bound, record_id=record_id, vault=vault)

        _try(found, f"{row._meta.verbose_name} {row.pk}", open_text)
    return found


def _open(row: Sealed, vault: Vault) -> None:
    unseal_row(row, vault)
    if isinstance(row, SealedFile):
        for _piece in decrypted(place_of(row), data_key_of(row, vault), row.record_id):
            pass


def _try(found: Standing, what: str, act: Callable[[], None]) -> None:
    try:
        act()
    except FileNotFoundError:
        found.broken.append(f"{what}：附件的字节不在存储里。")
    except Refused as error:
        found.broken.append(f"{what}：{error.sentence}")


def rotate(*, now: datetime, reseal: bool = False) -> tuple[str, int]:
    """A new wrapping key, and every record under it; answers its id and the number of records.

    The old keys stay in the file: back-ups made before need them. A rotation that was cut off is finished first, with
    the key it had begun. `reseal` gives identities and texts new data keys too and makes the fingerprints anew: for
    when the key file may have been read by others.
    """
    vault = ready_vault(now)
    unfinished = any(count for key_id, count in standing().rows.items() if key_id != vault.current)
    if not unfinished or reseal:
        vault = keyfile.with_new_key(vault, now, new_finger=reseal)
        keyfile.write_vault(path(), vault, replace=True)
        with transaction.atomic():
            note_key(vault, now)
    moved = sum(_rewrap_rows(model, vault, reseal=reseal) for model in SEALED) + _rewrap_columns(vault)
    with transaction.atomic():
        append_event(
            now=now,
            actor=SYSTEM,
            verb="vault.rotate",
            thing=VaultKey.objects.get(key_id=vault.current),
            after={"key_id": vault.current, "records": moved, "reseal": reseal},
        )
    return vault.current, moved


def _rewrap_rows(model: type[Sealed], vault: Vault, *, reseal: bool) -> int:
    moved = 0
    while True:
        with transaction.atomic():
            rows = model._default_manager.select_for_update().exclude(key_id=vault.current)
            batch = list(rows.order_by("pk")[:BATCH])
            for row in batch:
                _rewrap(row, vault, reseal=reseal)
        moved += len(batch)
        if not batch:
            return moved


def _rewrap(row: Sealed, vault: Vault, *, reseal: bool) -> None:
    if reseal and not isinstance(row, SealedFile):  # a file's bytes are bound to its data key
        plain = unseal_row(row, vault)
        seal_row(row, plain, vault)
        if isinstance(row, Informant):
            note_fingerprints(row, identities.from_bytes(plain), vault)
    else:
        data_key = envelope.unwrap(envelope_of(row), kind=row._meta.label_lower, record_id=row.record_id, vault=vault)
        row.wrapped_key = envelope.wrap(data_key, kind=row._meta.label_lower, record_id=row.record_id, vault=vault)
        row.key_id = vault.current
    row.save(update_fields=["key_id", "wrapped_key", "ciphertext"])


def _column_values() -> Iterator[tuple[str, Model, str]]:
    for (kind, column), bound in _COLUMNS.items():
        rows = apps.get_model(kind)._default_manager.exclude(**{column: ""}).order_by("pk")
        for row in rows.iterator(BATCH):
            yield getattr(row, column), row, bound


def _rewrap_columns(vault: Vault) -> int:
    moved = 0
    for (kind, column), bound in _COLUMNS.items():
        model = apps.get_model(kind)
        for pk in list(model._default_manager.exclude(**{column: ""}).values_list("pk", flat=True)):
            with transaction.atomic():
                row = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
                sealed, record_id = envelope.from_text(getattr(row, column))
                if sealed.key_id == vault.current:
                    continue
                data_key = envelope.unwrap(sealed, kind=bound, record_id=record_id, vault=vault)
                wrapped = envelope.wrap(data_key, kind=bound, record_id=record_id, vault=vault)
                fresh = envelope.Envelope(vault.current, wrapped, sealed.ciphertext)
                setattr(row, column, envelope.to_text(fresh, record_id))
                row.save(update_fields=[column])
                moved += 1
    return moved
