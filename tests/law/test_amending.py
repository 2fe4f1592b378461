"""Amendments on top of the law data: what they change, what is refused, and that every reader sees them."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.law.amending import Amendment, amended, kept, read_amendments, use_overlay
from hengjian.law.deadlines import clock_on
from hengjian.law.errors import LawError
from hengjian.law.loader import book_of, edition, lawbook, raw_data

CLOCK = """\
id: PEN-18
title: 线索核查
rule: 十个工作日内核查并决定是否立案
trigger: 发现线索或者收到材料
length: 10
unit: working_days
basis: [PEN-18]
counted_by: PEN-80
rolls: true
valid_from: 2027-01-01
certainty: found
"""


def _succeed(**more: object) -> Amendment:
    facts = {
        "number": "GX-2026-0001",
        "section": "clocks",
        "entry": "PEN-18",
        "mode": "succeed",
        "body": CLOCK,
        "valid_from": date(2027, 1, 1),
    }
    return Amendment(**(facts | more))  # type: ignore[arg-type]


@pytest.fixture
def overlay(tmp_path):
    path = tmp_path / "amendments.yaml"
    use_overlay(path)
    yield path
    use_overlay(None)


def test_a_new_text_ends_the_old_one_the_day_before() -> None:
    book = book_of(amended(raw_data(), [_succeed()]))
    old, new = [one for one in book.clocks if one.id == "PEN-18"]
    assert (old.length, old.valid_to) == (15, date(2026, 12, 31))
    assert (new.length, new.valid_from, new.valid_to) == (10, date(2027, 1, 1), None)


def test_the_data_of_the_program_are_not_touched() -> None:
    before = repr(raw_data()["clocks.yaml"])
    amended(raw_data(), [_succeed()])
    assert repr(raw_data()["clocks.yaml"]) == before


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"valid_from": date(2021, 7, 15)}, "begins before"),
        ({"entry": "PEN-999"}, "another id"),
        ({"section": "aliases"}, "not amended"),
        ({"mode": "add"}, "used twice"),
        ({"body": CLOCK.replace("length: 10", "length: ten")}, "int is needed"),
        ({"body": CLOCK + "colour: red\n"}, "unknown key"),
        ({"body": CLOCK.replace("basis: [PEN-18]", "basis: [XYZ-1]")}, "no instrument XYZ"),
        ({"mode": "correct", "version": date(1999, 1, 1)}, "which version"),
    ],
)
def test_what_does_not_fit_the_book_is_refused_whole(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(LawError, match=complaint):
        book_of(amended(raw_data(), [_succeed(**change)]))


def test_a_correction_takes_the_place_of_one_version_only() -> None:
    body = CLOCK.replace("2027-01-01", "2021-07-15")
    fixed = book_of(amended(raw_data(), [_succeed(mode="correct", body=body, version=date(2021, 7, 15))]))
    (one,) = [clock for clock in fixed.clocks if clock.id == "PEN-18"]
    assert one.length == 10


def test_every_reader_sees_the_file_change_and_go(overlay) -> None:
    asked = []

    @kept
    def remembered(day: date) -> int:
        asked.append(day)
        return clock_on("PEN-18", day).length

    day = date(2027, 3, 1)
    plain = edition()
    assert (remembered(day), remembered(day), len(asked)) == (15, 15, 1)
    body = "".join(f"      {line}\n" for line in CLOCK.splitlines())
    overlay.write_text(
        "amendments:\n  - number: GX-1\n    section: clocks\n    entry: PEN-18\n    mode: succeed\n"
        f"    valid_from: 2027-01-01\n    body: |\n{body}",
        encoding="utf-8",
    )
    assert remembered(day) == 10
    assert edition() != plain
    assert len([one for one in lawbook().clocks if one.id == "PEN-18"]) == 2
    overlay.unlink()
    assert (remembered(day), edition()) == (15, plain)


def test_a_file_that_is_no_list_of_amendments_is_refused() -> None:
    with pytest.raises(LawError, match="must be a list"):
        read_amendments("amendments: 3\n")
