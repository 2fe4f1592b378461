"""Forms for what is entered beside the moves: registering, parties, contraventions, orders, statements, consents."""

from __future__ import annotations

from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases.forms.parts import (
    CaseForm,
    PersonField,
    choice_field,
    day_field,
    line_field,
    many_field,
    offer_only,
    text_field,
    yuan_field,
)
from hengjian.apps.cases.models import Consent, CorrectionOrder, Recusal, Statement
from hengjian.apps.cases.origins import Origin
from hengjian.apps.cases.parties import PERSON_ROLES
from hengjian.apps.cases.wording import PARTY_ROLES, SOURCES, STATEMENT_KINDS
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField

EFFECTS = {"wrong": "数据、结果存在错误", "not_reproducible": "无法复核"}
YES_NO = {"yes": "是", "no": "否"}


def violations() -> dict[str, str]:
    """The catalogue by id with its title."""
    return {one.id: f"{one.id} {one.title}" for one in lawbook().violations}


class RegisterForm(forms.Form):
    """A new case; what its origin knows is filled in."""

    title = line_field("案由", most=200, hint="如：涉嫌出具虚假检验检测报告案")
    source_code = choice_field("案件来源", SOURCES)
    source_on = day_field("发现或者收到材料日期", hint="核查期限从这一天起算")
    uscc = line_field("当事人统一社会信用代码", required=False, most=18, hint="在册机构填代码即自动带出")
    respondent = line_field("当事人名称", required=False, hint="没有代码或者不在册时填写")
    violation_text = line_field("涉嫌违法行为", most=300)
    field = choice_field("领域", FIELD_CODES, required=False)
    occurred_from = day_field("行为日（首日）", required=False, hint="尚未查明的可以留空；终结调查前须查明")
    occurred_to = day_field("行为日（末日）", required=False)
    place = line_field("违法行为发生地", required=False, most=200)
    facts = text_field("案情", rows=6)

    def __init__(self, organs: list[Organ], origin: Origin | None, *, data: Any = None) -> None:
        super().__init__(data=data, initial=_known(origin))
        self.organs = {str(one.pk): one for one in organs}
        self.fields["organ"] = choice_field("办案机关", {pk: one.name for pk, one in self.organs.items()})
        first = str(origin.organ.pk) if origin and str(origin.organ.pk) in self.organs else next(iter(self.organs), "")
        self.fields["organ"].initial = first
        if len(self.organs) == 1:
            self.fields["organ"].widget = forms.HiddenInput()


def _known(origin: Origin | None) -> dict[str, Any]:
    if origin is None:
        return {}
    return {
        "title": f"涉嫌{origin.title.rstrip('。')[:80]}案",
        "source_code": origin.source_code,
        "source_on": origin.source_on,
        "uscc": origin.institution.uscc if origin.institution else "",
        "respondent": "" if origin.institution else origin.respondent,
        "violation_text": origin.title[:300],
        "field": origin.field,
        "occurred_from": origin.occurred_on,
        "facts": origin.facts,
    }


class PartyForm(CaseForm):
    """An institution by its code, or a person."""

    kind = choice_field("当事人", {"institution": "机构", "person": "个人"}, radio=True)
    uscc = line_field("统一社会信用代码", required=False, most=18, hint="机构填写")
    name = line_field("姓名", required=False, most=60, hint="个人填写")
    role = choice_field("身份", {key: PARTY_ROLES[key] for key in PERSON_ROLES}, required=False)
    post = line_field("职务", required=False, most=60)
    id_no = line_field("证件号码", required=False, most=20, hint="加密保存，只显示末四位")
    address = line_field("地址", required=False, most=300)
    phone = line_field("联系电话", required=False, most=60)


