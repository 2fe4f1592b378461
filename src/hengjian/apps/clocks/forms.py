"""Forms: correcting the start of a clock, entering a holiday notice."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day
from hengjian.ui.fields import DayField

YEARS = (2019, 2100)
LINE = re.compile(r"(?P<name>\S+?)[\s：:，,]+(?P<first>\d{4}\S*?)(?:(?:\s*(?:至|到|~|—|–)\s*|\s+)(?P<last>\d{4}\S*))?")


class CorrectForm(forms.Form):
    """The right day of the event, and why."""

    start = DayField(label="正确的起算日", error_messages={"required": "请写正确的起算日。"})
    reason = forms.CharField(
        label="更正的理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明更正的理由。", "max_length": "理由最多 200 字。"},
    )
    seen = forms.DateField(widget=forms.HiddenInput)


class NoticeForm(forms.Form):
    """A year's notice as it is written: holidays one a line, make-up days apart by blanks or lines."""

    year = forms.IntegerField(
        label="年份",
        min_value=YEARS[0],
        max_value=YEARS[1],
        error_messages={
            "required": "请写年份。",
            "invalid": "年份应为四位数字，例如 2027。",
            "min_value": f"年份应在 {YEARS[0]} 至 {YEARS[1]} 之间。",
            "max_value": f"年份应在 {YEARS[0]} 至 {YEARS[1]} 之间。",
        },
    )
    number = forms.CharField(
        label="文号", max_length=60, error_messages={"required": "请写文号。", "max_length": "文号最多 60 字。"}
    )
    published_on = DayField(label="发文日期", error_messages={"required": "请写发文日期。"})
    holidays = forms.CharField(
        label="放假",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "请写各个假期的起止。", "max_length": "最多 2000 字。"},
    )
    makeup_days = forms.CharField(
        label="调休上班", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_holidays(self) -> list[dict[str, str]]:
        """[{name, first, last}] from lines like 元旦 2027-01-01 至 2027-01-03."""
        lines = [line.strip() for line in self.cleaned_data["holidays"].splitlines() if line.strip()]
        return [self._holiday(number, line) for number, line in enumerate(lines, start=1)]

    def _holiday(self, number: int, line: str) -> dict[str, str]:
        match = LINE.fullmatch(line)
        if match is None:
            raise forms.ValidationError(
                f"第 {number} 行“{line[:40]}”看不懂，请写成 元旦 2027-01-01 至 2027-01-03 的样子。"
            )
        first = _day(match["first"], f"第 {number} 行")
        last = _day(match["last"], f"第 {number} 行") if match["last"] else first
        return {"name": match["name"], "first": first.isoformat(), "last": last.isoformat()}

    def clean_makeup_days(self) -> list[str]:
        """ISO dates from days apart by blanks, commas or lines."""
        words = [word for word in re.split(r"[\s,，、；;]+", self.cleaned_data["makeup_days"]) if word]
        return sorted({_day(word, "调休上班").isoformat() for word in words})


def _day(text: str, place: str) -> date:
    try:
        return parse_day(text)
    except Refused as error:
        raise forms.ValidationError(f"{place}：“{text[:20]}”不是日期。") from error


def text_of(notice: Any) -> dict[str, str]:
    """A notice's days as the form takes them."""
    return {
        "holidays": "\n".join(f"{one['name']} {one['first']} 至 {one['last']}" for one in notice.holidays),
        "makeup_days": " ".join(notice.makeup_days),
    }
