"""C9: one sample behind several reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hengjian.engines.screening.detectors.c9_sample_reuse import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened


def sealed() -> Rows:
    """Reports on samples of their own: seal, lot, weight and client."""
    tables = lab(object="酱油")
    for place, row in enumerate(tables["reports"]):
        row.update(seal_no=f"F{place:05d}", lot_no=f"L{place:04d}", sample_weight_g=400.11 + place)
        row.update(client_id=f"C{place:03d}")
    return tables


def copied(tables: Rows, pairs: int, *columns: str, **others: Any) -> Rows:
    for place in range(0, 2 * pairs, 2):
        first, second = tables["reports"][place], tables["reports"][place + 1]
        second.update({name: first[name] for name in columns} | others)
    return tables


def test_samples_of_their_own_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, sealed(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_one_seal_typed_twice_is_a_question_many_are_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, copied(sealed(), 1, "seal_no"), tmp_path / "one")
    assert found.severities == ["weak"] and found.natures() == {"seal"}
    assert screened(DETECTOR, copied(sealed(), 5, "seal_no"), tmp_path / "many").severities == ["certain"]


def test_two_numbers_in_common_are_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, copied(sealed(), 1, "seal_no", "sample_weight_g"), tmp_path)
    assert found.severities == ["certain"] and found[0]["score"] == 30.0


def test_one_sample_number_for_another_product_and_client(tmp_path: Path) -> None:
    found = screened(DETECTOR, copied(sealed(), 5, "sample_id", object="食醋"), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"sample"}


def test_several_standards_for_one_client_and_lot_are_silent(tmp_path: Path) -> None:
    every = ("seal_no", "sample_id", "sample_weight_g", "lot_no", "client_id")
    assert screened(DETECTOR, copied(sealed(), 8, *every, standard_no="GB 2760-2024"), tmp_path) == []


def test_one_lot_from_two_shops_with_weights_of_their_own_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, copied(sealed(), 8, "lot_no"), tmp_path / "own") == []
    tables = copied(sealed(), 8, "lot_no", sample_weight_g=500.0)
    for row in tables["reports"]:
        row["sample_weight_g"] = 500.0
    assert screened(DETECTOR, tables, tmp_path / "round") == []


def test_retests_and_corrections_are_silent(tmp_path: Path) -> None:
    tables = copied(sealed(), 6, "seal_no", "sample_weight_g")
    for place in range(1, 12, 2):
        tables["reports"][place]["retest_of"] = tables["reports"][place - 1]["report_id"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_not_a_number_is_left_out(tmp_path: Path) -> None:
    tables = sealed()
    for row in tables["reports"]:
        row.update(sample_weight_g=float("nan"), lot_no="L1")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_any_number_it_abstains(tmp_path: Path) -> None:
    tables = sealed()
    for row in tables["reports"]:
        for name in ("seal_no", "lot_no", "sample_weight_g", "sample_id"):
            del row[name]
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]
