"""A day's reports on a kept history against a full run: `python benchmarks/daily.py --reports 1000000 --days 1`."""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hengjian.backends.articles import article_in_force
from hengjian.backends.keeping import Keeper
from hengjian.backends.runner import RunSummary, run_screening
from hengjian.citylab.dataset import write_dataset

OUT = Path(__file__).resolve().parent / "out"
UNTIL, TODAY = date(2026, 10, 31), date(2026, 11, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=7, help="how many last days count as new")
    args = parser.parse_args()
    data, since = OUT / f"cluster-{args.reports}", UNTIL - timedelta(days=args.days - 1)
    if not data.exists():
        write_dataset(folder=data, reports=args.reports, seed=5, fraud_share=0.05, stealth="L1", until=UNTIL)
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        tell("full", screen(data, room / "full", None))
        tell("full, keeping", screen(data, room / "first", Keeper(room / "kept", since=since)))
        tell("daily", screen(data, room / "daily", Keeper(room / "kept", since=since)))
        kept = sum(file.stat().st_size for file in (room / "kept").iterdir())
        print(json.dumps({"kept_mb": round(kept / 1e6, 1)}))
        for name in ("findings.parquet", "institutions.parquet"):
            if (room / "full" / name).read_bytes() != (room / "daily" / name).read_bytes():
                raise SystemExit(f"{name} differs")


def screen(data: Path, out: Path, keeper: Keeper | None) -> RunSummary:
    return run_screening(data, out, today=TODAY, articles=article_in_force, keeper=keeper)


def tell(name: str, summary: RunSummary) -> None:
    reuse = summary.reuse
    told = {"kept": reuse.kept, "fresh": reuse.fresh, "steps": len(reuse.steps)} if reuse else {}
    slow = sorted(summary.detectors, key=lambda one: -one.seconds)[:8]
    record = {"run": name, "seconds": summary.seconds} | told | {one.id: one.seconds for one in slow}
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
