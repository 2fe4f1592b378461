"""What the page of one lead shows: where it stands, what to do next, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.selectors import area_name
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.leads.codes import ANSWERS, OUTCOMES, TRAITS
from hengjian.apps.leads.forms import FORMS, MoveForm
from hengjian.apps.leads.models import Lead, Likeness
from hengjian.apps.leads.procedures import LEAD
from hengjian.apps.leads.selectors import likenesses_of
from hengjian.apps.leads.triaging import Proposal, propose
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.transitions import Move
from hengjian.ui.parts import Action, Event, NextStep, Step

PRIMARY = (
    "receive",
    "designate",
    "approve_not_filing",
    "triage",
    "verify",
    "record_receipt",
    "feed_back",
    "propose_not_filing",
    "report_dispute",
)
"""The moves that bring a lead forward, in this order; the others stay folded."""
LABELS = {move.action: move.label for move in LEAD.moves} | {"register": "登记"}
KINDS = {"answer": "good", "feed_back": "good", "approve_not_filing": "good", "dispute": "hot", "decline": "hot"}
NEXT = {
    "receive": ("签收这条线索", "签收以后由本机关办理，核查时限从签收之日起算"),
    "designate": ("指定由哪个机关管辖", "收到报请之日起七个工作日内确定"),
    "approve_not_filing": ("决定是否立案：批准不予立案，或者退回再核查", "由提请人以外的负责人决定"),
    "triage": ("研判：这条线索该由谁办", "先看规则的建议，改正事实，再定去向"),
    "verify": ("指派承办人，开始核查", "十五个工作日内核查并决定是否立案"),
    "record_receipt": ("登记接收部门的回执和反馈", "移送以后要有回执，到期要有结果"),
    "feed_back": ("登记接收部门的反馈", "结果登记以后，这条线索才算答复"),
    "propose_not_filing": ("核查清楚：立案，或者提请不予立案", "应当立案的，从案件登记；不予立案的，写明情形报批"),
    "report_dispute": ("协商不成的，报请共同的上一级指定管辖", "七个工作日内报请"),
}
PATH = (
    ("registered", "登记研判"),
    ("verifying", "核查"),
    ("filed", "立案或者决定"),
    ("answered", "答复"),
)
PLACE = {
    "registered": 0, "escalated": 0, "handed_down": 0, "passed": 0, "disputed": 0, "designating": 0, "verifying": 1,
    "transferred": 1, "not_filing": 2, "filed": 2, "answered": 4, "merged": 4,
}  # fmt: skip


def primary_of(moves: Sequence[Move], lead: Lead) -> str:
    """The move that stands open on the page, "" where none does."""
    actions = {move.action for move in moves}
    wanted = [one for one in PRIMARY if one in actions]
    if "triage" in wanted and lead.outcome:
        # triage is settled: what follows from it comes first
        follows = {"own": "verify", "superior": "escalate", "below": "hand_down", "other_organ": "pass_on"}
        next_one = follows.get(lead.outcome, "transfer_out")
        return next_one if next_one in actions else "triage"
    return wanted[0] if wanted else ""


def fitting(moves: Sequence[Move], lead: Lead, clocks: Sequence[Any]) -> list[Move]:
    """The moves without those that could only be refused: a pause while paused, verifying before triage."""
    running = [one for one in clocks if one.rule_id == "PEN-18" and one.state in ("running", "paused")]
    paused = any(one.state == "paused" for one in running)
    out = {"pause" if paused else "resume"}
    if not running:
        out |= {"pause", "extend"}
    if lead.outcome != "own":
        out |= {"verify"} if not lead.outcome or lead.outcome == "other_department" else set()
    return [move for move in moves if move.action not in out]


def next_step(lead: Lead, primary: str, proposal: Proposal | None) -> NextStep | None:
    """The band under the head for this person, or None."""
    if not primary:
        return None
    text, detail = NEXT.get(primary, (LABELS[primary], lead.triage.get("reason", "")))
    if primary == "triage" and proposal is not None:
        text = f"研判：建议{OUTCOMES[proposal.found.outcome]}"
        detail = f"{proposal.found.reason}；把握 {percent(proposal.found.sure)}"
    return NextStep(text, detail=detail, action=Action(LABELS[primary], f"#{primary}"))


def percent(share: Any) -> str:
    """0.85 → 85%."""
    return f"{round(float(share) * 100)}%"


def steps_of(lead: Lead) -> list[Step]:
    """The four steps of every lead."""
    place = PLACE[lead.state]
    return [
        Step(label, "done" if number < place else "now" if number == place else "")
        for number, (_, label) in enumerate(PATH)
    ]


def panels_of(
    lead: Lead, moves: Sequence[Move], user: Any, *, on: date, primary: str, tried: tuple[str, MoveForm] | None
) -> list[dict[str, Any]]:
    """One panel for each move open to this person, the one that comes next first."""
    return [
        {
            "action": move.action,
            "label": move.label,
            "basis": move.basis,
            "form": tried[1] if tried and tried[0] == move.action else form_for(move.action, lead, user, on=on),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse("leads:act", args=[lead.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]


def form_for(action: str, lead: Lead, user: Any, *, on: date, data: Any = None) -> MoveForm:
    """The form of a move on this lead, filled with what is known."""
    options: dict[str, Any] = {"prefix": action, "lead": lead, "on": on, "user": user}
    if data is not None:
        return FORMS[action](data, **options)
    form = FORMS[action](**options)
    if action == "triage":
        facts = propose(lead, on=on)
        form.initial |= {
            "subject": facts.facts.subject,
            "field": next(iter(facts.facts.fields), ""),
            "traits": list(facts.facts.traits),
            "area_code": lead.area_code,
            "occurred_on": lead.occurred_on,
            "complexity": lead.complexity,
            "outcome": lead.outcome or facts.found.outcome,
        }
    if action == "assign" and lead.responsible_id:
        form.initial["responsible"] = str(lead.responsible_id)
    return form


def proposal_of(lead: Lead, *, on: date) -> Proposal | None:
    """The proposal while triage is open, else None: what was settled stands on the lead."""
    return propose(lead, on=on) if lead.state == "registered" and not lead.outcome else None


def likenesses(lead: Lead, in_view: set[int]) -> list[dict[str, Any]]:
    """Proposals about this lead whose other side the person may see."""
    found = []
    for one in likenesses_of(lead):
        other = one.other if one.lead_id == lead.pk else one.lead
        if other.pk in in_view:
            found.append({"of": one, "other": other, "sure": percent(one.sure), "open": one.state == "proposed"})
    return found


def other_sides(lead: Lead) -> list[int]:
    """Ids of the leads that proposals name beside this one."""
    pairs = Likeness.objects.filter(lead=lead).values_list("other_id", flat=True)
    return [*pairs, *Likeness.objects.filter(other=lead).values_list("lead_id", flat=True)]


def facts_of(lead: Lead, *, on: date) -> list[tuple[str, str]]:
    """Term and value for the rail."""
    facts = [
        ("承办机关", lead.organ.name),
        ("承办人", lead.responsible.name if lead.responsible else "还没有指派"),
        ("渠道", lead.get_channel_display()),
        ("来源编号", lead.outside_number),
        ("收到", lead.received_on.isoformat()),
        ("行为日", lead.occurred_on.isoformat() if lead.occurred_on else "不明"),
        ("行为发生地", area_name(lead.area_code, on=on) or "不明"),
        ("领域", "、".join(FIELD_CODES.get(one, one) for one in lead.fields)),
        ("反映事项", lead.get_subject_display()),
        ("特别情形", "、".join(TRAITS.get(one, one) for one in lead.traits)),
        ("繁简", lead.get_complexity_display()),
        ("转来机关", lead.handed_by.name if lead.handed_by else ""),
        ("待签收机关", lead.heading_to.name if lead.heading_to else ""),
    ]
    return [pair for pair in facts if pair[1]]


def history_of(lead: Lead) -> list[Event]:
    """What people and the system did, newest first."""
    made = []
    for event in events_of(Lead._meta.label_lower, lead.pk):
        action = event.verb.partition(".")[2]
        facts = event.after.get("facts", {})
        notes = [event.reason, str(facts.get("to") or facts.get("body") or facts.get("responsible") or "")]
        if facts.get("kind") in ANSWERS:
            notes.append(ANSWERS[facts["kind"]])
        if facts.get("outcome") in OUTCOMES:
            notes.append(OUTCOMES[facts["outcome"]])
        made.append(
            Event(
                when=event.at,
                text=f"{LABELS.get(action) or verb_label(event.verb)}　{event.actor_name}",
                kind=KINDS.get(action, "act"),
                note="；".join(note for note in notes if note),
            )
        )
    return made


def clocks_shown(lead: Lead) -> list[Any]:
    """Its clocks, running ones first."""
    return list(clocks_of(lead)[:8])
