"""What the core of cases registers when the app starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.cases import context, core_acts, core_context, core_sections, listeners, rules
from hengjian.apps.cases.following import after_lead
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.origins import lead_of
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.documents import access
from hengjian.apps.leads import following as leads_following
from hengjian.apps.leads.services import mark_answered
from hengjian.apps.record import wording
from hengjian.apps.record.services import Actor
from hengjian.ui import navigation
from hengjian.ui.navigation import Item

VERBS = {
    "case.register": "登记案件",
    "case.add_party": "登记当事人",
    "case.remove_party": "删去当事人",
    "case.add_contravention": "登记违法事实",
    "case.change_contravention": "更正违法事实",
    "case.strike_contravention": "删去违法事实",
    "case.propose_fine": "裁量计算",
    "case.order_correction": "责令改正",
    "case.recheck": "复查",
    "case.notice_served": "告知书送达",
    "case.statement": "记录当事人答复",
    "case.answer_statement": "复核陈述、申辩",
    "case.hearing_record": "听证笔录",
    "case.ask_recusal": "登记回避申请",
    "case.answer_recusal": "决定回避",
    "case.ask_consent": "报请上级同意",
    "case.answer_consent": "答复报请",
}
OFFERED: dict[str, tuple[str, ...]] = {
    "proposed": ("PEN-1",),
    "filing": ("PEN-1", "PEN-7"),
    "refused": ("PEN-1", "PEN-7"),
    "investigating": ("PEN-1", "PEN-7", "PEN-8", "PEN-9", "PEN-33"),
    "suspended": ("PEN-8",),
    "concluded": ("PEN-35",),
    "reviewing": ("PEN-35", "PEN-36"),
    "reviewed": ("PEN-36",),
    "cleared": ("PEN-36",),
    "notified": ("PEN-38",),
    "hearing": ("PEN-39", "PEN-40"),
    "heard": ("PEN-40", "PEN-41"),
    "post_review": ("PEN-36",),
    "ready": ("PEN-42", "PEN-43"),
    "collective": ("PEN-42", "PEN-43"),
    "decided": ("PEN-43",),
    "no_penalty": ("PEN-43",),
}
"""Forms that a step needs; notices and decisions are made by `party_papers`, others by their own parts."""


def register() -> None:
    """Rules, moves, sections, document context, words, navigation, and the answer to the lead."""
    rules.register_all()
    core_acts.register_all()
    core_sections.register_all()
    context.register(core_context.contribute)
    access.register(
        "cases.case",
        cases_seen_by,
        context.document_context,
        write="case.handle",
        url=lambda case: reverse("cases:show", args=[case.number]),
        offers=lambda case: OFFERED.get(case.state, ()),
    )
    listeners.on_moved("close", answer_lead)
    leads_following.offer(after_lead)
    wording.name_procedure(CASE)
    wording.name_verbs(VERBS)
    navigation.register(
        Item("cases", "案件", "cases:list", permission="case.view", counter=_waiting, order=10),
        Item("cases", "登记案件", "cases:register", permission="case.register", order=20),
    )


def _answer_of(case: Case) -> tuple[str, str]:
    """What the lead is told: a reward and 查处 follow only from a penalty that stands."""
    last = [case.decisions.filter(party=party).order_by("round").last() for party in case.parties.all()]
    if case.steps.filter(action="annul").exists() and not any(one and one.outcome == "penalty" for one in last):
        return "other", f"案件 {case.number} 的决定已被撤销，已结案。"
    if any(one is not None and one.outcome == "penalty" for one in last):
        return "case", f"案件 {case.number} 已作出行政处罚并结案。"
    if case.steps.filter(action="transfer_case").exists():
        return "transferred", f"案件 {case.number} 已移送有管辖权的机关。"
    return "other", f"案件 {case.number} 已结案，没有给予行政处罚。"


def answer_lead(*, case: Case, action: str, actor: Actor, now: datetime) -> None:
    """The lead behind a case that is closed has its answer (件件有回音)."""
    lead = lead_of(case.origin_kind, case.origin_id)
    if lead is None or lead.state != "filed":
        return
    kind, text = _answer_of(case)
    mark_answered(
        lead=lead,
        kind=kind,
        text=text,
        ref_label=f"案件 {case.number}",
        ref_url=reverse("cases:show", args=[case.number]),
        actor=actor,
        now=now,
    )


def _waiting(user: Any) -> Any:
    from django.utils import timezone

    from hengjian.apps.cases.waiting import cases_waiting
    from hengjian.ui.navigation import Count

    total = cases_waiting(user, on=timezone.localdate()).count()
    return Count(total) if total else None
