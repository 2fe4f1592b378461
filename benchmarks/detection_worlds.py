"""Worlds of the benchmark: made, screened once, and kept as small files that the measures read."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from detection_baselines import features

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.citylab.dataset import write_dataset
from hengjian.engines.screening.catalogue import DETECTORS

Array = np.ndarray[Any, Any]
Rows = list[dict[str, Any]]

UNTIL = {"train": date(2026, 8, 31), "dev": date(2026, 9, 30), "test": date(2026, 10, 31), "honest": date(2026, 10, 31)}
"""Splits lie apart by seed (other institutions) and end one after the other."""

COMMIT = subprocess.run(
    ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True
).stdout.strip()
"""The program that screens in this process."""

CLUSTERS = {detector.id: detector.cluster for detector in DETECTORS}
KINDS = {detector.id: detector.kind for detector in DETECTORS}
WEAK_COUNTS, OTHERS_COUNT = 0.1, 0.25

DROPS: dict[str, dict[str, tuple[str, ...]]] = {
    "places": {
        "reports": ("sample_lon", "sample_lat", "sample_gps_m"),
        "media": ("lon", "lat", "exif_lon", "exif_lat"),
        "clients": ("lon", "lat"),
        "sites": ("lon", "lat"),
    },
    "raw data": {"raw_series": (), "raw_records": (), "results": ("raw_sha256",)},
    "on-board diagnosis": {
        "vehicle_tests": (
            "obd_vin", "obd_calid", "obd_cvn", "obd_protocol", "obd_monitor_mask", "obd_ecu_count", "obd_km",
            "dtc_clear_km", "iupr",
        )
    },
}  # fmt: skip
"""What is withheld → table → columns left empty (none named: the whole table is left out)."""


@dataclass(frozen=True, order=True)
class Key:
    """One world: its split, size, level (L0: nobody cheats), seed, and what is withheld."""

    split: str
    reports: int
    share: float
    level: str
    seed: int
    without: str = ""

    @property
    def name(self) -> str:
        """Folder name."""
        gone = f"-no-{self.without.replace(' ', '-')}" if self.without else ""
        return f"{self.split}-{self.reports}-{self.share:g}-{self.level}-{self.seed}{gone}"


@dataclass
class World:
    """What is kept of a screened world."""

    key: Key
    houses: list[str]
    risk: Array
    volume: Array
    names: list[str]
    features: Array
    findings: Rows
    labels: Rows
    states: dict[str, str]
    reports: int
    seconds: tuple[float, float]
    commit: str

    @property
    def truth(self) -> Array:
        """Which institutions cheat."""
        cheats = {row["institution_id"] for row in self.labels}
        return np.array([house in cheats for house in self.houses])


def _make(key: Key, folder: Path) -> None:
    write_dataset(
        folder=folder, reports=key.reports, seed=key.seed, until=UNTIL[key.split],
        fraud_share=0.0 if key.level == "L0" else key.share, stealth="L1" if key.level == "L0" else key.level,
    )  # fmt: skip


def _withhold(data: Path, folder: Path, what: str) -> None:
    """The dataset with some columns empty or tables gone; other files are the same files."""
    folder.mkdir(parents=True)
    for path in sorted(data.glob("*.parquet")):
        gone = DROPS[what].get(path.stem)
        if gone is None:
            (folder / path.name).symlink_to(path.resolve())
            continue
        if not gone:
            continue
        table = pq.read_table(path)
        for name in gone:
            at = table.schema.get_field_index(name)
            kind = table.schema.field(at).type
            table = table.set_column(at, name, pa.nulls(table.num_rows, kind))
        pq.write_table(table, folder / path.name)


def _keep(key: Key, data: Path, out: Path, seconds: tuple[float, float], states: dict[str, str], kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for name in ("findings.parquet", "institutions.parquet"):
        shutil.copyfile(out / name, kept / name)
    shutil.copyfile(data / "labels.parquet", kept / "labels.parquet")
    houses, names, block = features(data)
    pq.write_table(
        pa.table({"institution_id": houses, **{name: block[:, k] for k, name in enumerate(names)}}),
        kept / "features.parquet",
    )
    facts = {"seconds": seconds, "states": states, "reports": key.reports, "commit": COMMIT}
    (kept / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _screen(key: Key, data: Path, work: Path, made: float, kept: Path) -> None:
    began = time.perf_counter()
    today = UNTIL[key.split] + timedelta(days=1)
    summary = run_screening(data, work, today=today, articles=article_in_force)
    took = time.perf_counter() - began
    _keep(key, data, work, (made, took), {one.id: one.state for one in summary.detectors}, kept)
    shutil.rmtree(work)


def prepare(keys: list[Key], home: Path, *, fresh: bool, say: Any) -> dict[Key, World]:
    """Worlds by key; what lies in `home` from an earlier call is read, not made again (unless `fresh`)."""
    groups: dict[tuple[str, int, float, str, int], list[Key]] = defaultdict(list)
    for key in keys:
        groups[key.split, key.reports, key.share, key.level, key.seed].append(key)
    for group in groups.values():
        missing = [key for key in group if fresh or not (home / key.name / "facts.json").exists()]
        if not missing:
            continue
        base, work = home / "made", home / "screened"
        for path in (base, work, home / "withheld"):
            shutil.rmtree(path, ignore_errors=True)
        began = time.perf_counter()
        _make(missing[0], base)
        made = time.perf_counter() - began
        for key in missing:
            data = base
            if key.without:
                data = home / "withheld"
                shutil.rmtree(data, ignore_errors=True)
                _withhold(base, data, key.without)
            _screen(key, data, work, made, home / key.name)
            say(key.name)
        shutil.rmtree(base)
        shutil.rmtree(home / "withheld", ignore_errors=True)
    return {key: _read(key, home / key.name) for key in keys}


def _read(key: Key, kept: Path) -> World:
    table = pq.read_table(kept / "features.parquet")
    houses = table.column("institution_id").to_pylist()
    names = table.column_names[1:]
    block = np.column_stack([table.column(name).to_numpy(zero_copy_only=False).astype(float) for name in names])
    rated = pq.read_table(kept / "institutions.parquet", columns=["institution_id", "risk", "n_reports"]).to_pylist()
    risk = {row["institution_id"]: row["risk"] for row in rated}
    facts = json.loads((kept / "facts.json").read_text(encoding="utf-8"))
    wanted = ["detector", "institution_id", "report_ids", "severity", "score", "subject_kind", "evidence"]
    findings = pq.read_table(kept / "findings.parquet", columns=wanted).to_pylist()
    for row in findings:
        row["reports"] = row["report_ids"].split("|") if row["report_ids"] else []
        row["pairs"] = _shown_pairs(json.loads(row.pop("evidence")))
    return World(
        key=key,
        houses=houses,
        risk=np.array([risk[house] for house in houses]),
        volume=block[:, names.index("n_reports")],
        names=names,
        features=block,
        findings=findings,
        labels=pq.read_table(kept / "labels.parquet").to_pylist(),
        states=facts["states"],
        reports=facts["reports"],
        seconds=tuple(facts["seconds"]),
        commit=facts.get("commit", "unknown"),
    )


def _shown_pairs(evidence: dict[str, Any]) -> set[frozenset[str]]:
    """The pairs of reports that a finding's rows put side by side."""
    sides = ((row.get("report_id"), row.get("other_report")) for row in evidence["rows"])
    return {frozenset((own, other)) for own, other in sides if own and other and own != other}


def added(findings: Rows, by: str) -> dict[str, float]:
    """Decibans of each report or institution: the best of a cluster and a quarter of the others, clusters added.

    Weak findings count a tenth: they order what nothing else orders.
    """
    best: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in findings:
        score = row["score"] * (WEAK_COUNTS if row["severity"] == "weak" else 1.0)
        for one in row["reports"] if by == "report" else [row["institution_id"]]:
            best[one][CLUSTERS.get(row["detector"], row["detector"])].append(score)
    return {
        one: sum(max(found) + OTHERS_COUNT * (sum(found) - max(found)) / len(found) for found in clusters.values())
        for one, clusters in best.items()
    }
