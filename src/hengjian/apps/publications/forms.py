"""Forms of publications and typical cases."""

from __future__ import annotations

from typing import Any

from django import forms

from hengjian.apps.publications.procedures import GROUNDS
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField


def _text(label: str, missing: str = "", *, most: int = 300, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


class MoveForm(forms.Form):
    """A form that carries the version it was shown for."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EmptyForm(MoveForm):
    """Nothing to fill in."""


class ReasonForm(MoveForm):
    reason = _text("理由", "请写明理由。")


class WithdrawForm(MoveForm):
    reason = _text("对外说明的撤回理由", "请写明理由，撤回后对外说明。")


class PrepareForm(MoveForm):
    violation = _text("违法行为类型", most=300, rows=2, help_text="摘要里的一句话，不写个人信息")
    more = _text("另外隐去的词句", most=2000, rows=3, help_text="每行一处；自动隐去的不能恢复")
    key_product = forms.BooleanField(label="涉及重点工业产品", required=False)
    closure = forms.BooleanField(label="决定责令关闭（不是停产停业），不得提前停止公示", required=False)
    minor_person = forms.BooleanField(label="当事人是未成年人，隐去姓名", required=False)


class CorrectForm(MoveForm):
    reason = _text("更正理由", "请写明更正理由，更正记录对外公开。")
    violation = _text("违法行为类型", most=300, rows=2)
    more = _text("另外隐去的词句", most=2000, rows=3, help_text="每行一处；自动隐去的不能恢复")


class PushForm(MoveForm):
    pushed_to = forms.CharField(
        label="登记地市场监督管理部门", max_length=80, error_messages={"required": "请写明推送给哪个机关。"}
    )


class OnForm(MoveForm):
    on = DayField(label="登记地公示日期", error_messages={"required": "请填登记地公示的日期。"})


class RequestStopForm(MoveForm):
    on = DayField(label="申请日期", error_messages={"required": "请填申请日期。"})
    grounds = forms.MultipleChoiceField(
        label="条件",
        choices=list(GROUNDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请逐项核实提前停止公示的条件。"},
    )


FORMS: dict[str, type[MoveForm]] = {
    "prepare": PrepareForm,
    "propose": EmptyForm,
    "send_back": ReasonForm,
    "publish": EmptyForm,
    "push": PushForm,
    "note_home": OnForm,
    "correct": CorrectForm,
    "approve_correction": EmptyForm,
    "reject_correction": ReasonForm,
    "request_stop": RequestStopForm,
    "grant_stop": EmptyForm,
    "refuse_stop": ReasonForm,
    "stop": EmptyForm,
    "withdraw": WithdrawForm,
    "drop": ReasonForm,
}


class StoryForm(forms.Form):
    """A typical case in our own words."""

    title = forms.CharField(label="标题", max_length=120, error_messages={"required": "请写标题。"})
    field = forms.ChoiceField(label="领域", required=False)
    text = _text("基本案情", "请写基本案情。", most=6000, rows=10, help_text="不写个人姓名、证件号码、电话、住址、账户")
    lesson = _text("典型意义", most=3000, rows=5)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["field"]
        chosen.choices = [("", "不分领域"), *((one.code, one.title) for one in lawbook().fields)]


class PlainReason(forms.Form):
    reason = _text("理由", "请写明理由。")


class Plain(forms.Form):
    """Nothing to fill in."""


TYPICAL_FORMS: dict[str, type[forms.Form]] = {
    "edit": StoryForm,
    "propose": Plain,
    "send_back": PlainReason,
    "approve": Plain,
    "nominate": Plain,
    "pass_up": Plain,
    "choose": Plain,
    "decline": PlainReason,
    "withdraw": PlainReason,
    "drop": PlainReason,
}
