"""The sections of the core: contraventions, notices, review and hearing, decision, parties, investigators, consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases import party_papers, sections
from hengjian.apps.cases.contraventions import STATES as FACT_STATES
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.noticing import AFTER_NOTICE
from hengjian.apps.cases.parties import STATES as PARTY_STATES
from hengjian.apps.cases.procedures import BEFORE_FILING, OPEN
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.sections import Section
from hengjian.apps.cases.selectors import is_investigator
from hengjian.apps.cases.sums import yuan


def register_all() -> None:
    """Put the core's sections on the page."""
    sections.register(
        Section("contraventions", "违法事实与条文", 10, "cases/sections/contraventions.html", _contraventions),
        Section("notices", "处罚告知与陈述申辩", 30, "cases/sections/notices.html", _notices),
        Section("reviews", "审核、听证和集体讨论", 40, "cases/sections/reviews.html", _reviews),
        Section("party_papers", "告知书和决定书", 45, "cases/sections/party_papers.html", party_papers.section),
        Section("decisions", "处理决定", 50, "cases/sections/decisions.html", _decisions),
        Section("facts", "案情", 5, "cases/sections/facts.html", _facts),
        Section("parties", "当事人", 10, "cases/sections/parties.html", _parties, "aside"),
        Section("officers", "办案人员", 20, "cases/sections/officers.html", _officers, "aside"),
        Section("consents", "上级同意", 30, "cases/sections/consents.html", _consents, "aside"),
    )


def _may_handle(case: Case, user: User, today: date, states: tuple[str, ...], *, own: bool) -> bool:
    """Whether the person may enter things of this kind now."""
    if case.state not in states or may(user, "case.handle", case, on=today) is None:
        return False
    return not own or is_investigator(case, user, today)


def _facts(case: Case, user: User, today: date) -> Mapping[str, Any]:
    return {}


def _contraventions(case: Case, user: User, today: date) -> Mapping[str, Any]:
    rows = rows_of(case, "contraventions")
    orders = rows_of(case, "orders")
    lines = [
        {
            "row": row,
            "chosen": row.choice.get("chosen", {}),
            "range": _range(row.choice.get("chosen", {})),
            "fine": yuan(row.proposed_fen) if row.proposed_fen is not None else "",
            "orders": [one for one in orders if one.contravention_id == row.pk],
        }
        for row in rows
    ]
    return {"lines": lines, "may_enter": _may_handle(case, user, today, FACT_STATES, own=True)}


def _range(chosen: Mapping[str, Any]) -> str:
    if chosen.get("high") is None:
        return "；".join(f"缺少{one}" for one in chosen.get("missing", ()))
    return f"{yuan(chosen['low'])}至{yuan(chosen['high'])}" if chosen["low"] else f"{yuan(chosen['high'])}以下"


def _notices(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    rows = rows_of(case, "notices")
    if not rows:
        return None
    said = rows_of(case, "statements")
    lines = [{"row": row, "said": [one for one in said if one.notice_id == row.pk]} for row in rows]
    return {"notices": lines, "may_enter": _may_handle(case, user, today, AFTER_NOTICE, own=False)}


def _reviews(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    reviews = rows_of(case, "reviews")
    hearings = rows_of(case, "hearings")
    collectives = rows_of(case, "collectives")
    if not (reviews or hearings or collectives):
        return None
    waits = [one for one in hearings if case.state == "hearing" and one.held_on and not one.record]
    may_record = bool(waits) and may(user, "case.hear", case, on=today) is not None
    return {"reviews": reviews, "hearings": hearings, "collectives": collectives, "may_record": may_record}


def _decisions(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    rows = rows_of(case, "decisions")
    return {"decisions": rows} if rows else None


def _parties(case: Case, user: User, today: date) -> Mapping[str, Any]:
    rows = rows_of(case, "parties")
    return {"parties": rows, "may_enter": _may_handle(case, user, today, PARTY_STATES, own=False)}


def _officers(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    rows = rows_of(case, "officers")
    recusals = rows_of(case, "recusals")
    return {
        "officers": rows,
        "recusals": recusals,
        "may_enter": bool(rows) and _may_handle(case, user, today, (*BEFORE_FILING, *OPEN), own=False),
        "may_answer": may(user, "case.approve", case, on=today) is not None,
    }


def _consents(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    rows = rows_of(case, "consents")
    may_ask = _may_handle(case, user, today, OPEN, own=False)
    if not rows and not may_ask:
        return None
    lines = [
        {
            "row": row,
            "may_answer": row.granted is None and may(user, "case.consent", row.organ_asked, on=today) is not None,
        }
        for row in rows
    ]
    return {"lines": lines, "may_ask": may_ask}
