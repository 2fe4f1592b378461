"""Which items of the check lists a task asks, as of the day of the visit, with articles as they then stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from hengjian.apps.inspections.models import CheckAnswer, Inspection
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import ArticleInForce, cite, violation
from hengjian.law.loader import lawbook
from hengjian.law.models import CheckItem, Checklist, Violation


@dataclass(frozen=True, slots=True)
class Item:
    """One point to check: `articles` with the numbers of that day, `violations` what it may turn out to be."""

    id: str
    text: str
    how: str
    group: str
    articles: tuple[ArticleInForce, ...]
    standards: tuple[str, ...]
    violations: tuple[Violation, ...]

    @property
    def short(self) -> str:
        """`D2` of `CK-D2`."""
        return self.id.removeprefix("CK-")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of items, A to L."""

    id: str
    title: str
    items: tuple[Item, ...]


def all_groups(on: date) -> tuple[tuple[str, str], ...]:
    """(id, title) of every list in force on the day."""
    return tuple((one.id, f"{one.id.removeprefix('CK-')}　{one.title}") for one in _lists(on))


def usual_groups(on: date) -> list[str]:
    """All lists: a task that names none asks everything."""
    return [one.id for one in _lists(on)]


def check_groups(groups: Iterable[str], on: date) -> list[str]:
    """The ids in the rulebook's order, without doubles; Refused for an unknown one or none at all."""
    known = [one.id for one in _lists(on)]
    wanted = set(groups)
    unknown = sorted(wanted - set(known))
    if unknown:
        raise Refused(f"规则库里没有检查清单“{unknown[0][:12]}”。", where={"field": "groups"})
    if not wanted:
        raise Refused("至少选一组检查清单。", where={"field": "groups"})
    return [one for one in known if one in wanted]


def checklist_of(inspection: Inspection) -> tuple[Group, ...]:
    """The task's groups with the items of its fields, as of the day of the visit."""
    return groups_for(inspection.groups, inspection.fields, on=visit_day(inspection))


def groups_for(groups: Sequence[str], fields: Sequence[str], *, on: date) -> tuple[Group, ...]:
    """Items of these lists that hold for one of these fields (items without a field hold for all)."""
    found = []
    for one in _lists(on):
        if one.id in groups:
            items = tuple(_item(entry, one, on) for entry in one.items if _fits(entry, fields))
            found.append(Group(one.id, one.title, items))
    return tuple(found)


def item_of(inspection: Inspection, item_id: str) -> Item:
    """The item of the task; Refused with a sentence where the task does not ask it."""
    for group in checklist_of(inspection):
        for item in group.items:
            if item.id == item_id:
                return item
    raise Refused(f"本次检查没有检查项“{item_id[:12]}”。", where={"field": "item_id"})


def progress_of(inspection: Inspection, answers: Iterable[CheckAnswer]) -> tuple[int, int]:
    """(answered, asked)."""
    asked = {item.id for group in checklist_of(inspection) for item in group.items}
    answered = {one.item_id for one in answers if one.answer != "unchecked"}
    return len(asked & answered), len(asked)


def visit_day(inspection: Inspection) -> date:
    """The day whose law and lists count: that of the end, of the beginning, else the planned one."""
    if inspection.ended_on is not None:
        return inspection.ended_on
    entered = inspection.visit.entered_at
    return timezone.localdate(entered) if entered is not None else inspection.planned_on


def _lists(on: date) -> list[Checklist]:
    return [one for one in lawbook().checklists if one.holds_on(on)]


def _fits(item: CheckItem, fields: Sequence[str]) -> bool:
    return not item.fields or not fields or bool(set(item.fields) & set(fields))


def _item(entry: CheckItem, group: Checklist, on: date) -> Item:
    articles = []
    for anchor in entry.anchors:
        try:
            articles.append(cite(anchor, on))
        except NotFound:
            continue
    kinds = tuple(violation(one) for one in entry.violations)
    return Item(entry.id, entry.text, entry.how, group.id, tuple(articles), entry.standards, kinds)
