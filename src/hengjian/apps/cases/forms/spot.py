"""Forms of a penalty on the spot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases import summary_penalty as spots
from hengjian.apps.cases.after_procedures import CASH_GROUNDS
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.forms.parts import (
    PersonField,
    choice_field,
    count_field,
    day_field,
    line_field,
    text_field,
    yuan_field,
)
from hengjian.apps.cases.investigators import people_for
from hengjian.apps.cases.models import OnSpotPenalty
from hengjian.apps.registry.selectors import institution_seen_by


class BeginForm(forms.Form):
    """What is entered before the party is heard."""

    kind = choice_field("当事人种类", dict(OnSpotPenalty.KINDS), radio=True)
    uscc = line_field("统一社会信用代码", required=False, most=18, hint="在册机构填代码，名称和地址自动带出")
    party_name = line_field("当事人", required=False)
    party_post = line_field("负责人（职务）", required=False, most=80)
    address = line_field("地址", required=False, most=300)
    phone = line_field("电话", required=False, most=40)
    occurred_on = day_field("违法行为日期")
    place = line_field("地点", most=200)
    facts = text_field("违法事实和证据", rows=4, most=4000)
    article = line_field("违反的规定", most=300)
    shown_cards = forms.BooleanField(label="两名执法人员已出示执法证件", required=False)

    def __init__(self, organ: Organ, user: User, on: date, *, data: Any = None) -> None:
        self.organ, self.user, self.on = organ, user, on
        super().__init__(data=data, initial={"occurred_on": on})
        people = [one for one in people_for(organ, on=on) if one.pk != user.pk]
        self.fields["second"] = PersonField("另一名执法人员", people)
        self.order_fields(("kind", "uscc", "party_name", "party_post", "address", "phone", "second"))

    def entry(self) -> spots.SpotEntry:
        """What the service takes; Refused where the code belongs to nobody."""
        given = dict(self.cleaned_data)
        code = given.pop("uscc").strip().upper()
        found = institution_seen_by(self.user, code, on=self.on) if code else None
        if code and found is None:
            raise refused("uscc", "没有这个代码的在册机构，或者您无权查看；请填当事人名称和地址。")
        if found is not None:
            given["party_name"] = given["party_name"] or found.name
            given["address"] = given["address"] or found.address
        return spots.SpotEntry(institution=found, **given)


class SpotForm(forms.Form):
    """A form about one penalty on the spot."""

    def __init__(self, spot: OnSpotPenalty, user: User, on: date, *, data: Any = None) -> None:
        self.spot, self.user, self.on = spot, user, on
        super().__init__(data=data)


class DecideForm(SpotForm):
    """After the party was heard."""

    heard = text_field("陈述、申辩", rows=2, most=2000, hint="没有陈述、申辩的写“没有”")
    warning = forms.BooleanField(label="警告", required=False)
    fine = yuan_field("罚款（元）")
    basis = line_field("处罚依据", most=300)
    told_publication = forms.BooleanField(label="已书面告知当事人处罚信息依法公示的规定", required=False)
    refused_note = line_field("拒绝签收的情况", required=False, most=200, hint="当事人签收的留空")


class ReasonForm(SpotForm):
    """Why it is left."""

    reason = text_field("理由", rows=2, most=300)


class CollectForm(SpotForm):
    """Cash on the spot."""

    ground = choice_field("当场收缴的情形", CASH_GROUNDS, radio=True)
    voucher = line_field("专用票据号码", most=60)


class DayForm(SpotForm):
    """One day."""

    on_day = day_field("日期")


class BankForm(DayForm):
    """Paid into the bank."""

    voucher = line_field("银行回单号码", most=60)


class HandInForm(SpotForm):
    """The papers are handed in."""

    pages = count_field("案卷页数", 1, 999, "案卷页数须在 1 到 999 之间。")


class FileForm(SpotForm):
    """The papers are filed."""

    box = line_field("保管位置", most=80)


@dataclass(frozen=True, slots=True)
class SpotAct:
    """One act: its form and the service behind it."""

    title: str
    form: type[SpotForm]
    make: Callable[..., OnSpotPenalty]


def _decide(spot: OnSpotPenalty, given: dict[str, Any], **by: Any) -> OnSpotPenalty:
    entry = spots.SpotDecision(
        warning=given["warning"],
        fine_fen=given["fine"] or 0,
        basis=given["basis"],
        heard=given["heard"],
        told_publication=given["told_publication"],
        signed=not given["refused_note"].strip(),
        refused_note=given["refused_note"],
    )
    return spots.decide_spot(spot=spot, entry=entry, **by)


SPOT_FORMS: dict[str, SpotAct] = {
    "decide": SpotAct("作出并交付当场处罚决定书", DecideForm, _decide),
    "drop": SpotAct("不再当场处罚", ReasonForm, lambda spot, given, **by: spots.drop_spot(spot=spot, **given, **by)),
    "collect": SpotAct("当场收缴", CollectForm, lambda spot, given, **by: spots.collect_cash(spot=spot, **given, **by)),
    "pass_on": SpotAct(
        "收缴款交部门",
        DayForm,
        lambda spot, given, **by: spots.pass_cash_on(spot=spot, on=given["on_day"], **by),
    ),
    "bank": SpotAct(
        "缴付银行",
        BankForm,
        lambda spot, given, **by: spots.bank_cash(spot=spot, on=given["on_day"], voucher=given["voucher"], **by),
    ),
    "hand_in": SpotAct("交案卷", HandInForm, lambda spot, given, **by: spots.hand_in_file(spot=spot, **given, **by)),
    "file": SpotAct("归档", FileForm, lambda spot, given, **by: spots.file_spot(spot=spot, **given, **by)),
}
