"""Several processes with several threads draw the same draw and project the same batch at once: one of each wins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import postgres_environment, sqlite_environment
from tests.paths import REPO

PROCESSES, THREADS = 2, 4


def run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def race(environment: dict[str, str], folder: Path) -> None:
    worker = "tests.apps.draws.racing"
    run(worker, "prepare", str(folder), environment=environment)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", worker, str(THREADS), str(folder)], cwd=REPO, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    said: list[list[str]] = []
    for one in running:
        out, complaint = one.communicate(timeout=180)
        assert one.returncode == 0, complaint[-2000:]
        assert not complaint, complaint[-2000:]
        said += json.loads(out)
    for action, words in (
        ("_press", "把本次抽查办为“已抽取”，您的操作没有写入。"),
        ("_project", "同一批次只能抽一次。"),
    ):
        sentences = [sentence for name, sentence in said if name == action]
        assert sentences.count("") == 1, sentences
        assert all(one.endswith(words) for one in sentences if one), sentences
    held = json.loads(run(worker, "told", str(folder), environment=environment))
    assert held == {"draws": [[1, "drawn", 9], [2, "draft", 0]], "drawn": 1, "slots": 18}


@pytest.mark.slow
@pytest.mark.once
def test_on_one_sqlite_file(tmp_path: Path) -> None:
    race(sqlite_environment(tmp_path), tmp_path / "draws")


@pytest.mark.slow
def test_on_postgresql(tmp_path: Path) -> None:
    with postgres_environment(tmp_path) as environment:
        race(environment, tmp_path / "draws")
