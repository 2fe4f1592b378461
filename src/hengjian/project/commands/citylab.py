"""`hengjian citylab`: write a labelled dataset of an invented city; needs no database."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from hengjian.kernel.errors import Refused

NAME = "citylab"
HELP = "生成一个虚构城市的检验检测数据集（按数据合同，附造假标签）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """OUT, size, seed, how many cheat and how carefully."""
    parser.add_argument("out", type=Path, metavar="OUT", help="写到哪个文件夹（没有就新建）")
    parser.add_argument("--reports", type=int, required=True, metavar="N", help="报告份数，200 至 10000000")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="随机种子")
    parser.add_argument("--fraud-share", type=float, default=0.05, metavar="F", help="造假机构所占比例，0 至 1")
    parser.add_argument(
        "--stealth", choices=("L1", "L2", "L3"), default="L1", help="造假手法：L1 粗糙，L2 小心，L3 会规避"
    )
    parser.add_argument("--until", default="2026-10-31", metavar="DATE", help="报告签发的最后一天，往前十二个月")


def run(args: argparse.Namespace) -> int:
    """Check the arguments and write; prints counts and seconds."""
    from hengjian.citylab.dataset import write_dataset

    began = time.perf_counter()
    if not 200 <= args.reports <= 10_000_000:
        raise Refused(f"报告份数 {args.reports} 不在 200 至 10000000 之间。")
    if not 0 <= args.fraud_share <= 1:
        raise Refused(f"造假机构比例 {args.fraud_share} 不在 0 至 1 之间。")
    try:
        until = date.fromisoformat(args.until)
    except ValueError:
        raise Refused(f"日期“{args.until}”读不懂，请写成 2026-10-31 的样子。") from None
    if not 2015 <= until.year <= 2100:
        raise Refused(f"最后一天 {until} 的年份不在 2015 至 2100 之间。")
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise Refused(f"“{args.out}”已经有内容，请换一个空文件夹。")
    written = write_dataset(
        folder=args.out,
        reports=args.reports,
        seed=args.seed,
        fraud_share=args.fraud_share,
        stealth=args.stealth,
        until=until,
        progress=lambda done, total: print(f"  {done}/{total}", file=sys.stderr) if total > 1 else None,
    )
    for table, rows in written.rows.items():
        print(f"{table}\t{rows}")
    print(f"机构 {written.institutions} 家，其中造假 {written.cheaters} 家，用时 {time.perf_counter() - began:.1f} 秒")
    return 0
