"""Forms of leads: registering, importing, triage, and one for each move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.leads.codes import BY_HAND, CHANNELS, COMPLEXITY, HOTLINES, NOT_FILING, OUTCOMES, SUBJECTS, TRAITS
from hengjian.apps.leads.handing import organs_for
from hengjian.apps.leads.models import Lead, OutsideBody
from hengjian.apps.leads.moving import TEXT_MAX, stamp
from hengjian.apps.leads.outside import departments
from hengjian.apps.leads.verifying import people_for
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.deadlines import rule_on
from hengjian.ui.fields import DayField

NONE_CHOSEN = [("", "请选择")]


def text_field(label: str, missing: str, *, rows: int = 3, required: bool = True, hint: str = "") -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        max_length=TEXT_MAX,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {TEXT_MAX} 字。"},
    )


def day_field(label: str, missing: str = "", *, hint: str = "") -> DayField:
    """A day typed as text; needed where a sentence says what is missing."""
    return DayField(label=label, help_text=hint, required=bool(missing), error_messages={"required": missing})


def choice(label: str, choices: Sequence[tuple[str, str]], missing: str = "", *, hint: str = "") -> forms.ChoiceField:
    """One of a list; needed where a sentence says what is missing."""
    return forms.ChoiceField(
        label=label,
        choices=[*NONE_CHOSEN, *choices],
        required=bool(missing),
        help_text=hint,
        error_messages={"required": missing, "invalid_choice": f"{label}里没有“%(value)s”这一项，请从列出的里选。"},
    )


class RegisterForm(forms.Form):
    """What is known of a lead when it comes in. Who reported is not asked here: identities are sealed with a tip."""

    organ = forms.ChoiceField(label="登记机关")
    channel = choice("来源渠道", [(code, CHANNELS[code]) for code in BY_HAND], "请选来源渠道。")
    outside_number = forms.CharField(label="来源编号", max_length=60, required=False, help_text="工单编号、来函文号等")
    received_on = day_field("收到日期", "请填收到日期。", hint="核查时限从这一天起算")
    title = forms.CharField(label="标题", max_length=200, error_messages={"required": "请填写标题。"})
    text = text_field("内容", "请填写内容。", rows=7, hint="不要写举报人的姓名、电话：举报另行登记，身份封存")
    respondent_name = forms.CharField(label="被反映单位", max_length=200, required=False)
    respondent_uscc = forms.CharField(label="统一社会信用代码", max_length=30, required=False)
    area_code = forms.CharField(
        label="行为发生地区划代码", max_length=12, required=False, help_text="实际检验检测场所所在地，决定由谁管辖"
    )
    occurred_on = day_field("行为日", hint="不知道可以不填")
    field = choice("领域", list(FIELD_CODES.items()))
    subject = choice("反映事项", list(SUBJECTS.items()))
    report_numbers = text_field("报告编号", "", rows=2, required=False, hint="一行一个，或者用逗号隔开")

    def __init__(self, *args: Any, organs: Sequence[Organ] = (), today: date | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organs = {str(one.pk): one for one in organs}
        chosen: Any = self.fields["organ"]
        chosen.choices = [(pk, one.name) for pk, one in self.organs.items()]
        chosen.initial = next(iter(self.organs), "")
        if len(self.organs) < 2:
            chosen.widget = forms.HiddenInput()
        self.fields["received_on"].initial = today

    def values(self) -> dict[str, Any]:
        """What `register_lead` is given; only after `is_valid`."""
        given = dict(self.cleaned_data)
        listed = given.pop("report_numbers").replace("，", ",").replace("、", ",").replace("\n", ",")
        given["report_numbers"] = [one.strip() for one in listed.split(",") if one.strip()]
        field = given.pop("field")
        given["fields"] = [field] if field else []
        given["organ"] = self.organs[given["organ"]]
        return given


class RaiseForm(forms.Form):
    """What a lead made from another thing says; proposed, and for the person to change."""

    title = forms.CharField(label="标题", max_length=200, error_messages={"required": "请填写标题。"})
    text = text_field("内容", "请填写内容。", rows=7)


class ImportForm(forms.Form):
    """One file of a hotline."""

    organ = forms.ChoiceField(label="登记机关")
    channel = forms.ChoiceField(
        label="渠道", choices=[(code, CHANNELS[code]) for code in HOTLINES], widget=forms.RadioSelect,
        error_messages={"required": "请选渠道。"},
    )  # fmt: skip
    file = forms.FileField(
        label="文件",
        help_text="平台导出的 xlsx、xls 或者 csv，最大 20 MB、5000 行；有一行不对就一行也不登记",
        error_messages={"required": "请选一个文件。", "empty": "文件是空的。"},
    )

    def __init__(self, *args: Any, organs: Sequence[Organ] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.organs = {str(one.pk): one for one in organs}
        chosen: Any = self.fields["organ"]
        chosen.choices = [(pk, one.name) for pk, one in self.organs.items()]
        chosen.initial = next(iter(self.organs), "")
        if len(self.organs) < 2:
            chosen.widget = forms.HiddenInput()


class BodyForm(forms.Form):
    """One organ outside the tree."""

    name = forms.CharField(label="名称", max_length=80, error_messages={"required": "请填写名称。"})
    department = choice("主管部门", [], "请选主管部门。")
    area_code = forms.CharField(label="区划代码", max_length=12, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    phone = forms.CharField(label="办公电话", max_length=40, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["department"]
        chosen.choices = [*NONE_CHOSEN, *departments().items()]


class RulesForm(forms.Form):
    """A rule set to try."""

    text = forms.CharField(
        label="规则集",
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "mono"}),
        error_messages={"required": "请填规则集。", "max_length": "规则集最多 100000 字。"},
    )


class MoveForm(forms.Form):
    """What every move carries: the standing that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, lead: Lead, on: date, user: User, **options: Any) -> None:
        options.setdefault("initial", {"seen": stamp(lead)})
        super().__init__(*args, **options)
        self.prepare(lead, on, user)

    def prepare(self, lead: Lead, on: date, user: User) -> None:
        """Fill the lists that depend on the lead."""


