"""Forms of citizens. What is typed here is named in no message, log or session; it comes back only in the same form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.utils.crypto import get_random_string

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants.channel import TEXT_MOST
from hengjian.apps.informants.files import ALLOWED, FILE_MOST, FILES_MOST
from hengjian.apps.informants.forms import FilesField, lines
from hengjian.apps.informants.identity import Identity
from hengjian.apps.registry.models import Institution
from hengjian.ui.fields import DayField
from hengjian.ui.wording import size

SALT = "portal.sending"
FORM_VALID = timedelta(hours=24)
CHOOSE_ONE = "登记中有相近的机构，请选是哪一家；都不是的选最后一项。"
TOO_OLD = "这一页打开得太久了。内容还在，请再提交一次。"
KINDS = [
    ("named", "实名举报：便于核实，符合条件的可以领奖励"),
    ("anonymous", "匿名举报：不留姓名，凭查询码联系"),
    ("insider", "内部人举报：我是（曾是）这家机构的人，可以不留姓名"),
]
ADVICE = f"每个最大 {size(FILE_MOST)}，最多 {FILES_MOST} 个；可以交 {ALLOWED}。附件加密保存，文件名不给办案人员看。"


def new_mark() -> str:
    """A fresh random mark of a form, signed with its time."""
    return signing.TimestampSigner(salt=SALT).sign(get_random_string(32))


def mark_of(signed: str) -> str:
    """The mark; forms.ValidationError where the form is too old or its mark was made up."""
    try:
        return signing.TimestampSigner(salt=SALT).unsign(signed, max_age=FORM_VALID)
    except signing.BadSignature as error:
        raise forms.ValidationError(TOO_OLD) from error


def short(label: str, *, most: int, missing: str = "", hint: str = "", auto: str = "off") -> forms.CharField:
    """One line; `missing` is the sentence where it is empty, "" makes it optional."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": auto}),
        error_messages={
            "required": missing,
            "max_length": f"{label}最多 {most} 字。",
            "null_characters_not_allowed": f"{label}里有看不见的空字符，请删去。",
        },
    )


def optional_day(label: str, hint: str = "") -> DayField:
    """A day that may be left out."""
    return DayField(label=label, required=False, help_text=hint)


