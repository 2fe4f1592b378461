"""Numbers taken by several threads of several processes at once: each once, none left out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import postgres_environment, sqlite_environment
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
@pytest.mark.once
def test_on_one_sqlite_file(tmp_path: Path) -> None:
    race(sqlite_environment(tmp_path))


@pytest.mark.slow
def test_on_postgresql(tmp_path: Path) -> None:
    with postgres_environment(tmp_path) as environment:
        race(environment)
