"""F2: a photograph's own data contradict the report."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.f2_photo_metadata import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened


def pictured() -> Rows:
    """Every report was sampled at one place, its photograph taken ten minutes later 100 m away."""
    tables = lab(sample_lon=118.0, sample_lat=31.0)
    tables["media"] = []
    for report in tables["reports"]:
        report["sampled_at"] = report["received_at"] - timedelta(hours=5)
        row = {"media_id": f"M{report['report_id']}", "report_id": report["report_id"], "kind": "photo"}
        exif = {"exif_at": report["sampled_at"] + timedelta(minutes=10), "exif_lon": 118.001, "exif_lat": 31.0}
        tables["media"].append(row | exif | {"camera_sn": "C1", "software": "HarmonyOS 4"})
    return tables


def spoil(tables: Rows, count: int, nature: str) -> None:
    for row in tables["media"][:count]:
        changes: dict[str, dict[str, Any]] = {
            "earlier": {"exif_at": row["exif_at"] - timedelta(days=40)},
            "later": {"exif_at": row["exif_at"] + timedelta(days=40)},
            "place": {"exif_lon": 119.0},
            "edited": {"software": "Adobe Photoshop 25"},
        }
        row.update(changes[nature])


def test_pictures_of_the_day_and_place_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, pictured(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


@pytest.mark.parametrize("nature", ["earlier", "later", "place", "edited"])
def test_one_contradiction_is_a_question_several_are_not(tmp_path: Path, nature: str) -> None:
    tables = pictured()
    spoil(tables, 1, nature)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {nature}
    spoil(tables, 5, nature)
    again = screened(DETECTOR, tables, tmp_path / "five").severities
    assert again == (["weak"] if nature == "edited" else ["certain"])


def test_a_camera_with_a_wrong_clock_is_known(tmp_path: Path) -> None:
    tables = pictured()
    spoil(tables, 40, "earlier")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_stripped_pictures_abstain(tmp_path: Path) -> None:
    tables = pictured()
    for row in tables["media"]:
        row.update(exif_at=None, exif_lon=None, exif_lat=None, software=None)
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[LAB]
