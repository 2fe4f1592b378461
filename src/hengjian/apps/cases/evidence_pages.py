"""What the pages of matters show: facts, tags, clocks, the actions open to this person, papers and history."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.cases.evidence_context import TITLES, papers_of
from hengjian.apps.cases.evidence_matters import Matter
from hengjian.apps.cases.evidence_policies import matter_policy
from hengjian.apps.cases.models import Appraisal, AssistanceLetter, Evidence, Hold, Inquiry, MaterialsRequest
from hengjian.apps.clocks.models import Clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.kernel.errors import DomainError
from hengjian.kernel.transitions import Move, moves_from
from hengjian.ui.parts import Event
from hengjian.ui.wording import iso_date, zh_datetime

BAD = ("lapsed", "excluded", "unanswered", "refused", "declined", "missed")
WARN = ("urgent", "proposed", "called", "asked", "out", "sent", "prepared")
PRIMARY = (
    "approve", "regularise", "carry_out", "record", "sign", "send", "receive", "answer", "act", "note_receipt",
    "note_answer", "tell_result", "record_return",
)  # fmt: skip
"""The moves that bring a matter forward, in this order; they stand open on its page, the others folded."""
Pairs = list[tuple[str, Any]]


def moves_for(matter: Matter, thing: Any, user: Any, *, on: date) -> list[Move]:
    """The moves of the table that this person may make now."""
    policy = matter_policy(user, on=on)
    excluded = excluded_from(thing)
    found = []
    for move in moves_from(matter.procedure(thing), thing.state):
        if move.action not in matter.acts or not _for_side(thing, move):
            continue
        try:
            allowed = policy(move.permission, thing) is not None
        except DomainError:
            allowed = False
        if allowed and not (move.second_person and user.pk in excluded):
            found.append(move)
    return sorted(found, key=lambda move: PRIMARY.index(move.action) if move.action in PRIMARY else len(PRIMARY))


def excluded_from(thing: Any) -> set[int | None]:
    """Who is not the second person of a move on this row."""
    if isinstance(thing, Hold):
        named = {thing.proposed_by_id, thing.officer_one_id, thing.officer_two_id}
        return named | set(thing.case.officers.values_list("user_id", flat=True))
    return {thing.judged_by_id} if isinstance(thing, Evidence) else set()


def _for_side(thing: Any, move: Move) -> bool:
    """A letter to an organ of the installation is answered there; one outside is noted by the sender."""
    if not isinstance(thing, AssistanceLetter) or move.action == "withdraw":
        return True
    return move.action.startswith("note_") != bool(thing.to_organ_id)


def tag_of(matter: Matter, thing: Any) -> tuple[str, str]:
    """Kind and words of the state's tag."""
    label = matter.procedure(thing).states[thing.state]
    kind = "bad" if thing.state in BAD else "warn" if thing.state in WARN else "blue"
    return (
        "ok" if thing.state in ("held", "signed", "answered", "told") and not isinstance(thing, Hold) else kind
    ), label


def facts_of(thing: Any) -> Pairs:
    """Everything that is recorded of a matter, for its page."""
    makers = {Evidence: _evidence, Hold: _hold, Appraisal: _appraisal, Inquiry: _inquiry, MaterialsRequest: _request,
              AssistanceLetter: _letter}  # fmt: skip
    return [(label, value) for label, value in makers[type(thing)](thing) if value not in ("", None)]


def _pair(thing: Any) -> str:
    cards = (getattr(thing, "card_one", ""), getattr(thing, "card_two", ""))
    people = (thing.officer_one, thing.officer_two)
    return "、".join(
        f"{one.name}（{card}）" if card else one.name for one, card in zip(people, cards, strict=True) if one
    )


def _evidence(one: Evidence) -> Pairs:
    copied = f"{one.copy_maker}，{one.copy_method}" if one.carrier == "copy" and one.copy_maker else ""
    return [
        ("种类", one.get_kind_display()),
        ("证明事项", one.proves),
        ("违法事实", "；".join(row.title for row in one.contraventions.all()) or "还没有关联"),
        ("取得", f"{iso_date(one.obtained_on)}　{one.place}　{one.get_way_display()}"),
        ("取证人", _pair(one)),
        ("提供人", one.provider),
        ("来源", one.source_label),
        ("取得情况", one.way_note),
        ("载体", one.get_carrier_display()),
        ("复制", copied),
        ("复制日期", iso_date(one.copied_on) if one.copied_on else ""),
        ("原件存放处", one.original_at),
        ("核对", "与原件核对无异" if one.compared else ""),
        ("提取", "　".join(part for part in (one.e_method, one.e_tool) if part)),
        ("提取时间", zh_datetime(one.e_made_at) if one.e_made_at else ""),
        ("制作人", one.e_maker),
        ("提取时校验值", one.made_digest),
        ("见证人", one.witness),
        ("专业人员", one.expert),
        ("排除", f"{one.get_exclusion_display()}：{one.reason}" if one.state == "excluded" else ""),
    ]


