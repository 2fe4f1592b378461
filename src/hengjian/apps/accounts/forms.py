"""Forms of organs, people and sharing; what they cannot know (rights, overlaps) the services refuse."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from hengjian.apps.accounts.models import Avoidance, Level, Role
from hengjian.engines.tables.identifiers import check_area, check_uscc, clean_code
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField

SECRET = {"autocomplete": "new-password"}


def field_choices() -> list[tuple[str, str]]:
    """Fields of testing by code and title."""
    return [(one.code, one.title) for one in lawbook().fields]


def _uscc(text: str) -> str:
    code = clean_code(text)
    problems = check_uscc(code, demo=settings.DEMO) if code else ()
    if problems:
        raise forms.ValidationError([problem.sentence for problem in problems])
    return code


class PasswordForm(forms.Form):
    """One's own new password; the old one proves who asks."""

    old = forms.CharField(label="现在的密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    new = forms.CharField(
        label="新密码",
        max_length=128,
        widget=forms.PasswordInput(attrs=SECRET),
        help_text="至少 10 位，不能全是数字，不能是常见密码",
    )
    again = forms.CharField(label="再写一遍新密码", max_length=128, widget=forms.PasswordInput(attrs=SECRET))

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_old(self) -> str:
        """The old password must be right."""
        old = str(self.cleaned_data["old"])
        if not self.user.check_password(old):
            raise forms.ValidationError("现在的密码不对。")
        return old

    def clean(self) -> dict[str, Any]:
        """Both new ones must be the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次写的新密码不一样。")
        return data


class OrganForm(forms.Form):
    """A new organ below one the person manages."""

    parent = forms.TypedChoiceField(label="上级机关", coerce=int)
    name = forms.CharField(label="名称", max_length=80)
    short_name = forms.CharField(label="简称", max_length=40)
    level = forms.ChoiceField(label="层级", choices=Level.choices)
    area_code = forms.CharField(label="行政区划代码", max_length=20, help_text="6 位；所、队可为 9 或 12 位")
    valid_from = DayField(label="设立日期")

    def __init__(self, *args: Any, parents: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent"].choices = [(organ.pk, organ.name) for organ in parents]

    def clean_area_code(self) -> str:
        """Digits of a known division."""
        code = clean_code(self.cleaned_data["area_code"])
        problems = check_area(code, demo=settings.DEMO)
        if problems:
            raise forms.ValidationError([problem.sentence for problem in problems])
        return code


class PostingForm(forms.Form):
    """One role in one organ for a time."""

    organ = forms.TypedChoiceField(label="机关", coerce=int)
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    title = forms.CharField(label="职务", max_length=40, required=False)
    valid_from = DayField(label="任职起")
    valid_to = DayField(label="任职止", required=False, help_text="不填表示没有定止日")
    enforcement_no = forms.CharField(label="执法证号", max_length=40, required=False)
    enforcement_valid_to = DayField(label="执法证有效期止", required=False)
    institution_id = forms.CharField(
        label="所属机构的统一社会信用代码", max_length=40, required=False, help_text="角色为机构用户时必填"
    )
    fields_of_work = forms.MultipleChoiceField(
        label="业务领域",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=field_choices,
        help_text="专家和执法人员熟悉的领域",
    )

    def __init__(self, *args: Any, organs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organ"].choices = [(organ.pk, organ.name) for organ in organs]

    def clean_institution_id(self) -> str:
        """A right code or nothing."""
        return _uscc(self.cleaned_data["institution_id"])

    def clean(self) -> dict[str, Any]:
        """What a role needs, beside its field."""
        data = super().clean() or {}
        role = data.get("role")
        if role == Role.INSTITUTION_USER and "institution_id" in data and not data["institution_id"]:
            self.add_error("institution_id", "机构用户必须填写所属机构的统一社会信用代码。")
        if role == Role.EXPERT and not data.get("fields_of_work"):
            self.add_error("fields_of_work", "专家至少选一个业务领域。")
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "任职止日期早于任职起日期。")
        return data

    def posting(self) -> dict[str, Any]:
        """The keyword arguments of `services.create_posting` besides person and organ."""
        data = dict(self.cleaned_data)
        for name in ("organ", "username", "name", "phone", "password"):
            data.pop(name, None)
        return data | {"fields": data.pop("fields_of_work")}


class PersonForm(PostingForm):
    """A new person with the first posting."""

    username = forms.CharField(label="用户名", max_length=40, help_text="登录用，一旦确定不再更改")
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="电话", max_length=20, required=False)
    password = forms.CharField(
        label="初始密码",
        max_length=128,
        widget=forms.PasswordInput(attrs=SECRET),
        help_text="至少 10 位；当面交给本人，请本人登录后在“我的账户”里改掉",
    )
    field_order = ("name", "username", "phone", "password", "organ", "role")


class LastDayForm(forms.Form):
    """The last day something holds, and why it ends."""

    last_day = DayField(label="最后一天")
    reason = forms.CharField(label="原因", max_length=200)


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(label="原因", max_length=200)


class ResetForm(forms.Form):
    """A new password for somebody else."""

    password = forms.CharField(
        label="新密码", max_length=128, widget=forms.PasswordInput(attrs=SECRET), help_text="至少 10 位；当面交给本人"
    )
    reason = forms.CharField(label="怎样核对了身份", max_length=200)


class AvoidanceForm(forms.Form):
    """A tie between the person and an institution."""

    institution_id = forms.CharField(label="机构的统一社会信用代码", max_length=40)
    kind = forms.ChoiceField(label="事由", choices=Avoidance._meta.get_field("kind").choices)
    note = forms.CharField(label="说明", max_length=200, required=False)
    valid_from = DayField(label="从哪一天起")

    def clean_institution_id(self) -> str:
        """A right code."""
        return _uscc(self.cleaned_data["institution_id"])


class ShareForm(forms.Form):
    """To whom, how long and why."""

    organ = forms.TypedChoiceField(label="共享给", coerce=int)
    days = forms.TypedChoiceField(
        label="多久", coerce=int, initial=90, choices=[(30, "30 日"), (90, "90 日"), (180, "180 日"), (365, "一年")]
    )
    reason = forms.CharField(label="理由", max_length=200)

    def __init__(self, *args: Any, organs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organ"].choices = [(organ.pk, organ.name) for organ in organs]
