"""Wall time of the whole plan on Spark with one and with two workers, and on DuckDB, over growing worlds.

`python benchmarks/cluster.py --reports 10000 100000 1000000`; every Spark run must give DuckDB's files byte for byte.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.parity import spark_cluster

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import RunSummary, run_screening
from hengjian.backends.spark_engine import SparkEngine
from hengjian.citylab.dataset import write_dataset

OUT = Path(__file__).resolve().parent / "out"
UNTIL, TODAY = date(2026, 10, 31), date(2026, 11, 1)
FILES = ("findings.parquet", "institutions.parquet")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--memory", default="4g", help="of one worker, which has one core")
    parser.add_argument("--only", help="detectors, for instance B2,C4,D1")
    args = parser.parse_args()
    for reports in args.reports:
        data = OUT / f"cluster-{reports}"
        if not data.exists():
            write_dataset(folder=data, reports=reports, seed=5, fraud_share=0.05, stealth="L1", until=UNTIL)
        with tempfile.TemporaryDirectory() as scratch:
            measure(data, Path(scratch), args, reports)


def measure(data: Path, scratch: Path, args: argparse.Namespace, reports: int) -> None:
    only = args.only.split(",") if args.only else None
    conf = {"spark.executor.memory": f"{int(args.memory.rstrip('g')) * 1024 * 3 // 4}m", "spark.driver.memory": "2g"}
    tell("duckdb", reports, screen(data, scratch / "duckdb", only))
    for workers in args.workers:
        room = scratch / f"cluster-{workers}"
        room.mkdir()
        with spark_cluster.running(room, workers=workers, memory=args.memory) as address:
            out = scratch / f"spark-{workers}"
            summary = run_screening(
                data,
                out,
                today=TODAY,
                articles=article_in_force,
                only=only,
                open_engine=lambda address=address: SparkEngine(str(data), master=address, conf=conf),
            )
        tell(f"spark, {workers} workers", reports, summary)
        for name in FILES:
            if (out / name).read_bytes() != (scratch / "duckdb" / name).read_bytes():
                raise SystemExit(f"{name} differs")


def screen(data: Path, out: Path, only: list[str] | None) -> RunSummary:
    return run_screening(data, out, today=TODAY, articles=article_in_force, only=only)


def tell(engine: str, reports: int, summary: RunSummary) -> None:
    slow = sorted(summary.detectors, key=lambda one: -one.seconds)[:6]
    own = round(sum(one.seconds for one in summary.detectors), 1)
    record = {"engine": engine, "reports": reports, "seconds": summary.seconds, "detectors": own}
    print(json.dumps(record | {"slowest": {one.id: one.seconds for one in slow}}), flush=True)


if __name__ == "__main__":
    main()
