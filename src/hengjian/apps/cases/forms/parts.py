"""What the forms of a case are made of: texts, days, sums in yuan, people, closed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.entering import TEXT_MOST
from hengjian.apps.cases.models import Case
from hengjian.ui.fields import DayField


def text_field(
    label: str, *, rows: int = 3, required: bool = True, hint: str = "", most: int = TEXT_MOST
) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}最多 {most} 字。"},
    )


def line_field(label: str, *, required: bool = True, hint: str = "", most: int = 120) -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=hint,
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}最多 {most} 字。"},
    )


def day_field(label: str, *, required: bool = True, hint: str = "") -> DayField:
    """A day typed as text."""
    return DayField(label=label, required=required, help_text=hint, error_messages={"required": f"请填写{label}。"})


def count_field(label: str, least: int, most: int, sentence: str) -> forms.IntegerField:
    """A whole number between two bounds; `sentence` says which."""
    wrong = {"min_value": sentence, "max_value": sentence, "invalid": f"{label}须是整数。"}
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=wrong | {"required": f"请填写{label}。"}
    )


def choice_field(
    label: str, choices: Mapping[str, str], *, required: bool = True, radio: bool = False, hint: str = ""
) -> forms.ChoiceField:
    """One of a closed list."""
    listed = list(choices.items()) if radio else [("", "请选择"), *choices.items()]
    return forms.ChoiceField(
        label=label,
        choices=listed,
        required=required,
        help_text=hint,
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages={"required": f"请选{label}。", "invalid_choice": f"请从列出的{label}中选一项。"},
    )


def offer_only(field: Any) -> None:
    """Choose beforehand where there is but one to choose."""
    known = [value for value, _ in field.choices if value]
    if len(known) == 1:
        field.initial = known[0]


def many_field(
    label: str, choices: Mapping[str, str], *, required: bool = False, hint: str = ""
) -> forms.MultipleChoiceField:
    """Several of a closed list."""
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices.items()),
        required=required,
        help_text=hint,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": f"请选{label}。"},
    )


class YuanField(forms.CharField):
    """A sum typed in yuan; gives whole fen, None when left empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "decimal", "size": "14", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, int):
            return value
        text = (super().to_python(value) or "").replace(",", "").replace("，", "").removesuffix("元").strip()
        if not text:
            return None
        try:
            fen = Decimal(text) * 100
        except InvalidOperation as error:
            raise forms.ValidationError(f"“{text}”不是金额，请填以元为单位的数字。") from error
        if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > 10**13:
            raise forms.ValidationError("金额以元为单位，最多两位小数。")
        if fen < 0:
            raise forms.ValidationError("金额不能是负数。")
        return int(fen)

    def run_validators(self, value: Any) -> None:
        """Length is the text's matter; a sum has none."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value) / 100:f}".removesuffix(".00")
        return value


def yuan_field(label: str, *, required: bool = False, hint: str = "") -> YuanField:
    """A sum in yuan."""
    return YuanField(label=label, required=required, help_text=hint, error_messages={"required": f"请填写{label}。"})


class PeopleField(forms.MultipleChoiceField):
    """Several people; gives users in the order of the list, the first chosen leading."""

    def __init__(self, label: str, people: Iterable[User], hint: str = "") -> None:
        self.people = {str(one.pk): one for one in people}
        super().__init__(
            label=label,
            choices=[(pk, one.name) for pk, one in self.people.items()],
            help_text=hint,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": f"请选{label}。", "invalid_choice": f"请从列出的{label}中选。"},
        )

    def clean(self, value: Any) -> Any:
        return [self.people[pk] for pk in super().clean(value)]


class PersonField(forms.ChoiceField):
    """One person of a list; gives the user."""

    def __init__(self, label: str, people: Iterable[User], hint: str = "") -> None:
        self.people = {str(one.pk): one for one in people}
        super().__init__(
            label=label,
            choices=[("", "请选择"), *((pk, one.name) for pk, one in self.people.items())],
            help_text=hint,
            error_messages={"required": f"请选{label}。", "invalid_choice": f"请从列出的{label}中选。"},
        )

    def clean(self, value: Any) -> Any:
        return self.people[super().clean(value)]


class CaseForm(forms.Form):
    """Every form of a case: it knows the case, the person and the day, and carries the version that it showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, case: Case, user: User, on: date, *, data: Any = None, files: Any = None) -> None:
        self.case, self.user, self.on = case, user, on
        super().__init__(data=data, files=files, initial={"seen": case.version})
        self.prepare()

    def prepare(self) -> None:
        """Add the fields that depend on the case."""

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values for the service, without `seen`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
