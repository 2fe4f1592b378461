"""The worker killed in the middle of an acceptance: nothing counts; started again, everything counts, once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import sqlite_template
from tests.paths import REPO

pytestmark = [pytest.mark.slow, pytest.mark.once]

ROWS = 8_000
SEED = f"""
import io, zipfile
import django
django.setup()
from django.utils import timezone
from hengjian.apps.intake import services, tasks
from tests.apps.factories import make_tree, make_user
from tests.apps.intake.ledgers import LAB, as_csv, row
tree = make_tree()
now, today = timezone.now(), timezone.localdate()
user = make_user(tree.county, "analyst")
held = io.BytesIO()
with zipfile.ZipFile(held, "w") as archive:
    headers = ["institution_id", "name", "fields"]
    archive.writestr("institutions.csv", as_csv([[LAB, "青石检测", "food"]], headers=headers))
    archive.writestr("台账.csv", as_csv([row(number) for number in range({ROWS})]))
submission, _ = services.receive_file(chunks=[held.getvalue()], file_name="全.zip", sender="甲", organ=tree.county,
                                      user=user, now=now, today=today, queue=False)
tasks.read_now(submission.pk)
submission.refresh_from_db()
assert submission.state == "previewed", submission.message
services.request_acceptance(pk=submission.pk, user=user, now=now, today=today, remember=False)
"""


class Home:
    """An installation of its own: SQLite, its own folder, real processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTEST_VERSION"}}
        own = {"HENGJIAN_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "hengjian.project.settings"}
        self.env = kept | own | {"PYTHONPATH": str(REPO)}
        keys = {"secret_key": "k" * 60, "person_key": "p" * 60, "demo": True}
        shutil.copyfile(sqlite_template(), folder / "hengjian.sqlite3")
        (folder / "installation.json").write_text(json.dumps(keys), encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=REPO, env=self.env, capture_output=True, text=True, check=False
        )

    def worker(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "hengjian.project.cli", "worker", "--interval", "0.05"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(words, cwd=REPO, env=self.env, stdout=quiet, stderr=quiet, start_new_session=True)

    def ask(self, query: str) -> list[tuple]:
        connection = sqlite3.connect(self.folder / "hengjian.sqlite3", timeout=10, isolation_level=None)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def state(self) -> str:
        return self.ask("SELECT state FROM intake_submission")[0][0]

    def lake(self) -> list[str]:
        return sorted(path.parent.name for path in (self.folder / "lake").glob("*/*.parquet"))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    seeded = made.run("-c", SEED)
    assert seeded.returncode == 0, seeded.stderr[-3000:]
    yield made


def until(found: Callable[[], bool], worker: subprocess.Popen[bytes], *, seconds: float, pause: float) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(pause)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """What a power cut does: no signal handler, no clean-up."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


def test_a_worker_killed_while_it_writes_leaves_nothing_and_the_next_one_finishes(home: Home) -> None:
    worker = home.worker()
    try:
        until(lambda: bool(home.lake()), worker, seconds=40, pause=0.001)
    finally:
        kill(worker)
    assert home.lake() and home.state() == "accepting", "killed after the first file was written, before the last"
    assert home.ask("SELECT count(*) FROM intake_lakefile") == [(0,)]
    assert home.ask("SELECT count(*) FROM registry_institution") == [(0,)]

    home.ask("UPDATE intake_submission SET touched_at = datetime('now', '-6 minutes')")
    worker = home.worker()
    try:
        until(lambda: home.state() == "accepted", worker, seconds=40, pause=0.1)
    finally:
        kill(worker)
    counted = home.ask('SELECT "table", rows FROM intake_lakefile ORDER BY "table"')
    assert counted == [("institutions", 1), ("reports", ROWS), ("results", ROWS)]
    assert home.lake() == ["institutions", "reports", "results"], "the same content has the same name: no second copy"
    assert home.ask("SELECT count(*) FROM registry_institution") == [(1,)]
    assert home.ask("SELECT count(*) FROM record_event WHERE verb = 'submission.finish'") == [(1,)]
