"""Contexts that fill a form completely, and a thing with documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.documents import access
from hengjian.apps.documents.composing import Sheet, compose
from hengjian.apps.documents.filling import fill
from hengjian.apps.documents.services import draw_up
from hengjian.apps.documents.sets import draw_up_set
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institutions_seen_by
from hengjian.law.paper import Column, Fact, Form, form
from tests.apps.factories import NOW, TODAY, make_actor

ON = date(2026, 11, 1)
KIND = "registry.institution"
PEOPLE = [{"name": "张三", "enforcement_no": "37010001"}, {"name": "李四", "enforcement_no": "37010002"}]
VALUES: dict[str, Any] = {
    "long": "经查，三份报告没有原始记录。\n二、上述事实有笔录和报告复制件证明",
    "date": date(2026, 3, 5),
    "moment": "2026-03-05T09:30",
    "money": 12_000_000,
    "number": 12,
    "mark": True,
    "people": PEOPLE,
    "opinion": {"text": "同意", "by": "王五", "on": "2026-03-06"},
}


def value_of(one: Fact | Column) -> Any:
    """A value of the kind the fact has."""
    if isinstance(one, Fact) and one.kind == "list":
        return [{column.key: value_of(column) for column in one.columns} for _ in range(3)]
    return VALUES.get(one.kind, f"{one.label}甲")


def whole_context(definition: Form, *, without: str = "") -> dict[str, Any]:
    """A context that has every fact of the form but one."""
    context: dict[str, Any] = {"organ": {"name": "青石县市场监督管理局"}}
    for fact in definition.facts:
        if fact.key == without:
            continue
        *path, last = fact.key.split(".")
        node = context
        for step in path:
            node = node.setdefault(step, {})
        node[last] = value_of(fact)
    return context


def sheet(form_id: str, *, draft: bool = False) -> Sheet:
    """The sheet of a completely filled form."""
    definition = form(form_id, ON)
    number = f"青石市监{definition.number_word}〔2026〕12号" if definition.number_word else ""
    return compose(definition, fill(definition, whole_context(definition), on=ON), number=number, day=ON, draft=draft)


def offer_on_institutions() -> None:
    """Documents on institutions, as an app of its own would offer them."""
    access.register(
        KIND,
        lambda user, on: institutions_seen_by(user, on=on),
        context_of,
        write="institution.view",
        offers=lambda thing: ("PEN-33", "PEN-45", "PEN-50"),
    )


def document_things(lab: Institution, owner: User) -> dict[str, Any]:
    """A draft, a set and what else the pages of documents name."""
    offer_on_institutions()
    given: dict[str, Any] = {"thing": lab, "organ": lab.organ, "actor": make_actor(owner), "now": NOW, "today": TODAY}
    draft = draw_up(form="PEN-45", context=whole_context(form("PEN-45", TODAY)), **given)
    row = draw_up_set(forms=["PEN-50"], **given)
    return {
        "document": draft.pk,
        "document_set": row.pk,
        "document_action": "issue",
        "set_action": "cancel",
        "form_id": "PEN-45",
        "file_kind": "docx",
    }


def context_of(thing: Institution, form_id: str, on: date) -> dict[str, Any]:
    """What the record of an institution knows: everything a form asks."""
    return whole_context(form(form_id, on))
