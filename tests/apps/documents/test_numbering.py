"""Numbers taken by several threads of several processes at once: each once, none left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.paths import REPO

PROCESSES, THREADS, TIMES = 2, 3, 6
KEPT = sum((thread + turn) % 3 != 0 for thread in range(THREADS) for turn in range(TIMES)) * PROCESSES


def run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def race(environment: dict[str, str]) -> None:
    worker = "tests.apps.documents.numbering_race"
    run("hengjian.project.cli", "manage", "migrate", "--skip-checks", "-v", "0", environment=environment)
    run(worker, "prepare", environment=environment)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", worker, str(THREADS), str(TIMES)], cwd=REPO, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    for one in running:
        _, complaint = one.communicate(timeout=240)
        assert one.returncode == 0, complaint[-2000:]
    told = json.loads(run(worker, "told", environment=environment))
    assert told == {"last": KEPT, "count": KEPT, "distinct": KEPT, "gaps": []}


@pytest.mark.slow
def test_on_one_sqlite_file(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    race(kept | {"HENGJIAN_HOME": str(tmp_path)})


@pytest.mark.slow
def test_on_postgresql(tmp_path: Path) -> None:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL database")
    import psycopg

    name = f"hengjian_numbers_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
            race(os.environ | {"DATABASE_URL": own, "HENGJIAN_HOME": str(tmp_path)})
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
