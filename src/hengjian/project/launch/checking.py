"""The checks, one after the other; all run even when one fails, so that one run shows everything."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from . import temporary_postgres
from .environment import ROOT

ON_POSTGRES = ["-m", "not browser and not once", "--ignore-glob", "*/test_*pages.py", "tests/apps", "tests/web"]
"""The second database answers every address for every role (test_url_rights) and every service; what the pages say word
for word is asked once, on SQLite."""
SOURCES = ["src", "tests", "benchmarks"]


def _static(bin_folder: Path) -> dict[str, list[str]]:
    def tool(name: str) -> str:
        return str(bin_folder / name)

    return {
        "格式": [tool("ruff"), "format", "--check", "-q", *SOURCES, "start", "check"],
        "规范": [tool("ruff"), "check", "-q", *SOURCES],
        "模板": [tool("djlint"), "src", "--lint", "--quiet"],
        "类型": [tool("mypy")],
        "分层": [tool("lint-imports")],
        "迁移": [tool("hengjian"), "manage", "makemigrations", "--check", "--dry-run"],
        "文档": [tool("python"), "-m", "hengjian.project.docs", "--check"],
    }


def run_all(bin_folder: Path, *, fast: bool) -> int:
    """Exit code 0 only when every check held."""
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hengjian-check-") as scratch:
        env = os.environ | {"HENGJIAN_HOME": str(Path(scratch) / "home")}
        for name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):  # compiling anew in every process costs minutes
            env.pop(name, None)
        for name, words in _static(bin_folder).items():
            _step(name, words, env, failed)
        pytest = [str(bin_folder / "pytest"), "-q", "-n", "2", "--maxprocesses", "2"]
        _step("测试（SQLite）", [*pytest, "-m", "not browser and not spark"], env, failed)
        if not fast:
            with temporary_postgres.running(Path(scratch) / "postgres") as url:
                beside = env | {"DATABASE_URL": url}
                _step("测试（PostgreSQL）", [*pytest, *ON_POSTGRES], beside, failed)
            # both wait much: for Chromium and servers here, for tasks of the cluster there
            beside_each_other = {
                "Spark 与 DuckDB 一致": [str(bin_folder / "pytest"), "-q", "-m", "spark"],
                "浏览器": [*pytest, "--dist", "loadgroup", "-m", "browser"],
            }
            _together(beside_each_other, env, failed, Path(scratch))
    if failed:
        print("✗ 没有通过：" + "、".join(failed), flush=True)
        return 1
    print("✓ 全部通过" + ("（快速检查，未含 PostgreSQL、Spark 与浏览器）" if fast else ""), flush=True)
    return 0


def _together(steps: dict[str, list[str]], env: dict[str, str], failed: list[str], scratch: Path) -> None:
    """Run steps at the same time; what each printed is shown as a whole, in their order."""
    started, running = time.monotonic(), {}
    for name, words in steps.items():
        log = scratch / f"step-{len(running)}.log"
        with log.open("wb") as stream:
            running[name] = log, subprocess.Popen(words, cwd=ROOT, env=env, stdout=stream, stderr=subprocess.STDOUT)
    for name, (log, process) in running.items():
        if process.wait():
            failed.append(name)
        print(f"── {name}\n{log.read_text(encoding='utf-8', errors='replace').rstrip()}", flush=True)
        print(f"   {'✗' if name in failed else '✓'} {name}（到 {time.monotonic() - started:.0f} 秒）", flush=True)


def _step(name: str, words: list[str], env: dict[str, str], failed: list[str]) -> None:
    print(f"── {name}", flush=True)
    started = time.monotonic()
    if subprocess.run(words, cwd=ROOT, env=env, check=False).returncode:
        failed.append(name)
    print(f"   {'✗' if name in failed else '✓'} {name}（{time.monotonic() - started:.0f} 秒）", flush=True)
