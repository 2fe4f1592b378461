"""D7: what failed passes at the second attempt, and how."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d7_retests import DETECTOR
from tests.engines.screening.many_labs import START, code, many_labs
from tests.engines.screening.screened import Rows, screened


def retested(
    *, usual: float = 0.4, labs: int = 25, fails: int = 60, minutes: float = 600, cheat: int | None = None, **how: Any
) -> Rows:
    """Every laboratory has failed tests with a retest; the cheat's fail again in `how["again"]` of the cases.

    Its values sink to `how["sink"]` of the first, everybody else's by about a tenth.
    """

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        place, mine = int(report["report_id"][5:]), number == cheat
        second = place % 2 == 1
        report |= {"field": "vehicle", "object": "汽油车", "verdict": "fail", "retest_of": None}
        start = START + timedelta(days=place // 2, minutes=minutes if second else 0)
        report |= {"started_at": start, "finished_at": start + timedelta(minutes=9)}
        report["issued_at"] = report["finished_at"]
        ratio = 1.2
        if second:
            report["retest_of"] = f"{report['report_id'][:5]}{place - 1:05d}"
            passed = chance.random() > (how.get("again", usual) if mine else usual)
            report["verdict"] = "pass" if passed else "fail"
            ratio *= how.get("sink", 0.9) if mine else float(np.clip(chance.normal(0.9, 0.08), 0.6, 1.2))
        amount = round(8 * ratio, 2)
        row = {"item_code": "co", "value_text": str(amount), "value": amount, "replicate": 0}
        return [row | {"limit_op": "<=", "limit_high": 8.0}]

    return many_labs(fill, labs=labs, reports=2 * fails)


def test_retests_that_fail_as_often_as_elsewhere_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, retested(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_one_where_every_retest_passes_is_found(tmp_path: Path) -> None:
    found = screened(DETECTOR, retested(cheat=4, again=0.0), tmp_path)
    assert [row["institution_id"] for row in found] == [code(4)] and found.severities == ["strong"]
    row = found.evidence()["rows"][0]
    assert row["fails_again"] == 0 and row["streak"] == row["retests"] == 60 and found.natures() == {"pass"}


def test_values_that_halve_within_minutes_without_repair_are_found(tmp_path: Path) -> None:
    found = screened(DETECTOR, retested(cheat=4, minutes=15, sink=0.4), tmp_path)
    assert found.natures() == {"drop"} and found.severities == ["strong"]
    assert len(found[0]["report_ids"].split("|")) == 60 and found[0]["institution_id"] == code(4)


def test_both_together_are_one_level_higher(tmp_path: Path) -> None:
    found = screened(DETECTOR, retested(cheat=4, minutes=15, sink=0.4, again=0.0), tmp_path)
    assert found.natures() == {"drop", "pass"} and max(row["score"] for row in found) > 13


def test_a_repair_between_explains_the_drop(tmp_path: Path) -> None:
    tables = retested(cheat=4, minutes=15, sink=0.4)
    tables["vehicle_tests"] = [
        {"report_id": row["report_id"], "vin": None, "repair_no": "M1" if row["institution_id"] == code(4) else None}
        for row in tables["reports"]
    ]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_the_next_test_of_a_vehicle_counts_without_a_declared_retest(tmp_path: Path) -> None:
    tables = retested(cheat=4, again=0.0)
    tables["vehicle_tests"] = []
    for row in tables["reports"]:
        vin = row["retest_of"] or row["report_id"]
        row["retest_of"] = None
        tables["vehicle_tests"].append({"report_id": row["report_id"], "vin": vin, "started_at": row["started_at"]})
    assert screened(DETECTOR, tables, tmp_path).severities == ["strong"]


def test_few_retests_few_peers_or_no_limits_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, retested(cheat=4, again=0.0, fails=20), tmp_path / "a")
    assert few == [] and "少于30" in few.abstained[code(4)]
    assert screened(DETECTOR, retested(cheat=4, again=0.0, labs=12), tmp_path / "b") == []
    tables = retested(cheat=4, again=0.0)
    del tables["results"]
    assert screened(DETECTOR, tables, tmp_path / "c").severities == ["strong"]
