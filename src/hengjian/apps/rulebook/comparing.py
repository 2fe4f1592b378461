"""Two states of the rulebook side by side: entry by entry, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from hengjian.apps.rulebook.amend_forms import CHOICE_WORDS, in_reading_order
from hengjian.apps.rulebook.faults import FIELDS
from hengjian.apps.rulebook.lists import SECTIONS as LISTS
from hengjian.law.amending import EDITABLE
from hengjian.law.loader import Lawbook
from hengjian.law.schema import IDENTITY_KEYS

SECTION_WORDS = {
    "instruments": "instruments",
    "articles": "articles",
    "violations": "violations",
    "sector_rules": "sector",
    "clocks": "clocks",
    "checklists": "checklists",
    "test_standards": "standards",
    "thresholds": "thresholds",
    "fields": "fields",
}
"""Section of the data → section of the pages."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of an entry on both sides."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that differs: `kind` is added, ended or changed."""

    section: str
    section_label: str
    page: str
    id: str
    title: str
    kind: str
    lines: tuple[Line, ...]


KIND_WORDS = {"added": "新增", "ended": "不再适用", "changed": "改了"}


def label_of(section: str) -> str:
    """The Chinese name of a section of the data."""
    return LISTS[SECTION_WORDS[section]].label


def compare(old: Lawbook, new: Lawbook) -> list[Change]:
    """What differs between two books (as of two days, or before and after an amendment), by section and id."""
    found = []
    for section in EDITABLE:
        before, after = _by_name(getattr(old, section)), _by_name(getattr(new, section))
        for name in sorted(set(before) | set(after)):
            left, right = before.get(name), after.get(name)
            lines = tuple(_lines(left, right))
            if not lines:
                continue
            kind = "changed" if left and right else "added" if right else "ended"
            title = _title((right or left or ("",))[-1])
            found.append(Change(section, label_of(section), SECTION_WORDS[section], name, title, kind, lines))
    return found


def _by_name(entries: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    made: dict[str, tuple[Any, ...]] = {}
    for one in entries:
        made[_name(one)] = (*made.get(_name(one), ()), one)
    return made


def _name(entry: Any) -> str:
    return next(str(getattr(entry, key)) for key in IDENTITY_KEYS if hasattr(entry, key))


def _title(entry: Any) -> str:
    return str(getattr(entry, "title", "") or getattr(entry, "heading", ""))


def _lines(old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> Iterable[Line]:
    shape = (new or old or ())[-1]
    for one in in_reading_order(type(shape)):
        left = "；".join(_text(getattr(entry, one.name)) for entry in old or ())
        right = "；".join(_text(getattr(entry, one.name)) for entry in new or ())
        if left != right:
            yield Line(FIELDS.get(one.name, one.name), left or "—", right or "—")


def _text(value: Any) -> str:
    if value is None or value == ():
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "；".join(_text(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "instrument") and hasattr(value, "article"):
            return str(value)
        parts = ((FIELDS.get(f.name, f.name), getattr(value, f.name)) for f in fields(value))
        return "，".join(f"{label} {_text(inner)}" for label, inner in parts if inner not in (None, (), False))
    if isinstance(value, date):
        return value.isoformat()
    return CHOICE_WORDS.get(str(value), str(value))
