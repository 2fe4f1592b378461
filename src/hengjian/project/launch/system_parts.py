"""What comes from Debian packages: installed when we are root, otherwise named in one command."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from glob import glob

from .environment import Steps, Stop

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONTS = ("fonts-noto-cjk",)


def missing_for_pdf() -> list[str]:
    """Debian packages that PDF output still needs."""
    missing = []
    if not (ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("harfbuzz-subset")):
        missing += PANGO
    if not glob("/usr/share/fonts/**/NotoSansCJK*", recursive=True):
        missing += FONTS
    return missing


def missing_for_check() -> list[str]:
    """Debian packages that the whole check needs beyond PDF."""
    missing = missing_for_pdf()
    if not shutil.which("chromium"):
        missing.append("chromium")
    if not glob("/usr/lib/postgresql/*/bin/initdb"):
        missing.append("postgresql")
    if not shutil.which("java"):
        missing.append("openjdk-17-jre-headless")
    return missing


def command_for(packages: Sequence[str]) -> str:
    """The one command that installs them."""
    return "sudo apt-get update && sudo apt-get install -y " + " ".join(packages)


def _install(packages: Sequence[str]) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        if subprocess.run(words, env=env, capture_output=True, check=False).returncode:
            return False
    return True


def ensure_for_pdf(steps: Steps) -> None:
    """Install pango and Noto CJK or say how; the platform runs without PDF meanwhile."""
    missing = missing_for_pdf()
    if not missing:
        return
    if _install(missing) and not missing_for_pdf():
        steps.done("装好 PDF 所需的系统组件")
    else:
        print(f"! 缺少 PDF 所需的系统组件，其余功能不受影响。需要 PDF 时请运行：\n  {command_for(missing)}", flush=True)


def ensure_for_check(steps: Steps) -> None:
    """Install all that the check needs; without it the check would silently test less, so it stops."""
    missing = missing_for_check()
    if not missing:
        return
    if not (_install(missing) and not missing_for_check()):
        raise Stop(f"缺少检查所需的系统组件，请运行：\n  {command_for(missing)}")
    steps.done("装好检查所需的系统组件：" + " ".join(missing))
