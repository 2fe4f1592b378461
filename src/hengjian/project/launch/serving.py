"""Web server and task worker, started together and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .certificates import Certificate, names_of_this_computer
from .environment import ROOT, Steps, Stop

START_SECONDS = 120
STOP_SECONDS = 20
EVERYWHERE = "0.0.0.0"  # noqa: S104


@dataclass(frozen=True)
class Place:
    """Where the web server listens, and with which certificate (None: plain HTTP)."""

    host: str
    port: int
    certificate: Certificate | None = None

    @property
    def scheme(self) -> str:
        """http or https."""
        return "https" if self.certificate else "http"

    @property
    def address(self) -> str:
        """What a person at this computer types."""
        return f"{self.scheme}://{'localhost' if self.host in ('127.0.0.1', EVERYWHERE) else self.host}:{self.port}/"

    @property
    def own_address(self) -> str:
        """How the start itself asks whether the server answers."""
        return f"{self.scheme}://{'127.0.0.1' if self.host == EVERYWHERE else self.host}:{self.port}/"

    @property
    def addresses_outside(self) -> list[str]:
        """What a phone in the same network types."""
        if self.host != EVERYWHERE:
            return []
        found = [name.partition(":")[2] for name in names_of_this_computer() if name.startswith("IP:")]
        return [f"{self.scheme}://{ip}:{self.port}/" for ip in found if ":" not in ip and not ip.startswith("127.")]


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is started when the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"{host}:{port} 不能使用（{error.strerror}）。换一个端口：./start --port {port + 1}") from error


def _commands(bin_folder: Path, place: Place) -> dict[str, list[str]]:
    web = [
        str(bin_folder / "granian"),
        "--interface",
        "wsgi",
        "--host",
        place.host,
        "--port",
        str(place.port),
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--backlog",
        "1024",
        "--log-level",
        "warning",
        "--respawn-failed-workers",
    ]
    if place.certificate:
        web += ["--ssl-certificate", str(place.certificate.chain), "--ssl-keyfile", str(place.certificate.key)]
        web += ["--ssl-protocol-min", "tls1.2"]
    web.append("hengjian.project.wsgi:application")
    worker = [str(bin_folder / "hengjian"), "worker"]
    return {"网页服务": web, "后台任务": worker}


def serve(steps: Steps, bin_folder: Path, place: Place) -> int:
    """Run both until a signal comes or one of them ends; returns the exit code."""
    steps.begin()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "hengjian.project.settings", "PYTHONUNBUFFERED": "1"}
    if place.certificate:
        env["HENGJIAN_TLS"] = "1"
    commands = _commands(bin_folder, place)

    def begin(name: str) -> None:
        running[name] = subprocess.Popen(commands[name], cwd=ROOT, env=env, start_new_session=True)

    # the worker loads the same libraries: on two cores it would keep the first page waiting
    running: dict[str, subprocess.Popen[bytes]] = {}
    begin("网页服务")
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda caught, frame: stopping.append(caught))
    try:
        _wait_until_answering(f"{place.own_address}alive", running, stopping)
        if not stopping:
            begin("后台任务")
            steps.done("网页服务与后台任务已启动")
            _greet(bin_folder, place)
        while not stopping:
            ended = [name for name, process in running.items() if process.poll() is not None]
            if ended:
                print(f"✗ {ended[0]}意外停止，一并停止其余进程。", flush=True)
                return 1
            time.sleep(0.3)
        return 0
    finally:
        _stop(running)


def _wait_until_answering(url: str, running: dict[str, subprocess.Popen[bytes]], stopping: list[int]) -> None:
    # the certificate may be for another name than the one asked here; nothing secret is sent
    unchecked = ssl._create_unverified_context()  # noqa: S323
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping:
        if any(process.poll() is not None for process in running.values()):
            raise Stop("服务没有启动成功，原因见上面的输出。")
        try:
            with urllib.request.urlopen(url, timeout=5, context=unchecked):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.15)
    if not stopping:
        raise Stop(f"{START_SECONDS} 秒内服务没有应答。")


def _greet(bin_folder: Path, place: Place) -> None:
    subprocess.run(
        [str(bin_folder / "hengjian"), "setup", "--accounts", "--address", place.address],
        cwd=ROOT,
        check=False,
        start_new_session=True,
    )
    for address in place.addresses_outside:
        print(f"同一网络里的手机和电脑：{address}", flush=True)
    if place.certificate and place.certificate.authority:
        page = f"{(place.addresses_outside or [place.address])[0]}inspections/phone/authority.crt"
        print(f"证书是自制的。手机先打开 {page} 安装并信任，核对 SHA-256 指纹：", flush=True)
        print(f"  {place.certificate.fingerprint}", flush=True)


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    print("已停止。", flush=True)
