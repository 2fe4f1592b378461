"""Forms of transfers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.leads.models import OutsideBody
from hengjian.apps.transfers.procedures import CRIMES, PAPERS, REFERRAL_KINDS
from hengjian.ui.fields import DayField


def text_field(label: str, missing: str, *, most: int = 2000, rows: int = 3, required: bool = True) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


def line_field(label: str, missing: str, *, most: int = 80) -> forms.CharField:
    """One line."""
    return forms.CharField(label=label, max_length=most, error_messages={"required": missing})


def on_field(label: str) -> DayField:
    """A day of something that has happened."""
    return DayField(label=label, error_messages={"required": f"请填{label}。"})


class BodyField(forms.ChoiceField):
    """One of the listed bodies of a department; named, so that the service looks it up again."""

    def __init__(self, department: str, label: str) -> None:
        super().__init__(label=label, error_messages={"required": f"请选{label}；名录里没有的先登记。"})
        self.department = department

    def load(self) -> None:
        """The bodies in use now."""
        rows = OutsideBody.objects.filter(active=True)
        rows = rows.filter(department=self.department) if self.department else rows
        self.choices = [("", "请选择"), *((one.name, one.name) for one in rows)]


class MoveForm(forms.Form):
    """Loads the lists of bodies when it is made."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, BodyField):
                field.load()


class BeginForm(forms.Form):
    """The team and what is suspected."""

    title = line_field("案由", "请写明案由。", most=200)
    facts = text_field("涉嫌犯罪的事实", "请写明事实。", most=6000, rows=6)
    member = forms.ChoiceField(
        label="另一名专案人员", error_messages={"required": "专案人员不得少于两人，请选另一人。"}
    )
    gain = forms.DecimalField(
        label="已查明的违法所得（元）", required=False, min_value=0, max_digits=14, decimal_places=2
    )

    def __init__(self, *args: Any, people: Sequence[User] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(one.pk): one for one in people}
        chosen: Any = self.fields["member"]
        chosen.choices = [("", "请选择"), *((pk, one.name) for pk, one in self.people.items())]

    def clean_member(self) -> User:
        return self.people[self.cleaned_data["member"]]

    def clean_gain(self) -> int | None:
        given = self.cleaned_data.get("gain")
        return None if given is None else int(given * 100)


class ReportForm(MoveForm):
    crime = forms.ChoiceField(label="涉嫌罪名", choices=[("", "请选择"), *CRIMES.items()])
    report = text_field("书面报告", "请写出核实情况和移送意见。", most=6000, rows=8)


class ReasonForm(MoveForm):
    reason = text_field("理由", "请写明理由。", most=1000)


class EmptyForm(MoveForm):
    """Nothing to fill in."""


class HandForm(MoveForm):
    body = BodyField("public_security", "公安机关")
    procuratorate = BodyField("procuratorate", "抄送的检察院")
    papers = forms.MultipleChoiceField(
        label="随案材料",
        choices=list(PAPERS.items()),
        initial=["letter", "report"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选随案材料。"},
    )


class ReceiptForm(MoveForm):
    receipt_no = line_field("回执编号", "请填回执编号。", most=40)
    on = on_field("回执日期")


class ForwardedForm(MoveForm):
    body = BodyField("public_security", "转送到的公安机关")
    on = on_field("转送日期")


class AcceptForm(MoveForm):
    notice_no = line_field("立案通知书文号", "请填文号。", most=60)
    on = on_field("收到通知的日期")


class DeclineForm(MoveForm):
    reason = text_field("公安机关的理由", "请写明公安机关的理由。", most=1000)
    on = on_field("收到通知的日期")


class AskForm(MoveForm):
    reason = text_field("异议的理由", "请写明理由。", most=1000)
    on = on_field("提请日期")


class ProcuratorForm(MoveForm):
    body = BodyField("procuratorate", "检察院")
    reason = text_field("建议的理由", "请写明理由。", most=1000)
    on = on_field("建议日期")


class GoodsForm(MoveForm):
    list = text_field("移交清单", "请写明移交了什么。", most=1800, rows=4)
    on = on_field("移交日期")


class EndForm(MoveForm):
    result = text_field("结果", "请写明结果。", most=1800)
    on = on_field("日期")


CRIMINAL_FORMS: dict[str, type[MoveForm]] = {
    "report": ReportForm,
    "approve": EmptyForm,
    "refuse": ReasonForm,
    "send_back": ReasonForm,
    "hand": HandForm,
    "record_receipt": ReceiptForm,
    "forwarded": ForwardedForm,
    "accept": AcceptForm,
    "decline": DeclineForm,
    "reconsider": AskForm,
    "ask_procurator": ProcuratorForm,
    "hand_goods": GoodsForm,
    "end": EndForm,
}


class ReferralForm(forms.Form):
    """What is handed to whom, and why."""

    kind = forms.ChoiceField(label="种类", choices=list(REFERRAL_KINDS.items()), widget=forms.RadioSelect)
    title = line_field("案由", "请写明案由。", most=200)
    facts = text_field("事实和理由", "请写明事实和理由。", most=6000, rows=6)
    basis = forms.CharField(label="依据", max_length=300, required=False, help_text="不填的写移送的一般依据")
    body = BodyField("", "接收部门")
    to_organ = forms.ChoiceField(label="上级机关", required=False, help_text="建议撤销、吊销资质时选")

    def __init__(self, *args: Any, above: Sequence[Organ] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.above = {str(one.pk): one for one in above}
        body: Any = self.fields["body"]
        body.required = False
        body.load()
        chosen: Any = self.fields["to_organ"]
        chosen.choices = [("", "不适用"), *((pk, one.name) for pk, one in self.above.items())]

    def clean_to_organ(self) -> Organ | None:
        return self.above.get(self.cleaned_data["to_organ"])


class SendForm(MoveForm):
    on = on_field("发出日期")
    due = DayField(label="请求反馈的日期", error_messages={"required": "请填请求反馈的日期。"})


class FeedbackForm(MoveForm):
    result = text_field("处理结果", "请写明处理结果。", most=1800)
    on = on_field("反馈日期")


class ReturnForm(MoveForm):
    reason = text_field("退回的理由", "请写明退回的理由。", most=1000)
    on = on_field("退回日期")


class UrgeForm(MoveForm):
    on = on_field("催告日期")


REFERRAL_FORMS: dict[str, type[MoveForm]] = {
    "propose": EmptyForm,
    "approve": EmptyForm,
    "send_back": ReasonForm,
    "send": SendForm,
    "record_receipt": ReceiptForm,
    "feed_back": FeedbackForm,
    "return": ReturnForm,
    "urge": UrgeForm,
    "send_again": ReasonForm,
    "drop": ReasonForm,
}
