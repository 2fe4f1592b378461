"""Web server and task worker, started together and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .environment import ROOT, Steps, Stop

START_SECONDS = 40
STOP_SECONDS = 20


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is started when the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"{host}:{port} 不能使用（{error.strerror}）。换一个端口：./start --port {port + 1}") from error


def _commands(bin_folder: Path, host: str, port: int) -> dict[str, list[str]]:
    web = [
        str(bin_folder / "granian"),
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--backlog",
        "1024",
        "--log-level",
        "warning",
        "--respawn-failed-workers",
        "hengjian.project.wsgi:application",
    ]
    worker = [str(bin_folder / "hengjian"), "worker"]
    return {"网页服务": web, "后台任务": worker}


def serve(steps: Steps, bin_folder: Path, host: str, port: int) -> int:
    """Run both until a signal comes or one of them ends; returns the exit code."""
    steps.begin()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "hengjian.project.settings", "PYTHONUNBUFFERED": "1"}
    running = {
        name: subprocess.Popen(words, cwd=ROOT, env=env, start_new_session=True)
        for name, words in _commands(bin_folder, host, port).items()
    }
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda caught, frame: stopping.append(caught))
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"  # noqa: S104
    try:
        _wait_until_answering(f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/alive", running, stopping)  # noqa: S104
        if not stopping:
            steps.done("网页服务与后台任务已启动")
            _greet(bin_folder, address)
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
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping:
        if any(process.poll() is not None for process in running.values()):
            raise Stop("服务没有启动成功，原因见上面的输出。")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.15)
    if not stopping:
        raise Stop(f"{START_SECONDS} 秒内服务没有应答。")


def _greet(bin_folder: Path, address: str) -> None:
    subprocess.run(
        [str(bin_folder / "hengjian"), "setup", "--accounts", "--address", address],
        cwd=ROOT,
        check=False,
        start_new_session=True,
    )


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
