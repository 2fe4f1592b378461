"""What pages show of documents: tags, actions, the section that a thing's own page includes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.documents.access import access_of, kind_of
from hengjian.apps.documents.models import Document, DocumentSet
from hengjian.apps.documents.policies import actor_on
from hengjian.apps.documents.selectors import documents_of, sets_of
from hengjian.law.paper import FAMILIES, Form, form
from hengjian.law.paper import forms_on as all_forms_on
from hengjian.ui.parts import Action, Work

TAGS = {"draft": "warn", "issued": "ok", "replaced": "line", "discarded": "line", "void": "bad"}
KINDS = {
    "text": "文字",
    "long": "长文字",
    "date": "日期",
    "moment": "日期和时间",
    "money": "金额",
    "number": "数",
    "list": "清单",
    "people": "人员",
    "opinion": "意见与签名",
    "mark": "是否",
}
LAYOUTS = {"letter": "公文", "table": "表格", "record": "笔录", "strip": "封条", "cover": "卷皮"}
VOLUME_LABELS = {"main": "正卷", "side": "副卷", "none": "不编页"}


@dataclass(frozen=True, slots=True)
class SectionOfThing:
    """The documents of a thing as its page shows them; `may_draw` adds the way to draw one up."""

    documents: list[Document]
    sets: list[DocumentSet]
    url: str
    whole_url: str
    may_draw: bool


def section_of(thing: Model, *, user: User, on: date) -> SectionOfThing:
    """What `documents/_section.html` shows (context name `documents`); two queries."""
    kind = kind_of(thing)
    rows = list(documents_of(thing))
    return SectionOfThing(
        documents=rows,
        sets=[one for one in sets_of(thing)[:3] if one.state != "done"],
        url=reverse("documents:of", args=[kind, thing.pk]),
        whole_url=reverse("documents:whole", args=[kind, thing.pk]) if any(one.issued_on for one in rows) else "",
        may_draw=actor_on(user, kind, thing, "document.issue", on=on) is not None,
    )


def offered_for(thing: Model, *, on: date) -> list[Form]:
    """The forms that may be drawn up by hand on a thing: those its app offers, else all."""
    offers = access_of(kind_of(thing)).offers
    if offers is None:
        return list(all_forms_on(on))
    return [form(one, on) for one in offers(thing)]


def work_of(row: DocumentSet) -> Work:
    """The progress of a set."""
    state = row.state
    act = reverse("documents:act_on_set", args=[row.pk, "cancel" if state in ("waiting", "running") else "resume"])
    return Work(
        title=f"成套制作 {row.total} 份文书",
        state=state,
        share=row.done / row.total if row.total else None,
        progress=f"{row.done} / {row.total} 份",
        facts=row.label,
        cancel=Action("停下", act, method="post") if state in ("waiting", "running") else None,
        cancel_note="已经做好的保留",
        after=Action("继续制作", act, method="post") if state in ("failed", "cancelled") else None,
        error=row.label if state == "failed" else "",
        poll_url=reverse("documents:set", args=[row.pk]),
    )


def family_of(one: Form) -> str:
    """The Chinese name of the family of a form."""
    return FAMILIES[one.family]


def fact_rows(one: Form) -> list[dict[str, Any]]:
    """The facts of a form for the page that lists them."""
    return [
        {
            "label": fact.label,
            "key": fact.key,
            "kind": KINDS[fact.kind],
            "needed": fact.key in one.needs,
            "columns": "、".join(column.label for column in fact.columns),
        }
        for fact in one.facts
    ]
