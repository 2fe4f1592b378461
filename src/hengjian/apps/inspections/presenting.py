"""What the page of one task shows: where it stands, what this person does next, its facts and its course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.inspections import origins
from hengjian.apps.inspections.checklist import progress_of
from hengjian.apps.inspections.listing import STATE_TAGS, result_title
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.procedures import CANCEL_CODES, INSPECTION, WORKING
from hengjian.apps.inspections.tracing import STEPS
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import short_hash, zh_date, zh_datetime

HASH = 64
PATH = ("assigned", "notified", "entered", "on_site", "record_closed", "in_review", "fixed", "published")


@dataclass(frozen=True, slots=True)
class Can:
    """What this person may do with this task now; what is not here is not shown."""

    officer: bool = False
    assign: bool = False
    review: bool = False
    publish: bool = False
    entered: bool = field(default=False)


def what_may(inspection: Inspection, user: Any, *, on: date) -> Can:
    """Rights and state together."""
    state = inspection.state
    officer = user.pk in inspection.officer_ids and may(user, "inspection.carry_out", on=on) is not None
    taking_part = user.pk in (*inspection.officer_ids, inspection.proposed_by_id)
    return Can(
        officer=officer and state in (*WORKING, "record_closed"),
        assign=state in WORKING and may(user, "inspection.assign", inspection, on=on) is not None,
        review=state == "in_review"
        and not taking_part
        and may(user, "inspection.review", inspection, on=on) is not None,
        publish=state == "fixed" and may(user, "inspection.publish", inspection, on=on) is not None,
        entered=inspection.entries.filter(by=user.pk).exists(),
    )


def url_of(inspection: Inspection, view: str = "show") -> str:
    """The address of one of the task's pages."""
    return reverse(f"inspections:{view}", args=[inspection.number])


def next_step_for(inspection: Inspection, can: Can) -> NextStep | None:
    """The one thing this person does next; None when it is somebody else's turn."""
    state, day = inspection.state, zh_date(inspection.visit.day)
    if state == "assigned" and inspection.kind == "notice":
        if not can.assign:
            return None
        action = Action("发出检查通知", url_of(inspection, "notify"), method="post", kind="primary")
        return NextStep("发出检查通知书", f"事先通知的检查，发出通知书以后才能入企；计划 {day}", action)
    if state in ("assigned", "notified", "entered") and can.officer and not can.entered:
        action = Action("登记入企", url_of(inspection, "enter"), kind="primary")
        return NextStep(
            "到达以后登记入企", f"计划 {day}，两名执法人员分别扫机构门口的二维码；扫不了的在这里登记", action
        )
    if state == "entered" and can.officer:
        action = Action("亮证开始", url_of(inspection, "start"), kind="primary")
        return NextStep("亮证，告知回避权利，开始检查", "找不到人的，直接写笔录并闭合", action)
    if state == "on_site" and can.officer:
        action = Action("填检查清单", url_of(inspection, "checklist"), kind="primary")
        return NextStep("逐项检查，抽报告，写笔录", "笔录闭合以后，检查内容不能再改", action)
    return _after_the_visit(inspection, can)


def _after_the_visit(inspection: Inspection, can: Can) -> NextStep | None:
    result = Action("", url_of(inspection, "result"), kind="primary")
    clock = next(iter(clocks_of(inspection)), None)
    due = f"{zh_date(clock.due_on)}前公示（检查结束之日起二十个工作日）" if clock and clock.due_on else ""
    if inspection.state == "record_closed" and can.officer:
        text = "提交检查结果"
        detail = f"审核退回：{inspection.review_note}" if inspection.review_note else ""
        return NextStep(text, detail, _named(result, "选结果并提交"), due)
    if inspection.state == "in_review" and can.review:
        detail = f"检查组提出：{result_title(inspection.result_code)}"
        return NextStep("审核检查结果", detail, _named(result, "审核"), due)
    if inspection.state == "fixed" and can.publish:
        text = "公示检查结果" if inspection.public_wording else "归档（这个结果不公示）"
        return NextStep(
            text, inspection.public_wording, _named(result, "去公示" if inspection.public_wording else "去归档"), due
        )
    return None


