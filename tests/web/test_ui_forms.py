"""Errors that every field can give are sentences for people."""

from __future__ import annotations

import pytest
from django import forms


class _Form(forms.Form):
    name = forms.CharField(max_length=5)
    kind = forms.ChoiceField(choices=[("a", "甲")])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "kind": "a"}, "请填写"),
        ({"name": "一二三四五六", "kind": "a"}, "最多 5 个字，现在是 6 个"),
        ({"name": "一\x00", "kind": "a"}, "有看不见的空字符，请重新输入"),
        ({"name": "一", "kind": "b"}, "没有“b”这一项，请从列出的里面选"),
    ],
)
def test_common_errors_are_said_plainly(typed: dict[str, str], said: str) -> None:
    assert [one for errors in _Form(typed).errors.values() for one in errors] == [said]
