"""The lists of plans: plans, institutions behind a number, visits, exceptions, merges, looks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html

from hengjian.apps.plans.coverage import METERS, STATUSES
from hengjian.apps.plans.models import MonitoringLook, PlanItem, Visit
from hengjian.apps.plans.procedures import EXCEPTION_CODES, MERGE, ORIGINS, PLAN, VISIT
from hengjian.apps.registry.lists import field_names, institution_url
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import in_field
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui.figures import cell_bar
from hengjian.ui.lists import Column, Filter, ListSpec, View

STATE_TAGS = {
    "draft": "line",
    "submitted": "warn",
    "approved": "blue",
    "filing": "warn",
    "in_force": "ok",
    "superseded": "line",
    "closed": "line",
    "dropped": "line",
}


def plan_list(*, may_export: bool) -> ListSpec:
    """Plans of the person's part of the tree."""
    return ListSpec(
        columns=(
            Column("title", "计划", note=lambda row: row.number, sort="title"),
            Column("number", "计划编号", kind="id", only_export=True),
            Column("organ", "机关", "organ.short_name", sort="organ__path"),
            Column("year", "年度", lambda row: str(row.year), sort="year"),
            Column("version", "版本", lambda row: f"第 {row.version} 版"),
            Column("state", "状态", lambda row: PLAN.states[row.state], sort="state"),
            Column("items", "事项", "item_count", kind="num"),
            Column("superior", "备案机关", "superior.short_name", only_wide=True),
            Column("receipt_no", "备案文号", only_wide=True),
            Column("in_force_at", "备案确认", kind="date", sort="in_force_at"),
        ),
        filters=(
            Filter("q", "名称、编号", lookup=_matching_plan),
            Filter("year", "年度", "choice", "year"),
            Filter("organ", "机关", "choice", "organ_id"),
            Filter("state", "状态", "choice", "state", choices=tuple(PLAN.states.items())),
        ),
        views=(
            View("全部"),
            View("执行中", {"state": "in_force"}),
            View("待审批", {"state": "submitted"}),
            View("待确认备案", {"state": "filing"}),
        ),
        default_sort="-year",
        url=lambda row: reverse("plans:show", args=[row.number]),
        may_export=may_export,
    )


def _matching_plan(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=text) | Q(number__icontains=text))


def _marks(row: Institution) -> str:
    flags = (("is_drawn", "已抽中"), ("is_checked", "双随机已检查"), ("is_visited", "已检查"), ("is_looked", "已监测"))
    return "、".join(label for name, label in flags if getattr(row, name)) or "还没有"


def _risk_cell(row: Institution) -> str:
    return "未评" if row.risk is None else cell_bar(row.risk)


def _area(rows: QuerySet[Institution], value: str) -> QuerySet[Institution]:
    return rows.filter(organ_id=value)


def covered_list(*, may_export: bool) -> ListSpec:
    """Institutions behind a number of the coverage page."""
    return ListSpec(
        columns=(
            Column("name", "机构", sort="name", note=lambda row: row.uscc),
            Column("uscc", "统一社会信用代码", kind="id", only_export=True),
            Column("area", "管辖机关", "organ.short_name", sort="organ__path"),
            Column("fields", "领域", lambda row: field_names(row.fields)),
            Column("risk", "风险", sort="risk", cell=_risk_cell, note=lambda row: row.get_risk_band_display()),
            Column("marks", "本年度", _marks),
            Column("ledger", "入企台账", lambda row: row.visit_count, kind="num", cell=_ledger_cell),
        ),
        filters=(
            Filter("q", "名称、代码", lookup=_matching_institution),
            Filter("meter", "哪一项", "choice", lambda rows, _: rows, choices=tuple(METERS.items())),
            Filter("status", "完成没有", "choice", lambda rows, _: rows, choices=tuple(STATUSES.items())),
            Filter("field", "领域", "choice", in_field, choices=tuple(FIELD_CODES.items())),
            Filter("area", "管辖机关", "choice", _area),
            # carried along by the links of the coverage page
            Filter("organ", "机关", "choice", lambda rows, _: rows),
            Filter("year", "年度", "choice", lambda rows, _: rows),
        ),
        default_sort="-risk",
        url=institution_url,
        may_export=may_export,
    )


