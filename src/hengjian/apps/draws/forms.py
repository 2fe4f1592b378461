"""Forms of a draw: its settings, the named sources, the typing of entropy, exclusions, substitutions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.procedures import BY_HAND, EXCLUSIONS, RECUSALS, SUBSTITUTIONS
from hengjian.apps.draws.sources import KINDS
from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day
from hengjian.ui.fields import DayField

CLOCK = re.compile(r"(.*?)[ T]*(\d{1,2})[::时点](\d{1,2})分?")
LEAST_SOURCES, MOST_SOURCES = 2, 3
QUOTA_LINE = re.compile(r"(.+?)[\s::=]+(\d{1,6})\s*家?")


class MomentField(forms.CharField):
    """A moment typed as text in the time of Beijing: 2026-11-17 21:30; gives an aware datetime."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 30)
        super().__init__(**options)
        self.widget.attrs.update({"autocomplete": "off", "size": "18", "placeholder": "2026-11-17 21:30"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value
        text = unicodedata.normalize("NFKC", str(super().to_python(value) or "")).strip()
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if not found or int(found[2]) > 23 or int(found[3]) > 59:
            raise forms.ValidationError(f"“{text}”不是时间，请写成 2026-11-17 21:30 这样。")
        try:
            day = parse_day(found[1].strip())
        except Refused as error:
            raise forms.ValidationError(error.sentence) from error
        return timezone.make_aware(datetime.combine(day, time(int(found[2]), int(found[3]))))

    def run_validators(self, value: Any) -> None:
        """Length is the text's matter; a moment has none."""

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value


class SettingsForm(forms.Form):
    """How a batch is drawn: whom, how many, by which method, by whose people, when."""

    title = forms.CharField(label="名称", max_length=120)
    mode = forms.ChoiceField(label="模式", choices=Draw.MODES, widget=forms.RadioSelect)
    method = forms.ChoiceField(label="抽取方法", choices=Draw.METHODS, widget=forms.RadioSelect)
    stratify = forms.ChoiceField(label="分层", choices=Draw.STRATA)
    n = forms.IntegerField(label="抽取家数", min_value=0, max_value=100_000, required=False)
    min_per_stratum = forms.IntegerField(label="每层至少", min_value=0, max_value=10_000, required=False)
    quota = forms.CharField(
        label="各层配额",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="要逐层指定时填，一行一层，例如“食品 6”；填了就不用抽取家数。不抽的层写 0。",
    )
    planned_from = DayField(label="计划检查起")
    planned_to = DayField(label="计划检查止")
    open_by = DayField(label="最迟公开证明", required=False, help_text="密封模式必填，检查结束后 30 日内。")
    team = forms.ChoiceField(label="检查人员来源", choices=Draw.TEAMS, widget=forms.RadioSelect)
    cap = forms.IntegerField(
        label="每人最多几家",
        min_value=1,
        max_value=1000,
        required=False,
        help_text="不填按规程：岗位数÷人数，向上取整再加 1。",
    )
    experts_wanted = forms.BooleanField(label="每家另派一名对口专家", required=False)

    def clean_quota(self) -> dict[str, int]:
        """Lines of stratum and number; a stratum written twice or a line without number is refused."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["quota"].splitlines(), start=1):
            if not line.strip():
                continue
            match = QUOTA_LINE.fullmatch(unicodedata.normalize("NFC", line.strip()))
            if not match:
                raise forms.ValidationError(f"第 {number} 行“{line.strip()[:30]}”应写成“层 家数”，例如“食品 6”。")
            if match[1] in found:
                raise forms.ValidationError(f"“{match[1]}”写了两次。")
            found[match[1]] = int(match[2])
        return found

    def settings(self) -> dict[str, Any]:
        """The values as the service takes them."""
        data = dict(self.cleaned_data)
        data["n"] = 0 if data["quota"] else data["n"] or 0
        data["min_per_stratum"] = data["min_per_stratum"] or 0
        return data


def settings_initial(draw: Draw) -> dict[str, Any]:
    """What the form shows of a draw that exists."""
    made = {name: getattr(draw, name) for name in SettingsForm.base_fields if name != "quota"}
    made["quota"] = "\n".join(f"{name} {count}" for name, count in draw.quota.items())
    return made


class SourceForm(forms.Form):
    """One public source named in advance, with its fallback."""

    kind = forms.ChoiceField(
        label="来源", choices=[("", "（不用）"), *((k, v.name) for k, v in KINDS.items())], required=False
    )
    issue = forms.CharField(label="期号、场次", max_length=40, required=False)
    drawn_at = MomentField(label="产生时间", required=False)
    fallback_issue = forms.CharField(label="备用期号", max_length=40, required=False)
    fallback_at = MomentField(label="备用期产生时间", required=False)

    def clean(self) -> dict[str, Any]:
        """A source is named with everything or not at all; what is made by hand has no fallback."""
        data = super().clean() or {}
        if data.get("kind"):
            by_hand = data["kind"] in KINDS and KINDS[data["kind"]].by_hand
            for name in ("issue", "drawn_at") if by_hand else ("issue", "drawn_at", "fallback_issue", "fallback_at"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"请写明{self.fields[name].label}。")
        return data


class DeadlineForm(forms.Form):
    """Until when the named issues count; afterwards the fallbacks."""

    deadline = MomentField(label="熵的截止时间", help_text="正式一期到这时还没有公布的，改用备用期。")


class NamedSources(forms.BaseFormSet):
    """The sources of a commitment: the first two have to be there, the protocol asks for two."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None and index < LEAST_SOURCES:
            form.empty_permitted = False
            form.fields["kind"].required = True


SourceFormSet = forms.formset_factory(
    SourceForm, formset=NamedSources, extra=0, min_num=MOST_SOURCES, max_num=MOST_SOURCES
)


class EntropyForm(forms.Form):
    """What one source gave, as one person reads it."""

    issue = forms.CharField(label="期号、场次", max_length=40)
    published_at = MomentField(label="公布时间")
    values = forms.CharField(label="号码", max_length=400)
    evidence = forms.CharField(label="在哪里可以查到", max_length=300)
    absent = forms.BooleanField(label="正式一期到截止时间还没有公布，以上为备用期", required=False)


def entropy_forms(draw: Draw, data: Any = None) -> list[tuple[Mapping[str, Any], EntropyForm]]:
    """One form for each source of the commitment, with the source."""
    made = []
    for place, source in enumerate(draw.sources):
        form = EntropyForm(data, prefix=f"s{place}")
        kind = KINDS[source["kind"]]
        form.fields["issue"].label = kind.issue_label
        form.fields["values"].help_text = "，".join(
            f"{part.label} {part.count} 个（{part.low}–{part.high}）" for part in kind.parts
        )
        made.append((source, form))
    return made


class ExcludeForm(forms.Form):
    """One institution left out by hand."""

    uscc = forms.CharField(label="统一社会信用代码", max_length=18)
    code = forms.ChoiceField(label="原因", choices=[(code, EXCLUSIONS[code]) for code in BY_HAND])
    note = forms.CharField(label="依据", max_length=400, help_text="文号、日期、证明材料。")


class ReasonForm(forms.Form):
    """Why something is taken back or made void."""

    reason = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class SubstituteForm(forms.Form):
    """Why a drawn target cannot be inspected; of a photo only the hash is published."""

    code = forms.ChoiceField(label="事由", choices=list(SUBSTITUTIONS.items()), widget=forms.RadioSelect)
    note = forms.CharField(label="证据", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    photo = forms.FileField(
        label="现场照片", required=False, help_text="“现场关闭”必须有；最大 20 MB。照片内部留存，公开的只有摘要值。"
    )


class RecuseForm(forms.Form):
    """Why a person steps back after the draw."""

    code = forms.ChoiceField(
        label="回避事由", choices=[(code, label) for code, label in RECUSALS.items() if code != "last_visit"]
    )
    note = forms.CharField(label="情况", max_length=400)


def choices_of(rows: Sequence[Any], label: str = "name") -> list[tuple[str, str]]:
    """(pk, label) pairs for a select."""
    return [(str(one.pk), str(getattr(one, label))) for one in rows]
