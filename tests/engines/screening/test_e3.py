"""E3: the OBD identity changed between a failed test and the passed retest."""

from __future__ import annotations

from pathlib import Path

import pytest

from hengjian.engines.screening.detectors.e3_changed_calibration import DETECTOR
from tests.engines.screening.screened import screened
from tests.engines.screening.stations import again, of, station, stations


def test_the_same_identity_is_silent(tmp_path: Path) -> None:
    tables = stations(2)
    again(tables, 1, 3, days=2)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[station(1)] == ""
    assert "少于1" in found.abstained[station(0)]


def test_another_identifier_and_check_number_are_certain(tmp_path: Path) -> None:
    tables = stations(2)
    retest = again(tables, 1, 3, days=2)
    retest.update(obd_calid="2099-QQ88-07", obd_cvn="0BADF00D")
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"calid"}
    assert found[0]["report_ids"] == retest["report_id"] and found[0]["violation"] == "SUP-15.4"


def test_the_retest_elsewhere_is_the_one_accused(tmp_path: Path) -> None:
    tables = stations(2)
    again(tables, 1, 3, days=2, at=0).update(obd_calid="2099-QQ88-07", obd_cvn="0BADF00D")
    found = screened(DETECTOR, tables, tmp_path)
    assert [row["institution_id"] for row in found] == [station(0)]


@pytest.mark.parametrize(
    ("changes", "severity", "nature"),
    [
        ({"obd_cvn": "0BADF00D"}, "strong", "cvn"),
        ({"obd_cvn": "0BADF00D", "repair_no": "WX-1"}, "weak", "repaired"),
        ({"obd_calid": "1037-SL18A-07"}, "strong", "calid"),
    ],
)
def test_what_else_could_change_is_weighed(tmp_path: Path, changes: dict[str, str], severity: str, nature: str) -> None:
    tables = stations(2)
    again(tables, 1, 2, days=2).update(changes)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == [severity] and found.natures() == {nature}


def test_one_wrong_character_is_a_question(tmp_path: Path) -> None:
    tables = stations(2)
    retest = again(tables, 1, 3, days=2)
    retest["obd_calid"] = retest["obd_calid"][:-1] + "7"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_a_year_later_or_without_failing_it_is_no_retest(tmp_path: Path) -> None:
    tables = stations(2)
    again(tables, 1, 3, days=200).update(obd_calid="2099-QQ88-07")
    again(tables, 1, 4, days=2).update(obd_calid="2099-QQ88-07")
    of(tables, 1, "reports")[4]["verdict"] = "pass"
    again(tables, 1, 5, days=2).update(obd_calid="0000", obd_cvn="N/A")
    assert screened(DETECTOR, tables, tmp_path) == []
