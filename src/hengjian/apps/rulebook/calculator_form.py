"""The form of the calculator: a conduct and a choice of circumstances as typed; nothing of it is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from hengjian.apps.rulebook import wording
from hengjian.engines.penalties import Conduct
from hengjian.engines.penalties.benchmark import EFFECTS
from hengjian.engines.penalties.reading import EFFECTS as REPORT_EFFECTS
from hengjian.engines.penalties.reading import PARTIES, TEST_KINDS, conduct_from, yuan
from hengjian.kernel.errors import Refused
from hengjian.law.discretion import discretion
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField

SECTOR_ONLY = ("cheating_device", "not_displayed", "danger_not_reported", "banned_staff", "not_by_standard")
KNOWN = [("", "未查明"), ("true", "是"), ("false", "否")]
MOST_UNITS = 10_000_000
WHOLE = dict.fromkeys(("invalid", "min_value", "max_value"), "应是 0 至一千万之间的整数。")
PLAIN = (
    "field",
    "area",
    "test_kind",
    "effect",
    "party",
    "fee",
    "gain",
    "value",
    "income",
    "loss",
    "units",
    "discovered",
)
TICKS = ("ordered", "recheck_failed", "fined_by_other", "crime", "tampering", "health", "still_going_on")


class YuanField(forms.CharField):
    """A sum typed in yuan; gives the text, checked."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, required=False, max_length=24, **options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "size": "14"})

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            yuan(text)
        except Refused as error:
            raise forms.ValidationError(error.sentence) from error
        return text


class CalculatorForm(forms.Form):
    """What was done, when, by whom, with which sums; the circumstances; and a sum that somebody proposes."""

    violation = forms.MultipleChoiceField(label="违法行为", required=False, widget=forms.CheckboxSelectMultiple)
    kinds = forms.MultipleChoiceField(label="行业法单列的行为", required=False, widget=forms.CheckboxSelectMultiple)
    occurred_from = DayField(label="行为开始日")
    occurred_to = DayField(label="行为终了日", required=False)
    still_going_on = forms.BooleanField(label="仍在继续", required=False)
    separate = forms.BooleanField(label="不是连续行为，是分开的几次", required=False)
    discovered = DayField(label="发现日", required=False)
    decided_on = DayField(label="作出决定的日期", required=False)
    field = forms.ChoiceField(label="领域", required=False)
    test_kind = forms.ChoiceField(label="机动车检验种类", required=False)
    sample = forms.BooleanField(label="检测对象是食用农产品质量安全监测样品", required=False)
    area = forms.CharField(label="行为地区划代码", required=False, max_length=12)
    party = forms.ChoiceField(label="当事人", required=False, choices=list(PARTIES.items()))
    effect = forms.ChoiceField(label="不实报告的后果", required=False)
    fee = YuanField("检验检测费用（元）")
    gain = YuanField("违法所得（元）")
    value = YuanField("货值金额（元）")
    income = YuanField("本人收入（元）")
    loss = YuanField("直接经济损失（元）")
    units = forms.IntegerField(
        label="涉及车辆（辆）", required=False, min_value=0, max_value=MOST_UNITS, error_messages=WHOLE
    )
    serious = forms.ChoiceField(label="情节严重", required=False, choices=KNOWN)
    intent = forms.ChoiceField(label="主观故意", required=False, choices=KNOWN)
    ordered = forms.BooleanField(label="已责令限期改正", required=False)
    recheck_failed = forms.BooleanField(label="复查仍未改正或者仍不符合要求", required=False)
    fined_by_other = forms.BooleanField(label="同一行为已被罚款", required=False)
    crime = forms.BooleanField(label="被追究刑事责任", required=False)
    tampering = forms.BooleanField(label="干扰、删改检测系统", required=False)
    health = forms.BooleanField(label="涉及生命健康安全且有危害后果", required=False)
    factors = forms.MultipleChoiceField(label="情节", required=False, widget=forms.CheckboxSelectMultiple)
    amount = YuanField("拟罚数额（元）")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        book, empty = lawbook(), [("", "未选")]
        titles = {"": "未选"}
        self._choose("violation", [(one.id, f"{one.id}　{one.title}") for one in book.violations])
        self._choose("kinds", [(one, wording.CONDUCT[one]) for one in SECTOR_ONLY])
        self._choose("field", empty + [(one.code, one.title) for one in book.fields])
        self._choose("test_kind", list((TEST_KINDS | titles).items()))
        self._choose("effect", list((REPORT_EFFECTS | titles).items()))
        rows = discretion().factors
        self._choose("factors", [(one.id, f"{one.title}（{EFFECTS[one.effect]}）") for one in rows])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        chosen = self.fields[name]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = choices
            chosen.error_messages["invalid_choice"] = "没有“%(value)s”这一选项。"

    def clean(self) -> dict[str, Any]:
        """One reading of the act at least."""
        data = super().clean() or {}
        if not data.get("violation") and not data.get("kinds") and "violation" not in self.errors:
            self.add_error("violation", "请至少选一项违法行为，或者一项行业法单列的行为。")
        return data

    def conduct(self) -> Conduct:
        """The conduct as the engine takes it; Refused for a value that it cannot take."""
        data = self.cleaned_data
        raw: dict[str, Any] = {name: data[name] or None for name in PLAIN if name != "units"}
        raw |= {name: data[name] for name in TICKS}
        raw |= {"violations": data["violation"], "kinds": data["kinds"], "units": data["units"]}
        raw |= {"from": data["occurred_from"], "to": data["occurred_to"], "continuing": not data["separate"]}
        raw |= {name: {"true": True, "false": False}.get(data[name]) for name in ("serious", "intent")}
        raw["traits"] = ["agricultural_sample"] if data["sample"] else []
        return conduct_from(raw)

    def day(self, today: date) -> date:
        """The day of the decision, today where none is typed."""
        return self.cleaned_data["decided_on"] or today
