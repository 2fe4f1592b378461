"""D6: fewer failures than the peers' rates lead to expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d6_pass_rate import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs
from tests.engines.screening.screened import screened


def failing(share: float = 0.15, *, spread: float = 0.0, **lenient: float) -> Fill:
    """Every laboratory fails `share` (a honest strictness of its own with `spread`), those named their own share."""
    own = np.random.default_rng(1).normal(0, spread, 100)

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        usual = share * float(np.exp(own[number]))
        report["verdict"] = "fail" if chance.random() < lenient.get(f"lab{number}", usual) else "pass"
        return []

    return fill


def test_alike_laboratories_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(failing()), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_one_that_hardly_ever_fails_is_found_with_its_expectation(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(failing(lab7=0.0), reports=300), tmp_path)
    assert [row["institution_id"] for row in found] == [code(7)] and found.severities == ["weak"]
    row = found.evidence()["rows"][0]
    assert row["fails"] == 0 and 38 < row["expected"] < 52 and row["peers"] == 29
    assert found[0]["violation"] == "SUP-15.1" and found[0]["report_ids"] == "" and found[0]["q_value"] < 0.05


def test_a_small_leniency_is_no_accusation(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(failing(lab7=0.09), reports=300), tmp_path)
    assert set(found.severities) <= {"weak"}


def test_where_honest_laboratories_differ_widely_the_lenient_end_is_not_accused(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(failing(0.12, spread=0.7), reports=300), tmp_path)
    assert set(found.severities) <= {"weak"}


def test_better_products_explain_fewer_failures(tmp_path: Path) -> None:
    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        good = number % 10 == 7 or chance.random() < 0.3
        report["object"] = "矿泉水" if good else "大米"
        report["verdict"] = "fail" if chance.random() < (0.02 if good else 0.2) else "pass"
        return []

    assert screened(DETECTOR, many_labs(fill, reports=400, labs=40), tmp_path) == []


def test_too_few_expected_failures_or_too_few_peers_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, many_labs(failing(0.05, lab7=0.0), reports=60), tmp_path / "a")
    assert few == [] and few.abstained[code(7)].endswith("，少于10")
    alone = screened(DETECTOR, many_labs(failing(lab7=0.0), labs=12, reports=300), tmp_path / "b")
    assert alone == []


def test_three_reports_or_all_passed_or_no_verdicts_give_no_finding(tmp_path: Path) -> None:
    assert screened(DETECTOR, many_labs(failing(), reports=3), tmp_path / "a") == []
    assert screened(DETECTOR, many_labs(failing(0.0)), tmp_path / "b") == []

    def silent(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        report["verdict"] = "none"
        return []

    assert screened(DETECTOR, many_labs(silent), tmp_path / "c") == []


def test_a_giant_does_not_set_the_norm(tmp_path: Path) -> None:
    tables = many_labs(failing(), reports=200)
    giant = [row | {"report_id": f"G{place}", "institution_id": code(0)} for place, row in enumerate(tables["reports"])]
    tables["reports"] += [row | {"report_no": row["report_id"], "verdict": "fail"} for row in giant]
    found = screened(DETECTOR, tables, tmp_path)
    assert set(found.severities) <= {"weak"}