class ReasonForm(MoveForm):
    """Why."""

    reason = text_field("理由", "请写明理由。")


class TriageForm(MoveForm):
    """The facts put right, and where it goes."""

    subject = choice("反映事项", list(SUBJECTS.items()), "请选反映事项。")
    field = choice("领域", list(FIELD_CODES.items()))
    traits = forms.MultipleChoiceField(
        label="特别情形", choices=list(TRAITS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    area_code = forms.CharField(label="行为发生地区划代码", max_length=12, required=False)
    occurred_on = day_field("行为日")
    complexity = choice("繁简", list(COMPLEXITY.items()), "请选繁简。")
    outcome = choice("去向", list(OUTCOMES.items()), "请选去向。")
    reason = text_field("理由", "", rows=2, required=False, hint="与规则的建议不同的，必须写明")


class PersonForm(MoveForm):
    """Who verifies."""

    responsible = choice("承办人", [], "请选承办人。")

    def prepare(self, lead: Lead, on: date, user: User) -> None:
        self.people = {str(one.pk): one for one in people_for(lead, on=on)}
        chosen: Any = self.fields["responsible"]
        chosen.choices = [*NONE_CHOSEN, *((pk, one.name) for pk, one in self.people.items())]

    def clean_responsible(self) -> User:
        return self.people[self.cleaned_data["responsible"]]


class OrganForm(MoveForm):
    """Which organ, and why."""

    kind = ""
    to = choice("机关", [], "请选机关。")
    reason = text_field("理由", "请写明理由。")

    def prepare(self, lead: Lead, on: date, user: User) -> None:
        rows = organs_for(self.kind, lead, on=on)
        if self.kind == "designate" and lead.heading_to is not None:
            rows = Organ.objects.filter(path__startswith=lead.heading_to.path, valid_to__isnull=True)
        self.organs = {str(one.pk): one for one in rows.order_by("path")[:400]}
        chosen: Any = self.fields["to"]
        chosen.choices = [*NONE_CHOSEN, *((pk, one.name) for pk, one in self.organs.items())]
        if self.kind == "escalate":
            chosen.initial = str(lead.organ.parent_id or "")

    def clean_to(self) -> Organ:
        return self.organs[self.cleaned_data["to"]]


def _organ_form(way: str) -> type[OrganForm]:
    return type(f"{way.title().replace('_', '')}Form", (OrganForm,), {"kind": way})


class TransferForm(MoveForm):
    """Which department, why, and by when its result is asked for."""

    body = choice("接收部门", [], "请选接收部门。", hint="名录里没有的，先登记到外部机关名录")
    reason = text_field("移送的理由", "请写明移送的理由。")
    due = day_field("请求反馈的日期", "请填请求反馈的日期。")

    def prepare(self, lead: Lead, on: date, user: User) -> None:
        rows = OutsideBody.objects.filter(active=True)
        if lead.department:
            rows = rows.filter(department=lead.department)
        chosen: Any = self.fields["body"]
        chosen.choices = [*NONE_CHOSEN, *((one.name, one.name) for one in rows[:400])]


class ReceiptForm(MoveForm):
    """The receipt of the department."""

    receipt_no = forms.CharField(label="回执编号", max_length=40, error_messages={"required": "请填回执编号。"})
    on = day_field("签收日期", "请填签收日期。")
    received_by = forms.CharField(label="签收人", max_length=80, required=False)


class FeedbackForm(MoveForm):
    """What came of it."""

    text = text_field("反馈结果", "请写明反馈的结果。")
    on = day_field("反馈日期", "请填反馈日期。")


class ReturnForm(MoveForm):
    """Why it was sent back, and when."""

    reason = text_field("退回的理由", "请写明退回的理由。")
    on = day_field("退回日期", "请填退回日期。")


class PauseForm(MoveForm):
    """Which lawful cause, from when."""

    cause = choice("事由", [], "请选暂停的事由。")
    first = day_field("暂停的首日", "请填暂停的首日。")

    def prepare(self, lead: Lead, on: date, user: User) -> None:
        chosen: Any = self.fields["cause"]
        chosen.choices = [*NONE_CHOSEN, *((one, one) for one in rule_on("PEN-18", lead.received_on).pauses)]


class ResumeForm(MoveForm):
    """The last day that does not count."""

    last = day_field("暂停的末日", "请填暂停的末日。")


class NotFilingForm(MoveForm):
    """The ground, what was found, why."""

    code = choice("情形", list(NOT_FILING.items()), "请选不予立案的情形。")
    findings = text_field("核查情况", "请写明核查情况。", rows=4)
    reason = text_field("理由", "请写明理由。")


class ApproveForm(MoveForm):
    """A few words of the head, if any."""

    note = text_field("批准意见", "", rows=2, required=False)


class MergeForm(MoveForm):
    """Into which lead, and why."""

    main = forms.CharField(label="主线索编号", max_length=20, error_messages={"required": "请填主线索编号。"})
    reason = text_field("理由", "请写明为什么是同一件事。", rows=2)


class ReceiveForm(MoveForm):
    """Nothing but the act."""


FORMS: dict[str, type[MoveForm]] = {
    "triage": TriageForm,
    "verify": PersonForm,
    "assign": PersonForm,
    "escalate": _organ_form("escalate"),
    "hand_down": _organ_form("hand_down"),
    "pass_on": _organ_form("pass_on"),
    "dispute": _organ_form("dispute"),
    "designate": _organ_form("designate"),
    "receive": ReceiveForm,
    "decline": ReasonForm,
    "recall": ReasonForm,
    "transfer_out": TransferForm,
    "record_receipt": ReceiptForm,
    "feed_back": FeedbackForm,
    "come_back": ReturnForm,
    "settle": ReasonForm,
    "report_dispute": ReasonForm,
    "extend": ReasonForm,
    "pause": PauseForm,
    "resume": ResumeForm,
    "propose_not_filing": NotFilingForm,
    "approve_not_filing": ApproveForm,
    "return_not_filing": ReasonForm,
    "reopen": ReasonForm,
    "merge": MergeForm,
    "split": ReasonForm,
}
