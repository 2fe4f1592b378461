"""Several processes with several threads reserve visits of one enterprise at once: the cap holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import postgres_environment, sqlite_environment
from tests.paths import REPO

PROCESSES, THREADS, CAP = 3, 3, 2


def run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def reserve_from_all_sides(environment: dict[str, str]) -> None:
    run("tests.apps.plans.reserving", "prepare", environment=environment)
    command = [sys.executable, "-m", "tests.apps.plans.reserving"]
    workers = [
        subprocess.Popen(
            [*command, str(number), str(THREADS)], cwd=REPO, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    refused: list[str] = []
    for worker in workers:
        said, complaint = worker.communicate(timeout=180)
        assert worker.returncode == 0, complaint[-2000:]
        assert not complaint, complaint[-2000:]
        refused += json.loads(said)
    held = json.loads(run("tests.apps.plans.reserving", "told", environment=environment))
    assert sum(counted for _, counted, state in held["visits"] if state == "reserved") == CAP
    assert len(held["visits"]) == held["events"] == CAP
    assert len(refused) == PROCESSES * THREADS - CAP
    assert all("年度上限 2 次" in sentence or "至少相隔" in sentence for sentence in refused)


@pytest.mark.slow
@pytest.mark.once
def test_on_one_sqlite_file(tmp_path: Path) -> None:
    reserve_from_all_sides(sqlite_environment(tmp_path))


@pytest.mark.slow
def test_on_postgresql(tmp_path: Path) -> None:
    with postgres_environment(tmp_path) as environment:
        reserve_from_all_sides(environment)
