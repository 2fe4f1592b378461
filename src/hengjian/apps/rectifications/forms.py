"""Forms by which people move an item and set up a look-back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import User
from hengjian.apps.rectifications.evidence import ALLOWED, FILE_MOST, FILES_MOST
from hengjian.apps.rectifications.models import LookBack
from hengjian.apps.rectifications.procedures import METHODS, OUTCOMES
from hengjian.apps.rectifications.services import TEXT_MAX
from hengjian.ui.fields import DayField
from hengjian.ui.wording import size


def text_field(label: str, missing: str, *, rows: int = 3, required: bool = True) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        max_length=TEXT_MAX,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {TEXT_MAX} 字。"},
    )


def day_field(label: str, missing: str, hint: str = "") -> DayField:
    """A day typed as text."""
    return DayField(label=label, help_text=hint, error_messages={"required": missing})


class ManyFiles(forms.FileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files; what they contain is the service's matter."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(given)


class MoveForm(forms.Form):
    """What every form of an item carries: the standing that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class OrderForm(MoveForm):
    """The day and what is to be done."""

    limit = day_field("整改期限", "请填整改期限。")
    requirement = text_field("整改要求", "请写明要机构做什么。")


class AnswerForm(MoveForm):
    """What was done, and the files that show it."""

    text = text_field("整改情况", "请写明问题的原因、采取的措施、现在的情况。", rows=5)
    files = FilesField(
        label="证明材料",
        widget=ManyFiles(attrs={"multiple": True}),
        help_text=f"{ALLOWED}，每份最大 {size(FILE_MOST)}，一次最多 {FILES_MOST} 份；收到即计算摘要值",
        error_messages={"required": "请附上证明材料：整改前后的照片、记录、证书等，至少一份。"},
    )


class StrikeOffForm(MoveForm):
    """How it was verified and what was seen."""

    method = forms.ChoiceField(
        label="验收方式",
        choices=list(METHODS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种验收方式。"},
    )
    note = text_field("验收意见", "请写明看了什么、是否改到位。")


class SendBackForm(MoveForm):
    """What is still missing, and till when."""

    reason = text_field("退回的理由", "请写明哪里没有改到位，还要做什么。")
    limit = day_field("再改期限", "请填再改期限。")


class ExtendForm(MoveForm):
    """The later day, and why."""

    limit = day_field("延至", "请填延期后的期限。")
    reason = text_field("延期的理由", "请写明为什么延期。", rows=2)


class AssignForm(MoveForm):
    """Who is responsible from now on."""

    responsible = forms.ChoiceField(label="改派给", error_messages={"required": "请选一个人。"})

    def __init__(self, *args: Any, people: Sequence[User] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(one.pk): one for one in people}
        chosen: Any = self.fields["responsible"]
        chosen.choices = [("", "请选择"), *((pk, one.name) for pk, one in self.people.items())]

    def clean_responsible(self) -> User:
        return self.people[self.cleaned_data["responsible"]]


class WithdrawForm(MoveForm):
    """Why it was no problem."""

    reason = text_field("撤销的理由", "请写明为什么它不是问题。", rows=2)


class ReopenForm(MoveForm):
    """Why the strike-off does not stand, and till when."""

    reason = text_field("重新整改的理由", "请写明为什么销号不成立。", rows=2)
    limit = day_field("整改期限", "请填整改期限。")


FORMS: dict[str, type[MoveForm]] = {
    "order": OrderForm,
    "answer": AnswerForm,
    "record_answer": AnswerForm,
    "strike_off": StrikeOffForm,
    "send_back": SendBackForm,
    "extend": ExtendForm,
    "assign": AssignForm,
    "withdraw": WithdrawForm,
    "reopen": ReopenForm,
}


class LookBackForm(forms.Form):
    """Which period's problems are looked at again."""

    title = forms.CharField(label="名称", max_length=80, error_messages={"required": "请给这次回头看起个名称。"})
    found_from = day_field("问题发现日起", "请填起始日。")
    found_to = day_field("问题发现日止", "请填截止日。")
    take = forms.ChoiceField(label="选取哪些问题", choices=LookBack.TAKES, widget=forms.RadioSelect)
    organ = forms.ChoiceField(label="组织机关")

    def __init__(self, *args: Any, organs: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.organs = {str(organ.pk): organ for organ in organs}
        chosen: Any = self.fields["organ"]
        chosen.choices = [(pk, organ.name) for pk, organ in self.organs.items()]
        chosen.initial = next(iter(self.organs), "")
        if len(self.organs) < 2:
            chosen.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("found_from"), found.get("found_to")
        if first and last and first > last:
            self.add_error("found_to", "截止日在起始日之前。")
        return found


class TaskForm(forms.Form):
    """When and by whom the chosen targets are re-checked."""

    planned_on = day_field("计划日期", "请填计划日期。")
    lead = forms.ChoiceField(label="主检人员", error_messages={"required": "请选主检人员。"})
    member = forms.ChoiceField(label="检查人员", error_messages={"required": "请选检查人员。"})

    def __init__(self, *args: Any, people: Sequence[User] = (), today: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(one.pk): one for one in people}
        self.today = today
        for name in ("lead", "member"):
            chosen: Any = self.fields[name]
            chosen.choices = [("", "请选择"), *((pk, one.name) for pk, one in self.people.items())]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("lead") and found.get("lead") == found.get("member"):
            self.add_error("member", "检查由两人进行，请选另一人。")
        day = found.get("planned_on")
        if day and self.today and day < self.today:
            self.add_error("planned_on", "计划日期不能早于今天。")
        return found


def outcome_field(label: str) -> forms.ChoiceField:
    """Whether an earlier problem was there again."""
    return forms.ChoiceField(
        label=label,
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个结果。"},
    )


class ResultForm(forms.Form):
    """One outcome for each earlier problem of a target, and what was seen."""

    def __init__(self, data: Any = None, *, items: Sequence[Any], proposed: dict[int, str] | None = None) -> None:
        super().__init__(data)
        self.items = list(items)
        for item in self.items:
            field = outcome_field(f"{item.rectification.number}　{item.rectification.title}")
            field.initial = (proposed or {}).get(item.pk)
            self.fields[f"item_{item.pk}"] = field
        self.fields["note"] = text_field("结果说明", "请写明现场看到的情况。")

    @property
    def outcomes(self) -> dict[int, str]:
        """Outcome by the id of the look-back item; only after `is_valid`."""
        return {item.pk: self.cleaned_data[f"item_{item.pk}"] for item in self.items}
