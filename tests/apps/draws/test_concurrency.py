"""Several processes with several threads draw the same draw and project the same batch at once: one of each wins."""

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

PROCESSES, THREADS = 2, 4


def run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def race(environment: dict[str, str], folder: Path) -> None:
    worker = "tests.apps.draws.racing"
    run("hengjian.project.cli", "manage", "migrate", "--skip-checks", "-v", "0", environment=environment)
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
def test_on_one_sqlite_file(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    race(kept | {"HENGJIAN_HOME": str(tmp_path)}, tmp_path / "draws")


@pytest.mark.slow
def test_on_postgresql(tmp_path: Path) -> None:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL database")
    import psycopg

    name = f"hengjian_draw_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
            race(os.environ | {"DATABASE_URL": own, "HENGJIAN_HOME": str(tmp_path)}, tmp_path / "draws")
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
