"""One installation: where it keeps its things, and the keys that stay outside the database."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Installation:
    """Keys and kind of one installation; `demo` opens the fictional code range 9901xx."""

    secret_key: str
    person_key: str
    demo: bool


def home() -> Path:
    """The installation's folder: `HENGJIAN_HOME`, else `var` beside the source; tests never touch the real one."""
    if "PYTEST_VERSION" in os.environ and "HENGJIAN_HOME" not in os.environ:
        return Path(tempfile.gettempdir()) / f"hengjian-tests-{os.getuid()}"
    return Path(os.environ.get("HENGJIAN_HOME") or REPOSITORY / "var").resolve()


def _path() -> Path:
    return home() / "installation.json"


def vault_file() -> Path:
    """The keys of the informant vault: a file of its own, 0600, to be kept apart from backups of the database."""
    return home() / "vault.json"


def receipt_keys() -> Path:
    """The folder of the private keys that sign receipts, one file a key, 0600."""
    return home() / "receipt-keys"


def load() -> Installation:
    """Read the installation's keys; they are made, readable by the owner alone, at the first start."""
    path = _path()
    if not path.exists():
        return save(Installation(secrets.token_urlsafe(48), secrets.token_hex(32), demo=False))
    return Installation(**json.loads(path.read_text(encoding="utf-8")))


def save(installation: Installation) -> Installation:
    """Write the keys atomically; the first writer wins when two processes start together."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(installation), stream)
    part.replace(path)
    return installation


def mark_demo() -> Installation:
    """Turn this installation into a demonstration: fictional area codes are accepted from now on."""
    current = load()
    return save(Installation(current.secret_key, current.person_key, demo=True))
