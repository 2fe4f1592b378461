"""House rules of draws: what the installed data say, nothing laxer than the protocol, every fault with its place."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.drawing import RULES_FILE, draw_rules, load_rules
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook

INSTALLED = files("hengjian.law").joinpath(RULES_FILE).read_text("utf-8")


def test_the_numbers_of_the_protocol():
    rules = draw_rules(date(2026, 11, 1))
    assert rules.numbers() == {
        "gap_hours": 2, "entropy_bits": 64, "entropy_sources": 2, "custodians": 2, "opening_days": 30,
        "review_percent": 10, "employed_years": 3, "lead_years": 1, "cap_slack": 1,
    }  # fmt: skip


def test_the_basis_is_an_article_of_the_book():
    assert all(lawbook().article(one.article_id) for one in draw_rules(date(2026, 11, 1)).basis)


def test_a_day_without_rules():
    with pytest.raises(NotFound) as missing:
        draw_rules(date(2019, 1, 1))
    assert missing.value.sentence == "这一天没有生效的随机抽取规程。"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("gap_hours: 2 ", "gap_hours: 1 ", "below 2, what the protocol asks for"),
        ("entropy_bits: 64 ", "entropy_bits: 32 ", "below 64, what the protocol asks for"),
        ("custodians: 2 ", "custodians: 1 ", "below 2, what the protocol asks for"),
        ("    cap_slack: 1 ", "    cap_slak: 1 ", "cap_slak"),
        ("    custodians: 2 ", "    # ", "custodians"),
        ("gap_hours: 2 ", "gap_hours: 2.5 ", "gap_hours"),
        ("draw_rules:", "draw_ruls:", "unknown section"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, before: str, after: str, said: str):
    assert before in INSTALLED
    (tmp_path / RULES_FILE).write_text(INSTALLED.replace(before, after, 1), "utf-8")
    with pytest.raises(LawError, match=said):
        load_rules(tmp_path)


def test_rules_that_stand_twice_for_a_day(tmp_path: Path):
    entry = INSTALLED[INSTALLED.index("  - id:") :]
    (tmp_path / RULES_FILE).write_text(INSTALLED + entry, "utf-8")
    with pytest.raises(LawError, match="twice"):
        load_rules(tmp_path)


def test_a_folder_without_the_file(tmp_path: Path):
    with pytest.raises(LawError, match="missing"):
        load_rules(tmp_path)
