"""Server time of the main pages against a trivial view of the same server, on the demo city.

    ./start --setup-only && .venv/bin/python benchmarks/pages.py [--requests 200]

Starts the real server on a free port, signs in as the county analyst, asks each page in turn and prints median, p95 and
the p95 distance to the trivial view, with the number of queries (counted by Django's test client in this process).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from statistics import median

REPO = Path(__file__).resolve().parents[1]
BIN = REPO / ".venv" / "bin"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
WARM_UP = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[int, float, str]:
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    body = response.read()
    return response.status, (time.perf_counter() - started) * 1000, body.decode()


def sign_in(port: int, username: str, password: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/sign-in/")
    response = connection.getresponse()
    token = response.getheader("Set-Cookie").split(";")[0]
    form_token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', response.read().decode()).group(1)
    body = urllib.parse.urlencode({"username": username, "password": password, "csrfmiddlewaretoken": form_token})
    headers = {
        "Cookie": token,
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"http://127.0.0.1:{port}/",
    }
    connection.request("POST", "/sign-in/", body, headers)
    response = connection.getresponse()
    response.read()
    cookies = [value.split(";")[0] for name, value in response.getheaders() if name.lower() == "set-cookie"]
    assert response.status == 302, response.status
    return "; ".join(cookies)


def pages_to_measure() -> dict[str, str]:
    import django

    django.setup()
    from hengjian.apps.alerts.models import Alert

    alert = Alert.objects.select_related("institution").order_by("-score").first()
    return {
        "desk": "/",
        "list": "/institutions/",
        "dossier": f"/institutions/{alert.institution.uscc}/",
        "alert": f"/alerts/{alert.number}/",
    }


def queries(paths: dict[str, str], username: str) -> dict[str, int]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from hengjian.apps.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    counts = {}
    for name, path in paths.items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200, path
        counts[name] = len(captured)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--username", default="chengchuan.analyst")
    parser.add_argument("--password", default="")
    args = parser.parse_args()
    from hengjian.project import demo

    password = args.password or demo.PASSWORD
    paths = pages_to_measure()
    counted = queries(paths, args.username)
    port = free_port()
    server = subprocess.Popen(
        [
            str(BIN / "granian"),
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--workers",
            "2",
            "--blocking-threads",
            "4",
            "--log-level",
            "error",
            "hengjian.project.wsgi:application",
        ],
        cwd=REPO,
    )
    try:
        wait_for(port)
        cookie = sign_in(port, args.username, password)
        report = measure(port, cookie, paths, args.requests)
    finally:
        server.terminate()
        server.wait(60)
    for name, row in report.items():
        row["queries"] = counted.get(name, 0)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0


def wait_for(port: int) -> None:
    for _ in range(900):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("server did not start")


def measure(port: int, cookie: str, paths: dict[str, str], requests: int) -> dict[str, dict[str, float]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times: dict[str, list[float]] = {name: [] for name in ("trivial", *paths)}
    for turn in range(requests + WARM_UP):
        for name, path in {"trivial": "/alive", **paths}.items():
            status, took, _ = fetch(connection, path, cookie)
            assert status == 200, (path, status)
            if turn >= WARM_UP:
                times[name].append(took)
    p95 = {name: sorted(values)[int(len(values) * 0.95)] for name, values in times.items()}
    return {
        name: {
            "median_ms": round(median(values), 1),
            "p95_ms": round(p95[name], 1),
            "p95_above_trivial_ms": round(p95[name] - p95["trivial"], 1),
        }
        for name, values in times.items()
    }


if __name__ == "__main__":
    sys.exit(main())
