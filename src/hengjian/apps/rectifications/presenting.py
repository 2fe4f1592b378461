"""What the page of one item shows: where it stands, what to do next, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.record.selectors import events_of
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.opening import problem_types
from hengjian.apps.rectifications.overdue import level_of
from hengjian.apps.rectifications.procedures import ESCALATIONS, METHODS, RECTIFICATION, UNFINISHED, WITH_INSTITUTION
from hengjian.kernel.transitions import Move
from hengjian.law.loader import lawbook
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import iso_date, zh_date

PRIMARY = ("order", "answer", "strike_off")
"""The moves that bring an item forward, in this order; the others stay folded."""
FOR_INSTITUTION = (
    "order",
    "answer",
    "record_answer",
    "strike_off",
    "send_back",
    "extend",
    "withdraw",
    "reopen",
    "correct",
)
"""What an institution sees of an item's history: what was asked of it, what it answered, what came of it."""
LABELS = {move.action: move.label for move in RECTIFICATION.moves} | {"take": "列入台账"}
KINDS = {"strike_off": "good", "escalate": "hot", "send_back": "hot"}
NEXT = {
    "order": ("下达整改：定期限、写要求", "检查时没有定期限；机构要等下达后才开始整改"),
    "answer": ("写明整改情况，附上证明材料", "提交后由监管机关验收，验收所用的时间不算逾期"),
    "strike_off": ("验收：改到位的销号，没有改到位的退回", "由检查人员、承办过的人和代录人以外的人办理"),
}


def next_step(item: Rectification, moves: Sequence[Move], today: date) -> NextStep | None:
    """The band under the head for this person, or None."""
    actions = {move.action for move in moves}
    wanted = next((action for action in PRIMARY if action in actions), None)
    if wanted is None:
        return None
    text, detail = NEXT[wanted]
    if item.state == "returned" and wanted == "answer":
        text, detail = "按退回的理由再改，重新提交", item.reason
    button = "验收" if wanted == "strike_off" else LABELS[wanted]
    return NextStep(text, detail=detail, action=Action(button, f"#{wanted}"), due=due_text(item, today))


def due_text(item: Rectification, today: date) -> str:
    """期限2026年12月25日，剩 5 日 – or how late, or nothing."""
    if item.limit is None or item.state not in UNFINISHED:
        return ""
    if item.state not in WITH_INSTITUTION:
        return ""
    left = (item.limit - today).days
    when = "今天到期" if left == 0 else f"剩 {left} 日" if left > 0 else f"逾期 {-left} 日"
    return f"期限{zh_date(item.limit)}，{when}"


def limit_clock(item: Rectification, today: date, soon: int) -> tuple[str, str]:
    """Kind and words of the small clock: late, due soon, paused while the organ verifies, done."""
    if item.state in ("struck_off", "withdrawn"):
        return "done", item.get_state_display()
    if item.state == "answered":
        return "paused", "验收中，不计时"
    if item.limit is None:
        return "", "未定期限"
    left = (item.limit - today).days
    if left < 0:
        return "late", f"逾期 {-left} 日"
    return ("due" if left <= soon else ""), "今天到期" if left == 0 else f"剩 {left} 日"


def whose_turn(item: Rectification) -> str:
    """Whose turn it is, for somebody who may do nothing now."""
    return {
        "registered": f"等{item.organ.short_name}下达整改",
        "open": "等机构整改并提交材料",
        "returned": "等机构再改并重新提交",
        "answered": f"等{item.organ.short_name}的另一人验收",
        "struck_off": f"{iso_date(item.struck_off_on)} 销号",
        "withdrawn": "已撤销，不计入问题数",
    }[item.state]


def steps_of(item: Rectification) -> list[Step]:
    """Found → ordered → put right → verified → struck off."""
    if item.state == "withdrawn":
        return [Step("发现问题", "done", iso_date(item.found_on)), Step("撤销", "now")]
    place = {"registered": 1, "open": 2, "returned": 2, "answered": 3, "struck_off": 5}[item.state]
    labels = (
        ("发现问题", iso_date(item.found_on)),
        ("下达整改", iso_date(item.first_limit) + " 前" if item.first_limit else ""),
        ("机构整改", f"第 {item.rounds + 1} 次" if item.state == "returned" else ""),
        ("验收", ""),
        ("销号", iso_date(item.struck_off_on) if item.struck_off_on else ""),
    )
    return [
        Step(label, "done" if index < place else "now" if index == place else "", note)
        for index, (label, note) in enumerate(labels)
    ]


def facts_of(item: Rectification, *, today: date, institution: bool) -> list[tuple[str, str]]:
    """Responsible organ and person, days, field and type."""
    facts = [
        ("责任机关", item.organ.name),
        ("承办人", item.responsible.name if item.responsible else "未定"),
        ("发现", f"{iso_date(item.found_on)}　{item.found_by.name}"),
        ("领域", item.get_field_display() or "—"),
        ("问题类型", problem_types().get(item.problem_type, item.problem_type)),
        ("最初期限", iso_date(item.first_limit)),
        ("现在期限", iso_date(item.limit)),
        ("延期", f"{item.extensions} 次" if item.extensions else "没有"),
        ("答复", f"{item.rounds} 次" if item.rounds else "还没有"),
    ]
    if level := level_of(item, today):
        facts.append(("上报", ESCALATIONS[level]))
    if item.verified_by:
        facts.append(("验收人", item.verified_by.name))
    return [pair for pair in facts if not (institution and pair[0] == "上报")]


def history_of(item: Rectification, *, institution: bool) -> list[Event]:
    """What people and the system did, newest first; an institution sees its own side of it."""
    made = []
    for event in events_of(Rectification._meta.label_lower, item.pk):
        action = event.verb.partition(".")[2]
        if institution and action not in FOR_INSTITUTION:
            continue
        facts = event.after.get("facts", {})
        made.append(
            Event(
                when=event.at,
                text=f"{LABELS.get(action, event.verb)}　{event.actor_name}",
                kind=KINDS.get(action, "act"),
                note="；".join(part for part in _notes(action, facts, event.reason) if part),
            )
        )
    return made


def _notes(action: str, facts: dict[str, Any], reason: str) -> list[str]:
    notes = [reason]
    if facts.get("limit"):
        notes.append(f"期限 {facts['limit']}")
    if action in ("answer", "record_answer") and facts.get("evidence"):
        notes.append(f"证明材料 {len(facts['evidence'])} 份")
    if facts.get("method"):
        notes.append(METHODS.get(facts["method"], ""))
    if action == "assign":
        notes.append(f"改派给 {facts.get('responsible', '')}")
    if action == "escalate":
        notes.append(str(facts.get("level", "")))
    return notes


def task_url(item: Rectification, user: Any, *, on: date) -> str:
    """The page of the inspection that found it, where this person may see it; else nothing."""
    seen = inspections_seen_by(user, on=on).filter(pk=item.finding.inspection_id).exists()
    return reverse("inspections:show", args=[item.finding.inspection.number]) if seen else ""


def check_item_of(item: Rectification) -> tuple[str, str, str] | None:
    """The check-list item behind the finding: its text, how to check it, its page in the rulebook."""
    for group in lawbook().as_of(item.found_on).checklists:
        for one in group.items:
            if one.id == item.finding.item_id:
                return f"{one.id} {one.text}", one.how, reverse("rulebook:entry", args=["checklists", one.id])
    return None
