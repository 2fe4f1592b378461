"""Figures of each detector for the algorithm record (`law/detector_record.yaml`), counted over institutions.

A cheat counts as found when the detector names, above weak, a report that was falsified in a way the detector is made
for (for ways without reports: the institution). An innocent institution counts as accused when the detector names it
above weak. Who abstained at an institution judged nothing there: such innocents are left out, such cheats are not.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from detection_worlds import World

from hengjian.engines.screening.catalogue import DETECTORS

MADE_FOR: dict[str, tuple[str, ...]] = {
    "A1": ("out_of_scope",),
    "A2": ("expired",),
    "A3": ("signatory",),
    "A4": ("ghost_tester",),
    "A5": ("uncalibrated",),
    "A6": ("order_broken",),
    "A7": ("too_short",),
    "A8": ("items_omitted",),
    "A11": ("qc_ignored",),
    "A12": ("no_test", "backdate", "sale_online"),
    "A13": ("order_broken", "backdate"),
    "B1": ("tester_double", "ghost_travel", "ghost_tester"),
    "B2": ("instrument_double", "no_test"),
    "B4": ("ghost_travel",),
    "B6": ("too_short",),
    "B8": ("idle_plant",),
    "B9": ("stock_short",),
    "C1": ("curve_clone",),
    "C2": ("curve_clone", "curve_splice"),
    "C3": ("curve_splice", "curve_clone"),
    "C4": ("vector_clone",),
    "C6": ("vector_clone",),
    "C7": ("peaks_copied",),
    "C8": ("remark_copied",),
    "D1": ("no_test",),
    "D3": ("replicates_close", "no_test"),
    "D5": ("edit_pass",),
    "D6": ("edit_pass",),
    "D12": ("blind_gap",),
    "D14": ("qc_invented",),
    "E1": ("obd_dongle",),
    "E2": ("donor_car", "obd_dongle"),
    "E3": ("obd_dongle",),
    "E4": ("dilution",),
    "E5": ("too_short",),
    "E11": ("donor_car",),
    "E12": ("rated_power",),
    "E13": ("method_shopping",),
    "E14": ("road_passes",),
    "F1": ("photo_reuse",),
    "F2": ("photo_reuse",),
    "F3": ("sale_online",),
    "F5": ("lending",),
    "F8": ("pt_collusion",),
}
"""What each detector is to find among the generator's ways of cheating; the others are there for ways it has not."""


def _abstained(world: World, home: Path) -> dict[str, set[str]]:
    """Institution → detectors that judged nothing there."""
    rows = pq.read_table(home / world.key.name / "institutions.parquet").to_pylist()
    return {
        row["institution_id"]: {one.partition(":")[0] for one in (row["abstained"] or "").split("|")} for row in rows
    }


def counts(worlds: list[World], home: Path) -> dict[str, list[int]]:
    """Detector → [found, planted, accused, innocent]."""
    told: dict[str, list[int]] = {one.id: [0, 0, 0, 0] for one in DETECTORS}
    for world in worlds:
        silent = _abstained(world, home)
        false: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in world.labels:
            false[row["institution_id"], row["kind"]] |= {row["report_id"]} - {None, ""}
        cheats = {house for house, _ in false}
        named: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in world.findings:
            if row["severity"] != "weak":
                named[row["detector"], row["institution_id"]] |= set(row["reports"]) or {""}
        for detector, count in told.items():
            if world.states.get(detector) not in ("ran", "abstained"):
                continue
            for (house, kind), reports in false.items():
                if kind in MADE_FOR.get(detector, ()):
                    hits = named.get((detector, house), set())
                    count[0] += bool(hits & reports) if reports else bool(hits)
                    count[1] += 1
            innocent = [one for one in world.houses if one not in cheats and detector not in silent.get(one, set())]
            count[2] += sum((detector, house) in named for house in innocent)
            count[3] += len(innocent)
    return told


def entries(by_level: dict[str, list[World]], home: Path, *, on: date, command: str) -> str:
    """The section `measured` as YAML; detectors that had nothing to judge are left out."""
    versions = {one.id: one.version for one in DETECTORS}
    lines = ["measured:"]
    for level, worlds in by_level.items():
        if not worlds:
            continue
        size = f"{len(worlds)} 个世界、各 {worlds[0].reports} 份报告"
        what = "无造假" if level == "honest" else f"百分之五的机构造假（{level}）"
        for detector, (found, planted, accused, innocent) in counts(worlds, home).items():
            if planted or innocent:
                lines += [
                    f"  - id: {detector}-{versions[detector]}-{level}",
                    f"    detector: {detector}",
                    f"    version: {versions[detector]}",
                    f"    measured_on: {on.isoformat()}",
                    f"    benchmark: 生成的{what}，{size}；{command}",
                    f"    stealth: {level}",
                    f"    found: {found}",
                    f"    planted: {planted}",
                    f"    accused: {accused}",
                    f"    innocent: {innocent}",
                ]
    return "\n".join(lines) + "\n"