class AboutForm(forms.Form):
    """Whom it is about: searched in the registry, or written as known."""

    mark = forms.CharField(widget=forms.HiddenInput)
    respondent = short(
        "机构名称或者统一社会信用代码",
        most=120,
        missing="请写明是哪家机构。",
        hint="写报告上印的名称或者编号，先查再选。",
    )
    institution = forms.ChoiceField(
        label="是哪一家",
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE_ONE, "invalid_choice": CHOOSE_ONE},
    )
    organ = forms.ChoiceField(
        label="向哪个机关提出",
        required=False,
        help_text="行为发生地的市场监管局。选了登记的机构，可以不选。",
        error_messages={"invalid_choice": "没有这个机关，请从列出的机关中选一个。"},
    )

    def __init__(
        self, *args: Any, organs: Sequence[Organ], found: Sequence[Institution] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organs = {str(one.pk): one for one in organs}
        self.found = found
        self.fields["organ"].choices = [  # type: ignore[attr-defined]
            ("", "按机构所在地"),
            *((key, one.name) for key, one in self.organs.items()),
        ]
        if found is None:
            del self.fields["institution"]
        else:
            choices = [(one.uscc, f"{one.name}（{one.uscc}）") for one in found]
            self.fields["institution"].choices = [*choices, ("none", "都不是，按我写的名称提交")]  # type: ignore[attr-defined]

    def clean_mark(self) -> str:
        """The random mark itself."""
        return mark_of(self.cleaned_data["mark"])

    def chosen(self) -> Institution | None:
        """The institution chosen from those found."""
        code = self.cleaned_data.get("institution", "")
        return next((one for one in self.found or () if one.uscc == code), None)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not values.get("organ") and self.chosen() is None:
            self.add_error("organ", "没有选定登记的机构，请选择向哪个机关提出。")
        return values


class PersonPart(forms.Form):
    """Who sends it; encrypted at once, seen by nobody without a second person's approval."""

    name = short("姓名", most=40, auto="name")
    id_no = short("证件号码", most=30, hint="领取奖励时要核对，可以以后再给。")
    phone = short("电话", most=30, auto="tel")
    address = short("通讯地址", most=120, auto="street-address")
    email = short("电子邮箱", most=80, auto="email")

    def identity(self, *, anonymous: bool = False) -> Identity:
        """What was given, without blanks around it."""
        names = ("name", "id_no", "phone", "address", "email")
        return Identity(**{name: self.cleaned_data.get(name, "").strip() for name in names}, anonymous=anonymous)


class FilesPart(forms.Form):
    """Attachments."""

    files = FilesField(label="附件", required=False, help_text=ADVICE)
    revealing = forms.BooleanField(
        label="附件里看得出我是谁", required=False, help_text="勾选后，这些附件也要双人批准才能打开。"
    )


class TipForm(AboutForm, PersonPart, FilesPart):
    """A report of a suspected violation."""

    kind = forms.ChoiceField(
        label="怎样举报",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选实名、匿名还是内部人举报。", "invalid_choice": "请从列出的方式中选一种。"},
    )
    occurred_on = optional_day("发生日期", "例如 2026-11-02；不记得可以不写。")
    reports = short("报告编号", most=200, hint="有几份的，用空格隔开。")
    text = lines(
        "线索和事实",
        "请写明具体的线索和事实：什么时间、哪份报告、做了什么。",
        rows=8,
        hint="什么时间、哪份报告、怎么做的、怎么知道的。请不要在这里写自己的姓名、电话。",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("kind") == "named":
            for field, missing in (
                ("name", "实名举报请写姓名；不愿意写的，请选匿名。"),
                ("phone", "实名举报请写电话。"),
            ):
                if not values.get(field) and field not in self.errors:
                    self.add_error(field, missing)
        return values

    def identity_given(self) -> Identity:
        """Anonymous unless a name was given; an anonymous choice drops what was filled in before."""
        if self.cleaned_data["kind"] == "anonymous":
            return Identity(anonymous=True)
        given = self.identity()
        return given if given.name else self.identity(anonymous=True)

    def report_numbers(self) -> tuple[str, ...]:
        """The numbers typed, each once."""
        found = re.split(r"[\s,，;；、]+", self.cleaned_data.get("reports", ""))
        return tuple(dict.fromkeys(one for one in found if one))


class ComplaintForm(AboutForm, PersonPart, FilesPart):
    """A consumer's dispute, to be mediated."""

    name = short("姓名", most=40, auto="name", missing="投诉应当写投诉人的真实姓名。")
    phone = short("电话", most=30, auto="tel", missing="请写投诉人的电话。")
    address = short("通讯地址", most=120, auto="street-address", missing="请写投诉人的通讯地址。")
    client_kind = forms.ChoiceField(
        label="您是",
        choices=[("person", "自然人，为了生活消费"), ("company", "单位")],
        widget=forms.RadioSelect,
        initial="person",
        error_messages={"required": "请选您是自然人还是单位。", "invalid_choice": "请选您是自然人还是单位。"},
    )
    claim = lines("请求", "请写明具体的投诉请求，例如退款、重新检测。", rows=3, most=1000, hint="要求对方做什么。")
    facts = lines("事实", "请写明消费者权益争议的事实。", rows=6, hint="什么时候委托、付了多少钱、发生了什么。")
    amount = short("争议金额（元）", most=15)
    bought_on = optional_day("交易日期", "例如 2026-11-02。")
    known_on = optional_day("知道权益受损的日期", "超过三年的不予受理。")
    report_text = lines(
        "同时要举报的违法线索", "", rows=4, hint="写在这里的另立一件举报，和投诉分开办理，各有编号和查询码。"
    )

    def clean_amount(self) -> int | None:
        """Fen."""
        typed = self.cleaned_data["amount"].replace(",", "").replace("，", "").strip()
        if not typed:
            return None
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", typed, re.ASCII):
            raise forms.ValidationError("争议金额请写成 1200 或者 1200.50 这样，单位是元。")
        return int(Decimal(typed) * 100)


class CodeForm(forms.Form):
    """The code by which one comes back."""

    code = short("查询码", most=60, missing="请输入查询码，一共 20 位。")


class AddForm(FilesPart):
    """Something more for an earlier submission."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=60)
    text = lines("补充或者答复", "", rows=5, most=TEXT_MOST)


class ReceiptForm(forms.Form):
    """A receipt, as a file or pasted."""

    file = forms.FileField(label="回执文件", required=False, help_text="提交成功时下载的 JSON 文件。")
    text = lines("或者把回执的内容粘贴在这里", "", rows=6, most=20_000)
