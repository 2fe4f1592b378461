"""Forms of supervision, joint teams and consultations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.oversights.procedures import GROUNDS
from hengjian.ui.fields import DayField


def text_field(label: str, missing: str, *, most: int = 2000, rows: int = 3) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


def line_field(label: str, missing: str, *, most: int = 120) -> forms.CharField:
    """One line."""
    return forms.CharField(label=label, max_length=most, error_messages={"required": missing})


def day_field(label: str) -> DayField:
    """A day."""
    return DayField(label=label, error_messages={"required": f"请填{label}。"})


class ReportForm(forms.Form):
    """To whom, why, and what is known."""

    superior = forms.ChoiceField(label="上报", error_messages={"required": "请选上级机关。"})
    ground = forms.ChoiceField(label="情形", choices=list(GROUNDS.items()), widget=forms.RadioSelect)
    text = text_field("情况", "请写明案情、已采取的措施和建议。", most=4000, rows=6)

    def __init__(self, *args: Any, superiors: Sequence[Organ] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.superiors = {str(one.pk): one for one in superiors}
        chosen: Any = self.fields["superior"]
        chosen.choices = [(pk, one.name) for pk, one in self.superiors.items()]

    def clean_superior(self) -> Organ:
        return self.superiors[self.cleaned_data["superior"]]


class ListForm(forms.Form):
    requirement = text_field("督办要求", "请写明督办要求。")
    due = day_field("期限")


class ReasonForm(forms.Form):
    reason = text_field("理由", "请写明理由。")


class TextForm(forms.Form):
    text = text_field("内容", "请写明内容。", most=4000, rows=4)


class ReasonDueForm(forms.Form):
    due = day_field("期限")
    reason = text_field("理由", "请写明理由。")


FORMS: dict[str, type[forms.Form]] = {
    "list": ListForm,
    "decline": ReasonForm,
    "withdraw": ReasonForm,
    "progress": TextForm,
    "urge": TextForm,
    "extend": ReasonDueForm,
    "answer": TextForm,
    "return": ReasonDueForm,
    "lift": ReasonForm,
}


class TeamForm(forms.Form):
    """Who joins, for what, till when."""

    member = forms.CharField(
        label="成员的用户名", max_length=40, error_messages={"required": "请填用户名。"}, help_text="其他机关的执法人员"
    )
    task = line_field("分工", "请写明分工。")
    until = day_field("止日")

    def clean_member(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["member"].strip(), is_active=True).first()
        if found is None:
            raise forms.ValidationError("没有这个用户，请核对用户名。")
        return found


class ConsultationForm(forms.Form):
    """The minutes."""

    held_on = day_field("会商日期")
    place = line_field("地点", "请写明地点。")
    attendees = text_field("参加人员", "请写明参加人员。", most=500, rows=2)
    question = text_field("会商事项", "请写明会商什么。")
    opinions = text_field("意见", "请写明各方意见。", most=4000, rows=5)
    conclusion = text_field("结论", "请写明结论。")
