"""The whole run, detector by detector, each against the bare scan of the columns that it names.

`--plan all` is every detector; `first` the 45 of the first release over a dataset without raw series (those that
cannot do without them skip and are named); `curves` the detectors that read raw series. `--only A4,B2` names them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.detector import Detector

REPO = Path(__file__).resolve().parents[1]
HENGJIAN = REPO / ".venv" / "bin" / "hengjian"
FIRST_RELEASE = (
    "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A12 A13 B1 B2 B3 B4 B5 B6 B8 C1 C2 C3 C4 C5 C9 D1 D3 D5 D6 D7 D10 D11 D13 "
    "E1 E2 E3 E4 E5 E7 E11 E12 F1 F3 F5 F6"
)
PLANS = ("all", "first", "curves")
CURVES = "raw_series"
MOST_RATIO = 20


def chosen(plan: str) -> tuple[list[str], bool]:
    """(ids, whether raw series are handed over) of a plan, or of a list of ids."""
    if plan == "first":
        return FIRST_RELEASE.split(), False
    if plan == "curves":
        return [one.id for one in DETECTORS if CURVES in one.tables()], True
    return ([one.id for one in DETECTORS] if plan == "all" else plan.upper().split(",")), True


def tables_of(folder: Path, room: Path, *, curves: bool) -> Path:
    """The dataset, or links to all of it but the raw series."""
    if curves:
        return folder
    room.mkdir()
    for file in folder.glob("*.parquet"):
        if file.stem != CURVES:
            (room / file.name).symlink_to(file)
    return room


def whole_run(folder: Path, plan: str, rounds: int) -> None:
    """One `hengjian screen` of the plan: wall and processor time, peak memory, and every detector's share."""
    ids, curves = chosen(plan)
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        data = tables_of(folder, room / "data", curves=curves)
        command = [HENGJIAN, "screen", data, "--out", room / "out", "--today", "2026-11-01", "--json"]
        started = time.perf_counter()
        done = subprocess.run([*command, "--only", ",".join(ids)], check=False, capture_output=True, text=True)
        took = time.perf_counter() - started
        if not done.stdout:
            raise SystemExit(done.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = json.loads(done.stdout)
    states = {one["id"]: one["state"] for one in summary["detectors"]}
    ran = sum(state != "skipped" for state in states.values())
    print(f"{plan}: {len(ids)} detectors, {ran} not skipped, {'with' if curves else 'without'} raw series: ", end="")
    print(f"{took:.1f} s wall, {used.ru_utime + used.ru_stime:.1f} s processor, peak {used.ru_maxrss / 1024:.0f} MB; ")
    print(f"{summary['findings']} findings, bands {summary['bands']}; skipped or failed: ", end="")
    print(" ".join(f"{name} {state}" for name, state in states.items() if state in ("skipped", "failed")) or "none")
    of_detectors = sum(one["seconds"] for one in summary["detectors"])
    print(f"all detectors {of_detectors:.1f} s; reading, measuring, scoring, writing {took - of_detectors:.1f} s")
    tell(folder, summary["detectors"], rounds)


def tell(folder: Path, ran: list[dict[str, Any]], rounds: int) -> None:
    """Seconds of each detector against the scan of its columns, the slowest ratio first."""
    known = {one.id: one for one in DETECTORS}
    connection = duckdb.connect()
    lines = []
    for one in ran:
        if one["state"] == "skipped":
            continue
        bare = median(scan(connection, folder, known[one["id"]]) for _ in range(rounds))
        lines.append((one["seconds"] / bare, one["id"], one["seconds"], bare))
    print("| detector | seconds | bare scan (s) | ratio |\n|---|---|---|---|")
    for ratio, name, seconds, bare in sorted(lines, reverse=True):
        print(f"| {name} | {seconds:.2f} | {bare:.3f} | {ratio:.1f} |")
    beyond = sum(line[0] > MOST_RATIO for line in lines)
    print(f"{len(lines) - beyond} of {len(lines)} within {MOST_RATIO} times the bare scan of their columns")


def scan(connection: duckdb.DuckDBPyConnection, folder: Path, detector: Detector) -> float:
    """Seconds to read every column that the detector names, and nothing else."""
    started = time.perf_counter()
    for need in detector.needs:
        file = folder / f"{need.table}.parquet"
        if not file.exists():
            continue
        there = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()}
        read = [name for name in dict.fromkeys(need.columns) if name in there]
        sums = [f'sum(len("{name}"))' if there[name].endswith("[]") else f'min("{name}")' for name in read]
        counts = [f'count("{name}")' for name in read]
        if read:
            connection.execute(f"SELECT {', '.join(counts + sums)} FROM '{file}'").fetchall()
    return time.perf_counter() - started
