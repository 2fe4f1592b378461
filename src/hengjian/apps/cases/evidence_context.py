"""What papers about evidence, measures, commissions and letters are filled from, and which papers each needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hengjian.apps.cases.assistance_procedures import FORMS as LETTER_FORMS
from hengjian.apps.cases.context import document_context
from hengjian.apps.cases.models import (
    Appraisal,
    AssistanceLetter,
    Case,
    Evidence,
    Hold,
    Inquiry,
    MaterialsRequest,
)
from hengjian.apps.clocks.models import Clock
from hengjian.apps.documents.models import Document
from hengjian.ui.wording import num

TITLES: Mapping[str, str] = {
    "PEN-6": "查封/扣押物品移送告知书",
    "PEN-11": "证据提取单",
    "PEN-12": "电子数据证据提取笔录",
    "PEN-13": "询问通知书",
    "PEN-14": "询问笔录",
    "PEN-15": "限期提供材料通知书",
    "PEN-16": "协助辨认/鉴别通知书",
    "PEN-17": "协助调查函",
    "PEN-18": "协助扣押通知书",
    "PEN-19": "先行登记保存证据通知书",
    "PEN-20": "解除先行登记保存证据通知书",
    "PEN-21": "实施行政强制措施决定书",
    "PEN-22": "延长行政强制措施期限决定书",
    "PEN-23": "解除行政强制措施决定书",
    "PEN-24": "场所/设施/财物清单",
    "PEN-25": "封条",
    "PEN-26": "委托保管书",
    "PEN-30": "检测/检验/检疫/鉴定委托书",
    "PEN-31": "检测/检验/检疫/鉴定期间告知书",
    "PEN-32": "检测/检验/检疫/鉴定结果告知书",
    "PEN-52": "涉案物品处理记录",
}


def contribute(case: Case, form: str, on: date) -> dict[str, Any]:
    """The evidence in use and the latest measure, for any paper of the case."""
    found: dict[str, Any] = {"evidence": [_line(one) for one in evidence_in_use(case)]}
    hold = case.holds.exclude(state__in=("proposed", "refused")).order_by("-ordinal").first()
    return found | ({"holding": holding(hold)} if hold else {})


def evidence_in_use(case: Case) -> list[Evidence]:
    """What the case may rest on: everything that was not excluded."""
    rows = case.evidence.filter(state="held").select_related("officer_one", "officer_two")
    return list(rows.prefetch_related("files"))


def _line(one: Evidence) -> dict[str, Any]:
    takers = "、".join(person.name for person in (one.officer_one, one.officer_two) if person) or one.source_label
    files = list(one.files.all())
    return {
        "number": one.number,
        "kind": one.get_kind_display(),
        "name": one.name,
        "obtained_on": one.obtained_on,
        "obtained_by": takers,
        "place": one.place,
        "sha256": files[0].sha256 if files else one.made_digest,
        "proves": one.proves,
        "pages": one.pages or "",
    }


def holding(hold: Hold) -> dict[str, Any]:
    """A measure as its papers want it; `to` is the last day as it stands now."""
    clock = Clock.objects.filter(
        thing_kind=Hold._meta.label_lower, thing_id=str(hold.pk), rule_id=hold.clock_rule
    ).first()
    return {
        "kind": hold.get_kind_display(),
        "basis": hold.basis_text,
        "reason": hold.grounds if hold.in_force else hold.reason or hold.grounds,
        "from": hold.taken_on or "",
        "to": clock.due_on if clock and clock.due_on else "",
        "place": hold.keeper_address or hold.place,
        "keeper": hold.keeper,
        "document": _number_of(hold),
        "follow_up": f"{hold.get_follow_up_display()}。{hold.reason}" if hold.follow_up else hold.reason,
        "items": [
            {
                "name": one.name,
                "spec": one.spec,
                "unit": one.unit,
                "quantity": num(one.quantity.normalize()),
                "note": "；".join(part for part in (one.note, f"封条 {one.seal_no}" if one.seal_no else "") if part),
            }
            for one in hold.items.all()
        ],
    }


def _number_of(hold: Hold) -> str:
    """The number of the decision or notice by which the measure was taken, as far as it was issued."""
    form = "PEN-19" if hold.kind == "preserve" else "PEN-21"
    rows = Document.objects.filter(thing_kind="cases.case", thing_id=str(hold.case_id), form=form, state="issued")
    found = rows.filter(party=hold.number).order_by("-pk").first()
    return found.number if found else ""


def papers_of(thing: Any) -> tuple[str, ...]:
    """The form ids that belong to a matter as it stands, the most natural one first."""
    if isinstance(thing, Evidence):
        return ("PEN-12",) if thing.kind == "electronic" else ("PEN-11",)
    if isinstance(thing, Hold):
        return _hold_papers(thing)
    if isinstance(thing, Appraisal):
        state = thing.state
        return ("PEN-30",) if state == "prepared" else ("PEN-31", "PEN-30") if state == "out" else ("PEN-32", "PEN-31")
    if isinstance(thing, Inquiry):
        return ("PEN-13",) if thing.state == "called" else ("PEN-14", "PEN-13")
    if isinstance(thing, MaterialsRequest):
        return ("PEN-15",)
    return (LETTER_FORMS[thing.kind],)


def _hold_papers(hold: Hold) -> tuple[str, ...]:
    if hold.state in ("proposed", "approved", "refused"):
        return ()
    first = ("PEN-19",) if hold.kind == "preserve" else ("PEN-21",)
    kept = ("PEN-24", "PEN-25", *(("PEN-26",) if hold.storage == "commission" else ()))
    last = {
        "extended": ("PEN-22",),
        "released": ("PEN-20",) if hold.kind == "preserve" else ("PEN-23",),
        "lapsed": ("PEN-20",),
        "acted": ("PEN-20",),
        "handed_over": ("PEN-6",),
        "confiscated": ("PEN-52",),
    }.get(hold.state, ())
    return (*last, *first, *kept)


def matter_context(thing: Any, form: str, on: date) -> dict[str, Any]:
    """Everything the case knows, with this matter's own facts on top."""
    context = document_context(thing.case, form, on)
    for key, value in facts_of(thing).items():
        known = context.get(key)
        context[key] = known | value if isinstance(known, dict) and isinstance(value, dict) else value
    return context


