"""The sentence of a finding leaves out what its row does not know."""

from __future__ import annotations

from string import Formatter

import pytest

from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.clauses import clauses_known
from hengjian.engines.screening.detector import Detector

SAYS = "报告 {no}：{nature}（采样 {at}，生产 {made}；用电 {used}；进站 {seen} 辆，检测 {tested} 辆）"


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        (set(), SAYS),
        ({"made"}, "报告 {no}：{nature}（采样 {at}；用电 {used}；进站 {seen} 辆，检测 {tested} 辆）"),
        ({"seen", "tested"}, "报告 {no}：{nature}（采样 {at}，生产 {made}；用电 {used}）"),
        ({"used", "tested"}, "报告 {no}：{nature}（采样 {at}，生产 {made}；进站 {seen} 辆）"),
        ({"no"}, SAYS),
    ],
)
def test_a_clause_of_unknown_values_alone_is_left_out_and_its_brackets_close(unknown: set[str], said: str) -> None:
    assert clauses_known(SAYS, unknown) == said


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_no_sentence_breaks_whatever_single_value_is_unknown(detector: Detector) -> None:
    says = detector.says
    names = {name for _, name, _, _ in Formatter().parse(says) if name}
    for name in sorted(names):
        left = clauses_known(says, {name})
        assert left.count("（") == left.count("）"), left
        assert not any(pair in left for pair in ("（）", "（，", "（；", "，）", "；）", "，，", "；；", "，；")), left
