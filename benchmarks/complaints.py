"""How many complaints a second go from registration to closing over HTTP, with a million leads present.

    DATABASE_URL=postgres://… HENGJIAN_HOME=/tmp/bench .venv/bin/python benchmarks/complaints.py
        [--leads 1000000] [--clients 8] [--seconds 30]

Loads the leads of `leads_search.py` (once; a database that has them is used again), starts the web server as `./start`
does (granian, two workers, four threads each) and the clients as processes of their own. One life-cycle is four forms
sent by a signed-in officer: register, accept, record the agreement, close. The answers are redirections; the pages they
lead to are not fetched. Each life-cycle leaves the sealed complainant, the complaint, its clocks and its events in the
chain. Prints life-cycles a second, milliseconds of each form (p50, p99), and whether the chain is whole afterwards.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
HOST, PORT = "127.0.0.1", 8391
TOKEN = "b" * 32
DATABASE = "postgres: "
"""How the processes of PostgreSQL are called that serve connections."""
SEED = 20_000
"""So many leads are made one by one as `leads_search.py` makes them; the rest are copies under other numbers."""
STEPS = ("register", "accept", "agree", "close")


def prepare(leads: int, officers: int) -> list[tuple[str, str]]:
    """The database with its leads; session key and organ id of each officer."""
    import django

    django.setup()
    from leads_search import load, setup

    from hengjian.apps.leads.models import Lead

    known = _counties()
    if not known:
        _, _, known = setup()
        began = time.perf_counter()
        load(min(leads, SEED), known)
        _multiply(leads)
        print(f"loaded {leads:,} leads in {time.perf_counter() - began:.0f} s", flush=True)
    print(f"{Lead.objects.count():,} leads present", flush=True)
    return [_officer(n, known[n % len(known)]) for n in range(officers)]


def _multiply(leads: int) -> None:
    """Copy the first leads with their words, under numbers of their own, until there are so many (PostgreSQL)."""
    from django.db import connection

    from hengjian.apps.leads.models import Lead

    columns = [field.column for field in Lead._meta.concrete_fields]
    own = {
        "id": f"id + {SEED} * n",
        "number": f"'XS-2026-' || lpad((id + {SEED} * n)::text, 7, '0')",
        "outside_number": f"'G' || lpad((id + {SEED} * n)::text, 9, '0')",
    }
    values = ", ".join(own.get(column, column) for column in columns)
    times = f"generate_series(1, {leads // SEED - 1}) AS n"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO leads_lead ({', '.join(columns)}) SELECT {values} FROM leads_lead, {times}")
        words = f"SELECT lead_id + {SEED} * n, words FROM leads_leadwords, {times}"
        cursor.execute(f"INSERT INTO leads_leadwords (lead_id, words) {words}")
        cursor.execute("SELECT setval(pg_get_serial_sequence('leads_lead', 'id'), (SELECT max(id) FROM leads_lead))")
        cursor.execute("ANALYZE")


def _counties() -> list[int]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from hengjian.apps.accounts.models import Organ
    from hengjian.apps.informants.vault import ready_vault

    ready_vault(timezone.now())
    return list(Organ.objects.filter(level="county").order_by("pk").values_list("pk", flat=True))


def _officer(number: int, organ: int) -> tuple[str, str]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from hengjian.apps.accounts.models import Posting, Role, User

    user, _ = User.objects.get_or_create(username=f"bench{number}", defaults={"name": f"经办{number}"})
    Posting.objects.get_or_create(user=user, organ_id=organ, role=Role.OFFICER, valid_from="2015-01-01")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["touched"] = timezone.now().timestamp()
    session.create()
    return str(session.session_key), str(organ)


def serve(home: str) -> subprocess.Popen[bytes]:
    """The web server as `./start` runs it."""
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", HOST, "--port", str(PORT),
        "--workers", "2", "--blocking-threads", "4", "--backlog", "1024", "--log-level", "warning",
        "hengjian.project.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | {"HENGJIAN_HOME": home})
    for _ in range(300):
        try:
            if _get("/alive") == 200:
                return server
        except OSError:
            time.sleep(0.2)
    server.terminate()
    raise SystemExit("the server does not answer")


def _get(path: str) -> int:
    connection = http.client.HTTPConnection(HOST, PORT, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().status


class Citizen:
    """One officer's browser: a kept connection, a session, forms."""

    def __init__(self, session: str, organ: str, mark: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        self.organ, self.mark, self.count = organ, mark, 0
        self.cookies = {"hengjian_session": session, "hengjian_csrf": TOKEN}

    def send(self, path: str, values: dict[str, str]) -> str:
        """Send one form; the address that it leads to."""
        body = urllib.parse.urlencode(values | {"csrfmiddlewaretoken": TOKEN})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status != 302:
            raise SystemExit(f"{path}: {answer.status} {content[:300]!r}")
        return answer.headers["Location"]

    def live(self, took: dict[str, list[float]]) -> None:
        """One complaint from registration to closing."""
        self.count += 1
        place = self._timed(took, "register", "/complaints/new/", self._complaint())
        self._timed(took, "accept", f"{place}act/accept/", {"accept-told": "phone"})
        self._timed(took, "agree", f"{place}act/agree/", {"agree-agreement": "被投诉人退还检测费 300 元。"})
        self._timed(took, "close", f"{place}act/close/", {"close-text": "已经退款。"})

    def _timed(self, took: dict[str, list[float]], step: str, path: str, values: dict[str, str]) -> str:
        begun = time.perf_counter()
        place = self.send(path, values)
        took[step].append((time.perf_counter() - begun) * 1000)
        return place

    def _complaint(self) -> dict[str, str]:
        one = f"{self.mark}-{self.count}"
        return {
            "organ": self.organ, "channel": "hotline_12315", "external_no": f"B{one}",
            "respondent_name": f"远衡检测有限公司{one}", "claim": "退还检测费 300 元", "daily_life": "on",
            "facts": f"第 {one} 号报告的结论与实际不符，要求退费被拒绝。", "amount": "300", "client_kind": "person",
            "known_on": "2026-09-21", "name": f"赵{self.count}", "phone": f"13{abs(hash(one)) % 10**9:09d}",
            "address": f"青山路 {one} 号",
        }  # fmt: skip


def client(session: str, organ: str, mark: str, seconds: float, out: Any) -> None:
    """Life-cycles one after the other until the time is over; the measured ones go back as JSON."""
    citizen = Citizen(session, organ, mark)
    warm: dict[str, list[float]] = {step: [] for step in STEPS}
    for _ in range(3):
        citizen.live(warm)
    took: dict[str, list[float]] = {step: [] for step in STEPS}
    begun = time.perf_counter()
    done = 0
    while time.perf_counter() - begun < seconds:
        citizen.live(took)
        done += 1
    out.put(json.dumps({"done": done, "seconds": time.perf_counter() - begun, "took": took}))


def cpu_seconds(server: int) -> float:
    """CPU of the web server and its workers, and of PostgreSQL where it runs on this machine, till now."""
    found = 0.0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            command = (place / "cmdline").read_text()
        except OSError:
            continue
        own = server in (int(place.name), int(fields[1])) or DATABASE in command
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if own else 0
    return found


def measure(sessions: list[tuple[str, str]], seconds: float, server: int) -> None:
    """Run all clients at once and print what they saw."""
    used = cpu_seconds(server)
    results: Any = multiprocessing.Queue()
    mark = f"{os.getpid()}"
    people = [
        multiprocessing.Process(target=client, args=(session, organ, f"{mark}{n}", seconds, results))
        for n, (session, organ) in enumerate(sessions)
    ]
    for one in people:
        one.start()
    answers = [json.loads(results.get(timeout=seconds + 120)) for _ in people]
    for one in people:
        one.join()
    used = cpu_seconds(server) - used
    rate = sum(one["done"] / one["seconds"] for one in answers)
    print(f"{rate:.1f} life-cycles a second ({sum(one['done'] for one in answers)} in {seconds:.0f} s)")
    warm = 3 * len(sessions)
    total = sum(one["done"] for one in answers) + warm
    print(f"  CPU of web server and database: {used / total * 1000:.0f} ms a life-cycle (first {warm} included)")
    for step in STEPS:
        took = sorted(value for one in answers for value in one["took"][step])
        print(f"  {step:9} p50 {took[len(took) // 2]:6.1f} ms   p99 {took[int(len(took) * 0.99) - 1]:6.1f} ms")


def main() -> None:
    """Load, serve, measure, stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    sessions = prepare(asked.leads, asked.clients)
    from django.db import connections

    connections.close_all()
    server = serve(os.environ["HENGJIAN_HOME"])
    try:
        print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        measure(sessions, asked.seconds, server.pid)
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
