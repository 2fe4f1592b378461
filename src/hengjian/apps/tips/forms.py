"""Forms by which tips are registered and moved; complaints share the fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants.files import ALLOWED, FILE_MOST, FILES_MOST
from hengjian.apps.informants.identity import Identity
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.leads.respondents import match_respondent
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.models import KINDS, WAYS, Tip
from hengjian.apps.tips.moving import NOTE_MOST
from hengjian.engines.tables.identifiers import check_uscc, clean_code
from hengjian.kernel.errors import Refused
from hengjian.law.complaining import result_notices
from hengjian.law.rewarding import major_grounds, reward_rule
from hengjian.ui.fields import DayField
from hengjian.ui.wording import size

BY_HAND = ("hotline_12315", "hotline_12345", "letter", "phone", "visit", "media", "insider", "association", "other")
"""Channels that a clerk may choose; the portal registers by itself."""
MOST_YUAN = Decimal("1000000000000")


def text_field(
    label: str, missing: str = "", *, rows: int = 3, most: int = NOTE_MOST, hint: str = ""
) -> forms.CharField:
    """A few lines of text; required where a sentence for its absence is given."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=most,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


def line_field(label: str, missing: str = "", *, most: int = 120, hint: str = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=most,
        help_text=hint,
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 字。"},
    )


def way_field(label: str = "告知方式") -> forms.ChoiceField:
    """How somebody was told."""
    return forms.ChoiceField(
        label=label, choices=[("", "请选择"), *WAYS.items()], error_messages={"required": f"请选{label}。"}
    )


class MoneyField(forms.CharField):
    """Yuan as people write them, kept as fen: `1,234.5`, `1234.50 元`."""

    def clean(self, value: Any) -> int | None:
        """Fen, or None where nothing was typed."""
        typed = str(super().clean(value) or "").replace(",", "").replace("，", "").replace("元", "").strip()
        if not typed:
            return None
        try:
            yuan = Decimal(typed)
        except InvalidOperation as error:
            raise forms.ValidationError("请写成数字，例如 1234.50，单位是元。") from error
        if not yuan.is_finite() or not 0 <= yuan < MOST_YUAN or yuan != yuan.quantize(Decimal("0.01")):
            raise forms.ValidationError("金额须不小于 0，最多两位小数，单位是元。")
        return int(yuan * 100)


class ManyFiles(forms.FileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files; what they contain is the vault's matter."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data) if isinstance(data, list | tuple) else [data] if data else []


def files_field() -> FilesField:
    """Attachments of a tip or complaint."""
    hint = f"{ALLOWED}，每个最大 {size(FILE_MOST)}，一次最多 {FILES_MOST} 个；加密保存"
    return FilesField(label="附件", required=False, help_text=hint, widget=ManyFiles(attrs={"multiple": True}))


class RespondentForm(forms.Form):
    """Whom it is about: by code where it is known, else by name."""

    respondent_name = line_field("被举报的机构", "请写明被举报的机构。")
    respondent_uscc = line_field("统一社会信用代码", most=18, hint="知道的填 18 位代码，可以准确对上在册机构")
    area_code = line_field("行为发生地行政区划代码", most=12, hint="不填的按在册地址或者本机关辖区")

    def clean_respondent_uscc(self) -> str:
        typed = clean_code(self.cleaned_data["respondent_uscc"])
        if typed and check_uscc(typed, demo=settings.DEMO):
            raise forms.ValidationError("统一社会信用代码不对，请核对 18 位代码；不确定的可以不填。")
        return typed

    def clean_area_code(self) -> str:
        typed = str(self.cleaned_data["area_code"]).strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) in (6, 9, 12)):
            raise forms.ValidationError("行政区划代码是 6、9 或者 12 位数字。")
        return typed

    def institution(self) -> Institution | None:
        """The institution of the register that was meant, if one was found."""
        found = self.cleaned_data
        return match_respondent(uscc=found["respondent_uscc"], name=found["respondent_name"])


