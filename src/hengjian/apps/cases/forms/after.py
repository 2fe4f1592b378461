"""Forms of what follows the decision: service, money, enforcement, closing, the file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.after_procedures import (
    CLOSING_GROUNDS,
    COURT,
    RELATIONS,
    REMEDY_KINDS,
    REMEDY_OUTCOMES,
)
from hengjian.apps.cases.closing import grounds_of
from hengjian.apps.cases.forms.parts import (
    CaseForm,
    PersonField,
    choice_field,
    count_field,
    day_field,
    line_field,
    offer_only,
    text_field,
    yuan_field,
)
from hengjian.apps.cases.investigators import people_for
from hengjian.apps.cases.models import Case, Deferral, ItemDisposal, Payment
from hengjian.apps.cases.proofs import ALLOWED, FILE_MOST, FILES_MOST
from hengjian.apps.documents.models import Document
from hengjian.apps.rectifications.forms import FilesField, ManyFiles
from hengjian.kernel.transitions import moves_from
from hengjian.ui.wording import size

NEEDS: dict[str, tuple[str, ...]] = {
    "sign_for": ("on_day", "receiver", "relation", "files"),
    "come_back": ("on_day", "reason", "files"),
    "deem_returned": ("on_day", "reason", "files"),
    "announce": ("on_day", "published_in", "reason", "files"),
    "hand_over": ("on_day", "receiver", "relation", "place", "files"),
    "leave": ("on_day", "refusal", "witness", "place", "files"),
    "send_electronic": ("on_day", "address", "files"),
    "post": ("on_day", "tracking", "files"),
    "entrust": ("on_day", "entrusted_to", "files"),
    "deem": (),
    "try_again": ("reason",),
    "drop": ("reason",),
}
"""The fields that each act of service needs, in their order."""
MUST: dict[str, tuple[str, ...]] = {
    "hand_over": ("receiver", "relation"),
    "leave": ("refusal",),
    "send_electronic": ("address", "files"),
    "post": ("tracking",),
    "entrust": ("entrusted_to",),
    "announce": ("published_in", "reason"),
    "sign_for": ("receiver",),
    "come_back": ("reason",),
    "deem_returned": ("reason",),
    "try_again": ("reason",),
    "drop": ("reason",),
}
"""Of these the ones that may not stay empty."""


def require(form: forms.Form, action: str) -> None:
    """Mark what the act may not do without."""
    for name in MUST.get(action, ()):
        form.fields[name].required = True


class AfterForm(forms.Form):
    """A form about one thing that follows the decision; `case` is None for a penalty on the spot."""

    def __init__(self, thing: Any, case: Case | None, user: User, on: date, *, data: Any = None, files: Any = None):
        self.thing, self.case, self.user, self.on = thing, case, user, on
        super().__init__(data=data, files=files)
        self.prepare()

    def prepare(self) -> None:
        """Add the fields that depend on the thing."""


def proof_field() -> FilesField:
    """Photos, videos, scans of a service; none are needed everywhere."""
    return FilesField(
        label="送达记录",
        required=False,
        error_messages={"required": "请附上送达记录：照片、截屏或者录像。"},
        widget=ManyFiles(attrs={"multiple": True}),
        help_text=f"照片、录像、截屏、回证扫描件：{ALLOWED}，每份最大 {size(FILE_MOST)}，最多 {FILES_MOST} 份",
    )


def parties_of(case: Case) -> dict[str, str]:
    """The parties to choose from."""
    return {str(one.pk): one.name for one in case.parties.all()}


class ServiceFields(AfterForm):
    """What any act of service may need; which of them it does need, the service says."""

    on_day = day_field("日期", hint="签收、留置、到达、交寄或者公告的日期")
    receiver = line_field("签收人", required=False, most=80)
    relation = choice_field("签收人身份", RELATIONS, required=False)
    place = line_field("送达地点", required=False, most=200)
    refusal = line_field("拒收事由", required=False, most=200)
    witness = line_field("见证人", required=False, most=80, hint="留置送达须有见证人，或者附照片、录像")
    address = line_field("电子送达地址", required=False, hint="须有当事人签署的送达地址确认书")
    tracking = line_field("邮件号码", required=False, most=60)
    entrusted_to = line_field("受委托机关", required=False)
    published_in = line_field("公告刊登或者张贴处", required=False, most=200)
    reason = text_field("原因和经过", rows=2, required=False, most=500, hint="公告送达须写明原因和经过")
    files = proof_field()


class ServeForm(ServiceFields):
    """Which paper, on whom, and what the chosen way needs."""

    way = ""

    def prepare(self) -> None:
        """Issued papers and parties of the case."""
        rows = Document.objects.filter(thing_kind="cases.case", thing_id=str(self.thing.pk), state="issued")
        papers = {
            str(one.pk): f"{one.title} {one.number}".strip() + (f"（{one.party}）" if one.party else "")
            for one in rows.exclude(form__in=("PEN-50", "PEN-54", "PEN-55", "PEN-56")).order_by("-pk")
        }
        self.fields["document"] = choice_field("文书", papers)
        self.fields["party"] = choice_field("受送达人", parties_of(self.thing))
        offer_only(self.fields["party"])
        self.fields["told_publication"] = forms.BooleanField(
            label="已书面告知当事人：处罚信息将依法向社会公示", required=False
        )
        kept = ("document", "party", *NEEDS[self.way], "told_publication")
        for name in [one for one in self.fields if one not in kept]:
            del self.fields[name]
        self.order_fields(kept)
        require(self, self.way)


def serve_form(wanted: str) -> type[ServeForm]:
    """The form of one way of service."""
    return type(f"Serve_{wanted}", (ServeForm,), {"way": wanted})


class AdvanceForm(ServiceFields):
    """The next act of a service that is not done yet."""

    def narrow(self, action: str) -> None:
        """Leave the fields that this act needs."""
        for name in [one for one in self.fields if one not in NEEDS[action]]:
            del self.fields[name]
        require(self, action)


class ConfirmForm(AfterForm):
    """The signed confirmation of where papers reach a party."""

    address = line_field("送达地址", most=300)
    receiver = line_field("指定收件人", required=False, most=80)
    phone = line_field("电话", required=False, most=40)
    agrees_electronic = forms.BooleanField(label="同意电子送达", required=False)
    electronic_address = line_field("电子送达地址", required=False, hint="手机号、电子邮件等能够确认收悉的地址")
    signed_on = day_field("签署日期")

    def prepare(self) -> None:
        """The party comes first."""
        self.fields["party"] = choice_field("当事人", parties_of(self.thing))
        offer_only(self.fields["party"])
        self.order_fields(("party",))


class PayForm(AfterForm):
    """One payment."""

    purpose = choice_field("款项", dict(Payment.PURPOSES), radio=True)
    way = choice_field("缴款途径", {k: v for k, v in Payment.WAYS if k != "cash"})
    amount = yuan_field("金额（元）", required=True)
    on_day = day_field("缴款日期")
    voucher = line_field("票据号码", most=60)
    reason = line_field("说明", required=False, most=200)


class DeferralForm(AfterForm):
    """The written request and its plan: one line a part."""

    kind = choice_field("种类", dict(Deferral.KINDS), radio=True)
    requested_on = day_field("书面申请日期")
    reason = text_field("申请理由", rows=2, most=500)
    plan = text_field("缴款安排", rows=4, most=1000, hint="一行一期：日期和金额（元），如 2026-12-31 50000")


class OpinionForm(AfterForm):
    """A head's answer with an opinion."""

    granted = choice_field("决定", {"yes": "批准", "no": "不批准"}, radio=True)
    opinion = text_field("审批意见", rows=2, most=500)


