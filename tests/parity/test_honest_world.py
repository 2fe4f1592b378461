"""Whole made worlds through the whole screening: the honest are left alone, crude fraud is found."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import RunSummary, run_screening
from hengjian.citylab.dataset import write_dataset
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.score import decibans

UNTIL, TODAY = date(2026, 10, 31), date(2026, 11, 1)
REPORTS = 10_000

pytestmark = pytest.mark.slow

FLOORS = {
    "curve_clone": ("C1 C4", 0.9),
    "expired": ("A2", 0.9),
    "instrument_double": ("B2", 0.9),
    "items_omitted": ("A8", 0.9),
    "no_test": ("D3 B1 B2", 0.8),
    "order_broken": ("A6", 0.9),
    "out_of_scope": ("A1", 0.8),
    "replicates_close": ("D3", 0.4),
    "signatory": ("A3", 0.9),
    "tester_double": ("B1", 0.9),
    "too_short": ("A7", 0.9),
    "uncalibrated": ("A5", 0.9),
    "vector_clone": ("C4", 0.9),
}
"""Kind → (the detectors made for it, least share of the institutions where one of them names a report of it)."""


MEASURED_ONLY = {
    "backdate",
    "blind_gap",
    "curve_splice",
    "dilution",
    "donor_car",
    "edit_pass",
    "ghost_tester",
    "ghost_travel",
    "idle_plant",
    "lending",
    "method_shopping",
    "obd_dongle",
    "peaks_copied",
    "photo_reuse",
    "pt_collusion",
    "qc_ignored",
    "qc_invented",
    "rated_power",
    "remark_copied",
    "road_passes",
    "sale_online",
    "stock_short",
}
"""Kinds whose detection benchmarks/detection.py measures; a small world says too little of them for a floor."""


@dataclass
class World:
    """A screened world: what came out, and who cheated."""

    data: Path
    out: Path
    summary: RunSummary
    institutions: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    labels: list[dict[str, Any]]

    @property
    def accusing(self) -> list[dict[str, Any]]:
        return [row for row in self.findings if row["severity"] != "weak"]


def screen(data: Path, out: Path) -> RunSummary:
    return run_screening(data, out, today=TODAY, articles=article_in_force)


def world(folder: Path, *, seed: int, fraud_share: float, reports: int = REPORTS) -> World:
    data, out = folder / "data", folder / "out"
    write_dataset(folder=data, reports=reports, seed=seed, fraud_share=fraud_share, stealth="L1", until=UNTIL)
    summary = screen(data, out)
    return World(
        data=data,
        out=out,
        summary=summary,
        institutions=pq.read_table(out / "institutions.parquet").to_pylist(),
        findings=pq.read_table(out / "findings.parquet").to_pylist(),
        labels=pq.read_table(data / "labels.parquet").to_pylist(),
    )


@pytest.fixture(scope="module", params=(11, 12))
def honest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("honest"), seed=request.param, fraud_share=0.0)


@pytest.fixture(scope="module")
def cheating(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("cheating"), seed=5, fraud_share=0.4, reports=20_000)


def test_nobody_honest_is_accused(honest: World) -> None:
    accused = [(row["detector"], row["severity"], json.loads(row["evidence"])["says"]) for row in honest.accusing]
    assert accused == []
    assert {row["band"] for row in honest.institutions} == {"green"}
    assert honest.findings, "slips of the pen are asked about"
    assert honest.labels == []


def test_every_detector_looks_at_a_whole_world(honest: World) -> None:
    states = {run.id: (run.state, run.reason) for run in honest.summary.detectors}
    assert set(states) == {detector.id for detector in DETECTORS}
    lacking = {one: state for one, state in states.items() if state[0] in ("failed", "skipped")}
    assert lacking == {}


def test_every_accusation_in_a_cheating_world_hits_a_cheat(cheating: World) -> None:
    cheats = {row["institution_id"] for row in cheating.labels}
    wrong = [
        (row["detector"], row["institution_id"]) for row in cheating.accusing if row["institution_id"] not in cheats
    ]
    assert wrong == []
    listed = {row["institution_id"] for row in cheating.institutions if row["band"] != "green"}
    floored = {row["institution_id"] for row in cheating.labels if row["kind"] in FLOORS}
    assert listed <= cheats and len(listed & floored) >= 0.9 * len(floored)


@pytest.mark.parametrize("kind", sorted(FLOORS))
def test_crude_fraud_of_each_kind_is_found(cheating: World, kind: str) -> None:
    detectors, floor = FLOORS[kind]
    accused: dict[str, set[str]] = defaultdict(set)
    for row in cheating.accusing:
        if row["detector"] in detectors.split():
            accused[row["institution_id"]] |= set(row["report_ids"].split("|"))
    false: dict[str, set[str]] = defaultdict(set)
    for row in cheating.labels:
        if row["kind"] == kind and row["report_id"]:
            false[row["institution_id"]].add(row["report_id"])
    assert len(false) >= 3
    found = [institution for institution, reports in false.items() if reports & accused[institution]]
    assert len(found) >= floor * len(false)


def test_every_labelled_kind_has_a_floor(cheating: World) -> None:
    assert {row["kind"] for row in cheating.labels} == set(FLOORS) | MEASURED_ONLY


def test_contributions_add_up_to_every_shown_risk(cheating: World) -> None:
    for row in cheating.institutions:
        parts = json.loads(row["contributions"]) + json.loads(row["exonerating"])
        added = row["prior_db"] + sum(part["decibans"] for part in parts)
        assert added == pytest.approx(decibans(row["risk"]), abs=0.01), row["institution_id"]


def test_the_same_world_gives_the_same_bytes(cheating: World, tmp_path: Path) -> None:
    screen(cheating.data, tmp_path)
    for name in ("findings.parquet", "institutions.parquet"):
        assert (tmp_path / name).read_bytes() == (cheating.out / name).read_bytes(), name
