"""A PostgreSQL of one's own for the tests: a fresh cluster in a scratch folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from .environment import Stop


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_owner(words: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root: as root the package's own user runs it
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def _run(words: list[str]) -> None:
    result = subprocess.run(_as_owner(words), capture_output=True, text=True, check=False, cwd="/")
    if result.returncode:
        raise Stop(f"PostgreSQL 没有启动成功：{result.stderr.strip()[-400:]}")


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The database URL of a cluster that lives as long as the block; durability is off, it holds test data only."""
    binaries = sorted(glob("/usr/lib/postgresql/*/bin"))
    if not binaries:
        raise Stop("找不到 PostgreSQL 的程序。")
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.parent.chmod(0o755)
    data, port = folder / "data", _free_port()
    _run([f"{binaries[-1]}/initdb", "-D", str(data), "-U", "hengjian", "-A", "trust", "-E", "UTF8", "--no-sync"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
    _run([f"{binaries[-1]}/pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start"])
    try:
        _run([f"{binaries[-1]}/createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "hengjian", "hengjian"])
        yield f"postgresql://hengjian@127.0.0.1:{port}/hengjian"
    finally:
        _run([f"{binaries[-1]}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)