def facts_of(thing: Any) -> dict[str, Any]:
    """The keys that a matter fills; see `law/forms/facts.yaml`."""
    makers: tuple[tuple[type, Any], ...] = (
        (Evidence, _extract),
        (Hold, _hold),
        (Appraisal, _commission),
        (Inquiry, _inquiry),
        (MaterialsRequest, _request),
        (AssistanceLetter, _letter),
    )
    found: dict[str, Any] = next(make(thing) for kind, make in makers if isinstance(thing, kind))
    return found


def _officers(thing: Any) -> list[dict[str, str]]:
    cards = (getattr(thing, "card_one", ""), getattr(thing, "card_two", ""))
    people = (thing.officer_one, thing.officer_two)
    return [{"name": one.name, "enforcement_no": card} for one, card in zip(people, cards, strict=True) if one]


def _moment(value: datetime | None) -> Any:
    return value or ""


def _extract(one: Evidence) -> dict[str, Any]:
    files = list(one.files.all())
    made = {
        "extract": {
            "name": one.name,
            "source": one.original_at or one.source_label or one.place,
            "method": one.e_method or one.copy_method or one.get_way_display(),
            "device": one.e_tool,
            "proves": one.proves,
            "pages": one.pages or "",
            "digest": one.made_digest or (files[0].sha256 if files else ""),
        },
        "record": {
            "on": _moment(one.e_made_at or one.registered_at),
            "until": _moment(one.e_made_at or one.registered_at),
            "place": one.place,
            "text": one.way_note or one.proves,
            "witness": one.witness,
        },
    }
    return made | ({"officers": _officers(one)} if one.officer_one else {})


def _hold(hold: Hold) -> dict[str, Any]:
    made: dict[str, Any] = {"holding": holding(hold), "officers": _officers(hold), "party": {"name": hold.holder}}
    if hold.state == "handed_over":
        made["transfer"] = {"to": hold.receiver}
    if hold.state == "confiscated":
        made["disposal"] = {"method": "没收处置", "on": hold.ended_on, "place": hold.place, "result": hold.reason}
    return made


def _commission(one: Appraisal) -> dict[str, Any]:
    made: dict[str, Any] = {
        "commission": {
            "lab": one.body,
            "kind": one.get_kind_display(),
            "items": one.questions,
            "sample": one.subject,
            "until": one.expected_on or "",
            "from": one.sent_on or "",
            "to": one.returned_on or one.expected_on or "",
            "report": one.report_no,
            "result": one.result,
            "result_on": one.returned_on or "",
        }
    }
    return made | ({"holding": holding(one.hold), "party": {"name": one.hold.holder}} if one.hold else {})


def _inquiry(one: Inquiry) -> dict[str, Any]:
    return {
        "person": {"name": one.person_name, "employer": one.person_post, "relation": one.get_who_display()},
        "officers": _officers(one),
        "record": {
            "on": _moment(one.asked_from or one.planned_at),
            "until": _moment(one.asked_to),
            "place": one.place,
            "text": one.text,
            "recusal": one.recusal,
            "witness": one.witness,
            "recorder": one.officer_two.name,
        },
    }


def _request(one: MaterialsRequest) -> dict[str, Any]:
    return {"party": {"name": one.addressee}, "request": {"materials": one.wanted, "until": one.due}}


def _letter(one: AssistanceLetter) -> dict[str, Any]:
    clock = Clock.objects.filter(thing_kind=one._meta.label_lower, thing_id=str(one.pk)).first()
    until = clock.due_on if clock and clock.due_on else ""
    return {"request": {"to": one.to_name, "content": one.questions, "reason": one.subject, "until": until}}