def _ledger_cell(row: Institution) -> str:
    return format_html('<a href="{}">{} 次</a>', reverse("plans:ledger", args=[row.uscc]), row.visit_count)


def _matching_institution(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text) | Q(uscc=text))


def _matching_visit(rows: QuerySet[Visit], text: str) -> QuerySet[Visit]:
    about = Q(institution__name__icontains=text) | Q(institution__uscc=text)
    return rows.filter(about | Q(number__icontains=text) | Q(origin_id__icontains=text))


def _counted(row: Visit) -> str:
    if row.merged_with_id:
        return f"并入 {row.merged_with.number}"
    return "计入" if row.counted else "例外，不计入"


def visit_list(*, may_export: bool, exceptions: bool = False) -> ListSpec:
    """The ledger; with `exceptions` only what goes beyond plan or cap, with its reason."""
    reason = (
        Column("exception", "例外情形", "get_exception_code_display"),
        Column("exception_note", "理由"),
    )
    plain = (
        Column("counted", "年度上限", _counted),
        Column("exception", "例外情形", "get_exception_code_display", only_export=True),
    )
    by_code = Filter("code", "例外情形", "choice", "exception_code", choices=tuple(EXCEPTION_CODES.items()))
    return ListSpec(
        columns=(
            Column("institution", "机构", "institution.name", sort="institution__name", note=lambda row: row.number),
            Column("number", "入企编号", kind="id", only_export=True),
            Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
            Column("organ", "检查机关", "organ.short_name", sort="organ__path"),
            Column("origin", "来源", "get_origin_kind_display", note=lambda row: row.origin_id),
            Column("day", "日期", kind="date", sort="day"),
            Column("state", "状态", lambda row: VISIT.states[row.state], sort="state"),
            *(reason if exceptions else plain),
        ),
        filters=(
            Filter("q", "机构、编号", lookup=_matching_visit),
            Filter("state", "状态", "choice", "state", choices=tuple(VISIT.states.items())),
            Filter("origin", "来源", "choice", "origin_kind", choices=tuple(ORIGINS.items())),
            *((by_code,) if exceptions else ()),
            Filter("item", "事项", lookup="item__lineage"),
            Filter("day", "日期", "range", "day", values="day"),
        ),
        views=()
        if exceptions
        else (
            View("全部"),
            View("已预约", {"state": "reserved"}),
            View("已入企", {"state": "entered"}),
            View("已完成", {"state": "done"}),
        ),
        default_sort="-day",
        url=lambda row: reverse("plans:visit", args=[row.number]),
        may_export=may_export,
    )


MERGES = ListSpec(
    columns=(
        Column("institution", "机构", "host.institution.name", note=lambda row: row.number),
        Column("host", "主查检查", lambda row: f"{row.host.organ.short_name} {row.host.number}"),
        Column("host_day", "主查日期", "host.day", kind="date", sort="host__day"),
        Column("guest", "并入检查", lambda row: f"{row.guest.organ.short_name} {row.guest.number}"),
        Column("guest_day", "并入检查原定", "guest.day", kind="date"),
        Column("state", "状态", lambda row: MERGE.states[row.state], sort="state"),
        Column("proposed_at", "提议", kind="date", sort="proposed_at"),
    ),
    filters=(Filter("state", "状态", "choice", "state", choices=tuple(MERGE.states.items())),),
    views=(
        View("全部"),
        View("待双方同意", {"state": "open"}),
        View("主查机关已同意", {"state": "host_agreed"}),
        View("并入机关已同意", {"state": "guest_agreed"}),
        View("已合并", {"state": "accepted"}),
    ),
    default_sort="-proposed_at",
    url=lambda row: reverse("plans:merge", args=[row.number]),
    may_export=False,
)