class PersonForm(forms.Form):
    """Who sends it; goes into the vault and nowhere else."""

    name = line_field("姓名", most=40)
    phone = line_field("电话", most=20)
    id_no = line_field("证件号码", most=20)
    address = line_field("通讯地址", most=120)
    email = line_field("电子邮箱", most=80)

    def identity(self, *, anonymous: bool = False) -> Identity:
        """What was typed, for sealing."""
        names = ("name", "id_no", "phone", "address", "email")
        return Identity(**{name: str(self.cleaned_data[name]).strip() for name in names}, anonymous=anonymous)


class OrganForm(forms.Form):
    """For which organ it is registered, where the person serves in several."""

    organ = forms.ChoiceField(label="登记机关")

    def __init__(self, *args: Any, organs: Sequence[Organ] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.organs = {str(one.pk): one for one in organs}
        chosen: Any = self.fields["organ"]
        chosen.choices = [(pk, one.name) for pk, one in self.organs.items()]
        chosen.initial = next(iter(self.organs), "")
        if len(self.organs) < 2:
            chosen.widget = forms.HiddenInput()

    def chosen_organ(self) -> Organ:
        """The organ meant."""
        return self.organs[self.cleaned_data["organ"]]


def channel_field() -> forms.ChoiceField:
    """By which way it came."""
    return forms.ChoiceField(label="渠道", choices=[(key, CHANNELS[key]) for key in BY_HAND])


class TipForm(OrganForm, PersonForm, RespondentForm):
    """One tip that came by telephone, letter, visit or platform."""

    channel = channel_field()
    external_no = line_field("平台编号", most=40, hint="12315、12345 平台的编号，有的填")
    kind = forms.ChoiceField(label="举报方式", choices=list(KINDS.items()), widget=forms.RadioSelect, initial="named")
    occurred_on = DayField(label="发生日期", required=False)
    text = text_field("线索和事实", "请写明具体的线索和事实。", rows=6, most=5_000)
    files = files_field()

    field_order = (
        "organ", "channel", "external_no", "respondent_name", "respondent_uscc", "area_code", "occurred_on", "text",
        "files", "kind", "name", "phone", "id_no", "address", "email",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == "named" and not str(found.get("name", "")).strip():
            self.add_error("name", "实名举报请填姓名；不愿意写姓名的，请选匿名。")
        if found.get("kind") == "anonymous" and str(found.get("name", "")).strip():
            self.add_error("name", "匿名举报不填姓名；填了姓名的，请选实名或者内部人。")
        return found


class MoveForm(forms.Form):
    """What every form of a matter carries: the standing that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, thing: Any = None, on: Any = None, **options: Any) -> None:
        self.thing, self.on = thing, on
        super().__init__(*args, **options)
        self.prepare()

    def prepare(self) -> None:
        """Fill in the choices that depend on the matter."""

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def _choose(self, name: str, choices: Iterable[tuple[str, str]], first: str = "请选择") -> None:
        chosen: Any = self.fields[name]
        chosen.choices = [("", first), *choices]


class AskForm(MoveForm):
    wanted = text_field("需要补充什么", "请写明需要举报人补充的线索。")
    told = way_field()


class SupplementForm(MoveForm):
    text = text_field("补充的线索", "请写明举报人补充了什么。", rows=4, most=5_000)


class EarlierForm(MoveForm):
    """A choice among the tips about the same respondent."""

    field_of_tip = "earlier"

    def prepare(self) -> None:
        from hengjian.apps.tips.repeats import same_respondent

        rows = Tip.objects.filter(same_respondent(self.thing), organ_id=self.thing.organ_id).exclude(pk=self.thing.pk)
        self.tips = {str(one.pk): one for one in rows.order_by("-received_at")[:50]}
        choices = ((pk, f"{one.number}　{one.received_on:%Y-%m-%d}　{one.get_state_display()}") for pk, one in
                   self.tips.items())  # fmt: skip
        self._choose(self.field_of_tip, choices)

    def values(self) -> dict[str, Any]:
        found = super().values()
        return found | {self.field_of_tip: self.tips.get(found[self.field_of_tip])}


class RepeatedForm(EarlierForm):
    earlier = forms.ChoiceField(label="前次举报", error_messages={"required": "请选前次举报。"})
    told = way_field()


class MergeForm(EarlierForm):
    field_of_tip = "into"
    into = forms.ChoiceField(label="并入", error_messages={"required": "请选并入哪件举报。"})
    new_facts = text_field("新的事实", "请写明这次带来什么新的事实；没有新的事实的是重复举报。")


class RedirectForm(MoveForm):
    authority = line_field("有处理权限的机关", "请写明应当向哪个机关举报。")
    told = way_field()


class ReasonForm(MoveForm):
    reason = text_field("理由", "请写明理由。", rows=2)


class DistributeForm(MoveForm):
    organ = forms.ChoiceField(label="接收机关", error_messages={"required": "请选接收机关。"})

    def prepare(self) -> None:
        from hengjian.apps.tips.selectors import receivers

        self.organs = {str(one.pk): one for one in receivers(self.thing.organ, on=self.on)}
        self._choose("organ", ((pk, one.name) for pk, one in self.organs.items()))

    def values(self) -> dict[str, Any]:
        return {"organ": self.organs.get(self.cleaned_data["organ"])}


class TellForm(MoveForm):
    basis = forms.ChoiceField(label="应当告知的依据", error_messages={"required": "请选依据。"})
    law = line_field("法律名称和条款", most=200, hint="选“其他”时必填")
    text = text_field("告知内容", "请写明告知什么；不写与举报人无关的案情。", rows=4)
    told = way_field()

    def prepare(self) -> None:
        self._choose("basis", ((one.id, one.title) for one in result_notices(self.thing.received_on)))


FORMS: dict[str, type[MoveForm]] = {
    "accept": MoveForm,
    "ask_more": AskForm,
    "supplement": SupplementForm,
    "merge": MergeForm,
    "mark_repeated": RepeatedForm,
    "redirect": RedirectForm,
    "send_back": ReasonForm,
    "distribute": DistributeForm,
    "tell": TellForm,
}


class RewardForm(forms.Form):
    """What the calculation needs."""

    case_ref = line_field("处罚决定书文号", "请写明处罚决定书文号。", most=60)
    decided_on = DayField(label="处罚决定日期", error_messages={"required": "请填处罚决定日期。"})
    base = MoneyField(label="罚没款合计（元）", error_messages={"required": "请填罚没款合计。"})
    ground = forms.ChoiceField(label="重大违法情形", error_messages={"required": "请选属于哪一种情形。"})
    grade = forms.ChoiceField(label="奖励等级", widget=forms.RadioSelect, error_messages={"required": "请选等级。"})
    uplift_percent = forms.IntegerField(
        label="内部人员增加（%）", required=False, min_value=0, error_messages={"invalid": "请写整数。"}
    )
    natural_person = forms.BooleanField(
        label="举报人是自然人（已按规定核实，不在此处登记身份）",
        required=False,
    )

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["ground"].choices = [("", "请选择"), *((one.id, one.title) for one in major_grounds(on))]
        rule = reward_rule(on)
        fields["grade"].choices = [
            (str(one.grade), f"{'一二三'[one.grade - 1]}级（{one.percent}%）：{one.title}") for one in rule.grades
        ]
        fields["uplift_percent"].help_text = f"只用于内部人员举报，最多 {rule.uplift_percent}"

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        found = dict(self.cleaned_data)
        found["grade"], found["uplift_percent"] = int(found["grade"]), found["uplift_percent"] or 0
        if found["base"] is None:
            raise Refused("请填罚没款合计。", where={"field": "base"})
        return found


class ApproveForm(MoveForm):
    amount = forms.CharField(widget=forms.HiddenInput)
    finance_ref = line_field("财政部门意见文号", most=80, hint="奖励金额达到 50 万元的必填")

    def prepare(self) -> None:
        self.initial.setdefault("amount", str(self.thing.amount))


class PayForm(MoveForm):
    code = line_field("领取码", "请输入领取人报出的领取码。", most=20)
    voucher = line_field("付款凭证号", "请填付款凭证号。", most=60)


REWARD_FORMS: dict[str, type[MoveForm]] = {
    "approve": ApproveForm,
    "decline": ReasonForm,
    "pay": PayForm,
    "lapse": ReasonForm,
}
