"""`hengjian setup`: bring database, static files and (unless told not to) the demo city up to date."""

from __future__ import annotations

import argparse
import hashlib
import time

from hengjian.project import installation

NAME = "setup"
HELP = "准备数据库、静态文件和演示城市（./start 会自动运行）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-demo", action="store_true", help="不装演示城市")
    parser.add_argument("--reset-demo", action="store_true", help="清空演示数据重建")
    parser.add_argument("--demo-reports", type=int, default=20_000, help="演示城市的报告数")
    parser.add_argument("--accounts", action="store_true", help="只打印地址和演示账号")
    parser.add_argument("--address", default="http://localhost:8000/", help=argparse.SUPPRESS)


class Steps:
    """One line a step with its seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def done(self, text: str) -> None:
        now = time.monotonic()
        print(f"✓ {text}（{now - self._last:.1f} 秒）", flush=True)
        self._last = now


def run(args: argparse.Namespace) -> int:
    """Exit 0 when everything stands."""
    if args.accounts:
        return _print_accounts(args.address)
    from hengjian.project import demo

    steps = Steps()
    if args.reset_demo:
        demo.reset()
        steps.done("已清空演示数据")
    fresh = not (installation.home() / "installation.json").exists()
    if fresh and not args.no_demo:
        installation.mark_demo()
    from hengjian.project.setup import start_django

    start_django()
    _prepare(steps)
    if not args.no_demo:
        demo.ensure(reports=args.demo_reports, say=steps.done)
    return 0


def _prepare(steps: Steps) -> None:
    from django.conf import settings
    from django.core.management import call_command

    for folder in (settings.LAKE_ROOT, settings.RUNS_ROOT, settings.UPLOADS_ROOT):
        folder.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    steps.done("数据库就绪")
    stamp, current = installation.home() / "static.stamp", _static_stamp()
    if not stamp.exists() or stamp.read_text() != current or not settings.STATIC_ROOT.exists():
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(current)
    steps.done("静态文件就绪")


def _static_stamp() -> str:
    """What the collected files were made from: our own static files and the locked packages' versions."""
    digest = hashlib.sha256((installation.REPOSITORY / "requirements.lock").read_bytes())
    for path in sorted((installation.REPOSITORY / "src" / "hengjian").glob("**/static/**/*.*")):
        digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()


def _print_accounts(address: str) -> int:
    from hengjian.project import demo

    print(f"\n衡鉴已启动：{address}\n按 Ctrl+C 停止。")
    for line in demo.account_lines():
        print(line)
    return 0
