"""How plans, coverage and visits are told on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.http import urlencode

from hengjian.apps.plans.coverage import Coverage, Meter
from hengjian.apps.plans.models import AnnualPlan, PlanItem, Visit
from hengjian.apps.plans.procedures import PLAN, VISIT
from hengjian.apps.record import wording
from hengjian.apps.record.selectors import events_of
from hengjian.apps.registry.lists import field_names
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.transitions import Move
from hengjian.law.loader import lawbook
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import listed, zh_date

EVENTS_SHOWN = 30
WAY = ("draft", "submitted", "approved", "filing", "in_force", "closed")
WAY_LABELS = {
    "draft": "起草",
    "submitted": "审批",
    "approved": "批准",
    "filing": "报备",
    "in_force": "执行",
    "closed": "办结",
}
VISIT_WAY = ("reserved", "entered", "done")


def steps_of(plan: AnnualPlan) -> list[Step]:
    """The procedure as a line of steps; a dropped or replaced version stands where it ended."""
    if plan.state == "dropped":
        return [Step("起草", "done", _note(plan.drafted_at)), Step("作废", "now", _note(plan.ended_at))]
    now = "in_force" if plan.state == "superseded" else plan.state
    at = {
        "draft": plan.drafted_at,
        "submitted": plan.submitted_at,
        "approved": plan.approved_at,
        "filing": plan.filed_at,
        "in_force": plan.in_force_at,
        "closed": plan.ended_at if plan.state == "closed" else None,
    }
    place = WAY.index(now)
    found = []
    for order, state in enumerate(WAY):
        mark = "done" if order < place else "now" if order == place else ""
        found.append(Step(WAY_LABELS[state], mark, _note(at[state]) if order <= place else ""))
    return found


def _note(moment: Any) -> str:
    return zh_date(moment) if moment else ""


def next_of(plan: AnnualPlan, moves: Sequence[Move]) -> NextStep | None:
    """What this person may do now; None when it is nothing or only the ending."""
    if not moves or plan.state == "in_force":
        return None
    texts = {
        "draft": "写好检查事项以后提请审批",
        "submitted": "审批这份计划",
        "approved": "计划须报上一级备案后才能使用",
        "filing": f"{plan.organ.short_name}报来备案，请审查并确认",
    }
    return NextStep(texts.get(plan.state, "办理"), action=Action("去办理", "#move"))


def history_of(thing: Model) -> list[Event]:
    """The thing's events, newest first."""
    rows = events_of(thing._meta.label_lower, thing.pk)[:EVENTS_SHOWN]
    return [Event(row.at, f"{row.actor_name}：{wording.verb_label(row.verb)}", "act", row.reason) for row in rows]


def amount_of(item: PlanItem) -> str:
    """How many the item asks for, in words."""
    if item.kind == "monitoring":
        return "全覆盖（不入企）"
    if item.is_full:
        return "全覆盖"
    return f"{item.n} 家" if item.n else f"{item.share}%"


def facts_of(item: PlanItem, groups: dict[str, str]) -> list[tuple[str, str]]:
    """The item's particulars."""
    joined = f"与 {item.joined_to.number} {item.joined_to.title}同次入企" if item.joined_to else ""
    rows = [
        ("类别", item.get_kind_display()),
        ("数量", amount_of(item)),
        ("领域", field_names(item.fields) if item.fields else "全部领域"),
        ("区域", listed(item.area_codes) if item.area_codes else "本机关全部区域"),
        (
            "批次",
            f"{item.batches} 批"
            + (f"，{listed(f'{m} 月' for m in item.planned_months)}" if item.planned_months else ""),
        ),
    ]
    if item.is_on_site:
        rows += [
            ("抽取方法", item.get_method_display() if not item.is_full else "不抽取"),
            ("通知", item.get_notice_display()),
            (
                "检查内容",
                listed(groups.get(code, code) for code in item.checklist_groups)
                if item.checklist_groups
                else "现场检查表全部内容",
            ),
            ("联合部门", listed(item.departments) if item.departments else "无"),
        ]
    return [*rows, *([("合并", joined)] if joined else [])]