class ContraventionForm(CaseForm):
    """One contravention of one party."""

    violation_id = forms.ChoiceField(label="违法情形")
    title = line_field("违法事实", most=300)
    occurred_from = day_field("行为日（首日）", hint="选用哪一文本的法律由行为日决定")
    occurred_to = day_field("行为日（末日）", required=False, hint="只有一天的留空")
    field = choice_field("领域", FIELD_CODES, required=False)
    fee_fen = yuan_field("检验检测费用（元）")
    gain_fen = yuan_field("违法所得（元）")
    units = forms.IntegerField(label="涉案数量（份、辆次）", required=False, min_value=0)
    effect = choice_field("对结果的影响", EFFECTS, required=False, hint="认定不实报告必填")
    serious = choice_field("是否情节严重", YES_NO, required=False, hint="尚未认定的留空")
    marks = many_field(
        "其他情节",
        {
            "separate": "是多个独立的行为（不是连续、继续状态）",
            "still_going_on": "仍在继续",
            "harm_to_health": "涉及公民生命健康安全且有危害后果（追究时效五年）",
            "fined_by_other": "同一行为已被其他机关罚款",
        },
    )

    def prepare(self) -> None:
        parties = {str(one.pk): one.name for one in self.case.parties.all()}
        self.fields["party"] = choice_field("当事人", parties)
        offer_only(self.fields["party"])
        chosen: Any = self.fields["violation_id"]
        chosen.choices = [("", "请选择"), *violations().items()]
        chosen.error_messages |= {"required": "请选违法情形。", "invalid_choice": "请从列出的违法情形中选一项。"}
        self.fields["occurred_from"].initial = self.case.occurred_from
        self.fields["occurred_to"].initial = self.case.occurred_to
        self.fields["field"].initial = self.case.field
        self.fields["title"].initial = self.case.violation_text
        self.order_fields(["seen", "party"])


class FineForm(CaseForm):
    """Circumstances by the benchmark, the amount, and the reason for leaving it."""

    amount = yuan_field("拟罚款（元）", hint="留空即采用计算器给出的数额")
    deviation = text_field("偏离裁量基准的理由", required=False, rows=2)
    proposal = line_field("处理建议", required=False, most=300)

    def offer(self, factors: dict[str, str], chosen: list[str]) -> None:
        """Put the benchmark's factors on the form."""
        self.fields["factors"] = many_field("裁量情节", factors)
        self.fields["factors"].initial = chosen
        self.order_fields(["seen", "factors", "amount", "deviation", "proposal"])


class StrikeForm(CaseForm):
    """Why it is taken out."""

    reason = line_field("理由", most=300)


class OrderForm(CaseForm):
    """What has to be put right, till when."""

    ordered_on = day_field("责令日期")
    due_on = day_field("改正期限")
    requirement = text_field("改正要求", rows=2, most=500)
    reference = line_field("文书或者来源", required=False, hint="责令改正通知书文号，或者检查、整改编号")


class RecheckForm(CaseForm):
    """What the re-check found."""

    result = choice_field("复查结果", dict(CorrectionOrder.RESULTS[1:]), radio=True)
    rechecked_on = day_field("复查日期")
    note = text_field("复查情况", rows=2, most=500)


class ServedForm(CaseForm):
    """When the notice reached the party."""

    served_on: DayField = day_field("送达日期")
    served_how = line_field("送达方式", most=60)


class StatementForm(CaseForm):
    """What the party said."""

    kind = choice_field("种类", STATEMENT_KINDS, radio=True)
    received_on = day_field("收到日期")
    text = text_field("内容")


class AnswerStatementForm(CaseForm):
    """What the organ makes of it."""

    answer = choice_field("复核结论", dict(Statement.ANSWERS[1:]), radio=True)
    reason = text_field("复核理由")


class RecordForm(CaseForm):
    """The record of a hearing."""

    attendees = line_field("参加人", most=500)
    record = text_field("听证笔录", rows=10)


class RecusalForm(CaseForm):
    """Who is asked to keep out, by whom, why."""

    asked_by = line_field("申请人", most=80)
    asked_on = day_field("申请日期")
    ground = line_field("理由", most=300)

    def prepare(self) -> None:
        people = User.objects.filter(pk__in=self.case.officers.filter(to_on__isnull=True).values("user_id"))
        self.fields["person"] = PersonField("被申请回避的人", people)
        self.order_fields(["seen", "person"])


class AnswerRecusalForm(CaseForm):
    """The head's decision."""

    answer = choice_field("决定", dict(Recusal.ANSWERS[1:]), radio=True)
    reason = line_field("理由", most=300)


class ConsentForm(CaseForm):
    """Whose listing is reported, and why."""

    reason = text_field("理由", rows=2, most=500)

    def prepare(self) -> None:
        self.fields["party"] = choice_field("当事人", {str(one.pk): one.name for one in self.case.parties.all()})
        self.order_fields(["seen", "party"])


class AnswerConsentForm(CaseForm):
    """Yes or no."""

    granted = choice_field(Consent.KINDS[0][1], {"yes": "同意", "no": "不同意"}, radio=True)
    reference = line_field("答复文号", required=False, most=80)
