"""`hengjian manage …`: Django's own administration commands."""

from __future__ import annotations

import argparse
import os

NAME = "manage"
HELP = "数据库与服务的底层管理（Django 命令）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="例如 migrate、check、collectstatic")


def run(args: argparse.Namespace) -> int:
    """Hand the rest of the line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["hengjian manage", *args.rest])
    return 0
