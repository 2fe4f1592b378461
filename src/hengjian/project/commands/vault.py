"""`hengjian vault status|verify|rotate`: the keys of the informant vault, whether all opens, a new key."""

from __future__ import annotations

import argparse
import json

NAME = "vault"
HELP = "举报人保密库：status 密钥和记录数，verify 逐条校验，rotate 更换密钥"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["status", "verify", "rotate"])
    parser.add_argument(
        "--reseal", action="store_true", help="rotate 时连同每条记录的数据密钥、指纹一起更换（怀疑密钥文件泄露时用）"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when all is well, 1 when something does not open, 2 with the sentence when the keys are missing."""
    from hengjian.project.setup import start_django

    start_django()
    return _rotate(args) if args.what == "rotate" else _look(args)


def _look(args: argparse.Namespace) -> int:
    from hengjian.apps.informants.rotation import standing, verify
    from hengjian.apps.informants.vault import path

    found = verify() if args.what == "verify" else standing()
    if args.json:
        told = {"current": found.current, "made": found.made, "rows": found.rows, "broken": found.broken}
        print(json.dumps(told | {"private": found.private}, ensure_ascii=False))
    else:
        print("保密库还没有用过，第一次收到举报时生成密钥。") if not found.current else None
        print(f"密钥文件 {path()}{'' if found.private else '（权限过宽：请执行 chmod 600）'}")
        for key_id, made_at in found.made.items():
            mark = "，现用" if key_id == found.current else ""
            print(f"{key_id}（{made_at} 启用{mark}）：{found.rows[key_id]} 条")
        if args.what == "verify":
            print(*found.broken or ["全部记录都能打开。"], sep="\n")
    return 0 if found.private and not found.broken else 1


def _rotate(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from hengjian.apps.informants.rotation import rotate

    key_id, moved = rotate(now=timezone.now(), reseal=args.reseal)
    if args.json:
        print(json.dumps({"current": key_id, "records": moved}))
    else:
        print(f"现用密钥 {key_id}，已更换 {moved} 条记录。请马上备份密钥文件，和数据库的备份分开保存。")
    return 0
