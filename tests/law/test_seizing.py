"""Powers to seal and seize: what the installed data say, and every fault with its place."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook
from hengjian.law.seizing import BASES_FILE, alarm_days, load_bases, seizure_bases, seizure_basis

INSTALLED = files("hengjian.law").joinpath(BASES_FILE).read_text("utf-8")
DAY = date(2026, 11, 1)


def test_the_supervision_measures_give_no_power_to_seize():
    cited = {one.article_id for basis in seizure_bases(DAY) for one in basis.basis}
    assert cited and not any(one.startswith("SUP-") for one in cited)
    assert "没有规定查封、扣押" in lawbook().article("SUP-21").summary


def test_every_power_rests_on_an_article_of_the_book():
    assert all(lawbook().article(one.article_id) for basis in seizure_bases(DAY) for one in basis.basis)
    assert seizure_basis("SZ-PQL", DAY).text(DAY) == "《中华人民共和国产品质量法》第十八条"


def test_a_day_before_the_law():
    with pytest.raises(NotFound) as missing:
        seizure_basis("SZ-COS", date(2020, 1, 1))
    assert missing.value.sentence == "规则库里没有这一项查封、扣押依据，或者它在这一天没有生效。"


def test_reminders_stand_before_and_on_both_last_days():
    assert alarm_days(DAY) == (25, 30, 55, 60)
    assert alarm_days(date(2019, 1, 1)) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("measures: [seal, seize]", "measures: []", "without content"),
        ("covers: [goods, equipment]", "covers: [ships]", "covers"),
        ("    basis: [PQL-18]", "    bases: [PQL-18]", "bases"),
        ('days: ["25", "30", "55", "60"]', 'days: ["30", "25"]', "must rise"),
        ("seizure_alarms:", "seizure_alarm:", "unknown section"),
        ("id: SZ-FSL", "id: SZ-PQL", "twice"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, before: str, after: str, said: str):
    assert before in INSTALLED
    (tmp_path / BASES_FILE).write_text(INSTALLED.replace(before, after, 1), "utf-8")
    with pytest.raises(LawError, match=said):
        load_bases(tmp_path)