def due_list(*, may_export: bool) -> ListSpec:
    """Institutions that nobody has looked at this year, the riskiest first."""
    return ListSpec(
        columns=(
            Column("name", "机构", sort="name", note=lambda row: row.uscc),
            Column("uscc", "统一社会信用代码", kind="id", only_export=True),
            Column("area", "管辖机关", "organ.short_name", sort="organ__path"),
            Column("fields", "领域", lambda row: field_names(row.fields), only_wide=True),
            Column("risk", "风险", sort="risk", cell=_risk_cell, note=lambda row: row.get_risk_band_display()),
            Column("risk_at", "筛查", kind="date", sort="risk_at"),
        ),
        filters=(
            Filter("q", "名称、代码", lookup=_matching_institution),
            Filter("band", "风险等级", "choice", "risk_band", choices=Institution.BANDS),
            Filter("area", "管辖机关", "choice", _area),
        ),
        views=(View("全部"), *(View(label, {"band": key}) for key, label in Institution.BANDS)),
        default_sort="-risk",
        url=lambda row: reverse("plans:look", args=[row.uscc]),
        may_export=may_export,
    )


def look_list(*, may_export: bool) -> ListSpec:
    """Looks that were made."""
    return ListSpec(
        columns=(
            Column("institution", "机构", "institution.name", sort="institution__name"),
            Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
            Column("looked_on", "监测日期", kind="date", sort="looked_on"),
            Column("conclusion", "结论", "get_conclusion_display"),
            Column("note", "说明"),
            Column("risk", "当时的风险", cell=lambda row: cell_bar(row.risk)),
            Column("run", "依据的筛查", kind="id"),
            Column("looked_by", "监测人", "looked_by.name"),
        ),
        filters=(
            Filter("q", "机构", lookup="institution__name"),
            Filter("conclusion", "结论", "choice", "conclusion", choices=MonitoringLook.CONCLUSIONS),
            Filter("looked", "监测日期", "range", "looked_on", values="day"),
        ),
        default_sort="-looked_on",
        url=lambda row: reverse("plans:ledger", args=[row.institution.uscc]),
        may_export=may_export,
    )


def scope_list(item: PlanItem, *, may_export: bool) -> ListSpec:
    """Institutions in an item's scope, with what happened to them under it."""
    return ListSpec(
        columns=(
            Column("name", "机构", sort="name", note=lambda row: row.uscc),
            Column("uscc", "统一社会信用代码", kind="id", only_export=True),
            Column("area", "管辖机关", "organ.short_name", sort="organ__path"),
            Column("fields", "领域", lambda row: field_names(row.fields), only_wide=True),
            Column("risk", "风险", sort="risk", cell=_risk_cell, note=lambda row: row.get_risk_band_display()),
            Column("visit_day", "检查日期", kind="date", sort="visit_day"),
            Column("visit_state", "检查", lambda row: VISIT.states.get(row.visit_state or "", "还没有安排")),
        )
        if item.is_on_site
        else (
            Column("name", "机构", sort="name", note=lambda row: row.uscc),
            Column("uscc", "统一社会信用代码", kind="id", only_export=True),
            Column("area", "管辖机关", "organ.short_name", sort="organ__path"),
            Column("risk", "风险", sort="risk", cell=_risk_cell, note=lambda row: row.get_risk_band_display()),
            Column("looked", "监测", lambda row: "已监测" if row.is_looked else "还没有监测"),
        ),
        filters=(
            Filter("q", "名称、代码", lookup=_matching_institution),
            Filter("field", "领域", "choice", in_field, choices=tuple(FIELD_CODES.items())),
            Filter(
                "status",
                "完成没有",
                "choice",
                lambda rows, value: rows.filter(is_done=value == "yes"),
                choices=tuple(STATUSES.items()),
            ),
        ),
        default_sort="-risk",
        url=institution_url,
        may_export=may_export,
    )
