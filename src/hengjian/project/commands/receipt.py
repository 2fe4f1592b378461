"""`hengjian receipt verify FILE`: whether a receipt is genuine; with `--keys` no database is needed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hengjian.apps.informants.receipts import PublishedKey

NAME = "receipt"
HELP = "举报投诉回执：verify 验证签名"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"])
    parser.add_argument("file", type=Path, metavar="FILE", help="回执文件（JSON）")
    parser.add_argument("--keys", type=Path, metavar="KEYS", help="公布的公钥文件；不写就用本平台数据库里的公钥")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when it is genuine, 1 when it is not, 2 with the sentence for what is no receipt."""
    from hengjian.apps.informants.receipts import verify_receipt

    verdict = verify_receipt(_text(args.file), _keys(args.keys))
    if args.json:
        print(json.dumps({"genuine": verdict.genuine, "sentence": verdict.sentence} | {"facts": dict(verdict.facts)}))
    else:
        print(verdict.sentence)
        print(*(f"{name}：{value}" for name, value in verdict.facts.items()), sep="\n")
    return 0 if verdict.genuine else 1


def _keys(path: Path | None) -> list[PublishedKey]:
    from hengjian.apps.informants.receipts import read_keys

    if path is not None:
        return read_keys(_text(path))
    from hengjian.project.setup import start_django

    start_django()
    from hengjian.apps.informants.signing import published_keys

    return published_keys()


def _text(path: Path) -> str:
    from hengjian.kernel.errors import Refused

    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"文件 {path} 读不出来。", where={"file": str(path)}) from error
    except UnicodeDecodeError as error:
        raise Refused(f"文件 {path} 不是 UTF-8 文本。", where={"file": str(path)}) from error
