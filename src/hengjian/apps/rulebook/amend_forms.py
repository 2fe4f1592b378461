"""The form of an entry, made from its shape: plain values as fields, what hangs deeper as indented text."""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from django import forms

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.faults import FIELDS
from hengjian.kernel.citation import Reference
from hengjian.law.amending import DATED, EDITABLE
from hengjian.law.loader import SECTIONS
from hengjian.ui.fields import DayField

LONG = frozenset({"rule", "situation", "effect", "proof", "note", "overdue", "summary", "licence", "ban"})
CHOICE_WORDS: dict[str, str] = (
    wording.CONDUCT
    | wording.INSTRUMENT_KINDS
    | wording.CERTAINTY
    | wording.TEST_KINDS
    | {"working_days": "工作日", "days": "自然日", "hours": "小时", "months": "月", "years": "年"}
    | {"within": "在此期限内", "at_least": "至少", "before": "在事由之前", "after": "期满后生效"}
)
BODY = "body_"
"""Prefix of the entry's own fields in the form."""


def kind_of(section: str) -> type[Any]:
    """The dataclass of a section's entries."""
    return SECTIONS[EDITABLE[section]][section]


LAST = ("valid_from", "valid_to", "certainty", "note")


def in_reading_order(kind: type[Any]) -> list[Field[Any]]:
    """The fields of an entry as people read them: what it is first, since when and how sure last."""
    found = {one.name: one for one in fields(kind)}
    return [one for name, one in found.items() if name not in LAST] + [found[name] for name in LAST if name in found]


def plain_type(hint: Any) -> Any:
    """The hint without `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


class AmendmentForm(forms.Form):
    """What is changed, since when and why."""

    mode = forms.ChoiceField(label="方式", widget=forms.RadioSelect)
    valid_from = DayField(label="新文本起始日", required=False, help_text="“自某日起改为新文本”时填写")
    source = forms.CharField(label="依据文件", max_length=200, help_text="文件名和文号")
    reason = forms.CharField(label="修订理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, section: str, entry: dict[str, Any] | None, fixed_mode: str = "", **more: Any):
        super().__init__(*args, **more)
        self.section, self.entry = section, entry or {}
        self.fields["mode"].choices = self._modes(fixed_mode)  # type: ignore[attr-defined]
        self.fields["mode"].initial = self.fields["mode"].choices[0][0]  # type: ignore[attr-defined]
        if section not in DATED:
            del self.fields["valid_from"]
        kind = kind_of(section)
        hints = get_type_hints(kind)
        for one in in_reading_order(kind):
            if one.name == "valid_to" and section in DATED and entry is None:
                continue
            needed = one.default is MISSING and one.default_factory is MISSING
            self.fields[BODY + one.name] = _field(one.name, plain_type(hints[one.name]), needed, self.entry)

    def _modes(self, fixed: str) -> list[tuple[str, str]]:
        if not self.entry:
            return [("add", "新增条目")]
        modes = [("succeed", "自某日起改为新文本")] if self.section in DATED else []
        modes.append(("correct", "更正录入（替换这一版本）"))
        return [one for one in modes if not fixed or one[0] == fixed] or modes

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("mode") == "succeed" and not values.get("valid_from"):
            self.add_error("valid_from", "请填写新文本从哪一天起适用")
        return values

    @property
    def general(self) -> list[forms.BoundField]:
        """The fields about the amendment."""
        return [self[name] for name in self.fields if not name.startswith(BODY)]

    @property
    def own(self) -> list[forms.BoundField]:
        """The fields of the entry itself."""
        return [self[name] for name in self.fields if name.startswith(BODY)]

    def body(self) -> str:
        """The entry as YAML text, in the order of its shape; what was left empty is left out."""
        made: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name.startswith(BODY):
                taken = self.fields[name].to_law(value) if hasattr(self.fields[name], "to_law") else value
                if taken not in (None, "", [], False):
                    made[name.removeprefix(BODY)] = taken
        for name in _required_flags(kind_of(self.section)):
            made.setdefault(name, False)
        if self.cleaned_data.get("mode") == "succeed":
            made |= {"valid_from": self.cleaned_data["valid_from"]}
            made.pop("valid_to", None)
        return yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=110)


def _required_flags(kind: type[Any]) -> list[str]:
    hints = get_type_hints(kind)
    return [f.name for f in fields(kind) if hints[f.name] is bool and f.default is MISSING]


class ListField(forms.CharField):
    """A list of short texts, one a line; their own commas stay."""

    def to_law(self, value: str) -> list[str]:
        """The parts, without empty ones."""
        return [line.strip() for line in value.splitlines() if line.strip()]


class NestedField(forms.CharField):
    """What hangs deeper, as indented text."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return yaml.safe_load(text) if text else None
        except (yaml.YAMLError, ValueError) as broken:
            mark = getattr(broken, "problem_mark", None)
            place = f"第 {mark.line + 1} 行" if mark else ""
            raise forms.ValidationError(f"{place}写法不合要求，无法读取；请保持每行的缩进和“- ”") from None


class DayText(DayField):
    """A day of the entry."""


def _field(name: str, hint: Any, needed: bool, entry: dict[str, Any]) -> forms.Field:
    label, value = FIELDS.get(name, name), entry.get(name)
    common: dict[str, Any] = {"label": label, "required": needed, "initial": value}
    if hint is bool:
        return forms.BooleanField(**common | {"required": False})
    if hint is int:
        return forms.IntegerField(**common)
    if hint is date:
        return DayText(**common)
    if get_origin(hint) is Literal:
        choices = [(one, CHOICE_WORDS.get(one, one)) for one in get_args(hint)]
        return forms.ChoiceField(choices=choices if needed else [("", "—"), *choices], **common)
    if get_origin(hint) is tuple:
        inner = plain_type(get_args(hint)[0])
        if is_dataclass(inner) and inner is not Reference:
            text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100) if value else ""
            rows = min(24, max(4, text.count("\n") + 1))
            widget = forms.Textarea(attrs={"rows": rows, "class": "mono", "spellcheck": "false"})
            return NestedField(**common | {"initial": text, "widget": widget})
        listed = [str(one) for one in value or []]
        widget = forms.Textarea(attrs={"rows": max(2, len(listed))})
        return ListField(**common | {"initial": "\n".join(listed), "help_text": "一行一个", "widget": widget})
    if hint in (str, Decimal, Reference):
        widget = forms.Textarea(attrs={"rows": 3}) if name in LONG else forms.TextInput()
        return forms.CharField(**common | {"widget": widget, "max_length": 4000})
    raise TypeError(f"no field for {name}: {hint}")


class DecisionForm(forms.Form):
    """A word on the decision."""

    note = forms.CharField(label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
