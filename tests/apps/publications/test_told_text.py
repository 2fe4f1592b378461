"""The text that the public reads is the decision's, not what the case began with."""

from __future__ import annotations

import pytest

from hengjian.apps.publications import services
from tests.apps.publications.samples import taken, who

pytestmark = pytest.mark.django_db


def test_what_the_case_was_registered_with_is_not_told() -> None:
    world, row = taken()
    world.case.facts = "筛查预警 YJ-2026-000018。研判意见：签发人不在名单内。"
    world.case.save()
    text = services.prepare(row=row, **who(world.first)).versions.get().text
    assert "研判意见" not in text and "YJ-2026" not in text
    assert "未经检验检测出具报告" in text
