"""The Python environment: made once, brought up to date when the lock changes, with uv or else with pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
MIN_PYTHON = (3, 11)


class Stop(Exception):
    """Set-up cannot go on; the message says what to do."""


class Steps:
    """Prints one line a step, with the seconds it took."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def begin(self) -> None:
        """Start the clock of a step anew, after work that printed its own lines."""
        self._last = time.monotonic()

    def done(self, text: str) -> None:
        """Close a step."""
        now = time.monotonic()
        print(f"✓ {text}（{now - self._last:.1f} 秒）", flush=True)
        self._last = now


def run(*command: object, quiet: bool = False, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command; a failure stops the set-up with its last lines."""
    words = [str(word) for word in command]
    result = subprocess.run(
        words,
        cwd=cwd or ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    if result.returncode:
        tail = "\n".join((result.stdout or "").strip().splitlines()[-12:])
        raise Stop(f"这一步没有成功：{' '.join(words[:6])}\n{tail}")


def _pip_setting(python: Path, name: str) -> str:
    result = subprocess.run(
        [str(python), "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
    )
    return result.stdout.strip() if result.returncode == 0 else ""


def index_settings(python: Path) -> dict[str, str]:
    """uv ignores pip's settings: hand over the index, the extra indexes and the certificate authority that pip uses."""
    env = dict(os.environ)
    index = env.get("PIP_INDEX_URL") or _pip_setting(python, "global.index-url")
    extra = env.get("PIP_EXTRA_INDEX_URL") or _pip_setting(python, "global.extra-index-url")
    cert = env.get("PIP_CERT") or _pip_setting(python, "global.cert")
    if index:
        env.setdefault("UV_DEFAULT_INDEX", index)
    if extra:
        env.setdefault("UV_INDEX", extra)
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if cert:
        env.setdefault("SSL_CERT_FILE", cert)
    return env


def _stamp(lock: Path) -> str:
    content = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + sys.version.encode()
    return hashlib.sha256(content).hexdigest()


def ensure(steps: Steps, *, lock: str) -> Path:
    """Path of the environment's Python, with everything in `lock` and this package installed."""
    if sys.version_info < MIN_PYTHON:
        raise Stop(f"需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}。")
    folder = ROOT / ".venv"
    python = folder / "bin" / "python"
    stamps = {name: folder / f".stamp-{name}" for name in ("requirements.lock", "requirements-dev.lock")}
    current = {name: _stamp(ROOT / name) for name in stamps}
    enough = [lock] if lock == "requirements-dev.lock" else list(stamps)
    if any(stamps[name].exists() and stamps[name].read_text() == current[name] for name in enough):
        return python
    if not python.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", folder, quiet=True)
        steps.done("建好独立的 Python 环境 .venv")
    _install(python, ROOT / lock)
    stamps[lock].write_text(current[lock])
    steps.done("装好依赖")
    return python


def _install(python: Path, lock: Path) -> None:
    env = index_settings(python)
    uv = python.parent / "uv"
    try:
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv", quiet=True)
        words = (uv, "pip", "install", "-q", "--compile-bytecode", "--python", python, "--require-hashes", "-r", lock)
        run(*words, quiet=True, env=env)
        run(uv, "pip", "install", "-q", "--python", python, "--no-deps", "-e", ROOT, quiet=True, env=env)
    except Stop as first:
        print(f"  改用 pip 安装（{str(first).splitlines()[0]}）", flush=True)
        run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock, quiet=True)
        run(python, "-m", "pip", "install", "-q", "--no-deps", "-e", ROOT, quiet=True)
    # once here instead of in every process: where Python may not write bytecode, each start would compile for seconds
    run(python, "-m", "compileall", "-q", ROOT / "src", quiet=True)