class CourtForm(AfterForm):
    """Which court."""

    court = line_field("人民法院")


class CourtAnswerForm(AfterForm):
    """What the court answered."""

    on_day = day_field("日期")
    instrument = line_field("裁定书（通知书）文号")
    note = line_field("说明", required=False, most=500)

    def prepare(self) -> None:
        """The answers that the table allows now."""
        moves = {move.action: move.label for move in moves_from(COURT, self.thing.state)}
        self.fields["action"] = choice_field("法院答复", moves, radio=True)
        self.order_fields(("action",))


class AmountReasonForm(AfterForm):
    """A sum and why."""

    amount = yuan_field("金额（元）", required=True)
    reason = text_field("理由", rows=2, most=500)


class ReasonForm(AfterForm):
    """Why."""

    reason = text_field("理由", rows=2, most=300)


class EmptyForm(AfterForm):
    """Nothing to type: a button with its consequences told beside it."""


class RemedyForm(AfterForm):
    """A review or a lawsuit that was accepted."""

    kind = choice_field("种类", REMEDY_KINDS, radio=True)
    body = line_field("复议机关、法院")
    number = line_field("案号", most=80)
    applied_on = day_field("申请、起诉日期")
    accepted_on = day_field("受理日期")
    halts = forms.BooleanField(label="决定或者裁定停止执行", required=False)
    halt_order = line_field("停止执行的决定、裁定", required=False)

    def prepare(self) -> None:
        """Against which decision."""
        rows = self.thing.decisions.filter(annulled_on__isnull=True).select_related("party")
        self.fields["decision"] = choice_field(
            "对哪项决定", {str(one.pk): f"{one.party.name}：{one.text}" for one in rows}
        )
        self.order_fields(("decision",))