def _hold(one: Hold) -> Pairs:
    stored = "　".join(part for part in (one.get_storage_display(), one.keeper, one.keeper_address) if part)
    extended = f"{one.extended_days} 日，{iso_date(one.extended_on)} 批准，{iso_date(one.noticed_on)} 书面告知"
    return [
        ("被采取措施的人", one.holder),
        ("理由", one.grounds),
        ("法律依据", one.basis_text),
        ("执法人员", _pair(one)),
        ("报请", f"{one.proposed_by.name}　{zh_datetime(one.proposed_at)}"),
        ("审批", f"{one.approved_by.name}　{zh_datetime(one.approved_at)}　{one.opinion}" if one.approved_by else ""),
        ("紧急情形", one.urgency),
        ("实施", f"{zh_datetime(one.taken_at)}　{one.place}" if one.taken_at else ""),
        ("保管", stored),
        ("延长", extended if one.extended_days else ""),
        ("处理", f"{one.get_follow_up_display()}：{one.reason}" if one.follow_up else ""),
        ("解除", f"{one.get_ground_display()}：{one.reason}" if one.ground else ""),
        ("返还（移送）", f"{iso_date(one.returned_on)}　{one.receiver}" if one.returned_on else ""),
    ]


def _appraisal(one: Appraisal) -> Pairs:
    return [
        ("受托机构", one.body),
        ("资质、资格", one.qualification),
        ("送检物品", one.subject),
        ("委托事项", one.questions),
        ("出自措施", f"{one.hold.number} {one.hold.get_kind_display()}" if one.hold else ""),
        ("执法人员", _pair(one)),
        ("送出", iso_date(one.sent_on) if one.sent_on else ""),
        ("预计完成", iso_date(one.expected_on) if one.expected_on else ""),
        ("书面告知期间", iso_date(one.told_on) if one.told_on else ""),
        ("收到结果", f"{iso_date(one.returned_on)}　{one.report_no}" if one.returned_on else ""),
        ("结论", one.result),
        ("告知结果", iso_date(one.result_told_on) if one.result_told_on else ""),
        ("形成证据", one.evidence.number if one.evidence else ""),
        ("理由", one.reason),
    ]


def _inquiry(one: Inquiry) -> Pairs:
    span = f"{zh_datetime(one.asked_from)} 至 {zh_datetime(one.asked_to)}" if one.asked_from and one.asked_to else ""
    return [
        ("被询问人", "　".join(part for part in (one.person_name, one.get_who_display(), one.person_post) if part)),
        ("通知时间", zh_datetime(one.planned_at)),
        ("通知送达", iso_date(one.notified_on) if one.notified_on else "没有发通知书"),
        ("地点", one.place),
        ("询问人", _pair(one)),
        ("询问时间", span),
        ("告知", "已出示执法证件，已告知权利义务和申请回避的权利" if one.rights_told else ""),
        ("回避", one.recusal),
        ("未签字的原因", f"{one.reason}　见证人 {one.witness}" if one.state == "refused" else ""),
        ("笔录摘要值", one.digest),
        ("形成证据", one.evidence.number if one.evidence else ""),
    ]


def _request(one: MaterialsRequest) -> Pairs:
    late = "　逾期" if one.answered_late else ""
    return [
        ("提供人", one.addressee),
        ("要提供的材料", one.wanted),
        ("送达", iso_date(one.served_on)),
        ("期限", iso_date(one.due)),
        ("执法人员", _pair(one)),
        ("收到", f"{iso_date(one.answered_on)}{late}　{one.answer}" if one.answered_on else ""),
        ("说明", one.reason),
    ]


def _letter(one: AssistanceLetter) -> Pairs:
    told = f"{iso_date(one.told_on)} 告知，预计 {iso_date(one.expected_on)} 完成：{one.reason}"
    return [
        ("发函机关", one.case.organ.name),
        ("受函机关", one.to_name + ("" if one.to_organ_id else "（系统外）")),
        ("事由", one.subject),
        ("请求事项", one.questions),
        ("发函", f"{iso_date(one.sent_on)}　{one.by.name}"),
        ("对方收到", iso_date(one.received_on) if one.received_on else ""),
        ("不能按期", told if one.told_on else ""),
        ("回复", f"{iso_date(one.answered_on)}　{one.answered_by}" if one.answered_on else ""),
        ("协助结果", one.answer),
        ("理由", one.reason if one.state in ("declined", "withdrawn") else ""),
    ]


def clocks_of(thing: Any) -> list[Clock]:
    """The clocks of a matter."""
    return list(Clock.objects.filter(thing_kind=thing._meta.label_lower, thing_id=str(thing.pk)).order_by("pk"))


def papers(thing: Any) -> list[dict[str, Any]]:
    """The papers that belong to a matter, with those made already for this party."""
    forms = papers_of(thing)
    rows = Document.objects.filter(thing_kind="cases.case", thing_id=str(thing.case_id), form__in=forms)
    made: dict[str, list[Document]] = {}
    for row in rows.filter(party=party_name(thing)).exclude(state__in=("discarded", "void", "replaced")):
        made.setdefault(row.form, []).append(row)
    return [{"form": form, "title": TITLES[form], "made": made.get(form, [])} for form in forms]


def party_name(thing: Any) -> str:
    """Under which party a paper of this matter stands: its own number keeps two measures apart."""
    return f"{thing.number}"


def history_of(thing: Any) -> list[Event]:
    """Who did what to it, newest first."""
    return [
        Event(when=event.at, text=f"{verb_label(event.verb)}　{event.actor_name}", kind="act", note=event.reason)
        for event in events_of(thing._meta.label_lower, thing.pk)
    ]


def document_url(document: Document) -> str:
    """The page of a paper."""
    return reverse("documents:show", args=[document.pk])


def new_url(matter: Matter, case: Any) -> str:
    """Where a new one is entered."""
    return reverse(f"cases:new_{matter.slug}", args=[case.number])
