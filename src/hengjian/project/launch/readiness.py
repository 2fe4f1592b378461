"""Whether everything was made ready before and nothing has changed since: then a later start skips the set-up."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .environment import ROOT


def home() -> Path:
    """The installation's folder, as the package itself finds it."""
    return Path(os.environ.get("HENGJIAN_HOME") or ROOT / "var").resolve()


def _stamp(arguments: list[str]) -> str:
    """What a set-up depends on: the lock, the migrations, the static files, and what was asked for."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    source = ROOT / "src" / "hengjian"
    for path in sorted([*source.glob("apps/*/migrations/*.py"), *source.glob("**/static/**/*.*")]):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update("\0".join(arguments).encode())
    return digest.hexdigest()


def is_ready(arguments: list[str]) -> bool:
    """True only for the embedded database: another server's state cannot be known from here."""
    if os.environ.get("DATABASE_URL") or "--reset-demo" in arguments:
        return False
    folder = home()
    if not (folder / "hengjian.sqlite3").exists() or not (folder / "static-root").exists():
        return False
    note = folder / "ready.stamp"
    return note.exists() and note.read_text() == _stamp(arguments)


def note_ready(arguments: list[str]) -> None:
    """Remember that the set-up went through."""
    (home() / "ready.stamp").write_text(_stamp(arguments))
