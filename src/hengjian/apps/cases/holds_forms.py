"""Forms of measures over things and of letters of assistance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.cases.assistance_procedures import KINDS as LETTERS
from hengjian.apps.cases.evidence_forms import (
    CaseForm,
    choice,
    day,
    files_field,
    line,
    moment,
    officer,
    paragraph,
    tick,
)
from hengjian.apps.cases.holds import Item
from hengjian.apps.cases.holds_procedures import FOLLOW_UPS, KINDS, RELEASES, STORAGES, THINGS
from hengjian.law.seizing import seizure_bases

WORDS = {"产品": "goods", "样品": "goods", "设备": "equipment", "工具": "equipment", "资料": "papers", "记录": "papers",
         "票据": "papers", "账簿": "papers", "场所": "premises", "设施": "premises"}  # fmt: skip


class ItemsField(forms.CharField):
    """A list of things, one a line, parted by ｜; gives `Item` rows or says which line is wrong."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "一行一项：名称｜类别（产品、设备、资料、场所）｜规格｜数量｜单位｜封条编号")
        super().__init__(max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}), **options)

    def to_python(self, value: Any) -> Any:
        lines = [one for one in str(super().to_python(value) or "").splitlines() if one.strip()]
        return [self._item(number, one) for number, one in enumerate(lines, 1)]

    def run_validators(self, value: Any) -> None:
        """Rows have no length."""

    def _item(self, number: int, written: str) -> Item:
        parts = [part.strip() for part in written.replace("|", "｜").split("｜")]
        if len(parts) < 5:
            raise forms.ValidationError(
                f"第 {number} 行只有 {len(parts)} 栏：请写成 名称｜类别｜规格编号｜数量｜单位｜封条编号，没有的栏留空。"
            )
        name, kind, spec, quantity, unit = parts[:5]
        what = WORDS.get(kind) or next((code for code, label in THINGS.items() if kind and kind in label), "")
        if not name:
            raise forms.ValidationError(f"第 {number} 行没有名称。")
        if not what:
            raise forms.ValidationError(f"第 {number} 行的类别“{kind}”不认识：请写产品、设备、资料或者场所。")
        try:
            amount = Decimal(quantity)
        except InvalidOperation as error:
            raise forms.ValidationError(f"第 {number} 行的数量“{quantity}”不是数字。") from error
        if not amount.is_finite() or not 0 < amount < 10**9:
            raise forms.ValidationError(f"第 {number} 行的数量须大于零、小于十亿。")
        if not unit:
            raise forms.ValidationError(f"第 {number} 行没有单位。")
        if max(len(name), len(spec)) > 120 or len(unit) > 12:
            raise forms.ValidationError(f"第 {number} 行太长：名称、规格最多 120 字，单位最多 12 字。")
        return Item(name, what, amount, unit, spec, (parts[5] if len(parts) > 5 else "")[:60])


class HoldForm(CaseForm):
    """What is asked of the head."""

    kind = choice("措施", KINDS.items())
    legal_basis = choice("查封、扣押的法律依据", (), required=False, hint="先行登记保存不填；监督管理办法没有规定")
    holder = line("被采取措施的人", most=120)
    party = choice("当事人", (), required=False)
    grounds = paragraph("理由", hint="为什么需要：证据可能灭失或者以后难以取得，或者法律规定的情形")
    within_scope = tick("查封、扣押不涉及无关财物、生活必需品和他机关已查封的财物")
    follows = choice("承接哪项登记保存", (), required=False)
    officer_one = officer("执法人员一")
    officer_two = officer("执法人员二")

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, on=on, **options)
        powers = [(one.id, f"{one.text(on)}：{one.title}") for one in seizure_bases(on)]
        self.fields["legal_basis"].choices = [("", "没有依据（只能先行登记保存）"), *powers]  # type: ignore[attr-defined]


class OpinionForm(CaseForm):
    """What the head says."""

    opinion = paragraph("审批意见", most=500, rows=2)


class CarryForm(CaseForm):
    """How it was carried out."""

    taken_at = moment("实施时间")
    place = line("地点")
    items = ItemsField(label="清单", required=False)
    storage = choice("保管方式", STORAGES.items())
    keeper = line("受托保管人", most=120, required=False)
    keeper_address = line("保管地点", required=False)


class UrgentForm(CarryForm):
    """The same, and why it could not wait."""

    urgency = paragraph("紧急情形", most=300, rows=2, hint="为什么来不及报批；二十四小时内须报告并补办")


class FollowUpForm(CaseForm):
    """What follows preservation."""

    follow_up = choice("处理方式", [(code, label) for code, label in FOLLOW_UPS.items() if code != "released"])
    note = paragraph("处理情况")


class ExtendForm(CaseForm):
    """Longer, and the party was told."""

    days = forms.IntegerField(
        label="延长日数", error_messages={"required": "请填写延长的日数。", "invalid": "延长的日数须是整数。"}
    )
    reason = paragraph("理由", most=500, rows=2)
    noticed_on = day("书面告知当事人日期")


class ReturnForm(CaseForm):
    """Things went back."""

    returned_on = day("返还日期")
    receiver = line("接收人", most=120)


class ReleaseForm(ReturnForm):
    """Preservation ends."""

    reason = paragraph("理由", most=500, rows=2)


class SeizureReleaseForm(ReleaseForm):
    """A seizure ends in one of five cases."""

    ground = choice("解除情形", RELEASES.items())


class HandOverForm(CaseForm):
    """Things go to another authority."""

    receiver = line("接收机关", most=120)
    returned_on = day("移送日期")
    reason = paragraph("理由", most=500, rows=2)


class ConfiscateForm(CaseForm):
    """Confiscated by the decision."""

    decision = line("处理决定文号", most=120)
    note = paragraph("处置情况")


class LetterForm(CaseForm):
    """What is asked of which organ."""

    kind = choice("种类", LETTERS.items())
    outside = tick("系统外机关（自行寄送，人工登记）")
    to_name = line("受函机关", most=120, hint="系统内机关填全称或者简称")
    subject = line("事由")
    questions = paragraph("请求协助的事项", most=5_000, rows=5)
    sent_on = day("发函日期")

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, on=on, **options)
        self.names = list(in_force(Organ.objects.all(), on=on).values_list("name", flat=True)[:200])
        self.fields["to_name"].widget.attrs["list"] = "organ-names"


class ReceiveForm(CaseForm):
    """When it came."""

    received_on = day("收到日期")


class DelayForm(CaseForm):
    """Not in time, and why."""

    reason = paragraph("不能按期的原因", most=500, rows=2)
    expected_on = day("预计完成日期")


class NotedDelayForm(DelayForm):
    """The same, told on paper."""

    told_on = day("对方告知日期")


class AnswerForm(CaseForm):
    """The result."""

    answer = paragraph("协助结果", most=10_000, rows=5)
    files = files_field("材料")


class NotedAnswerForm(AnswerForm):
    """The same, on paper."""

    answered_on = day("复函日期")


class DeclineForm(CaseForm):
    """It cannot be done."""

    reason = paragraph("理由", most=500, rows=2)


class NotedDeclineForm(DeclineForm):
    """The same, on paper."""

    answered_on = day("复函日期")