def _named(action: Action, label: str) -> Action:
    return Action(label, action.url, kind=action.kind)


def standing_of(inspection: Inspection) -> str:
    """Whose turn it is, for somebody who may do nothing."""
    names = f"{inspection.lead.name}、{inspection.member.name}"
    said = {
        "assigned": f"待{names}检查，计划 {zh_date(inspection.visit.day)}",
        "notified": f"已通知机构，待{names}检查，计划 {zh_date(inspection.visit.day)}",
        "entered": f"{names}已到机构",
        "on_site": f"{names}正在检查",
        "record_closed": f"笔录已闭合，待{names}提交结果",
        "in_review": "待检查组以外的人审核",
        "fixed": f"结果已定：{result_title(inspection.result_code)}，待公示",
        "published": f"已公示：{inspection.public_wording}",
        "filed": f"已归档，不公示：{result_title(inspection.result_code)}",
        "cancelled": f"已取消：{CANCEL_CODES.get(inspection.cancel_code, '')}。{inspection.cancel_note}",
    }
    return said[inspection.state]


def steps_of(inspection: Inspection) -> list[Step]:
    """The way of the task; a task without notice has no such step, a cancelled one stops."""
    if inspection.state == "cancelled":
        return [Step(INSPECTION.states["assigned"], "done"), Step(INSPECTION.states["cancelled"], "now")]
    path = [state for state in PATH if state != "notified" or inspection.kind == "notice"]
    if inspection.state == "filed":
        path[-1] = "filed"
    place = path.index(inspection.state) if inspection.state in path else 0
    last = len(path) - 1
    return [
        Step(
            INSPECTION.states[state],
            "done" if index < place or index == place == last else "now" if index == place else "",
        )
        for index, state in enumerate(path)
    ]


def facts_of(inspection: Inspection) -> list[tuple[str, Any]]:
    """Term and value of the task."""
    visit = inspection.visit
    found: list[tuple[str, Any]] = [
        ("来源", f"{origins.label_of(inspection.origin_kind)}　{inspection.origin_label}"),
        ("入企登记", f"{visit.number}　{visit.get_state_display()}"),
        ("计划日期", zh_date(visit.day, "week")),
        ("方式", inspection.get_kind_display()),
        ("主检人员", inspection.lead.name),
        ("检查人员", inspection.member.name),
    ]
    experts = [one.name for one in inspection.experts.all()]
    found += [("专家", "、".join(experts))] if experts else []
    found += [("领域", "、".join(FIELD_CODES.get(one, one) for one in inspection.fields) or "—")]
    found += [("检查清单", "、".join(one.removeprefix("CK-") for one in inspection.groups))]
    found += [("交办", f"{inspection.created_by.name}　{zh_datetime(inspection.created_at)}")]
    if visit.exception_code:
        found.append(("例外情形", f"{visit.get_exception_code_display()}：{visit.exception_note}"))
    if visit.merged_with_id:
        found.append(("合并入企", f"并入 {visit.merged_with.number}"))
    guests = [one.number for one in visit.guests.all()]
    found += [("同次入企", "、".join(guests))] if guests else []
    if inspection.notice_no:
        found.append(("检查通知书", f"{inspection.notice_no}　{zh_datetime(inspection.notified_at)}"))
    return found


