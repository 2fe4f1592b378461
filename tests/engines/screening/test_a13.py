"""A13: report numbers used twice, out of order, put in afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.detectors.a13_report_numbers import DETECTOR, longest_order
from tests.engines.screening.screened import LAB, Rows, lab, screened


def numbered() -> Rows:
    tables = lab(80)
    for place, row in enumerate(tables["reports"]):
        row.update(report_no=f"甲检2026-{place + 1:06d}", client_id=f"C{place % 9}")
    return tables


def exchanged(tables: Rows, pairs: int, *, apart: int = 6) -> Rows:
    for place in range(0, 10 * pairs, 10):
        first, second = tables["reports"][place], tables["reports"][place + apart]
        first["report_no"], second["report_no"] = second["report_no"], first["report_no"]
    return tables


@pytest.mark.parametrize(
    ("written", "counter"),
    [
        ("甲检2026-{:06d}", "甲检2026-…"),
        ("20260315{:03d}", "20260315…"),
        ("2026{:05d}", "2026…"),
        ("202603{:05d}", "202603…"),
        ("202699{:03d}", "2026…"),
        ("20261399{:03d}", "202613…"),
        ("2026-{:04d}号", "2026-…号"),
    ],
)
def test_numbers_are_taken_apart(written: str, counter: str, tmp_path: Path) -> None:
    tables = lab(30)
    for place, row in enumerate(tables["reports"]):
        row.update(report_no=written.format(place + 1), client_id=f"C{place % 9}")
    found = screened(DETECTOR, exchanged(tables, 1), tmp_path)
    assert {row["counter"] for row in found.evidence()["rows"]} == {counter}


def test_full_width_digits_count_with_the_others(tmp_path: Path) -> None:
    tables = lab(30)
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    for place, row in enumerate(tables["reports"]):
        number = f"甲检2026-{place + 1:06d}"
        row.update(report_no=number.translate(full_width) if place % 2 else number, client_id=f"C{place % 9}")
    found = screened(DETECTOR, exchanged(tables, 1), tmp_path)
    assert {row["counter"] for row in found.evidence()["rows"]} == {"甲检2026-…"}


def test_what_ends_in_no_number_of_usual_length_is_not_judged(tmp_path: Path) -> None:
    tables = lab(40)
    for place, row in enumerate(tables["reports"]):
        row.update(report_no="无号" + "甲" * place if place % 2 else "9" * 40 + str(place), client_id=f"C{place}")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_the_longest_order_leaves_out_as_few_as_possible() -> None:
    assert longest_order(np.array([1.0, 2.0, 9.0, 3.0, 3.0, 4.0])).tolist() == [True, True, False, True, True, True]
    assert longest_order(np.zeros(0)).tolist() == []
    assert longest_order(np.array([2.0, 1.0, 3.0, 3.0, 9.0, 4.0, 5.0])).tolist() == [
        False,
        *[True] * 3,
        False,
        True,
        True,
    ]


@given(st.lists(st.integers(0, 9), max_size=14))
def test_no_longer_order_is_missed(numbers: list[int]) -> None:
    values = np.array(numbers, dtype=np.float64)
    kept = longest_order(values)
    longest: list[int] = []
    for place, value in enumerate(numbers):
        longest.append(1 + max((longest[at] for at in range(place) if numbers[at] <= value), default=0))
    assert kept.sum() == max(longest, default=0) and (np.diff(values[kept]) >= 0).all()


def test_numbers_in_order_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, numbered(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_one_number_for_two_samples_is_strong(tmp_path: Path) -> None:
    tables = numbered()
    tables["reports"][5].update(
        report_no=tables["reports"][4]["report_no"], issued_at=tables["reports"][4]["issued_at"]
    )
    found = screened(DETECTOR, tables, tmp_path)
    assert "strong" in found.severities and "twice" in found.natures()


def test_a_correction_under_the_same_number_is_silent(tmp_path: Path) -> None:
    tables = numbered()
    tables["reports"][5].update(report_no=tables["reports"][4]["report_no"], corrects="R004")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_exchanged_numbers_are_strong_then_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, exchanged(numbered(), 1), tmp_path / "one")
    assert found.severities == ["strong"] and found.natures() == {"order"}
    tables = numbered()
    more = lab(320)["reports"][80:]
    for place, row in enumerate(more, start=80):
        row.update(report_no=f"甲检2026-{place + 1:06d}", client_id=f"C{place % 9}")
    tables["reports"] += more
    assert screened(DETECTOR, exchanged(tables, 4), tmp_path / "four").severities == ["certain"]


def test_one_date_mistyped_is_a_question(tmp_path: Path) -> None:
    tables = numbered()
    for row in tables["reports"]:
        row["signed_at"] = row["issued_at"] - timedelta(minutes=4)
    tables["reports"][30]["issued_at"] += timedelta(days=27)
    found = screened(DETECTOR, tables, tmp_path)
    assert set(found.severities) <= {"weak"}


def test_numbers_given_at_receipt_follow_receipt(tmp_path: Path) -> None:
    tables = numbered()
    for place, row in enumerate(tables["reports"]):
        row["issued_at"] += timedelta(days=place * 7 % 30)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_numbers_in_no_order_are_not_judged(tmp_path: Path) -> None:
    tables = numbered()
    for place, row in enumerate(tables["reports"]):
        row["report_no"] = f"甲检2026-{place * 37 % 80 + 1:06d}"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_numbers_put_in_afterwards_are_a_question(tmp_path: Path) -> None:
    tables = numbered()
    for place in (10, 20, 30):
        tables["reports"][place]["report_no"] += "补"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"inserted"}


def test_whole_days_are_enough(tmp_path: Path) -> None:
    tables = numbered()
    for row in tables["reports"]:
        for name in ("received_at", "started_at", "finished_at", "issued_at"):
            row[name] = row[name].replace(hour=0, minute=0, second=0)
    assert screened(DETECTOR, tables, tmp_path / "honest") == []
    assert screened(DETECTOR, exchanged(tables, 1), tmp_path / "exchanged").severities == ["strong"]
