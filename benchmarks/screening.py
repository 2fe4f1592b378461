"""Screening at a million reports: the bare scan, six reference computations against pandas, and the whole run.

    .venv/bin/python benchmarks/screening.py [--reports 1000000] [--rounds 5] [--without-pandas] [--skip-run]
    .venv/bin/python benchmarks/screening.py --skip-six --plan first     # or all, curves, or ids such as A4,B2

The dataset is made once by citylab into benchmarks/out (seed 11, 2 % of institutions cheat); the readings of every
sixteenth report are kept besides the reported values, which gives five results a report. Both sides compute the same
from the same Parquet files, each reads the columns it needs, and their answers are compared before times are told.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd
from screening_detectors import PLANS, whole_run

REPO = Path(__file__).resolve().parents[1]
BIN = REPO / ".venv" / "bin"
OUT = REPO / "benchmarks" / "out"
SPEED_KMH = 120
LEAST_DIGITS = 200
BUNCHING_SHARE = 0.02

SCANS = {
    "reports": "report_id institution_id standard_no object claims_full sampler_id sampled_at sampling_ended_at "
    "sample_lon sample_lat retest_of",
    "results": "report_id item_code replicate value_text value instrument_id started_at finished_at limit_op "
    "limit_high",
}


def make_dataset(reports: int) -> Path:
    """Citylab's dataset with the results thinned; made once."""
    folder = OUT / f"screening-{reports}"
    if (folder / "results.parquet").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [BIN / "hengjian", "citylab", folder, "--reports", str(reports), "--seed", "11", "--fraud-share", "0.02"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole, thinned = folder / "results.parquet", folder / "thinned.partial"
    duckdb.sql(
        f"COPY (SELECT * FROM '{whole}' WHERE replicate = 0 OR CAST(right(report_id, 4) AS INTEGER) % 16 = 0) "
        f"TO '{thinned}' (FORMAT parquet, COMPRESSION zstd)"
    )
    thinned.replace(whole)
    return folder


# Sorted by numbers: DuckDB's 64-bit hashes of the names, of which no two are equal at these sizes.
OVERLAP = """
SELECT count(*) FROM (
    SELECT t0, max(t1) OVER (PARTITION BY instrument ORDER BY t0, t1 ROWS BETWEEN UNBOUNDED PRECEDING
                             AND 1 PRECEDING) AS busy_until
    FROM (SELECT DISTINCT hash(report_id) AS report, hash(instrument_id) AS instrument, started_at AS t0,
                 finished_at AS t1
          FROM '{results}' WHERE instrument_id IS NOT NULL AND finished_at > started_at)
) WHERE t0 < busy_until"""

TRAVEL = f"""
SELECT count(*) FROM (
    SELECT epoch(sampled_at) - lag(epoch(sampling_ended_at)) OVER w AS gap,
           sample_lon - lag(sample_lon) OVER w AS dlon, sample_lat - lag(sample_lat) OVER w AS dlat, sample_lat AS lat
    FROM '{{reports}}' WHERE sampler_id IS NOT NULL AND sample_lon IS NOT NULL AND sampling_ended_at IS NOT NULL
    WINDOW w AS (PARTITION BY sampler_id ORDER BY sampled_at, report_id)
) WHERE 111.2 * sqrt(dlat * dlat + power(dlon * cos(radians(lat)), 2)) > {SPEED_KMH} * greatest(gap, 60) / 3600"""

VECTORS = """
SELECT coalesce(CAST(sum(members) AS BIGINT), 0) FROM (
    SELECT count(*) AS members FROM (
        SELECT report_id, count(*) AS items, sum(CAST(token AS HUGEINT)) AS print
        FROM (SELECT report_id, item_code, value_text FROM '{results}' WHERE replicate = 0 AND value <> 0) AS x
        JOIN (SELECT item_code, value_text, CAST('0x' || substr(md5(item_code || '|' || value_text), 1, 15) AS BIGINT)
                     AS token
              FROM '{results}' WHERE replicate = 0 AND value <> 0 GROUP BY item_code, value_text) AS t
        USING (item_code, value_text)
        GROUP BY report_id HAVING count(*) >= 5)
    GROUP BY print, items HAVING count(*) > 1
)"""

DIGITS = f"""
SELECT count(*) FROM (
    SELECT institution_id, sum(n) AS total, sum(n * n) * 10.0 / sum(n) - sum(n) AS chi2 FROM (
        SELECT r.institution_id, right(x.value_text, 1) AS digit, count(*) AS n
        FROM '{{results}}' x JOIN '{{reports}}' r USING (report_id)
        WHERE x.replicate = 0 AND regexp_matches(x.value_text, '^[0-9]+[.][0-9]+$')
        GROUP BY r.institution_id, digit)
    GROUP BY institution_id HAVING sum(n) >= {LEAST_DIGITS}
) WHERE chi2 > 33.72"""

OMITTED = """
SELECT count(*) FROM (
    SELECT r.report_id, q.item_code FROM '{reports}' r
    JOIN (SELECT standard_no, object, item_code FROM '{standard_items}' WHERE mandatory) q
      ON q.standard_no = r.standard_no AND q.object = r.object
    WHERE r.claims_full AND r.retest_of IS NULL
) AS e ANTI JOIN '{results}' x ON x.report_id = e.report_id AND x.item_code = e.item_code"""

BUNCHING = f"""
SELECT count(*) FROM (
    SELECT r.institution_id, x.item_code,
           count(CASE WHEN x.value BETWEEN x.limit_high * {1 - BUNCHING_SHARE} AND x.limit_high THEN 1 END) AS below,
           count(CASE WHEN x.value > x.limit_high AND x.value <= x.limit_high * {1 + BUNCHING_SHARE}
                      THEN 1 END) AS above
    FROM '{{results}}' x JOIN '{{reports}}' r USING (report_id)
    WHERE x.replicate = 0 AND x.limit_op = '<=' AND x.limit_high > 0 AND x.value IS NOT NULL
    GROUP BY r.institution_id, x.item_code
) WHERE below >= 5 AND below > 4 * above"""

SQL = {
    "instrument overlap": OVERLAP,
    "person's travel": TRAVEL,
    "identical result vectors": VECTORS,
    "terminal digits": DIGITS,
    "mandatory item missing": OMITTED,
    "bunching at the limit": BUNCHING,
}


def seconds(column: pd.Series) -> pd.Series:
    return column.astype("datetime64[us]").astype("int64") / 1e6


def pandas_overlap(folder: Path) -> int:
    x = pd.read_parquet(folder / "results.parquet", columns=["report_id", "instrument_id", "started_at", "finished_at"])
    x = x[x["instrument_id"].notna() & (x["finished_at"] > x["started_at"])].drop_duplicates()
    x = x.rename(columns={"started_at": "t0", "finished_at": "t1"}).sort_values(["instrument_id", "t0", "t1"])
    busy = x.groupby("instrument_id", sort=False)["t1"].cummax().groupby(x["instrument_id"], sort=False).shift()
    return int((x["t0"] < busy).sum())


def pandas_travel(folder: Path) -> int:
    names = ["report_id", "sampler_id", "sampled_at", "sampling_ended_at", "sample_lon", "sample_lat"]
    x = pd.read_parquet(folder / "reports.parquet", columns=names)
    x = x.dropna(subset=["sampler_id", "sample_lon", "sampling_ended_at"])
    x = x.sort_values(["sampler_id", "sampled_at", "report_id"])
    x = x.assign(t0=seconds(x["sampled_at"]), t1=seconds(x["sampling_ended_at"]))
    before = x.groupby("sampler_id", sort=False)[["t1", "sample_lon", "sample_lat"]].shift()
    east = (x["sample_lon"] - before["sample_lon"]) * np.cos(np.radians(x["sample_lat"]))
    km = 111.2 * np.sqrt((x["sample_lat"] - before["sample_lat"]) ** 2 + east**2)
    return int((km > SPEED_KMH * (x["t0"] - before["t1"]).clip(lower=60) / 3600).sum())


def pandas_vectors(folder: Path) -> int:
    names = ["report_id", "item_code", "replicate", "value_text", "value"]
    x = pd.read_parquet(folder / "results.parquet", columns=names)
    x = x[(x["replicate"] == 0) & x["value"].notna() & (x["value"] != 0)]
    token = pd.util.hash_pandas_object(x["item_code"] + "|" + x["value_text"], index=False) >> np.uint64(8)
    prints = token.groupby(x["report_id"], sort=False).agg(["size", "sum"])
    prints = prints[prints["size"] >= 5]
    return int(prints.duplicated(keep=False).sum())


def pandas_digits(folder: Path) -> int:
    x = pd.read_parquet(folder / "results.parquet", columns=["report_id", "replicate", "value_text"])
    r = pd.read_parquet(folder / "reports.parquet", columns=["report_id", "institution_id"])
    x = x[(x["replicate"] == 0) & x["value_text"].str.fullmatch("[0-9]+[.][0-9]+")].merge(r, on="report_id")
    n = x.groupby(["institution_id", x["value_text"].str[-1]], sort=False).size()
    total = n.groupby("institution_id").sum()
    chi2 = (n * n).groupby("institution_id").sum() * 10.0 / total - total
    return int(((total >= LEAST_DIGITS) & (chi2 > 33.72)).sum())


def pandas_omitted(folder: Path) -> int:
    names = ["report_id", "standard_no", "object", "claims_full", "retest_of"]
    r = pd.read_parquet(folder / "reports.parquet", columns=names)
    q = pd.read_parquet(folder / "standard_items.parquet", columns=["standard_no", "object", "item_code", "mandatory"])
    x = pd.read_parquet(folder / "results.parquet", columns=["report_id", "item_code"]).drop_duplicates()
    r = r[r["claims_full"].fillna(False).astype(bool) & r["retest_of"].isna()]
    expected = r.merge(q[q["mandatory"].astype(bool)], on=["standard_no", "object"])[["report_id", "item_code"]]
    found = expected.merge(x, on=["report_id", "item_code"], how="left", indicator=True)
    return int((found["_merge"] == "left_only").sum())


def pandas_bunching(folder: Path) -> int:
    names = ["report_id", "item_code", "replicate", "value", "limit_op", "limit_high"]
    x = pd.read_parquet(folder / "results.parquet", columns=names)
    r = pd.read_parquet(folder / "reports.parquet", columns=["report_id", "institution_id"])
    x = x[(x["replicate"] == 0) & (x["limit_op"] == "<=") & (x["limit_high"] > 0) & x["value"].notna()]
    x = x.merge(r, on="report_id")
    near = x["value"].between(x["limit_high"] * (1 - BUNCHING_SHARE), x["limit_high"])
    over = (x["value"] > x["limit_high"]) & (x["value"] <= x["limit_high"] * (1 + BUNCHING_SHARE))
    counted = (
        x.assign(near=near, over=over).groupby(["institution_id", "item_code"], sort=False)[["near", "over"]].sum()
    )
    return int(((counted["near"] >= 5) & (counted["near"] > 4 * counted["over"])).sum())


PANDAS: dict[str, Callable[[Path], int]] = {
    "instrument overlap": pandas_overlap,
    "person's travel": pandas_travel,
    "identical result vectors": pandas_vectors,
    "terminal digits": pandas_digits,
    "mandatory item missing": pandas_omitted,
    "bunching at the limit": pandas_bunching,
}


def timed(work: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET memory_limit = '6GB'")
    return connection


def scan(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Reads every column that the screening of these two tables uses, and nothing else."""
    for table, columns in SCANS.items():
        sums = ", ".join(f'count("{name}"), min("{name}")' for name in columns.split())
        connection.execute(f"SELECT {sums} FROM '{folder / table}.parquet'").fetchall()
    return 0


def compare(folder: Path, rounds: int, *, against: bool) -> None:
    """The six computations from Parquet, beside pandas if `against`; the first round warms up and is not counted."""
    connection = connect()
    paths = {name: folder / f"{name}.parquet" for name in ("reports", "results", "standard_items")}
    ours: dict[str, list[float]] = {name: [] for name in SQL}
    theirs: dict[str, list[float]] = {name: [] for name in SQL}
    answers: dict[str, int] = {}
    bare = []
    for number in range(rounds + 1):
        bare.append(timed(lambda: scan(connection, folder))[0])
        for name, sql in SQL.items():
            text = sql.format(**paths)
            took, answer = timed(lambda text=text: int(connection.execute(text).fetchall()[0][0]))
            if number == 0:
                answers[name] = answer
                continue
            ours[name].append(took)
            if against:
                took, answer = timed(lambda name=name: PANDAS[name](folder))
                theirs[name].append(took)
            assert answer == answers[name], f"{name}: first {answers[name]}, then {answer}"
    print(f"bare scan of the columns used: {median(bare[1:]):.2f} s")
    print("| computation | rows found | hengjian's form (s) | pandas (s) | ratio |\n|---|---|---|---|---|")
    for name in SQL:
        print(f"| {name} | {answers[name]} | {against_pandas(ours[name], theirs[name])} |")
    sums = ([sum(times) for times in zip(*side.values(), strict=True)] for side in (ours, theirs))
    print(f"| **sum** | | {against_pandas(*sums)} |")


def against_pandas(ours: list[float], theirs: list[float]) -> str:
    mine = median(ours)
    return f"{mine:.2f} | {median(theirs):.2f} | {median(theirs) / mine:.1f}" if theirs else f"{mine:.2f} | – | –"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-pandas", action="store_true", help="at 10^7 pandas does not fit into memory")
    parser.add_argument("--skip-six", action="store_true", help="leave out the six computations")
    parser.add_argument("--skip-run", action="store_true", help="leave out the whole run")
    parser.add_argument("--plan", default="all", help=f"what the whole run takes: {', '.join(PLANS)}, or ids")
    args = parser.parse_args()
    folder = make_dataset(args.reports)
    for table in ("reports", "results", "raw_series"):
        rows = duckdb.sql(f"SELECT count(*) FROM '{folder / table}.parquet'").fetchall()[0][0]
        print(f"{table}: {rows} rows")
    if not args.skip_six:
        compare(folder, args.rounds, against=not args.without_pandas)
    if not args.skip_run:
        whole_run(folder, args.plan, args.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
