"""Forms of evidence, hand-overs, inquiries, requests and commissions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import appraisal_procedures, evidence_procedures
from hengjian.apps.cases.evidence_files import FILE_MOST
from hengjian.apps.cases.evidence_procedures import EXCLUSIONS, KINDS, PURPOSES, SEALS, WAYS
from hengjian.apps.cases.investigators import people_for
from hengjian.apps.cases.models import Case, Evidence, Inquiry
from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day
from hengjian.ui.fields import DayField
from hengjian.ui.wording import size

Choice = tuple[str, str]


def line(label: str, *, most: int = 200, required: bool = True, hint: str = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=hint,
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}最多 {most} 字。"},
    )  # fmt: skip


def paragraph(
    label: str, *, most: int = 2_000, required: bool = True, rows: int = 3, hint: str = ""
) -> forms.CharField:
    """Several lines of text."""
    field = line(label, most=most, required=required, hint=hint)
    field.widget = forms.Textarea(attrs={"rows": rows})
    return field


def day(label: str, *, required: bool = True, hint: str = "") -> DayField:
    """A day typed as text."""
    return DayField(label=label, required=required, help_text=hint, error_messages={"required": f"请填写{label}。"})


def choice(label: str, options: Iterable[Choice], *, required: bool = True, hint: str = "") -> forms.ChoiceField:
    """One of a closed list."""
    return forms.ChoiceField(
        label=label, choices=[("", "请选择"), *options], required=required, help_text=hint,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请从列出的{label}中选一项。"},
    )  # fmt: skip


def tick(label: str, *, required: bool = False, missing: str = "") -> forms.BooleanField:
    """A box to tick."""
    return forms.BooleanField(
        label=label, required=required, error_messages={"required": missing or f"请勾选：{label}"}
    )


class MomentField(forms.CharField):
    """A moment typed as text: 2026-11-20 09:30, local time; gives an aware datetime."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "例如 2026-11-20 09:30")
        super().__init__(max_length=30, **options)
        self.widget.attrs.update({"size": "18", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value
        plain = str(super().to_python(value) or "").replace("T", " ").replace("：", ":").strip()
        if not plain:
            return None
        written, _, clock = plain.partition(" ")
        try:
            parts = [int(part) for part in clock.strip().split(":")]
            moment = datetime.combine(parse_day(written), time(*parts[:2]))
        except Refused as error:
            raise forms.ValidationError(error.sentence) from error
        except (ValueError, TypeError) as error:
            raise forms.ValidationError(f"“{plain}”不是时间，请写成 2026-11-20 09:30 这样。") from error
        return timezone.make_aware(moment)

    def run_validators(self, value: Any) -> None:
        """Length is the text's matter; a moment has none."""

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value


def moment(label: str, *, required: bool = True) -> MomentField:
    """A moment typed as text."""
    return MomentField(label=label, required=required, error_messages={"required": f"请填写{label}。"})


class ManyFiles(forms.FileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files; what they contain is the service's matter."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(given)


def files_field(label: str = "文件", *, required: bool = False) -> FilesField:
    """Uploads; every one is hashed as it comes in."""
    return FilesField(
        label=label, required=required, widget=ManyFiles(attrs={"multiple": True}),
        help_text=f"每份最大 {size(FILE_MOST)}，收到即计算摘要值（SHA-256）；更大的请封存原始载体",
        error_messages={"required": "请选择要上传的文件。"},
    )  # fmt: skip


class CaseForm(forms.Form):
    """A form within a case: knows who may be named, the parties, the facts to be proved, the measures.

    `seen` carries the state that the page showed. Fields ending in officer_one/two, party, hold, follows and
    contraventions give rows of this case.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, user: User, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.case, self.rows = case, {}
        for name, field in self.fields.items():
            rows = self._rows_for(name, on)
            if rows is None:
                continue
            self.rows[name] = {str(row.pk): row for row, _ in rows}
            options_of = [(str(row.pk), label) for row, label in rows]
            many = isinstance(field, forms.MultipleChoiceField)
            field.choices = options_of if many else [("", "请选择"), *options_of]  # type: ignore[attr-defined]

    def _rows_for(self, name: str, on: date) -> list[tuple[Any, str]] | None:
        if name in ("officer_one", "officer_two"):
            return [(one, one.name) for one in people_for(self.case.organ, on=on)]
        if name == "party":
            return [(one, one.name) for one in self.case.parties.all()]
        if name == "contraventions":
            rows = self.case.contraventions.filter(struck_at__isnull=True).select_related("party")
            return [(one, f"{one.title}（{one.party.name}）") for one in rows]
        if name in ("hold", "follows"):
            found = self.case.holds.filter(state__in=("held", "urgent", "extended"))
            found = found.filter(kind="preserve") if name == "follows" else found
            return [(one, f"{one.number} {one.get_kind_display()}") for one in found]
        return None

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name, rows in self.rows.items():
            given = found.get(name)
            if isinstance(given, list):
                found[name] = [rows[pk] for pk in given]
            elif name in found:
                found[name] = rows.get(given)
        return found


def officer(label: str, *, required: bool = True) -> forms.ChoiceField:
    """Somebody with a valid enforcement certificate."""
    return choice(label, (), required=required)


class EvidenceForm(CaseForm):
    """One piece of evidence; what a kind or a carrier needs in addition stands in its own group."""

    kind = choice("证据种类", KINDS.items())
    name = line("名称")
    proves = paragraph("证明事项", hint="它能证明哪一件事")
    contraventions = forms.MultipleChoiceField(
        label="证明的违法事实", required=False, widget=forms.CheckboxSelectMultiple
    )
    way = choice("取得方式", WAYS.items())
    obtained_on = day("取得日期")
    place = line("取得地点")
    provider = line("提供人", most=120, required=False)
    way_note = line("取得情况", most=300, required=False)
    officer_one = officer("取证人一", required=False)
    officer_two = officer("取证人二", required=False)
    source_label = line("来源", required=False, hint="立案前材料、移送、委托取得的，写明出自何处")
    carrier = choice("载体", Evidence.CARRIERS)
    pages = forms.IntegerField(
        label="页数、件数", required=False, min_value=1, max_value=1_000_000,
        error_messages={"invalid": "页数、件数须是整数。", "min_value": "页数、件数至少是 1。"},
    )  # fmt: skip
    copy_maker = line("复制人", most=120, required=False)
    copy_method = line("复制方法", required=False, hint="复印、拍照、导出等")
    copied_on = day("复制日期", required=False)
    original_at = line("原件存放处", required=False)
    compared = tick("与原件核对无异")
    e_method = line("提取方法", most=300, required=False)
    e_tool = line("提取工具", most=120, required=False)
    e_made_at = moment("提取时间", required=False)
    e_maker = line("制作人", most=120, required=False)
    made_digest = line("提取时的校验值", most=80, required=False, hint="SHA-256，64 位十六进制；上传的文件会与它核对")
    witness = line("见证人", most=120, required=False)
    expert = line("协助的专业人员", most=120, required=False)
    hold = choice("出自哪项措施", (), required=False)
    files = files_field()

    GROUPS = (
        ("是什么", ("kind", "name", "proves", "contraventions")),
        ("何时、何地、如何取得", ("way", "obtained_on", "place", "provider", "way_note", "officer_one", "officer_two",
                       "source_label", "hold")),
        ("载体", ("carrier", "pages", "copy_maker", "copy_method", "copied_on", "original_at", "compared")),
        ("电子数据另填", ("e_method", "e_tool", "e_made_at", "e_maker", "made_digest", "witness", "expert")),
        ("文件", ("files",)),
    )  # fmt: skip


class ExcludeForm(CaseForm):
    """Why it proves nothing."""

    ground = choice("排除情形", EXCLUSIONS.items())
    reason = paragraph("理由", most=500, rows=2)


class ReasonForm(CaseForm):
    """A reason alone."""

    reason = paragraph("理由", most=300, rows=2)


class FilesForm(CaseForm):
    """More files."""

    files = files_field(required=True)


class LinkForm(CaseForm):
    """Which facts it proves."""

    contraventions = forms.MultipleChoiceField(
        label="证明的违法事实", required=False, widget=forms.CheckboxSelectMultiple
    )


class CustodyForm(CaseForm):
    """One hand-over."""

    at = moment("交接时间")
    giver = line("移交人", most=120)
    taker = line("接收人", most=120)
    purpose = choice("事由", PURPOSES.items())
    place = line("存放地点")
    seal_state = choice("封条", SEALS.items())
    seal_no = line("封条编号", most=60, required=False)
    note = line("说明", most=300, required=False, hint="与此前保管记录不一致的，写明原因")


class InquiryForm(CaseForm):
    """Whom to question."""

    who = choice("身份", Inquiry.WHO)
    person_name = line("被询问人", most=80)
    person_post = line("单位、职务", most=120, required=False)
    party = choice("所属当事人", (), required=False)
    planned_at = moment("询问时间")
    place = line("地点")
    notified_on = day("通知送达日期", required=False, hint="当场询问、没有发通知书的不填")
    officer_one = officer("询问人一")
    officer_two = officer("询问人二")


class RecordForm(CaseForm):
    """The record of an inquiry."""

    asked_from = moment("开始时间")
    asked_to = moment("结束时间")
    cards_shown = tick("已出示执法证件")
    rights_told = tick("已告知权利义务和申请回避的权利")
    recusal = line("是否申请回避", most=120, required=False, hint="不填即为不申请回避")
    text = paragraph("笔录正文", most=20_000, rows=12, hint="一问一答，问、答另起一行")


class CorrectForm(CaseForm):
    """A correction before it is signed."""

    text = paragraph("笔录正文", most=20_000, rows=12)
    reason = paragraph("更正的理由", most=300, rows=2)


class SignForm(CaseForm):
    """Read over and signed."""

    read_over = tick("已交被询问人核对或者向其宣读")
    proves = paragraph("证明事项", rows=2)
    files = files_field("签字笔录扫描件、录音录像")


class RefusalForm(CaseForm):
    """Not signed: why, before whom."""

    reason = paragraph("未签字的原因", most=300, rows=2)
    witness = line("见证人", most=120)
    proves = paragraph("证明事项", rows=2)
    files = files_field("笔录扫描件、录音录像")


class RequestForm(CaseForm):
    """Which materials by when."""

    addressee = line("提供人", most=120)
    party = choice("所属当事人", (), required=False)
    wanted = paragraph("要提供的材料", rows=4)
    served_on = day("送达日期")
    due = day("提供期限")
    officer_one = officer("执法人员一")
    officer_two = officer("执法人员二")


class DueForm(CaseForm):
    """A later day."""

    due = day("新的期限")
    reason = paragraph("说明", most=300, rows=2)


class MaterialsForm(CaseForm):
    """What came."""

    answer = paragraph("收到的材料")
    answered_on = day("收到日期")


class AppraisalForm(CaseForm):
    """What is asked of which body."""

    kind = choice("种类", appraisal_procedures.KINDS.items())
    body = line("受托机构", most=120)
    qualification = line("受托机构的资质、资格", hint="资质认定证书编号等")
    subject = line("送检、送鉴物品", most=300)
    questions = paragraph("委托事项", rows=3)
    hold = choice("物品出自哪项措施", (), required=False)
    officer_one = officer("执法人员一")
    officer_two = officer("执法人员二")


class SendForm(CaseForm):
    """When it went out."""

    sent_on = day("送出日期")
    expected_on = day("预计完成", required=False)


class ToldForm(CaseForm):
    """When the party was told."""

    told_on = day("告知当事人日期")


class ResultForm(CaseForm):
    """What came back."""

    returned_on = day("收到结果日期")
    report_no = line("报告编号", most=80)
    result = paragraph("结论", most=5_000, rows=4)
    files = files_field("检测、鉴定报告")


class AdoptForm(CaseForm):
    """Material that exists already."""

    proves = paragraph("证明事项", rows=2)
    kind = choice("证据种类", evidence_procedures.KINDS.items())


class ReportForm(CaseForm):
    """A report from the data that institutions handed in."""

    report_id = line("报告编号", most=80, hint="报送数据中的报告标识")
    proves = paragraph("证明事项", rows=2)
