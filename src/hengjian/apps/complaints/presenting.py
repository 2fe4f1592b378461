"""What the page of a complaint shows: what to do next, where it stands, what was done; never who complained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hengjian.apps.complaints.models import Complaint, ComplaintEntry
from hengjian.apps.complaints.procedures import COMPLAINT
from hengjian.apps.informants.subjects import Progress
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.tips.presenting import masked, next_step
from hengjian.kernel.errors import NotFound
from hengjian.kernel.transitions import Move
from hengjian.law.complaining import ground_of
from hengjian.ui.parts import NextStep, Step
from hengjian.ui.wording import iso_date

PRIMARY = {
    "received": ("accept",),
    "supplementing": ("supplement",),
    "accepted": ("invite",),
    "mediating": ("agree",),
    "testing": ("test_back",),
    "agreed": ("close",),
    "ended": ("notify",),
    "returned": ("distribute",),
}
LABELS = {move.action: move.label for move in COMPLAINT.moves} | {"receive": "登记"}
KINDS_OF_EVENT = {"agree": "good", "close": "good", "refuse": "hot", "end": "hot", "mark_fraud": "hot"}
NEXT = {
    "accept": ("决定受理或者不予受理，并告知投诉人", "收到之日起七个工作日内"),
    "supplement": ("投诉人提供材料以后登记，再决定受理", "受理时限照常计算"),
    "invite": ("通知双方调解；当场就能达成协议的，直接登记协议", "自受理之日起六十日内"),
    "agree": ("达成协议的登记协议；达不成的终止调解", "检测、鉴定的时间不计入调解期限"),
    "test_back": ("检测结论出来以后登记，期限继续计算", "检测期间调解期限暂停"),
    "close": ("协议履行以后办结", ""),
    "notify": ("把终止调解告知双方", "终止之日起七个工作日内"),
    "distribute": ("重新分送给有处理权限的机关", ""),
}
FACT_LABELS = {
    "limit": "期限", "meet_at": "时间", "place": "地点", "mediator": "调解人员", "agency": "检测机构",
    "item": "检测事项", "payer": "费用承担", "lead": "线索", "tip": "举报",
}  # fmt: skip


def next_of(complaint: Complaint, moves: Sequence[Move]) -> NextStep | None:
    """The band under the head for this person, or None."""
    return next_step([move.action for move in moves], PRIMARY.get(complaint.state, ()), NEXT)


def steps_of(complaint: Complaint) -> list[Step]:
    """Received → accepted → mediated → closed; or where it ended before."""
    received = Step("收到投诉", "done", iso_date(complaint.received_on))
    if complaint.state in ("refused", "returned"):
        return [received, Step(complaint.get_state_display(), "now", iso_date(complaint.closed_on))]
    place = {
        "received": 1, "supplementing": 1, "accepted": 2, "mediating": 2, "testing": 2, "agreed": 3, "ended": 3,
        "closed": 4,
    }[complaint.state]  # fmt: skip
    accepted = iso_date(complaint.accepted_on) if complaint.accepted_on else ""
    notes = {1: accepted, 2: complaint.get_state_display() if place == 2 else "", 3: iso_date(complaint.closed_on)}
    labels = ("受理", "调解", "办结")
    return [received, *(
        Step(label, "done" if index < place else "now" if index == place else "", notes[index])
        for index, label in enumerate(labels, start=1)
    )]  # fmt: skip


def ground_text(complaint: Complaint) -> tuple[str, str]:
    """The ground of refusal or ending in words, and its article; empty where there is none."""
    if not complaint.ground:
        return "", ""
    try:
        ground = ground_of(complaint.ground)
    except NotFound:
        return complaint.ground, ""
    return ground.title, ground.cited(complaint.accepted_on or complaint.received_on)


def facts_of(complaint: Complaint) -> list[tuple[str, Any]]:
    """Channel, organ, people; the complainant under the number of the seal."""
    facts = [
        ("承办机关", complaint.organ.name),
        ("承办人", complaint.responsible.name if complaint.responsible else "未定"),
        ("投诉人", f"{complaint.get_client_kind_display()}　{masked(complaint.informant)}"),
        ("代理人", masked(complaint.agent) if complaint.agent else "没有"),
        ("渠道", CHANNELS.get(complaint.channel, complaint.channel)),
        ("登记", complaint.registered_by),
    ]
    if complaint.external_no:
        facts.append(("平台编号", complaint.external_no))
    if complaint.distributed_by:
        facts.append(("分送机关", complaint.distributed_by.name))
    return facts


def entries_of(complaint: Complaint) -> list[dict[str, Any]]:
    """The entries with their facts in words."""
    return [{"entry": one, "facts": _facts(one)} for one in complaint.entries.all()]


def _facts(entry: ComplaintEntry) -> list[tuple[str, str]]:
    known = {key: str(value) for key, value in entry.facts.items()}
    if "ground" in known:
        try:
            return [("情形", ground_of(known["ground"]).title)]
        except NotFound:
            return [("情形", known["ground"])]
    if entry.kind == "mark":
        return [("提示", value) for value in known.values()]
    return [(FACT_LABELS.get(key, key), value) for key, value in known.items()]


def progress_of(complaint: Complaint, on: date) -> Progress:
    """What the sender reads by the code."""
    told = {
        "received": "已收到，正在审查是否受理",
        "supplementing": "需要您补充材料",
        "accepted": "已受理",
        "mediating": "正在调解",
        "testing": "正在检测鉴定",
        "agreed": "已达成协议",
        "ended": "已终止调解",
        "closed": "已办结",
        "refused": "不予受理",
        "returned": "正在重新分送",
    }
    kinds = {"supplementing": "wanted", "refused": "decision", "mediating": "invite", "ended": "end", "closed": "end"}
    kind = kinds.get(complaint.state)
    entry = complaint.entries.filter(kind=kind).last() if kind else None
    title, article = ground_text(complaint)
    parts = [f"{title}（{article}）" if title else "", entry.text if entry else ""]
    if entry and entry.kind == "invite":
        parts = [f"{FACT_LABELS.get(key, key)}：{value}" for key, value in entry.facts.items()]
    return Progress(told[complaint.state], steps_of(complaint), "；".join(part for part in parts if part))
