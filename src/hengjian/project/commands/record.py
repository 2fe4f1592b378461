"""`hengjian record verify|seal`: check the event chain, seal a day's root."""

from __future__ import annotations

import argparse
import json
from datetime import date

NAME = "record"
HELP = "事件链：verify 校验全链，seal 封存某日的默克尔根"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify", "seal"])
    parser.add_argument("--day", type=date.fromisoformat, help="要封存的日期，例如 2026-11-20")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the chain holds; 1 with the first broken event's number and reason when it does not."""
    from hengjian.project.setup import start_django

    start_django()
    return _seal(args) if args.what == "seal" else _verify(args)


def _verify(args: argparse.Namespace) -> int:
    from hengjian.apps.record.selectors import verify_chain

    report = verify_chain()
    broken = report.broken
    if args.json:
        body = {"events": report.events, "head": report.head_hash, "ok": broken is None}
        if broken:
            body |= {"first_broken": broken.sequence, "reason": broken.reason}
        print(json.dumps(body, ensure_ascii=False))
    elif broken:
        print(f"事件链断于第 {broken.sequence} 号事件：{broken.reason}")
    else:
        print(f"事件链完整：{report.events} 条事件，链尾摘要 {report.head_hash[:16]}…")
    return 1 if broken else 0


def _seal(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from hengjian.apps.record.services import seal_day
    from hengjian.kernel.errors import Refused

    if args.day is None or args.day >= timezone.localdate():
        raise Refused("请用 --day 指明要封存的日期；只能封存今天以前的日期。")
    root = seal_day(day=args.day, now=timezone.now())
    print(
        f"{args.day} 没有事件"
        if root is None
        else f"{args.day} 日根 {root.root}（{root.first_sequence}–{root.last_sequence} 号）"
    )
    return 0
