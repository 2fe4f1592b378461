"""Forms of a measure."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from hengjian.apps.measures.procedures import KINDS
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField


def text_field(label: str, missing: str, *, most: int = 2000, rows: int = 3) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


def day_field(label: str, missing: str = "", *, required: bool = True, hint: str = "") -> DayField:
    """A day typed as text."""
    return DayField(label=label, required=required, help_text=hint, error_messages={"required": missing})


class MeasureForm(forms.Form):
    """What is done towards the institution, why, and till when."""

    kind = forms.ChoiceField(label="处置", choices=list(KINDS.items()), widget=forms.RadioSelect)
    title = forms.CharField(label="事由", max_length=200, error_messages={"required": "请写明事由。"})
    facts = text_field("事实", "请写明查到的事实。", most=4000, rows=5)
    requirement = text_field("要求", "请写明要机构做什么。", rows=4)
    violation_id = forms.ChoiceField(
        label="涉及的违法行为", required=False, help_text="责令改正后仍不改正才能罚款的行为（如分包、报告形式），请选定"
    )
    limit = day_field("期限", required=False, hint="责令改正必填；其他处置要机构报告落实情况的，填写")
    planned_on = day_field("约谈日期", required=False, hint="约谈时填写")
    planned_time = forms.TimeField(
        label="约谈时刻", required=False, help_text="如 14:30", error_messages={"invalid": "请写成 14:30 的样子。"}
    )
    place = forms.CharField(label="约谈地点", max_length=120, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["violation_id"]
        chosen.choices = [("", "没有"), *((one.id, f"{one.id} {one.title}") for one in lawbook().violations)]

    def values(self) -> dict[str, Any]:
        """What the service takes; only after `is_valid`."""
        found = dict(self.cleaned_data)
        day, at = found.pop("planned_on"), found.pop("planned_time")
        found["planned_at"] = timezone.make_aware(datetime.combine(day, at or time(9, 0))) if day else None
        return found


class NoteForm(forms.Form):
    """A word."""

    note = text_field("意见", "请写明意见。", most=1000)


class ApproveForm(forms.Form):
    """Approving needs no word."""

    note = forms.CharField(label="意见", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class EmptyForm(forms.Form):
    """Nothing to fill in."""


class IssueForm(forms.Form):
    """When and to whom it was handed."""

    served_on = day_field("送达日期", "请填送达日期。")
    recipient = forms.CharField(label="签收人", max_length=60, error_messages={"required": "请写明谁签收。"})


class HoldForm(forms.Form):
    """What was said."""

    attendees = forms.CharField(label="参加人员", max_length=200, error_messages={"required": "请写明参加人员。"})
    minutes = text_field("约谈内容", "请写明约谈内容。", most=4000, rows=6)


class AnswerForm(forms.Form):
    """What the institution did."""

    text = text_field("落实情况", "请写明落实情况。", most=4000, rows=5)


class LimitForm(forms.Form):
    """A new limit with a reason."""

    limit = day_field("期限", "请填期限。")
    note = text_field("理由", "请写明理由。", most=1000)


FORMS: dict[str, type[forms.Form]] = {
    "propose": EmptyForm,
    "approve": ApproveForm,
    "send_back": NoteForm,
    "issue": IssueForm,
    "hold": HoldForm,
    "answer": AnswerForm,
    "record_answer": AnswerForm,
    "extend": LimitForm,
    "ask_again": LimitForm,
    "verify": NoteForm,
    "fail": NoteForm,
    "drop": NoteForm,
}
