"""Where a whole region cheats, the run says so, marks comparisons there, and takes other regions as peers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.backends.scoring_policy import policy_in_force
from hengjian.backends.standing import ScoredBy
from hengjian.engines.screening.detector import Detector, Step
from hengjian.engines.screening.detectors import a6_time_order, d6_pass_rate
from hengjian.engines.screening.weights import Weights
from tests.backends.test_runner import TODAY
from tests.engines.screening.many_labs import code, many_labs

SICK = 8
LABS = 34
POLICY = policy_in_force(TODAY)


def region(folder: Path, *, cheating: int) -> Path:
    """Eight laboratories of one county pass everything, `cheating` of them dating reports before the test's end."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        report["started_at"] = report["issued_at"] - timedelta(hours=60)
        report["finished_at"] = report["issued_at"] - timedelta(hours=20)
        place = int(report["report_id"][-5:])
        if number < cheating and place < 12:
            report["finished_at"] = report["issued_at"] + timedelta(hours=50)
        lenient = number < SICK
        report["verdict"] = "fail" if not lenient and chance.random() < 0.15 else "pass"
        return []

    tables = many_labs(fill, labs=LABS, reports=150)
    for number, row in enumerate(tables["institutions"]):
        row["area_code"] = "340600" if number < SICK else f"3401{number:02d}"
    folder.mkdir()
    for name, rows in tables.items():
        if rows:
            pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def run(folder: Path, out: Path, **more: Any) -> dict[str, Any]:
    more.setdefault("detectors", (a6_time_order.DETECTOR, d6_pass_rate.DETECTOR))
    run_screening(folder, out, today=TODAY, articles=article_in_force, **more)
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return record


def findings(out: Path, detector: str) -> list[dict[str, Any]]:
    rows = pq.read_table(out / "findings.parquet").to_pylist()
    return [row | {"evidence": json.loads(row["evidence"])} for row in rows if row["detector"] == detector]


@pytest.fixture(scope="module")
def huaibei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return region(tmp_path_factory.mktemp("sick") / "data", cheating=SICK)


def test_the_run_says_where_peers_are_sick_and_judges_them_by_others(huaibei: Path, tmp_path: Path) -> None:
    record = run(huaibei, tmp_path / "out")
    (group,) = record["peer_groups"]
    assert (group["region"], group["field"], group["institutions"], group["accused"]) == ("3406", "food", SICK, SICK)
    assert group["detectors_with_other_peers"] == ["D6"] and group["detectors_marked"] == []
    assert any(one["remark"] == "peer_group_sick" and "3406地区食品领域" in one["says"] for one in record["quality"])
    assert [one["id"] for one in record["detectors"]] == ["A6", "D6"], "the catalogue's order stays"
    accused = {row["institution_id"] for row in findings(tmp_path / "out", "D6")}
    assert accused == {code(number) for number in range(SICK)}
    assert all("uncounted" not in row["evidence"] for row in findings(tmp_path / "out", "D6"))


def test_a_detector_that_cannot_spare_them_is_marked_and_does_not_count(huaibei: Path, tmp_path: Path) -> None:
    steps = tuple(
        Step(name="not_peers", sql="SELECT institution_id AS sick_id FROM institutions WHERE 1 = 0")
        if step.name == "not_peers"
        else step
        for step in d6_pass_rate.DETECTOR.steps
    )
    blind: Detector = replace(d6_pass_rate.DETECTOR, steps=steps)
    record = run(huaibei, tmp_path / "out", detectors=(a6_time_order.DETECTOR, blind))
    assert record["peer_groups"][0]["detectors_marked"] == ["D6"]
    found = findings(tmp_path / "out", "D6")
    assert all("不可信" in row["evidence"]["uncounted"] for row in found if row["institution_id"] <= code(SICK - 1))
    rows = pq.read_table(tmp_path / "out" / "priorities.parquet").to_pylist()
    assert {row["institution_id"] for row in rows if row["peers_sick"]} == {code(number) for number in range(SICK)}


def test_a_region_where_one_cheats_is_not_called_sick(tmp_path: Path) -> None:
    record = run(region(tmp_path / "data", cheating=1), tmp_path / "out")
    assert record["peer_groups"] == []


def test_the_run_names_policy_and_weights_and_goes_by_them(huaibei: Path, tmp_path: Path) -> None:
    plain = run(huaibei, tmp_path / "plain")
    assert (plain["policy"], plain["weights"]) == (POLICY.version, "built-in")
    learnt = ScoredBy(policy=POLICY, weights=Weights(version="JZ-2026-0001", lr_db={("A6", "food"): 1.0}))
    record = run(huaibei, tmp_path / "learnt", scored_by=learnt)
    assert record["weights"] == "JZ-2026-0001"
    before, after = (max(row["score"] for row in findings(tmp_path / one, "A6")) for one in ("plain", "learnt"))
    assert after < before
    tiers = {row["severity"]: row["evidence"]["tier"] for row in findings(tmp_path / "plain", "A6")}
    assert tiers["certain"] == "T3"


def test_priorities_hold_every_institution_once_in_order(huaibei: Path, tmp_path: Path) -> None:
    inspected = {code(0): TODAY - timedelta(days=10)}
    run(huaibei, tmp_path / "out", scored_by=ScoredBy(policy=POLICY, inspected=inspected))
    rows = pq.read_table(tmp_path / "out" / "priorities.parquet").to_pylist()
    assert [row["institution_id"] for row in rows] == sorted(row["institution_id"] for row in rows)
    ranked = sorted(rows, key=lambda row: row["rank"])
    assert [row["rank"] for row in ranked] == list(range(1, LABS + 1))
    assert [row["priority"] for row in ranked] == sorted((row["priority"] for row in rows), reverse=True)
    one = next(row for row in rows if row["institution_id"] == code(0))
    assert one["recent_factor"] == 0.5 and one["p_at_least_10"] > 0.5 and one["expected_false"] > 8
    bands = {row["institution_id"]: row["band"] for row in rows}
    assert {bands[code(number)] for number in range(SICK)} == {"red"}
    assert {bands[code(number)] for number in range(SICK, LABS)} == {"green"}
