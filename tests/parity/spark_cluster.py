"""A real standalone Spark cluster on loopback: a master and two workers, each a process of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
WORKERS = 2
PATIENCE_S = 120
PR_SET_PDEATHSIG = 1


@contextmanager
def running(folder: Path, *, workers: int = WORKERS, memory: str = "1200m") -> Iterator[str]:
    """Yield the master's address once its workers have registered; everything started here is stopped again."""
    port, page = _free_port(), _free_port()
    address = f"spark://127.0.0.1:{port}"
    logs = [folder / name for name in ("master.log", *(f"worker-{number}.log" for number in range(workers)))]
    started = [_start(folder, logs[0], "master.Master", "--port", str(port), "--webui-port", str(page))]
    try:
        for number in range(workers):
            own = folder / f"worker-{number}"
            own.mkdir()
            room = ("--cores", "1", "--memory", memory, "--work-dir", str(own), "--webui-port", str(_free_port()))
            started.append(_start(folder, logs[1 + number], "worker.Worker", *room, address))
        _await(logs, started)
        yield address
    finally:
        for process in reversed(started):
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, log: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_DAEMON_MEMORY": "256m",
    }
    command = [str(HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", *arguments]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, env=env, stdout=output, stderr=output, start_new_session=True, preexec_fn=_dies_with_us
        )


def _await(logs: list[Path], started: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if all("Successfully registered with master" in log.read_text(errors="replace") for log in logs[1:]):
            return
        if any(process.poll() is not None for process in started):
            break
        time.sleep(0.3)
    raise RuntimeError("the cluster did not come up:\n" + "\n".join(log.read_text(errors="replace") for log in logs))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """A worker stops its executors itself; what then remains of its process group is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _dies_with_us() -> None:
    """Linux ends the process when its parent ends, however that came about."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
