"""Intake of one million ledger rows against DuckDB's own reading and calamine's own reading.

    python benchmarks/intake.py [--rows 1000000] [--runs 5] [--only csv|xlsx]

Each measured run is a process of its own (memory of the whole process, VmHWM); both sides of a ratio run in turns.
csv: at most 4 × an all-varchar read with `try_cast`, peak 1.0 GB. xlsx: at most 2 × calamine's read, calamine's
memory + 0.7 GB.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADERS = ["报告标识", "项目编号", "检测项目", "检测方法", "检测结果", "单位", "限值符号", "限值上限", "单项判定"]
HEADERS += ["设备编号", "检测开始", "检测结束"]
LEDGER = """
SELECT 'R' || lpad((i // 5)::VARCHAR, 8, '0'), 'IT' || (i % 5), '项目' || (i % 5), 'GB 5009.' || (i % 200) || '-2016',
       CASE WHEN i % 11 = 0 THEN '未检出' WHEN i % 13 = 0 THEN '<0.05' WHEN i % 99991 = 7 THEN '5.2×103CFU/g'
            ELSE printf('%.3f', (i * 7919 % 100000) / 1000.0) END,
       'mg/kg', '<=', 0.5, CASE WHEN i % 50 = 0 THEN '不合格' ELSE '合格' END, 'INS' || (i % 300),
       strftime(TIMESTAMP '2026-01-01' + INTERVAL (i % 300000) MINUTE, '%Y-%m-%d %H:%M:%S'),
       strftime(TIMESTAMP '2026-01-01' + INTERVAL (i % 300000 + 90) MINUTE, '%Y/%m/%d %H:%M')
FROM range({rows}) t(i) ORDER BY i
"""


def make_csv(path: Path, rows: int) -> None:
    import duckdb

    named = ", ".join(f'"{name}"' for name in HEADERS)
    duckdb.sql(f"COPY (SELECT * FROM ({LEDGER.format(rows=rows)}) t({named})) TO '{path}' (HEADER)")


def make_xlsx(path: Path, rows: int) -> None:
    import duckdb
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("结果")
    sheet.write_row(0, 0, HEADERS)
    cursor = duckdb.execute(LEDGER.format(rows=rows))
    number = 1
    while chunk := cursor.fetchmany(10_000):
        for row in chunk:
            sheet.write_row(number, 0, row)
            number += 1
    book.close()


def peer_csv(path: Path) -> None:
    import duckdb

    typed = (
        "report_id, item_code, item, method, value_text, try_cast(value_text AS DOUBLE), unit, op, "
        "try_cast(high AS DOUBLE), verdict, device, try_cast(began AS TIMESTAMP), try_cast(ended AS TIMESTAMP)"
    )
    names = ["report_id", "item_code", "item", "method", "value_text", "unit", "op", "high", "verdict", "device"]
    names += ["began", "ended"]
    duckdb.execute(
        f"CREATE TABLE t AS SELECT {typed} FROM read_csv(?, all_varchar = true, header = true, names = {names})",
        [str(path)],
    )


def peer_xlsx(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows


def ours(path: Path) -> None:
    from hengjian.backends.duckdb_intake import prepare

    with tempfile.TemporaryDirectory() as work:
        preview = prepare(path, demo=False, workdir=Path(work), person_key=b"benchmark")
        assert preview.rows == preview.accepted + preview.refused and preview.accepted


JOBS = {"peer_csv": peer_csv, "peer_xlsx": peer_xlsx, "ours": ours}


def measured(job: str, path: Path) -> None:
    """In a process of its own: imports first, then the clock."""
    import duckdb  # noqa: F401
    import pyarrow
    import python_calamine  # noqa: F401

    import hengjian.backends.duckdb_intake  # noqa: F401

    pyarrow.array(["x"]).to_pylist()  # pulls in pandas where it is installed, once a process
    started, busy = time.perf_counter(), time.process_time()
    JOBS[job](path)
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": int(peak.split()[1]) / 1024}))


def run(job: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--job", job, str(path)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def compare(kind: str, path: Path, runs: int) -> None:
    peers, own = [], []
    for _ in range(runs):  # in turns, so that both meet the same machine
        peers.append(run(f"peer_{kind}", path))
        own.append(run("ours", path))
    ratio, cpu = (
        statistics.median(mine[clock] / peer[clock] for mine, peer in zip(own, peers, strict=True))
        for clock in ("seconds", "cpu")
    )
    seconds = {
        name: statistics.median(one["seconds"] for one in some) for name, some in (("peer", peers), ("ours", own))
    }
    memory = {name: max(one["megabytes"] for one in some) for name, some in (("peer", peers), ("ours", own))}
    print(
        f"{kind}: ours {seconds['ours']:.2f} s, peer {seconds['peer']:.2f} s, ratio {ratio:.2f} "
        f"(of CPU time {cpu:.2f}, which a busy machine does not blur); "
        f"peak {memory['ours']:.0f} MB, peer {memory['peer']:.0f} MB ({path.stat().st_size / 1e6:.0f} MB on disk)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=["csv", "xlsx"])
    parser.add_argument("--job", choices=JOBS)
    parser.add_argument("path", nargs="?", type=Path)
    args = parser.parse_args()
    if args.job:
        measured(args.job, args.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in (("csv", make_csv), ("xlsx", make_xlsx)):
            if args.only in (None, kind):
                path = Path(folder) / f"ledger.{kind}"
                make(path, min(args.rows, 1_048_000) if kind == "xlsx" else args.rows)
                compare(kind, path, args.runs)


if __name__ == "__main__":
    main()
