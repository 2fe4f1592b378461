"""Identity numbers of persons punished: ciphertext under the installation's vault keys, shown by four digits."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from uuid import UUID, uuid4

from hengjian.apps.informants.envelope import Envelope, seal, unseal
from hengjian.apps.informants.vault import open_vault, ready_vault

KIND = "cases.party"


def seal_id(number: str, *, now: datetime) -> str:
    """The number as ciphertext text; empty for an empty number."""
    if not number:
        return ""
    record = uuid4()
    made, _ = seal(number.encode(), kind=KIND, record_id=record, vault=ready_vault(now))
    parts = {
        "record": str(record),
        "key": made.key_id,
        "wrapped": base64.b64encode(made.wrapped_key).decode(),
        "text": base64.b64encode(made.ciphertext).decode(),
    }
    return json.dumps(parts)


def unseal_id(sealed: str) -> str:
    """The number, for the documents served on the person; empty where none was sealed."""
    if not sealed:
        return ""
    parts = json.loads(sealed)
    envelope = Envelope(parts["key"], base64.b64decode(parts["wrapped"]), base64.b64decode(parts["text"]))
    return unseal(envelope, kind=KIND, record_id=UUID(parts["record"]), vault=open_vault()).decode()
