"""What screening finds in worlds with fraud, and what it says of worlds without.

    .venv/bin/python benchmarks/worlds.py [--reports 20000] [--fraud-share 0.05] [--seeds 1,2,3] [--honest 11,12,13]

Prints Markdown: institutions (red and amber against the labels), kinds (found = a certain or strong finding of a
detector made for the kind names a report so labelled), and honest worlds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.citylab.dataset import write_dataset

UNTIL, TODAY = date(2026, 10, 31), date(2026, 11, 1)
LEVELS = ("L1", "L2", "L3")
MADE_FOR = {
    "curve_clone": ("C1", "C4"),
    "expired": ("A2",),
    "instrument_double": ("B2",),
    "items_omitted": ("A8",),
    "no_test": ("D3", "B1", "B2"),
    "order_broken": ("A6",),
    "out_of_scope": ("A1",),
    "replicates_close": ("D3",),
    "signatory": ("A3",),
    "tester_double": ("B1",),
    "too_short": ("A7",),
    "uncalibrated": ("A5",),
    "vector_clone": ("C4",),
}
"""Kind → detectors made for it: what another one says of the same report is not counted; detection.py has them all."""

Rows = list[dict[str, Any]]


@dataclass
class World:
    """A screened world: institutions with bands, findings above weak, labels."""

    institutions: Rows
    findings: Rows
    labels: Rows
    failed: list[str]


@dataclass
class Tally:
    """Sums over worlds of one level."""

    cheats: int = 0
    listed: int = 0
    listed_cheats: int = 0
    red: int = 0
    red_cheats: int = 0
    accusing: int = 0
    accusing_right: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    kinds_found: Counter[str] = field(default_factory=Counter)
    reports: Counter[str] = field(default_factory=Counter)
    reports_found: Counter[str] = field(default_factory=Counter)

    def add(self, world: World) -> None:
        cheats = {row["institution_id"] for row in world.labels}
        bands = {row["institution_id"]: row["band"] for row in world.institutions}
        listed = {one for one, band in bands.items() if band != "green"}
        red = {one for one, band in bands.items() if band == "red"}
        self.cheats += len(cheats)
        self.listed, self.listed_cheats = self.listed + len(listed), self.listed_cheats + len(listed & cheats)
        self.red, self.red_cheats = self.red + len(red), self.red_cheats + len(red & cheats)
        self.accusing += len(world.findings)
        self.accusing_right += sum(row["institution_id"] in cheats for row in world.findings)
        accused: dict[str, set[str]] = defaultdict(set)
        for row in world.findings:
            accused[row["detector"]] |= set(row["report_ids"].split("|"))
        false: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in world.labels:
            if row["report_id"]:
                false[row["kind"], row["institution_id"]].add(row["report_id"])
        for (kind, _), reports in false.items():
            found = reports & set().union(*(accused[detector] for detector in MADE_FOR.get(kind, ())))
            self.kinds[kind] += 1
            self.kinds_found[kind] += bool(found)
            self.reports[kind] += len(reports)
            self.reports_found[kind] += len(found)


def screened(*, reports: int, seed: int, fraud_share: float, stealth: str) -> World:
    """Make a world in a temporary folder, screen it, and give what came of it."""
    with tempfile.TemporaryDirectory(prefix="world-") as scratch:
        data, out = Path(scratch) / "data", Path(scratch) / "out"
        write_dataset(folder=data, reports=reports, seed=seed, fraud_share=fraud_share, stealth=stealth, until=UNTIL)
        summary = run_screening(data, out, today=TODAY, articles=article_in_force)
        found = pq.read_table(out / "findings.parquet").to_pylist()
        return World(
            institutions=pq.read_table(out / "institutions.parquet").to_pylist(),
            findings=[row for row in found if row["severity"] != "weak"],
            labels=pq.read_table(data / "labels.parquet").to_pylist(),
            failed=[one.id for one in summary.detectors if one.state == "failed"],
        )


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.2f}" if whole else "–"


def print_frauds(tallies: dict[str, Tally]) -> None:
    print("| level | red + amber: recall | red + amber: precision | red: recall | red: precision | findings right |")
    print("|---|---|---|---|---|---|")
    for level, tally in tallies.items():
        cells = (
            share(tally.listed_cheats, tally.cheats),
            share(tally.listed_cheats, tally.listed),
            share(tally.red_cheats, tally.cheats),
            share(tally.red_cheats, tally.red),
            share(tally.accusing_right, tally.accusing),
        )
        print(f"| {level} | {' | '.join(cells)} |")
    print("\n| kind | " + " | ".join(f"{level} institutions | {level} reports" for level in tallies) + " |")
    print("|---" * (1 + 2 * len(tallies)) + "|")
    for kind in sorted({kind for tally in tallies.values() for kind in tally.kinds}):
        cells = []
        for tally in tallies.values():
            cells.append(f"{tally.kinds_found[kind]}/{tally.kinds[kind]}")
            whole = tally.reports[kind]
            cells.append(f"{tally.reports_found[kind] / whole:.2f} of {whole}" if whole else "–")
        print(f"| `{kind}` | " + " | ".join(cells) + " |")


def print_honest(worlds: dict[int, World]) -> None:
    print("\n| honest world | institutions | certain | strong | red | amber |")
    print("|---|---|---|---|---|---|")
    for seed, world in worlds.items():
        severity = Counter(row["severity"] for row in world.findings)
        band = Counter(row["band"] for row in world.institutions)
        counted = (len(world.institutions), severity["certain"], severity["strong"], band["red"], band["amber"])
        print(f"| seed {seed} | " + " | ".join(str(one) for one in counted) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--fraud-share", type=float, default=0.05)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--honest", default="11,12,13")
    args = parser.parse_args()
    failed: set[str] = set()
    tallies: dict[str, Tally] = {}
    for level in LEVELS if args.seeds else ():
        tally = tallies.setdefault(level, Tally())
        for seed in args.seeds.split(","):
            world = screened(reports=args.reports, seed=int(seed), fraud_share=args.fraud_share, stealth=level)
            tally.add(world)
            failed |= set(world.failed)
    print_frauds(tallies)
    honest = {}
    for seed in args.honest.split(",") if args.honest else ():
        honest[int(seed)] = screened(reports=args.reports, seed=int(seed), fraud_share=0.0, stealth="L1")
        failed |= set(honest[int(seed)].failed)
    print_honest(honest)
    if failed:
        print(f"\nfailed detectors: {', '.join(sorted(failed))}")


if __name__ == "__main__":
    main()