def site_facts_of(inspection: Inspection) -> list[tuple[str, Any]]:
    """Who came when, who was present; empty before anybody came."""
    found: list[tuple[str, Any]] = []
    for entry in inspection.entries.select_related("by"):
        how = entry.get_method_display()
        place = f"，距登记场所 {entry.distance_m:.0f} 米" if entry.distance_m is not None else ""
        found.append((f"{entry.by.name}入企", f"{zh_datetime(entry.happened_at)}　{how}{place}"))
        found += [("入企说明", entry.note)] if entry.note else []
        found += [("时钟", entry.clock_sentence)] if entry.clock_flag else []
    site = getattr(inspection, "on_site", None)
    if site is not None and site.started_at:
        found.append(("亮证", f"{zh_datetime(site.started_at)}　两名执法人员已出示执法证件"))
        found.append(("回避", f"已告知；{site.recusal_answer}"))
        found.append(("陪同", f"{site.present_name}{f'（{site.present_role}）' if site.present_role else ''}"))
    if site is not None and site.closed_at:
        found.append(("笔录闭合", zh_datetime(site.closed_at)))
    return found


def summary_of(inspection: Inspection) -> list[tuple[str, str, str]]:
    """(what, number in words, page) of checklist, reports, problems and attachments."""
    answers = list(inspection.answers.all())
    done, asked = progress_of(inspection, answers)
    problems = sum(1 for one in answers if one.answer == "problem")
    drawn = list(inspection.reports.all())
    traced = sum(1 for one in drawn if one.traced_at)
    findings = inspection.findings.filter(state="found").count()
    return [
        ("检查清单", f"{done} / {asked} 项，不符合 {problems} 项", url_of(inspection, "checklist")),
        ("抽查报告", f"抽 {len(drawn)} 份，溯源完成 {traced} 份", url_of(inspection, "reports")),
        ("发现的问题", f"{findings} 个", f"{url_of(inspection)}#findings"),
        ("附件", f"{inspection.attachments.count()} 个", f"{url_of(inspection, 'process')}#files"),
        ("检查笔录", "已闭合" if inspection.ended_on else "未闭合", url_of(inspection, "record")),
    ]


def tag_of(inspection: Inspection) -> tuple[str, str]:
    """(kind, words) of the state."""
    return STATE_TAGS[inspection.state], inspection.get_state_display()


SMALL = (
    "inspection.answer",
    "inspection.trace",
    "inspection.statement",
    "inspection.attach",
    "inspection.freeze_reports",
)
"""Events that only the whole record shows."""


def history_of(inspection: Inspection, *, short: bool = False) -> list[Event]:
    """What was done, newest first; `short` leaves the single answers and files out."""
    found = []
    moves = {f"{INSPECTION.name}.{move.action}" for move in INSPECTION.moves}
    for one in events_of(Inspection._meta.label_lower, inspection.pk):
        if short and one.verb in SMALL:
            continue
        kind = "act" if one.verb in moves else ""
        note = "　".join(part for part in (_said(one.verb, one.after), one.reason) if part)
        found.append(Event(one.at, f"{verb_label(one.verb)}　{one.actor_name}", kind, note))
    return found


def _said(verb: str, after: dict[str, Any]) -> str:
    """The gist of what an event wrote."""
    names: dict[str, Sequence[str]] = {
        "inspection.answer": ("item", "answer", "note"),
        "inspection.find": ("number", "text"),
        "inspection.attach": ("kind", "file"),
        "inspection.arrive": ("officer", "method", "clock"),
        "inspection.trace": ("report", "step", "answer", "note"),
        "inspection.withdraw_finding": ("number",),
        "inspection.freeze_reports": ("list_sha256",),
        "inspection.sample_reports": ("seed",),
    }
    words = {"ok": "符合", "problem": "不符合", "na": "不适用", **STEPS}
    told = [str(after[name]) for name in names.get(verb, ()) if after.get(name)]
    return "　".join(words.get(one, short_hash(one) if len(one) == HASH else one.removeprefix("CK-")) for one in told)


def moment_day(value: datetime | None) -> str:
    """A moment in words, or a dash."""
    return zh_datetime(value) if value else "—"


def people_of(inspection: Inspection) -> list[User]:
    """The two officers."""
    return [inspection.lead, inspection.member]
