"""Forms of the inspection pages. Each carries a number of its own, so that a form sent twice writes once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.models import Attachment, CheckAnswer, Finding, Inspection, OnSite
from hengjian.apps.inspections.procedures import CANCEL_CODES
from hengjian.apps.inspections.tracing import ANSWERS
from hengjian.ui.fields import DayField

CHOOSE = ("", "请选择")


def _text(label: str, *, rows: int = 3, required: bool = False, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing or f"请填写{label}。"},
    )


def _line(label: str, *, required: bool = False, most: int = 200, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        error_messages={"required": missing or f"请填写{label}。", "max_length": f"{label}最多 {most} 字。"},
    )


def _choice(label: str, choices: Sequence[tuple[str, str]], *, required: bool = True, radio: bool = True) -> Any:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请从列出的选项中选{label}。"},
    )


class OnceForm(forms.Form):
    """A form with the number under which it is written at most once."""

    client_id = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        options["initial"] = {"client_id": str(uuid.uuid4())} | (options.get("initial") or {})
        super().__init__(data, files, **options)

    @property
    def given(self) -> dict[str, Any]:
        """What the service is handed over, by name."""
        return dict(self.cleaned_data)


class PeopleForm(OnceForm):
    """Two officers and experts out of lists of people."""

    lead = _choice("主检人员", (), radio=False)
    member = _choice("检查人员", (), radio=False)

    def offer(self, officers: Sequence[User]) -> None:
        """Offer these people in both slots."""
        choices = [CHOOSE, *((str(one.pk), one.name) for one in officers)]
        for name in ("lead", "member"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class CreateForm(PeopleForm):
    """A task from an origin: where, when, who, how."""

    institution = _line("机构（统一社会信用代码）", required=True, most=18)
    planned_on = DayField(label="计划检查日期", error_messages={"required": "请填写计划检查日期。"})
    kind = _choice("方式", Inspection.KINDS)
    experts = forms.MultipleChoiceField(label="专家", required=False, widget=forms.CheckboxSelectMultiple)
    groups = forms.MultipleChoiceField(
        label="检查清单",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一组检查清单。"},
    )
    exception_note = _text("例外理由（将公示）", rows=2)
    field_order = ("institution", "planned_on", "kind", "lead", "member", "experts", "groups", "exception_note")


class BulkForm(forms.Form):
    """One day for the tasks of all targets of a draw."""

    planned_on = DayField(label="计划检查日期", error_messages={"required": "请填写计划检查日期。"})


class CancelForm(OnceForm):
    code = _choice("取消原因", list(CANCEL_CODES.items()))
    reason = _text("说明", required=True, missing="请写明取消的情况。")


class OfficerForm(OnceForm):
    slot = _choice("更换", [("lead", "主检人员"), ("member", "检查人员")])
    person = _choice("换成", (), radio=False)
    reason = _text("理由", rows=2, required=True)


class EnterForm(OnceForm):
    officer = _choice("入企人员", (), radio=True)
    note = _line("说明", most=300)


class StartForm(OnceForm):
    cards_shown = forms.BooleanField(label="两名执法人员已出示执法证件", required=False)
    recusal_asked = forms.BooleanField(label="已告知被检查人有申请回避的权利", required=False)
    recusal_answer = _line("是否申请回避", required=True)
    present_name = _line("现场陪同人员", required=True, most=60)
    present_role = _line("职务", most=60)


class AnswerForm(OnceForm):
    answer = _choice("结论", CheckAnswer.ANSWERS[:3])
    note = _text("现场看到")
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FileForm(OnceForm):
    """One file: a photo, an extract, the signed page."""

    kind = _choice("类别", Attachment.KINDS, radio=False)
    file = forms.FileField(label="文件", error_messages={"required": "请选一个文件。", "empty": "这个文件是空的。"})
    caption = _line("说明")


class FindingForm(OnceForm):
    text = _text("发现的问题", required=True)
    violation_id = _choice("违法情形", (), required=False, radio=False)
    item_id = _choice("检查项", (), required=False, radio=False)
    report_id = _choice("涉及的报告", (), required=False, radio=False)
    conduct_on = DayField(label="行为日", error_messages={"required": "请填写行为日：条文按行为日适用。"})
    effect = _choice("对结果的影响", [("", "不涉及数据、结果"), *Finding.EFFECTS], required=False, radio=False)
    severity = _choice("程度", Finding.SEVERITIES)
    handling = _choice("处理", Finding.HANDLINGS)
    limit_on = DayField(label="改正期限", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        items: Sequence[tuple[str, str]],
        violations: Sequence[tuple[str, str]],
        reports: Sequence[tuple[str, str]],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"severity": "general", "handling": "order"} | (initial or {}))
        self.fields["item_id"].choices = [("", "不针对检查项"), *items]  # type: ignore[attr-defined]
        self.fields["violation_id"].choices = [("", "按检查项的条文"), *violations]  # type: ignore[attr-defined]
        self.fields["report_id"].choices = [("", "不针对抽查的报告"), *reports]  # type: ignore[attr-defined]
        if not reports:
            del self.fields["report_id"]


class WithdrawForm(OnceForm):
    reason = _line("撤回理由", required=True, most=300)


class RecordForm(OnceForm):
    facts_found = _text("检查情况", rows=10, required=True)
    statement = _text("被检查人陈述", rows=4)
    signing = _choice("签字情况", OnSite.SIGNINGS)
    refusal_reason = _line("拒签或者无法签字的原因", most=300)
    witness_name = _line("见证人", most=60)
    witness_role = _line("见证人单位、职务", most=120)
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SampleForm(OnceForm):
    size = forms.IntegerField(
        label="抽取份数",
        error_messages={"required": "请填写抽取份数。", "invalid": "抽取份数须是整数。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    window_from = DayField(label="签发日期起", error_messages={"required": "请填写签发日期起。"})
    window_to = DayField(label="签发日期止", error_messages={"required": "请填写签发日期止。"})


class TraceForm(OnceForm):
    answer = _choice("现场核对", list(ANSWERS.items()))
    note = _line("现场看到", most=2_000)
    step = forms.CharField(widget=forms.HiddenInput)


class SubmitForm(OnceForm):
    code = _choice("检查结果", ())
    note = _text("说明")


class ReviewForm(OnceForm):
    decision = _choice("审核结论", [("approve", "同意，确定结果"), ("return", "退回检查组")])
    code = _choice("确定的结果", (), radio=False)
    note = _text("审核意见")


def first_day(value: date | None, today: date) -> date:
    """A day to begin with: never before today."""
    return max(value, today) if value else today
