"""The sections that evidence, measures, inquiries, commissions and letters put on the case page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, Q
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.custody import chain_breaks
from hengjian.apps.cases.evidence_matters import MATTERS, Matter
from hengjian.apps.cases.evidence_moving import COLLECTING
from hengjian.apps.cases.evidence_pages import tag_of
from hengjian.apps.cases.models import Case, Evidence
from hengjian.apps.cases.sections import Section, register
from hengjian.apps.clocks.models import UNFINISHED, Clock

TIMED = ("hold", "request", "letter")
"""Matters that have clocks of their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One matter on the case page."""

    thing: Any
    url: str
    tag: tuple[str, str]
    clock: Clock | None = None
    note: str = ""


def evidence(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    """All evidence with what does not close in its chain of custody."""
    rows = case.evidence.select_related("officer_one", "officer_two")
    rows = rows.prefetch_related("files", "custody", "contraventions")
    matter = MATTERS["item"]
    lines = [Line(one, matter.url(one), tag_of(matter, one), note=_custody(one)) for one in rows]
    return {"lines": lines, "free": _free(case, user, "evidence.take", today), "case": case}


def _custody(one: Evidence) -> str:
    broken = chain_breaks(one, list(one.custody.all()))
    return f"保管链断 {len(broken)} 处" if broken else ""


def _free(case: Case, user: User, code: str, today: date) -> bool:
    return case.state in COLLECTING and may(user, code, case, on=today) is not None


def measures(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    """Measures over things and commissions, with the days left."""
    holds = _lines(MATTERS["hold"], case.holds.all())
    out = _lines(MATTERS["appraisal"], case.appraisals.all())
    free = _free(case, user, "hold.take", today)
    return {"holds": holds, "appraisals": out, "free": free, "case": case} if holds or out or free else None


def asking(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    """Inquiries, requests for materials, letters of assistance."""
    inquiries = _lines(MATTERS["inquiry"], case.inquiries.all())
    requests = _lines(MATTERS["request"], case.requests.all())
    letters = _lines(MATTERS["letter"], case.letters.all())
    free = _free(case, user, "evidence.take", today)
    if not (inquiries or requests or letters or free):
        return None
    return {"inquiries": inquiries, "requests": requests, "letters": letters, "free": free, "case": case}


def _lines(matter: Matter, rows: Iterable[Any]) -> list[Line]:
    found = list(rows)
    if not found:
        return []
    clocks = _clocks_of(found[0].case)
    kind = matter.model._meta.label_lower
    return [Line(one, matter.url(one), tag_of(matter, one), clocks.get((kind, str(one.pk)))) for one in found]


def _clocks_of(case: Case) -> dict[tuple[str, str], Clock]:
    """The running clock of every matter of the case that ends first, asked once a page."""
    kept: dict[tuple[str, str], Clock] | None = case.__dict__.get("_clocks_of_matters")
    if kept is None:
        wanted = Q()
        for slug in TIMED:
            model = MATTERS[slug].model
            ids = model._default_manager.filter(case=case).annotate(key=Cast("pk", CharField())).order_by()
            wanted |= Q(thing_kind=model._meta.label_lower, thing_id__in=ids.values("key"))
        rows = Clock.objects.filter(wanted, state__in=UNFINISHED).order_by(F("due_on").desc(nulls_first=True))
        kept = case.__dict__["_clocks_of_matters"] = {(one.thing_kind, one.thing_id): one for one in rows}
    return kept


def register_all() -> None:
    """Put the sections on the case page."""
    register(
        Section("evidence", "证据", 40, "cases/sections/evidence.html", evidence),
        Section("measures", "强制措施、检测鉴定", 44, "cases/sections/measures.html", measures),
        Section("asking", "询问、材料、协助", 46, "cases/sections/asking.html", asking),
    )
