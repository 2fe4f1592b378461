"""Mandatory items left out, or written in without a test (A8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a8_omitted_items import DETECTOR
from tests.backends.detected import detected
from tests.engines.screening.small_city import ITEMS, SmallCity, institution

STANDARD, OBJECT = "GB9999-2026", "大米"
NAMES = dict(zip(ITEMS, ("铅", "镉", "铬", "砷", "汞", "锡"), strict=True))


@pytest.fixture
def city() -> SmallCity:
    """Every report claims a standard with the city's items; each result has its traces."""
    made = SmallCity()
    for row in made.tables["reports"]:
        row |= {"standard_no": "GB 9999-2026", "object": OBJECT, "claims_full": True, "verdict": "pass"}
        row |= {"purpose": "client", "retest_of": None, "corrects": None}
    for row in made.tables["results"]:
        row |= {"item_name": NAMES[row["item_code"]], "tester_id": "P1", "raw_sha256": "0" * 64, "subcontracted": False}
        row["verdict"] = None if row["replicate"] else "pass"
    made.tables["standard_items"] = [
        {"standard_no": STANDARD, "object": OBJECT, "item_code": code, "item_name": name, "mandatory": True}
        for code, name in NAMES.items()
    ]
    made.tables["items"] = [{"item_code": code, "item_name": name, "synonyms": None} for code, name in NAMES.items()]
    return made


def omit(city: SmallCity, report: str, *items: str) -> None:
    city.tables["results"] = [
        row for row in city.tables["results"] if row["report_id"] != report or row["item_code"] not in items
    ]


def found(city: SmallCity, folder: Path) -> list[dict[str, Any]]:
    return detected(DETECTOR, city, folder)[0]


def test_an_honest_city_omits_nothing(city: SmallCity, tmp_path: Path) -> None:
    assert found(city, tmp_path) == []


def test_one_omission_is_strong_and_three_are_certain(city: SmallCity, tmp_path: Path) -> None:
    for report in ("R010003", "R020003", "R020004", "R020005"):
        omit(city, report, "I2", "I5")
    one, three = sorted(found(city, tmp_path), key=lambda row: len(row["report_ids"]))
    assert (one["severity"], one["report_ids"], one["institution_id"]) == ("strong", "R010003", institution(1))
    assert (three["severity"], three["report_ids"]) == ("certain", "R020003|R020004|R020005")
    assert "镉（I2），共 2 项" in one["evidence"]


def test_agreed_items_are_no_omission(city: SmallCity, tmp_path: Path) -> None:
    omit(city, "R010003", "I2")
    city.reports(1)[3]["claims_full"] = False
    assert found(city, tmp_path) == []


def test_without_the_mark_a_conformity_verdict_is_only_asked_about(city: SmallCity, tmp_path: Path) -> None:
    omit(city, "R010003", "I2")
    city.reports(1)[3]["claims_full"] = None
    assert [row["severity"] for row in found(city, tmp_path)] == ["weak"]


@pytest.mark.parametrize("field", ["retest_of", "corrected", "purpose", "object"])
def test_retests_corrected_reports_quality_control_and_other_categories_are_not_judged(
    city: SmallCity, tmp_path: Path, field: str
) -> None:
    omit(city, "R010003", "I2")
    row = city.reports(1)[3]
    row |= {"retest_of": {"retest_of": "R010001"}, "purpose": {"purpose": "qc"}, "object": {"object": "小麦"}}.get(
        field, {}
    )
    if field == "corrected":
        city.reports(1)[4]["corrects"] = "R010003"
    assert found(city, tmp_path) == []


def test_an_item_under_its_other_name_or_sent_out_is_done(city: SmallCity, tmp_path: Path) -> None:
    city.tables["items"][1]["synonyms"] = "Cd|镉（以Cd计）"
    for row in city.results("R010003") + city.results("R010004"):
        if row["item_code"] == "I2":
            row |= {"item_code": "X77", "item_name": "镉（以Cd计）"}
    for row in city.results("R010005"):
        if row["item_code"] == "I2":
            row |= {"subcontracted": True, "instrument_id": None, "tester_id": None, "raw_sha256": None}
    assert found(city, tmp_path) == []


def test_a_mistyped_code_is_a_question(city: SmallCity, tmp_path: Path) -> None:
    for row in city.results("R010003"):
        if row["item_code"] == "I2":
            row |= {"item_code": "I22", "item_name": None}
    assert [row["severity"] for row in found(city, tmp_path)] == ["weak"]


def test_a_category_chosen_one_line_off_is_a_question(city: SmallCity, tmp_path: Path) -> None:
    objects = ["大米"] * 4 + ["小麦"] * 2
    rows = zip(city.tables["standard_items"], objects, strict=True)
    city.tables["standard_items"] = [row | {"object": name} for row, name in rows]
    city.tables["standard_items"].append(city.tables["standard_items"][0] | {"object": "小麦"})
    omit(city, "R010003", "I2", "I3", "I4")
    assert [row["severity"] for row in found(city, tmp_path)] == ["weak"]


def test_what_most_institutions_leave_out_accuses_none(city: SmallCity, tmp_path: Path) -> None:
    for number in range(6):
        for row in city.reports(number):
            omit(city, row["report_id"], "I6")
    rows = found(city, tmp_path)
    assert len(rows) == 6 and {row["severity"] for row in rows} == {"weak"}


def test_a_result_without_any_trace_is_found(city: SmallCity, tmp_path: Path) -> None:
    for report in ("R010003", "R010004", "R010005"):
        for row in city.results(report):
            if row["item_code"] == "I3":
                row |= {"instrument_id": None, "tester_id": None, "raw_sha256": None}
    (row,) = found(city, tmp_path)
    assert row["severity"] == "certain" and "无设备、人员和原始记录" in row["evidence"]


def test_an_item_that_nobody_measures_with_an_instrument_accuses_none(city: SmallCity, tmp_path: Path) -> None:
    for row in city.tables["results"]:
        if row["item_code"] == "I3":
            row |= {"instrument_id": None, "tester_id": None, "raw_sha256": None}
    assert found(city, tmp_path) == []


def test_it_abstains_without_the_mark_of_a_standard(city: SmallCity, tmp_path: Path) -> None:
    omit(city, "R010003", "I2")
    for row in city.reports(1):
        row["standard_no"] = None
    rows, silent = detected(DETECTOR, city, tmp_path)
    assert rows == [] and silent[institution(1)].startswith("A8:reports.standard_no")
    assert not silent[institution(2)]