class RemedyOutcomeForm(AfterForm):
    """How it ended."""

    outcome = choice_field("结果", REMEDY_OUTCOMES, radio=True)
    on_day = day_field("收到结果日期")
    instrument = line_field("决定书、裁判文书文号")


class DisposalForm(AfterForm):
    """What was done with goods."""

    item = line_field("物品")
    spec = line_field("规格", required=False)
    quantity = line_field("数量", most=40)
    source = line_field("来源", hint="如：没收、扣押清单第 1 项")
    method = choice_field("处理方式", dict(ItemDisposal.METHODS))
    on_day = day_field("处理日期")
    place = line_field("地点", required=False, most=200)
    witness = line_field("见证人", required=False, most=80, hint="销毁须有见证人")
    proceeds = yuan_field("价款（元）")
    note = line_field("说明", required=False, most=300)

    def prepare(self) -> None:
        """The second officer."""
        people = [one for one in people_for(self.thing.organ, on=self.on) if one.pk != self.user.pk]
        self.fields["second"] = PersonField("另一名处理人", people)


class RefundForm(AfterForm):
    """An order to refund."""

    amount = yuan_field("责令退款（元）", required=True)
    payees = line_field("退款对象", most=200)
    due_on = day_field("退款期限")

    def prepare(self) -> None:
        """Which party."""
        self.fields["party"] = choice_field("当事人", parties_of(self.thing))
        offer_only(self.fields["party"])
        self.order_fields(("party",))


class RefundDoneForm(AfterForm):
    """What was really refunded."""

    refunded = yuan_field("已退（元）", required=True)
    on_day = day_field("完成日期")
    note = line_field("没有全部退还的说明", required=False, most=300)


class LiftForm(AfterForm):
    """Lifting a ban."""

    on_day = day_field("解除日期")
    reason = text_field("解除理由", rows=2, most=300)


class ClosingForm(AfterForm):
    """The request to close."""

    arisen_on = day_field("情形出现日期", hint="自该日起十五个工作日内办理结案")
    summary = text_field("执行和结案情况", rows=4)

    def prepare(self) -> None:
        """The grounds that fit the state."""
        self.fields["ground"] = choice_field("结案情形", grounds_of(self.thing) or CLOSING_GROUNDS, radio=True)
        self.order_fields(("ground",))


class CloseForm(CaseForm):
    """The head's opinion on the request to close."""

    opinion = text_field("审批意见", rows=2, most=500)


class SealForm(CaseForm):
    """Sealing the file."""

    keep_years = count_field("保管期限（年）", 1, 100, "保管期限须在 1 到 100 年之间。")
    box = line_field("保管位置", most=80)
    checked_by = line_field("检查人", most=80)
    remarks = text_field("备考", rows=3, required=False, most=2000, hint="缺件、破损等情况；没有的留空")


class NoteForm(AfterForm):
    """A supplementary note to a sealed file."""

    text = text_field("补充说明", rows=4, most=5000)
    reason = line_field("理由", most=300)


class LendForm(AfterForm):
    """Who reads a sealed file."""

    reader = line_field("查阅人", most=80)
    reader_body = line_field("查阅人单位")
    purpose = line_field("查阅目的", most=300)
    volumes = choice_field("卷别", {"main": "正卷", "side": "副卷", "both": "正卷和副卷"}, radio=True)
    approved_by = line_field("批准人", most=80)


class DayForm(AfterForm):
    """One day."""

    on_day = day_field("日期")
