"""Forms by which complaints are registered and moved."""

from __future__ import annotations

from typing import Any

from django import forms

from hengjian.apps.complaints.abuse import signs_of
from hengjian.apps.informants.identity import Identity
from hengjian.apps.tips.forms import (
    DistributeForm,
    MoneyField,
    MoveForm,
    OrganForm,
    PersonForm,
    ReasonForm,
    RespondentForm,
    channel_field,
    files_field,
    line_field,
    text_field,
    way_field,
)
from hengjian.law.complaining import ending_grounds, refusal_grounds
from hengjian.ui.fields import DayField


class ComplaintForm(OrganForm, PersonForm, RespondentForm):
    """One complaint that came by telephone, letter, visit or platform."""

    channel = channel_field()
    external_no = line_field("平台编号", most=40, hint="12315、12345 平台的编号，有的填")
    name = line_field("姓名", "请写明投诉人的真实姓名；不愿意写姓名的，可以改为举报。", most=40)
    phone = line_field("电话", "请写明投诉人的电话。", most=20)
    address = line_field("通讯地址", "请写明投诉人的通讯地址。", most=120)
    respondent_name = line_field("被投诉人", "请写明被投诉人的名称。")
    area_code = line_field("实际经营地或者住所地行政区划代码", most=12, hint="不填的按在册地址或者本机关辖区")
    respondent_address = line_field("被投诉人地址", most=200)
    client_kind = forms.ChoiceField(
        label="投诉人", choices=[("person", "自然人"), ("company", "单位")], widget=forms.RadioSelect, initial="person"
    )
    daily_life = forms.BooleanField(label="为生活消费需要购买、使用商品或者接受服务", required=False, initial=True)
    claim = text_field("投诉请求", "请写明具体的投诉请求。", rows=2, most=5_000)
    facts = text_field("争议的事实", "请写明消费者权益争议的事实。", rows=5, most=5_000)
    amount = MoneyField(label="争议金额（元）", required=False, max_length=30)
    bought_on = DayField(label="交易日期", required=False)
    known_on = DayField(label="知道权益受损的日期", required=False, help_text="三年的时效从这一天起算")
    report_text = text_field(
        "其中反映违法行为的内容", rows=3, most=5_000, hint="同时举报违法行为的，把这部分写在这里，另行登记为举报"
    )
    files = files_field()
    agent_name = line_field("代理人姓名", most=40)
    agent_phone = line_field("代理人电话", most=20)
    has_mandate = forms.BooleanField(label="已收到授权委托书原件", required=False)

    field_order = (
        "organ", "channel", "external_no", "respondent_name", "respondent_uscc", "respondent_address", "area_code",
        "claim", "facts", "amount", "bought_on", "known_on", "report_text", "files", "client_kind", "daily_life",
        "name", "phone", "address", "id_no", "email", "agent_name", "agent_phone", "has_mandate",
    )  # fmt: skip

    def agent(self) -> Identity | None:
        """The proxy, where one was named."""
        name, phone = self.cleaned_data["agent_name"].strip(), self.cleaned_data["agent_phone"].strip()
        return Identity(name=name, phone=phone) if name or phone else None


class MaterialForm(MoveForm):
    wanted = text_field("需要提供什么", "请写明需要投诉人提供的材料。")
    limit = DayField(label="补正期限", error_messages={"required": "请填补正期限。"})
    told = way_field("告知投诉人的方式")


class SupplementForm(MoveForm):
    text = text_field("补正的材料", "请写明投诉人提供了什么。")


class AcceptForm(MoveForm):
    told = way_field("告知投诉人的方式")


class GroundForm(MoveForm):
    """A ground of the closed list of the day."""

    ground = forms.ChoiceField(label="情形", error_messages={"required": "请选一种情形。"})

    def grounds(self) -> Any:
        """The list in force for this complaint."""
        return ()

    def prepare(self) -> None:
        self._choose("ground", ((one.id, one.title) for one in self.grounds()))


class RefuseForm(GroundForm):
    reason = text_field("理由", "请写明理由，会告知投诉人。")
    told = way_field("告知投诉人的方式")

    def grounds(self) -> Any:
        return refusal_grounds(self.thing.received_on)


class EndForm(GroundForm):
    reason = text_field("理由", "请写明理由，会告知双方。")

    def grounds(self) -> Any:
        return ending_grounds(self.thing.accepted_on or self.thing.received_on)


class InviteForm(MoveForm):
    meet_at = line_field("调解时间", "请填调解时间，例如 2026-11-25 14:00。", most=40)
    place = line_field("调解地点或者方式", "请填调解地点，或者写明电话、网络调解。")
    mediator = line_field("调解人员", "请填调解人员。", most=80)


class RecordForm(MoveForm):
    text = text_field("调解记录", "请写明双方的意见和经过。", rows=5)


class TestForm(MoveForm):
    agency = line_field("检测机构", "请填双方同意的检测机构。")
    item = line_field("检测事项", "请填检测什么。", most=300)
    payer = line_field("费用承担", "请写明费用由谁先行承担。", most=80)


class TestBackForm(MoveForm):
    text = text_field("检测结论", "请写明检测结论和报告编号。")


class AgreeForm(MoveForm):
    agreement = text_field("协议内容", "请写明双方达成的协议。", rows=4)


class NotifyForm(MoveForm):
    told = way_field("告知投诉人的方式")
    told_respondent = way_field("告知被投诉人的方式")


class CloseForm(MoveForm):
    text = text_field("办结情况", "请写明协议是否已经履行。", rows=2)


class ClueForm(MoveForm):
    text = text_field("发现的线索", "请写明发现了什么违法线索。", rows=4, most=5_000)


class SplitForm(MoveForm):
    text = text_field("举报的内容", "请写明材料中反映违法行为的部分。", rows=4, most=5_000)


class AbuseForm(MoveForm):
    factors = forms.MultipleChoiceField(
        label="考虑的因素",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选考虑了哪些因素。"},
    )
    text = text_field("说明", "请写明为什么标记。", rows=2)

    def prepare(self) -> None:
        reached = [one for one in signs_of(self.thing) if one.reached]
        chosen: Any = self.fields["factors"]
        chosen.choices = [(one.factor.id, f"{one.factor.title}：{one.figure}") for one in reached]


class FraudForm(MoveForm):
    text = text_field("涉嫌的情况", "请写明涉嫌诈骗、敲诈勒索的情况。")


FORMS: dict[str, type[MoveForm]] = {
    "request_material": MaterialForm,
    "supplement": SupplementForm,
    "accept": AcceptForm,
    "refuse": RefuseForm,
    "send_back": ReasonForm,
    "distribute": DistributeForm,
    "invite": InviteForm,
    "record": RecordForm,
    "commission_test": TestForm,
    "test_back": TestBackForm,
    "agree": AgreeForm,
    "end": EndForm,
    "notify": NotifyForm,
    "close": CloseForm,
    "found_clue": ClueForm,
    "split": SplitForm,
    "mark_abuse": AbuseForm,
    "mark_fraud": FraudForm,
}
