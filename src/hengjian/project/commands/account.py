"""`hengjian account`: the first organ and system administrator of an empty installation."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import date

NAME = "account"
HELP = "空白安装：建最高机关和第一位系统管理员（口令从终端读入）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organ", required=True, help="机关全称")
    parser.add_argument("--short-name", help="机关简称，默认与全称相同")
    parser.add_argument("--level", required=True, choices=["national", "province", "city", "county"])
    parser.add_argument("--area-code", required=True, help="行政区划代码，6 位")
    parser.add_argument("--username", required=True)
    parser.add_argument("--name", required=True, help="姓名")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when both exist; refuses once there is an organ."""
    from hengjian.project.setup import start_django

    start_django()
    from django.db import transaction
    from django.utils import timezone

    from hengjian.apps.accounts import services
    from hengjian.apps.accounts.models import Organ
    from hengjian.apps.record.services import SYSTEM
    from hengjian.kernel.errors import Refused

    if Organ.objects.exists():
        raise Refused("已有机关。其余机关和人员请由系统管理员在网页上添加。")
    password = getpass.getpass("口令（至少 10 位）：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    now = timezone.now()
    start = date(timezone.localdate().year, 1, 1)
    with transaction.atomic():
        organ = services.create_organ(
            actor=SYSTEM,
            now=now,
            name=args.organ,
            short_name=args.short_name or args.organ,
            level=args.level,
            area_code=args.area_code,
            parent=None,
            valid_from=start,
        )
        user = services.create_user(
            actor=SYSTEM, now=now, username=args.username, name=args.name, password=password, organ_path=organ.path
        )
        services.create_posting(actor=SYSTEM, now=now, user=user, organ=organ, role="sysadmin", valid_from=start)
    print(f"已建立 {organ.name} 和系统管理员 {user.name}（{user.username}）。")
    return 0
