"""Several processes with several threads append at once: the chain has every event and no fork."""

import json
import subprocess
import sys

import pytest

from tests.databases import postgres_environment, sqlite_environment
from tests.paths import REPO

PROCESSES, THREADS, EACH = 3, 2, 15
ORGAN = """
from hengjian.project.setup import start_django
start_django()
from hengjian.apps.record.services import SYSTEM, append_event
from hengjian.apps.accounts.models import Organ
names = {"name": "甲局", "short_name": "甲", "level": "county", "area_code": "990121"}
organ = Organ.objects.create(path="/1/", valid_from="2020-01-01", **names)
try:
    from django.utils import timezone
    append_event(now=timezone.now(), actor=SYSTEM, verb="x", thing=organ)
except RuntimeError as error:
    print(error)
"""


def run(arguments, environment, **options):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=120, **options
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def append_from_all_sides(environment):
    assert "inside the transaction" in run(["-c", ORGAN], environment)
    command = [sys.executable, "-m", "tests.apps.record.appending", str(EACH), str(THREADS)]
    workers = [
        subprocess.Popen(command, cwd=REPO, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        _, complaint = worker.communicate(timeout=120)
        assert worker.returncode == 0, complaint[-2000:]
    found = json.loads(run(["-m", "hengjian.project.cli", "record", "verify", "--json"], environment))
    assert found["ok"], found
    assert found["events"] == PROCESSES * THREADS * EACH


@pytest.mark.slow
@pytest.mark.once
def test_writers_to_one_sqlite_file_do_not_fork_the_chain(tmp_path):
    append_from_all_sides(sqlite_environment(tmp_path))


@pytest.mark.slow
def test_writers_to_postgresql_do_not_fork_the_chain(tmp_path):
    with postgres_environment(tmp_path) as environment:
        append_from_all_sides(environment)
