"""F1: one photograph in several reports."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from hengjian.engines.screening.detectors.f1_photo_reuse import DETECTOR
from hengjian.engines.screening.pictures import alike_pairs
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, screened


def pictured(count: int = 40) -> Rows:
    """Every report has two photographs of its own, a client and a sampling time."""
    tables = lab(count)
    chance = np.random.default_rng(1)
    tables["media"] = []
    for place, report in enumerate(tables["reports"]):
        report.update(client_id=f"C{place % 9}", sampled_at=report["received_at"] - timedelta(hours=5))
        for number in range(2):
            name = f"{report['report_id']}-{number}"
            phash, *pdq = (f"{int(one):016x}" for one in chance.integers(0, 2**63, 5))
            row = {"media_id": name, "report_id": report["report_id"], "kind": "photo", "subject": "采样现场"}
            sha = hashlib.sha256(name.encode()).hexdigest()
            tables["media"].append(row | {"sha256": sha, "phash": phash, "pdq": "".join(pdq)})
    return tables


def flip(text: str, bits: int) -> str:
    return f"{int(text, 16) ^ sum(1 << (5 * place + 1) for place in range(bits)):0{len(text)}x}"


def copy(tables: Rows, source: int, target: int, *, bits: int = 0, pdq_bits: int = 0, number: int = 0) -> None:
    """The target report shows the source's photograph, saved again where bits differ."""
    old, new = tables["media"][2 * source + number], tables["media"][2 * target + number]
    if bits + pdq_bits == 0:
        new["sha256"] = old["sha256"]
    new.update(phash=flip(old["phash"], bits), pdq=flip(old["pdq"], pdq_bits))


def test_own_photographs_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, pictured(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""
    assert "少于1" in found.abstained[OTHER_LAB]


def test_one_file_in_two_clients_reports_is_strong_two_files_are_certain(tmp_path: Path) -> None:
    tables = pictured()
    copy(tables, 3, 8)
    found = screened(DETECTOR, tables, tmp_path)
    assert "strong" in found.severities and found[0]["report_ids"] == "R003|R008"
    copy(tables, 3, 8, number=1)
    found = screened(DETECTOR, tables, tmp_path / "two")
    assert "certain" in found.severities and max(row["score"] for row in found) == 30.0


@pytest.mark.parametrize(
    ("bits", "pdq_bits", "count"), [(3, 20, 1), (9, 24, 1), (7, 31, 1), (7, 40, 1), (7, 50, 0), (14, 20, 0)]
)
def test_a_picture_saved_again_is_found_by_its_hashes(tmp_path: Path, bits: int, pdq_bits: int, count: int) -> None:
    tables = pictured()
    copy(tables, 3, 8, bits=bits, pdq_bits=pdq_bits)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] * count


def test_farther_likeness_is_for_two_clients_only(tmp_path: Path) -> None:
    tables = pictured()
    copy(tables, 3, 8, bits=7, pdq_bits=40)
    tables["reports"][8]["client_id"] = tables["reports"][3]["client_id"]
    assert screened(DETECTOR, tables, tmp_path) == []


def standing(share: float, count: int = 40) -> Rows:
    """All photographs show one hall: each differs from the view in `share` of its bits."""
    tables = pictured(count)
    chance = np.random.default_rng(2)
    view = chance.random(320) < 0.5
    for row in tables["media"]:
        seen = "".join("1" if bit else "0" for bit in view ^ (chance.random(320) < share))
        row.update(phash=f"{int(seen[:64], 2):016x}", pdq=f"{int(seen[64:], 2):064x}")
    return tables


def test_what_a_standing_camera_gives_by_chance_is_a_question_at_most(tmp_path: Path) -> None:
    for share in (0.05, 0.07, 0.1, 0.12):
        assert set(screened(DETECTOR, standing(share), tmp_path / str(share)).severities) <= {"weak"}


def test_one_picture_saved_again_stands_out_of_a_standing_cameras(tmp_path: Path) -> None:
    tables = standing(0.13)
    copy(tables, 3, 8, bits=2, pdq_bits=8)
    found = screened(DETECTOR, tables, tmp_path)
    strong = [row for row in found if row["severity"] != "weak"]
    assert [row["report_ids"] for row in strong] == ["R003|R008"]


def test_without_the_longer_hash_likeness_is_a_question(tmp_path: Path) -> None:
    tables = pictured()
    copy(tables, 3, 8, bits=3)
    for row in tables["media"]:
        row["pdq"] = None
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"similar"}


def test_equipment_retests_and_one_visit_share_photographs_honestly(tmp_path: Path) -> None:
    tables = pictured()
    for source, target in ((1, 2), (3, 4), (5, 6), (7, 8)):
        copy(tables, source, target)
    reports = tables["reports"]
    for place in (2, 4):
        tables["media"][place]["subject"] = tables["media"][place + 1]["subject"] = "仪器铭牌"
    reports[4]["retest_of"] = "R003"
    reports[6].update(client_id=reports[5]["client_id"], sampled_at=reports[5]["sampled_at"] + timedelta(minutes=9))
    reports[8]["sample_id"] = reports[7]["sample_id"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_flat_pictures_and_nonsense_hashes_are_not_compared(tmp_path: Path) -> None:
    tables = pictured()
    for row in tables["media"]:
        row.update(phash="0000000000000001", pdq="not a hash", sha256=None)
    tables["media"][0]["phash"] = "zz"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_photographs_it_is_skipped(tmp_path: Path) -> None:
    assert screened(DETECTOR, lab(), tmp_path).state == "skipped"


def test_all_alike_pictures_of_an_institution_are_found() -> None:
    chance = np.random.default_rng(8)
    rows: list[dict[str, object]] = []
    wanted = set()
    for number in range(120):
        coarse, fine = (f"{int.from_bytes(chance.bytes(size), 'big'):0{2 * size}x}" for size in (8, 32))
        own = {"institution_id": "甲乙"[number % 2], "subject": "样品", "client_id": "丙"}
        rows.append(own | {"phash": coarse, "pdq": fine})
        if number % 3 == 0:
            wanted.add((len(rows) - 1, len(rows)))
            rows.append(own | {"phash": flip(coarse, number // 3 % 8), "pdq": flip(fine, number // 3 % 30)})
    rows += [{"institution_id": "甲", "subject": None, "client_id": None, "phash": "没有", "pdq": None}] * 2
    pairs = alike_pairs(pa.Table.from_pylist(rows))
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == wanted
    assert pairs.bits.tolist() == [number % 30 for number in range(40)]
