"""The command line `hengjian`: one sub-command a module of `hengjian.project.commands`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from hengjian.kernel.errors import DomainError
from hengjian.law.amending import OVERLAY, use_overlay
from hengjian.project import commands, installation


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hengjian", description="衡鉴：检验检测机构监管平台")
    sub = parser.add_subparsers(dest="command", required=True, metavar="命令")
    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"hengjian.project.commands.{found.name}")
        child = sub.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.add_arguments(child)
        child.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; a domain error becomes its sentence on stderr and exit code 2."""
    args = build_parser().parse_args(argv)
    use_overlay(installation.home() / "law" / OVERLAY)  # commands without a database follow the amended rulebook too
    try:
        return int(args.run(args))
    except DomainError as error:
        print(error.sentence, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
