"""`hengjian screen DATASET --out DIR`: screen a dataset by the data contract; needs no database."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from hengjian.backends.engine import Engine
    from hengjian.backends.keeping import Keeper
    from hengjian.backends.runner import RunSummary
    from hengjian.backends.standing import ScoredBy

NAME = "screen"
HELP = "筛查：读取按数据契约组织的数据集，给出疑点、机构风险和运行记录"

STATES = {"ran": "已运行", "abstained": "数据不足，未判断", "skipped": "缺数据，跳过", "failed": "出错"}
SEVERITIES = {"certain": "确定", "strong": "较强", "weak": "较弱"}
BANDS = {"red": "红", "amber": "黄", "green": "绿"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="数据集文件夹；用 Spark 时也可以是 s3a:// 或 hdfs:// 地址")
    parser.add_argument("--out", type=Path, required=True, help="结果文件夹")
    parser.add_argument("--today", type=_day, help="以哪一天为今天，例如 2026-11-20；默认当天")
    parser.add_argument("--only", type=_ids, help="只运行这些检测器，例如 A6,B2")
    parser.add_argument(
        "--since",
        type=_day,
        metavar="日期",
        help="每日筛查：这一天起的报告重新计算，更早而未变的沿用上次留存；结果与全量相同",
    )
    parser.add_argument("--weights", type=Path, metavar="文件", help="按审定的校准权重计分（校准页面下载的 JSON 文件）")
    parser.add_argument("--kept", type=Path, metavar="文件夹", help="留存放在哪里，默认在结果文件夹旁")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="在哪里运行，默认本机 duckdb")
    parser.add_argument("--spark-master", metavar="地址", help="Spark 集群，例如 spark://host:7077")
    parser.add_argument(
        "--spark-conf", action="append", type=_setting, default=[], metavar="名=值", help="Spark 设置，可多次给出"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON 摘要")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the run is written; 1 when a detector failed; refused input becomes a sentence and exit 2."""
    from hengjian.backends.articles import article_in_force
    from hengjian.backends.runner import run_screening

    today = args.today or _today()
    summary = run_screening(
        Path(args.dataset),
        args.out,
        today=today,
        articles=article_in_force,
        progress=None if args.json else _tell,
        only=args.only,
        open_engine=_spark(args) if args.engine == "spark" else None,
        keeper=_keeper(args),
        scored_by=_scored_by(args.weights, today) if args.weights else None,
    )
    print(json.dumps(_as_json(summary), ensure_ascii=False) if args.json else _as_text(summary))
    return 1 if any(one.state == "failed" for one in summary.detectors) else 0


def _keeper(args: argparse.Namespace) -> Keeper | None:
    from hengjian.backends.keeping import Keeper
    from hengjian.kernel.errors import Refused

    if args.since is None:
        return None
    if args.engine != "duckdb":
        raise Refused("--since 只能在本机 duckdb 上使用；集群上请做全量筛查")
    return Keeper(args.kept or args.out.with_name(f"{args.out.name}.kept"), since=args.since)


def _scored_by(path: Path, today: date) -> ScoredBy:
    """The policy of the day with the weights of a file; Refused for a file that holds none."""
    from hengjian.backends.scoring_policy import policy_in_force
    from hengjian.backends.standing import ScoredBy
    from hengjian.engines.screening.weights import read_weights
    from hengjian.kernel.errors import Refused

    try:
        weights = read_weights(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Refused(f"权重文件 {path} 打不开：{error.strerror}", where={"file": str(path)}) from error
    except UnicodeDecodeError as error:
        raise Refused(f"权重文件 {path} 不是 UTF-8 文本", where={"file": str(path)}) from error
    except json.JSONDecodeError as error:
        said = f"权重文件 {path} 不是 JSON（第 {error.lineno} 行）"
        raise Refused(said, where={"file": str(path), "row": error.lineno}) from error
    except ValueError as error:
        raise Refused(f"{path}：{error}", where={"file": str(path)}) from error
    return ScoredBy(policy=policy_in_force(today), weights=weights)


def _spark(args: argparse.Namespace) -> Callable[[], Engine]:
    """Opens the cluster when the run begins. Refused without a master, or where PySpark is not installed."""
    from hengjian.kernel.errors import Refused

    if not args.spark_master:
        raise Refused("用 Spark 运行需要给出集群地址，例如 --spark-master spark://host:7077")
    try:
        from hengjian.backends.spark_engine import SparkEngine
    except ImportError as error:
        raise Refused(f"没有安装 Spark 组件（缺少 {error.name}），请先运行 pip install 'hengjian[spark]'") from error
    return lambda: SparkEngine(args.dataset, master=args.spark_master, conf=dict(args.spark_conf))


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (sign and name.startswith("spark.")):
        raise argparse.ArgumentTypeError(f"“{text}”不是 Spark 设置，请写成 spark.executor.memory=4g 的样子")
    return name, value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-11-20 的样子") from error


def _ids(text: str) -> list[str]:
    return [part.strip().upper() for part in text.split(",") if part.strip()]


def _today() -> date:
    return datetime.fromtimestamp(time.time(), tz=ZoneInfo("Asia/Shanghai")).date()


def _tell(done: int, total: int, label: str) -> None:
    print(f"[{done}/{total}] {label}", file=sys.stderr)


def _as_json(summary: RunSummary) -> dict[str, object]:
    return {
        "out": str(summary.out),
        "findings": summary.findings,
        "severities": dict(summary.severities),
        "bands": dict(summary.bands),
        "seconds": summary.seconds,
        "detectors": [vars(one) for one in summary.detectors],
        "quality": list(summary.remarks),
        "reuse": vars(summary.reuse) if summary.reuse else None,
    }


def _as_text(summary: RunSummary) -> str:
    lines = [
        f"{one.id:<4}{STATES[one.state]}　{one.findings} 条疑点　{one.seconds:.1f} 秒"
        + (f"　{one.reason}" if one.reason else "")
        for one in summary.detectors
    ]
    severities = "，".join(f"{word} {summary.severities.get(code, 0)}" for code, word in SEVERITIES.items())
    bands = "，".join(f"{word} {summary.bands.get(code, 0)}" for code, word in BANDS.items())
    lines.append(f"共 {summary.findings} 条疑点（{severities}）；机构：{bands}；用时 {summary.seconds:.1f} 秒")
    if summary.reuse:
        lines.append(f"沿用上次未变的报告 {summary.reuse.kept} 份，新算 {summary.reuse.fresh} 份")
    lines.append(f"结果在 {summary.out}")
    return "\n".join(lines)