def shares_of(item: PlanItem) -> str:
    """The item's shares by stratum, in words."""
    rows = []
    for one in item.shares.all():
        parts = [FIELD_CODES.get(one.field, one.field), one.area_code, one.get_rating_display()]
        rows.append(f"{'、'.join(part for part in parts if part)} {one.share}%")
    return "；".join(rows)


def group_titles(on: date) -> dict[str, str]:
    """Titles of check groups in force, by id."""
    return {one.id: one.title for one in lawbook().checklists if one.holds_on(on)}


@dataclass(frozen=True, slots=True)
class Shown:
    """A meter with its links to rows."""

    meter: Meter
    done_url: str
    missing_url: str

    @property
    def left(self) -> int:
        """Institutions in scope that are not done, whatever share of them the duty asks for."""
        return max(0, self.meter.total - self.meter.done)

    @property
    def kind(self) -> str:
        return "ok" if self.meter.is_met and self.meter.total else "warn"

    @property
    def required(self) -> float:
        return self.meter.required / 100

    @property
    def note(self) -> str:
        one = self.meter
        if not one.total:
            return "没有这类机构"
        short = "已达到" if one.is_met else f"还差 {one.missing} 家"
        return f"{one.done} / {one.total} 家 · 要求 ≥ {one.required}% · {short}"


def shown_meters(of: Coverage) -> list[Shown]:
    """The meters with links to those done and those not."""

    def url(meter: Meter, status: str) -> str:
        query = {"organ": of.organ.pk, "year": of.year, "meter": meter.key, "status": status}
        return f"{reverse('plans:covered')}?{urlencode(query)}"

    return [Shown(one, url(one, "yes"), url(one, "no")) for one in of.meters]


def visit_tag(visit: Visit) -> tuple[str, str]:
    """Kind and words of a visit's state."""
    kinds = {"reserved": "blue", "proposed": "warn", "entered": "warn", "done": "ok", "cancelled": "line"}
    return kinds[visit.state], VISIT.states[visit.state]


def visit_steps(visit: Visit) -> list[Step]:
    """Reserved, entered, done – or called off."""
    if visit.state in ("cancelled", "proposed"):
        first = Step("预约", "done", zh_date(visit.reserved_at))
        return [first, Step(VISIT.states[visit.state], "now", _note(visit.cancelled_at))]
    at = {"reserved": visit.reserved_at, "entered": visit.entered_at, "done": visit.done_at}
    labels = {"reserved": "预约", "entered": "入企", "done": "完成"}
    place = VISIT_WAY.index(visit.state)
    return [
        Step(labels[state], "done" if order < place else "now" if order == place else "", _note(at[state]))
        for order, state in enumerate(VISIT_WAY)
    ]


def visit_facts(visit: Visit) -> list[tuple[str, str]]:
    """The visit's particulars."""
    cap = "计入" if visit.counted else "不计入"
    rows = [
        ("检查机关", visit.organ.name),
        ("来源", f"{visit.get_origin_kind_display()} {visit.origin_id}"),
        ("计划事项", str(visit.item) if visit.item else "计划外"),
        ("日期", zh_date(visit.day)),
        ("年度上限", cap),
    ]
    if visit.exception_code:
        rows += [("例外情形", visit.get_exception_code_display()), ("例外理由", visit.exception_note)]
    if visit.departments:
        rows.append(("联合部门", listed(visit.departments)))
    if visit.cancel_reason:
        rows.append(("取消理由", visit.cancel_reason))
    return rows


def tag_of(plan: AnnualPlan) -> tuple[str, str]:
    """Kind and words of a plan's state."""
    from hengjian.apps.plans.listing import STATE_TAGS

    return STATE_TAGS[plan.state], PLAN.states[plan.state]
