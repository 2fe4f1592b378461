"""A3: signatories without authority, gone, away, or not themselves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a3_signatory import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened


def signed(**right: Any) -> Rows:
    tables = lab(signatory_id="P12", signatory_text="甲某", cma_mark=True, sign_mode="esign")
    own = {"person_id": "P12", "certificate_no": "259912010001", "field": "food"}
    tables["signatories"] = [own | {"valid_from": date(2025, 1, 1), "valid_to": date(2028, 1, 1)} | right]
    people = {"institution_id": LAB, "employed_from": date(2020, 1, 1), "employed_to": None}
    tables["people"] = [
        people | {"person_id": f"P{n}", "name": f"{name}某"} for n, name in ((12, "甲"), (34, "乙"), (21, "丙"))
    ]
    return tables


def by(tables: Rows, count: int, **columns: Any) -> Rows:
    for row in tables["reports"][:count]:
        row.update(columns)
    return tables


def test_authorised_signatures_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, signed(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_name_and_number_of_somebody_not_on_the_list_are_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, by(signed(), 1, signatory_id="P34", signatory_text="乙某"), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"none"}
    assert (found[0]["subject_kind"], found[0]["subject_id"]) == ("person", "P34")


def test_a_number_alone_is_strong_and_a_swapped_one_a_question(tmp_path: Path) -> None:
    assert screened(DETECTOR, by(signed(), 1, signatory_id="P34"), tmp_path / "a").severities == ["strong"]
    swapped = screened(DETECTOR, by(signed(), 1, signatory_id="P21"), tmp_path / "b")
    assert swapped.severities == ["weak"] and swapped.natures() == {"slip"}


def test_a_swapped_number_with_that_persons_name_is_no_slip(tmp_path: Path) -> None:
    found = screened(DETECTOR, by(signed(), 1, signatory_id="P21", signatory_text="丙某"), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"none"}


def test_three_reports_in_another_field_are_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, by(signed(), 3, field="environment"), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"field"}


def test_an_authorisation_over_for_long_accuses_one_over_for_a_day_asks(tmp_path: Path) -> None:
    long = screened(DETECTOR, signed(valid_to=date(2026, 3, 31)), tmp_path / "a")
    assert long.severities == ["certain"] and long.natures() == {"period"}
    last = max(row["issued_at"] for row in signed()["reports"]).date()
    day = screened(DETECTOR, signed(valid_to=last - timedelta(days=1)), tmp_path / "b")
    assert day.severities == ["weak"] and day.natures() == {"slip"}


def test_an_authorisation_that_ends_with_its_certificate_is_left_to_the_certificate_check(tmp_path: Path) -> None:
    tables = signed(valid_to=date(2026, 3, 31))
    tables["certificates"][0]["valid_to"] = date(2026, 3, 31)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_second_certificate_that_authorises_is_enough(tmp_path: Path) -> None:
    tables = signed(valid_to=date(2026, 3, 31))
    tables["certificates"].append(tables["certificates"][0] | {"certificate_no": "259912010002"})
    tables["signatories"].append(
        tables["signatories"][0] | {"certificate_no": "259912010002", "valid_to": date(2028, 1, 1)}
    )
    assert screened(DETECTOR, tables, tmp_path) == []


@pytest.mark.parametrize("benign", [{"cma_mark": False}, {"purpose": "pt"}, {"signatory_id": None}])
def test_reports_that_need_no_signatory_are_silent(tmp_path: Path, benign: dict[str, Any]) -> None:
    assert screened(DETECTOR, by(signed(), 5, **({"signatory_id": "P34"} | benign)), tmp_path) == []


def test_signing_after_leaving_accuses(tmp_path: Path) -> None:
    tables = signed()
    tables["people"][0]["employed_to"] = date(2026, 3, 31)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"left"}


@pytest.mark.parametrize(
    ("kind", "mode", "days", "expected"),
    [
        ("leave", "esign", 5, ["strong"]),
        ("leave", "esign", 1, ["weak"]),
        ("travel", "esign", 5, []),
        ("travel", "wet", 5, ["strong"]),
    ],
)
def test_signing_while_away(tmp_path: Path, kind: str, mode: str, days: int, expected: list[str]) -> None:
    tables = signed()
    report = tables["reports"][10]
    at: datetime = report["issued_at"]
    report.update(signed_at=at, sign_mode=mode)
    away = {"person_id": "P12", "institution_id": LAB, "kind": kind}
    tables["absences"] = [away | {"from_at": at - timedelta(days=days), "to_at": at + timedelta(days=days)}]
    tables["signatories"].append(tables["signatories"][0] | {"person_id": "P34"})
    for row in tables["reports"]:
        if row is not report:
            row["signatory_id"] = "P34"
    assert screened(DETECTOR, tables, tmp_path).severities == expected


def test_another_persons_electronic_certificate_accuses(tmp_path: Path) -> None:
    tables = by(by(signed(), 40, esign_serial="E12"), 1, signatory_id="P34")
    tables["signatories"].append(tables["signatories"][0] | {"person_id": "P34"})
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"serial"}


def test_one_picture_on_two_signatures_by_hand_accuses_but_not_on_electronic_ones(tmp_path: Path) -> None:
    same = {"signature_sha256": "ab" * 32}
    found = screened(DETECTOR, by(signed(), 2, sign_mode="wet", **same), tmp_path / "a")
    assert found.severities == ["strong"] and found.natures() == {"picture"}
    assert screened(DETECTOR, by(signed(), 2, **same), tmp_path / "b") == []


def test_without_a_list_it_abstains(tmp_path: Path) -> None:
    tables = signed()
    tables["signatories"][0]["certificate_no"] = "259912010099"
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]


def test_the_key_stays_when_more_reports_join(tmp_path: Path) -> None:
    keys = {
        screened(DETECTOR, by(signed(), count, signatory_id="P34"), tmp_path / str(count))[0]["finding_key"]
        for count in (1, 4)
    }
    assert len(keys) == 1
