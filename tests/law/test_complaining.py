"""Lists of the complaint procedure and rules of rewards: what the data say, and every fault with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law import complaining, rewarding
from hengjian.law.errors import LawError

NEW, OLD = date(2026, 11, 1), date(2026, 4, 14)
LISTS = files("hengjian.law").joinpath(complaining.FILE).read_text("utf-8")
REWARDS = files("hengjian.law").joinpath(rewarding.FILE).read_text("utf-8")


def test_the_rule_of_2026_knows_seven_refusals_and_eight_ends_the_older_one_fewer() -> None:
    assert [one.id for one in complaining.refusal_grounds(NEW)] == [f"REF-{n}" for n in range(1, 8)]
    assert [one.id for one in complaining.ending_grounds(NEW)] == [f"END-{n}" for n in range(1, 9)]
    assert len(complaining.refusal_grounds(OLD)) == 6
    assert len(complaining.ending_grounds(OLD)) == 7
    assert complaining.abuse_factors(OLD) == ()


def test_each_ground_cites_its_article_of_the_day() -> None:
    cited = {one.id: one.cited(NEW) for one in complaining.refusal_grounds(NEW)}
    assert cited["REF-4"] == "《市场监督管理投诉举报处理办法》第十六条第一款第（四）项"
    assert all(
        one.cited(OLD).startswith("《市场监督管理投诉举报处理暂行办法》") for one in complaining.ending_grounds(OLD)
    )
    assert complaining.ground_of("END-5").cited(NEW) == "《市场监督管理投诉举报处理办法》第二十三条第一款第（五）项"


def test_a_ground_that_is_none() -> None:
    with pytest.raises(NotFound) as missing:
        complaining.ground_of("REF-9")
    assert missing.value.sentence == "规则库里没有这一项情形。"


def test_no_reward_before_the_measures() -> None:
    with pytest.raises(NotFound) as missing:
        rewarding.reward_rule(date(2021, 11, 30))
    assert missing.value.sentence == "这一天没有生效的举报奖励规定。"
    assert rewarding.major_grounds(date(2021, 11, 30)) == ()


@pytest.mark.parametrize(
    ("load", "name", "text", "before", "after", "said"),
    [
        (complaining.load_lists, complaining.FILE, LISTS, "refusal_grounds:", "refusals:", "unknown section"),
        (complaining.load_lists, complaining.FILE, LISTS, "id: REF-2", "id: REF-1", "twice"),
        (complaining.load_lists, complaining.FILE, LISTS, "basis: [CMP-16§1(1)]", "basis: []", "without article"),
        (complaining.load_lists, complaining.FILE, LISTS, "needs: three_years", "needs: four_years", "needs"),
        (complaining.load_lists, complaining.FILE, LISTS, "at_least: 10", "at_least: 1", "more than one"),
        (complaining.load_lists, complaining.FILE, LISTS, "    months: 12\n", "", "missing key"),
        (rewarding.load_rewards, rewarding.FILE, REWARDS, "major_grounds:", "grounds:", "unknown section"),
        (rewarding.load_rewards, rewarding.FILE, REWARDS, "grade: 2", "grade: 4", "without a gap"),
        (rewarding.load_rewards, rewarding.FILE, REWARDS, "percent: 3", "percent: 6", "must not give more"),
        (rewarding.load_rewards, rewarding.FILE, REWARDS, "finance_from: 50000000", "finance_from: 500000000", "range"),
    ],
)  # fmt: skip
def test_each_fault_is_named(
    tmp_path: Path, load: Callable[[Path], Any], name: str, text: str, before: str, after: str, said: str
) -> None:
    assert before in text
    (tmp_path / name).write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(LawError, match=said):
        load(tmp_path)
