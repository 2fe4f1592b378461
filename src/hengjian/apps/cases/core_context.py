"""What the core knows for a document of the case: the keys that form definitions read by dotted path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hengjian.apps.cases.models import Case, Party
from hengjian.apps.cases.noticing import latest_notices
from hengjian.apps.cases.reviewing import ground_text
from hengjian.apps.cases.sealing import unseal_id
from hengjian.apps.cases.sums import yuan
from hengjian.apps.cases.wording import REFUSAL_GROUNDS
from hengjian.law.deadlines import clock_on

RIGHTS = "自收到告知书之日起五个工作日内，你（单位）有权陈述、申辩；逾期未提出的，视为放弃。"
HEARING_RIGHTS = "自收到告知书之日起五个工作日内，你（单位）有权陈述、申辩，并可以要求听证；逾期未提出的，视为放弃。"


def contribute(case: Case, form: str, on: date) -> Mapping[str, Any]:
    """The keys for one form; a document about one party takes the first."""
    parties = list(case.parties.all())
    first = parties[0] if parties else None
    return {
        "case": _case(case),
        "parties": [_party(one) for one in parties],
        "party": _party(first) if first else {},
        "officers": _officers(case),
        "contraventions": _contraventions(case),
        "review": _review(case),
        "notice": _notice(case, first),
        "defence": _defence(case),
        "hearing": _hearing(case),
        "collective": _collective(case),
        "decision": _decision(case, first, on),
        "report": {"process": case.report, "proposal": case.proposal or case.report},
    }


def for_party(case: Case, party: Party, on: date) -> Mapping[str, Any]:
    """The keys that change when a document is about another party."""
    return {"party": _party(party), "notice": _notice(case, party), "decision": _decision(case, party, on)}


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "title": case.title,
        "source": case.get_source_code_display(),
        "source_code": case.source_code,
        "source_on": case.source_on,
        "facts": case.facts,
        "filed_on": case.filed_on,
        "basis": "《市场监督管理行政处罚程序规定》第十九条",
        "violation_text": case.violation_text,
        "occurred_from": case.occurred_from,
        "occurred_to": case.occurred_to,
        "place": case.place,
        "state": case.get_state_display(),
        "report": case.report,
        "proposal": case.proposal,
        "refusal": REFUSAL_GROUNDS.get(case.refusal_code, ""),
        "reason": case.reason,
    }


def _party(party: Party) -> dict[str, Any]:
    person = party.kind == "person"
    return {
        "kind": party.get_kind_display(),
        "name": party.name,
        "id_label": "身份证件号码" if person else "统一社会信用代码",
        "id_text": unseal_id(party.id_sealed) if person else party.code,
        "legal_rep": party.legal_rep,
        "address": party.address,
        "phone": party.phone,
        "post": party.post,
    }


def _officers(case: Case) -> list[dict[str, str]]:
    rows = case.officers.filter(to_on__isnull=True).select_related("user")
    return [{"name": one.user.name, "enforcement_no": one.enforcement_no} for one in rows]


def _contraventions(case: Case) -> list[dict[str, str]]:
    rows = case.contraventions.filter(struck_at__isnull=True).select_related("party")
    return [
        {
            "party": one.party.name,
            "title": one.title,
            "article": one.article,
            "law_text": one.article,
            "penalty_article": one.penalty_article,
            "proposal": one.proposal or (f"罚款{yuan(one.proposed_fen)}" if one.proposed_fen else ""),
        }
        for one in rows
    ]


def _review(case: Case) -> dict[str, Any]:
    last = case.reviews.select_related("reviewer").order_by("round").last()
    if last is None:
        return {}
    return {
        "kind": last.get_kind_display(),
        "ground": ground_text(last.ground),
        "reviewer": last.reviewer.name if last.reviewer else "",
        "opinion": last.opinion,
        "on": last.reviewed_on,
    }


def _notice(case: Case, party: Party | None) -> dict[str, Any]:
    found = latest_notices(case).get(party.pk) if party else None
    if found is None:
        return {}
    return {
        "proposed": found.proposed,
        "facts": found.facts,
        "reasons": found.facts,
        "basis": found.basis,
        "rights": HEARING_RIGHTS if found.hearing_right else RIGHTS,
    }


def _defence(case: Case) -> dict[str, Any]:
    last = case.statements.filter(kind="statement").order_by("received_on", "pk").last()
    if last is None:
        return {}
    return {
        "text": last.text,
        "on": last.received_on,
        "accepted": last.get_answer_display(),
        "reason": last.answer_reason,
    }


def _hearing(case: Case) -> dict[str, Any]:
    last = case.hearings.select_related("chair", "recorder").order_by("pk").last()
    if last is None:
        return {}
    return {
        "on": last.held_on,
        "place": last.place,
        "chair": last.chair.name,
        "recorder": last.recorder.name,
        "attendees": last.attendees,
        "record": last.record,
        "report": last.report,
    }


def _collective(case: Case) -> dict[str, Any]:
    last = case.collectives.order_by("held_on", "pk").last()
    if last is None:
        return {}
    names = ("place", "chair", "attendees", "opinions", "conclusion")
    return {"on": last.held_on} | {name: getattr(last, name) for name in names}


def remedies_on(on: date) -> str:
    """How a decision may be challenged, with the periods in force on the day it is written."""
    review, court = clock_on("ARL-20", on).rule, clock_on("ALL-46", on).rule
    return f"可以依法申请行政复议或者提起行政诉讼：{review}；{court}。复议、诉讼期间，本决定不停止执行。"


def _decision(case: Case, party: Party | None, on: date) -> dict[str, Any]:
    last = case.decisions.filter(party=party).order_by("round").last() if party else None
    if last is None:
        return {}
    return {
        "kind": last.get_outcome_display(),
        "facts": case.facts or case.report,
        "remedies": remedies_on(on),
        "text": last.text,
        "amount_text": yuan(last.fine_fen) if last.fine_fen else "",
        "fine": last.fine_fen,
        "confiscated": last.confiscated_fen,
        "basis": last.basis,
        "reasons": last.reasons,
        "benchmark": last.benchmark,
        "deviation": last.deviation,
        "on": last.decided_on,
    }
