"""Reasons of silence in words for people."""

from __future__ import annotations

from hengjian.apps.runs.silences import NO_DATA, NOT_HANDED_IN, OTHER, POOR, TOO_FEW, in_groups


def told(reason: str) -> tuple[str, str]:
    ((group, ((_, _, lacking),)),) = in_groups([{"detector": "D1", "reason": reason}])
    return group, lacking


def test_every_reason_falls_into_a_group_that_says_what_was_lacking() -> None:
    assert told("可判数量0，少于1") == (NO_DATA, "")
    assert told("可判数量8，少于200") == (TOO_FEW, "只有 8，至少要 200")
    assert told("缺少表 qc")[0] == NOT_HANDED_IN and told("缺少表 qc")[1] != "qc"
    assert told("缺少列 reports.issued_at") == (NOT_HANDED_IN, "报告的签发日期")
    assert told("reports.sampled_at 有100%为空")[0] == POOR
    assert (
        told("reports.sampled_at 有100%为空")[1].endswith("有100%为空")
        and "sampled_at" not in told("reports.sampled_at 有100%为空")[1]
    )
    assert told("results.started_at 仅精确到天")[1].endswith("仅精确到天")
    assert told("同类机构少于10家，看不出流向") == (OTHER, "同类机构少于10家，看不出流向")


def test_what_more_data_would_wake_stands_first() -> None:
    silent = [{"detector": "A11", "reason": "可判数量0，少于1"}, {"detector": "D1", "reason": "可判数量8，少于200"}]
    assert [group for group, _ in in_groups(silent)] == [TOO_FEW, NO_DATA]
    assert in_groups([]) == ()
