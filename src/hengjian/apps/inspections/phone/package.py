"""What a phone gets of a task: list, law, answers so far, drawn reports, an extract of the dossier.

Personal data only as far as the officer's own page shows them: names and posts of key people, no numbers, no phones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.inspections import tracing
from hengjian.apps.inspections.checklist import Group, Item, checklist_of
from hengjian.apps.inspections.models import CheckAnswer, Finding, Inspection, OnSite, Receipt
from hengjian.apps.inspections.officers import card_of
from hengjian.apps.inspections.phone.deciding import conflicts_of
from hengjian.apps.inspections.phone.extract import extract_of
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.selectors import attachments_of, findings_of, my_inspections, sampled_of
from hengjian.apps.plans.guard import ask
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import article_as_of

TASKS_MOST = 30
ALERTS_MOST = 20
CHOICES = {
    "answers": [list(one) for one in CheckAnswer.ANSWERS],
    "effects": [list(one) for one in Finding.EFFECTS],
    "severities": [list(one) for one in Finding.SEVERITIES],
    "handlings": [list(one) for one in Finding.HANDLINGS],
    "signings": [list(one) for one in OnSite.SIGNINGS],
    "traces": [list(one) for one in tracing.ANSWERS.items()],
}
RECORD = (
    "cards_shown", "recusal_asked", "recusal_answer", "present_name", "present_role", "facts_found", "statement",
    "signing", "refusal_reason", "witness_name", "witness_role", "version",
)  # fmt: skip


def tasks_of(user: User, *, on: date) -> list[Inspection]:
    """The tasks that the person carries on the phone: own ones that are not ended, by planned day."""
    rows: QuerySet[Inspection] = my_inspections(user, on=on).select_related(
        "institution", "institution__organ", "organ", "lead", "member", "visit", "on_site"
    )
    return list(rows[:TASKS_MOST])


def package_of(task: Inspection, user: User, *, on: date) -> dict[str, Any]:
    """One task as plain JSON values."""
    alerts = list(
        alerts_seen_by(user, on=on).filter(institution=task.institution, state__in=("open", "confirmed"))[:ALERTS_MOST]
    )
    clients = _client_ids(task)
    return {
        "number": task.number,
        "title": task.title,
        "state": task.state,
        "state_label": task.get_state_display(),
        "kind_label": task.get_kind_display(),
        "planned_on": task.planned_on.isoformat(),
        "origin_label": task.origin_label,
        "institution": {
            "name": task.institution.name,
            "uscc": task.institution.uscc,
            "address": task.institution.address,
        },
        "officers": [_officer(one, on) for one in (task.lead, task.member)],
        "experts": [one.name for one in task.experts.all()],
        "visits": _visits(task, on),
        "groups": [_group(one, alerts, on) for one in checklist_of(task)],
        "answers": {one.item_id: _answer(one) for one in task.answers.select_related("by")},
        "findings": [_finding(one, clients) for one in findings_of(task)],
        "attachments": [_attachment(one, clients) for one in attachments_of(task)],
        "record": _record(task),
        "entries": [
            {
                "by": one.by.name,
                "by_id": one.by_id,
                "at": one.happened_at.isoformat(),
                "method": one.get_method_display(),
            }
            for one in task.entries.select_related("by")
        ],
        "reports": [_report(one) for one in sampled_of(task)],
        "conflicts": [conflict_json(one) for one in conflicts_of(task)],
        "choices": CHOICES,
        "dossier": extract_of(task.institution, alerts, on=on),
    }


def _client_ids(task: Inspection) -> dict[tuple[str, int], str]:
    rows = Receipt.objects.filter(inspection=task, action__in=("finding", "attach"))
    return {(action, thing): client for action, thing, client in rows.values_list("action", "thing_id", "client_id")}


def _officer(user: Any, on: date) -> dict[str, Any]:
    card = card_of(user, on=on)
    return {"id": user.pk, "name": user.name, "card": card.enforcement_no if card else ""}


def _visits(task: Inspection, on: date) -> str:
    answer = ask(institution=task.institution, organ=task.organ, day=task.planned_on, on=on, ignore=task.visit)
    return f"今年第 {answer.used + 1} 次，上限 {answer.cap} 次" if task.visit.counted else "不计入上限的例外检查"


def _group(group: Group, alerts: Sequence[Alert], on: date) -> dict[str, Any]:
    return {"id": group.id, "title": group.title, "items": [_item(one, alerts, on) for one in group.items]}


def _item(item: Item, alerts: Sequence[Alert], on: date) -> dict[str, Any]:
    kinds = {one.id for one in item.violations}
    hints = [
        [["预警", one.title], ["编号", one.number], ["行为日", one.occurred_on.isoformat() if one.occurred_on else ""]]
        for one in alerts
        if one.violation and one.violation in kinds
    ]
    return {
        "id": item.id,
        "short": item.short,
        "text": item.text,
        "how": item.how,
        "articles": [f"{one.text}　{one.summary}" for one in item.articles],
        "standards": list(item.standards),
        "violations": [{"id": one.id, "title": one.title, "article": _article(one.id, on)} for one in item.violations],
        "hints": hints,
    }


def _article(violation_id: str, on: date) -> str:
    try:
        found = article_as_of(violation_id, on)
    except NotFound:
        return ""
    return f"{found.text}　{found.summary}"


def _answer(row: CheckAnswer) -> dict[str, Any]:
    return {
        "answer": row.answer,
        "note": row.note,
        "version": row.version,
        "by": row.by.name,
        "by_id": row.by_id,
        "at": row.happened_at.isoformat(),
    }


def _finding(row: Finding, clients: dict[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "client_id": clients.get(("finding", row.pk), ""),
        "number": row.number,
        "item_id": row.item_id,
        "text": row.text,
        "article": row.article,
        "severity": row.severity,
        "handling": row.handling,
        "limit_on": row.limit_on.isoformat() if row.limit_on else "",
        "by": row.by.name,
    }


def _attachment(row: Any, clients: dict[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "client_id": clients.get(("attach", row.pk), ""),
        "item_id": row.item_id,
        "kind": row.kind,
        "caption": row.caption,
        "file_name": row.file_name,
        "at": row.happened_at.isoformat(),
        "by": row.by.name,
    }


def _record(task: Inspection) -> dict[str, Any]:
    site = getattr(task, "on_site", None)
    return {name: getattr(site, name) for name in RECORD} if site else {"version": 0}


def _report(row: Any) -> dict[str, Any]:
    return {
        "id": row.report_id,
        "report_no": row.report_no or row.report_id,
        "issued_on": row.issued_on.isoformat() if row.issued_on else "",
        "pi": row.pi,
        "ticket": row.ticket,
        "rank": row.rank,
        "alerts": row.alerts,
        "steps": [
            {key: one[key] for key in ("key", "label", "state", "text", "rows")}
            | {"state_label": tracing.STATES[one["state"]]}
            for one in row.traced.get("steps", ())
        ],
        "answers": {
            key: {"answer": one["answer"], "note": one["note"]} for key, one in row.traced.get("answers", {}).items()
        },
        "traced_at": row.traced_at.isoformat() if row.traced_at else "",
    }


def conflict_json(entry: PhoneEntry) -> dict[str, Any]:
    """Both sides of a collision in words."""
    arrived = {"by": entry.author.name, "at": entry.happened_at.isoformat(), **_words(entry.kind, entry.payload)}
    standing = {"by": entry.standing["by"], "at": entry.standing["at"], **_words(entry.kind, entry.standing)}
    title = f"检查项 {entry.subject.removeprefix('CK-')}" if entry.kind == "answer" else "检查笔录"
    return {
        "uuid": entry.uuid,
        "kind": entry.kind,
        "subject": entry.subject,
        "title": title,
        "standing": standing,
        "arrived": arrived,
    }


def _words(kind: str, said: dict[str, Any]) -> dict[str, str]:
    if kind == "answer":
        return {"words": dict(CheckAnswer.ANSWERS).get(said.get("answer", ""), ""), "note": said.get("note", "")}
    return {"words": said.get("facts_found", ""), "note": said.get("statement", "")}
