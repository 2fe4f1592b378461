"""The migrated test database is built once and copied: by each worker, and by each later run with the same migrations.

The template is made by the product's own `migrate` in a process of its own. Its name carries a digest of everything
that migrations read, so a changed migration makes a new template.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import pytest

KEPT = 5
"""Templates of other checkouts and branches that stay, the newest."""
SOURCE = Path(__file__).resolve().parents[1] / "src" / "hengjian"


def digest() -> str:
    """Of Django's version and every file of the source that a migration may run."""
    made = hashlib.sha256(django.__version__.encode())
    for path in sorted([*SOURCE.glob("apps/*/migrations/*.py"), *SOURCE.glob("apps/record/**/*.py")]):
        made.update(path.read_bytes())
    made.update((SOURCE / "project" / "settings.py").read_bytes())
    return made.hexdigest()[:16]


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"hengjian-test-templates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with (_folder() / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _migrate(env: dict[str, str]) -> None:
    words = [sys.executable, "-m", "django", "migrate", "-v", "0", "--run-syncdb"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HENGJIAN_"))}
    subprocess.run(words, env=kept | env | {"DJANGO_SETTINGS_MODULE": "hengjian.project.settings"}, check=True)


def sqlite_template() -> Path:
    """The file of the migrated database; the first caller builds it while the others wait."""
    ready = _folder() / f"{digest()}.sqlite3"
    with _alone("sqlite"):
        if not ready.exists():
            for old in sorted(_folder().glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
                old.unlink()
            with tempfile.TemporaryDirectory() as home:
                _migrate({"HENGJIAN_HOME": home, "DATABASE_URL": ""})
                with sqlite3.connect(Path(home) / "hengjian.sqlite3") as made:
                    made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    made.execute("PRAGMA journal_mode=DELETE")
                made.close()
                (Path(home) / "hengjian.sqlite3").rename(ready)
    return ready


def postgres_template(run: Any, url: str) -> str:
    """The name of the migrated database on the server of `url`; `run(sql)` asks that server outside a transaction."""
    name = f"hengjian_template_{digest()}"
    with _alone("postgres"):
        if not run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            run(f"DROP DATABASE IF EXISTS {name}_part")
            run(f"CREATE DATABASE {name}_part")
            with tempfile.TemporaryDirectory() as home:
                parts = urlsplit(url)
                _migrate({"HENGJIAN_HOME": home, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}_part"))})
            run(f"ALTER DATABASE {name}_part RENAME TO {name}")
    return name


def copied_into(connection: Any) -> Any:
    """Prepare this connection's test database to start as a copy; what is returned must live as long as the tests."""
    if connection.vendor == "postgresql":

        def run(sql: str) -> list[Any]:
            with connection.creation._nodb_cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

        connection.settings_dict["TEST"]["TEMPLATE"] = postgres_template(run, os.environ["DATABASE_URL"])
        return None
    template, create, kept = sqlite_template(), connection.creation._create_test_db, []

    def create_and_copy(*args: Any, **kwargs: Any) -> Any:
        name = create(*args, **kwargs)
        held = sqlite3.connect(name, uri=str(name).startswith("file:"))
        with sqlite3.connect(template) as source:
            source.backup(held)
        source.close()
        kept.append(held)  # a database in memory lives as long as one connection to it
        return name

    connection.creation._create_test_db = create_and_copy
    return kept


def sqlite_environment(home: Path) -> dict[str, str]:
    """For processes of their own: a migrated database in the folder `home`."""
    shutil.copyfile(sqlite_template(), home / "hengjian.sqlite3")
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"HENGJIAN_HOME": str(home)}


@contextmanager
def postgres_environment(home: Path) -> Iterator[dict[str, str]]:
    """The same on the server of DATABASE_URL, gone afterwards; skips the test where that names no PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL database")
    import psycopg

    name = f"hengjian_own_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:

        def run(sql: str) -> list[Any]:
            told = server.execute(sql)
            return told.fetchall() if told.description else []

        run(f"CREATE DATABASE {name} TEMPLATE {postgres_template(run, url)}")
        try:
            yield os.environ | {
                "DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}")), "HENGJIAN_HOME": str(home)
            }  # fmt: skip
        finally:
            run(f"DROP DATABASE {name} WITH (FORCE)")
