"""The lists of draws: all draws, one draw's roster, its targets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from hengjian.apps.draws.models import DrawUnit
from hengjian.apps.draws.presenting import STATE_TAGS, VISIT_TAGS
from hengjian.apps.draws.procedures import ACTIVE, DRAW
from hengjian.apps.draws.scope import BANDS
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag


def _in_state(rows: Any, value: str) -> Any:
    if value == "all":
        return rows
    return rows.filter(state__in=ACTIVE if value == "active" else [value])


def _search(rows: Any, text: str) -> Any:
    return rows.filter(Q(title__icontains=text) | Q(number__iexact=text) | Q(commit_sha256__startswith=text.lower()))


DRAWS = ListSpec(
    columns=(
        Column("title", "抽查", note=lambda draw: draw.number, sort="title"),
        Column("number", "编号", kind="id", only_export=True),
        Column("organ", "机关", "organ.short_name", sort="organ__path"),
        Column("item", "计划事项", lambda draw: f"{draw.item.title} 第 {draw.batch} 批", only_wide=True),
        Column("mode", "模式", lambda draw: draw.get_mode_display(), only_wide=True),
        Column("roster", "名录", "roster_size", kind="num"),
        Column("n", "抽取", lambda draw: draw.sample_size or draw.n or sum(draw.quota.values()), kind="num"),
        Column(
            "state",
            "状态",
            lambda draw: draw.get_state_display(),
            cell=lambda draw: tag(STATE_TAGS[draw.state], draw.get_state_display(), ""),
            sort="state",
        ),
        Column("commit", "承诺值", lambda draw: draw.commit_sha256[:16], kind="id", only_wide=True),
        Column("state_at", "办理时间", kind="datetime", sort="state_at"),
    ),
    filters=(
        Filter("q", "名称、编号、承诺值", lookup=_search),
        Filter(
            "state",
            "状态",
            kind="choice",
            choices=[("active", "未办结"), *DRAW.states.items(), ("all", "全部")],
            lookup=_in_state,
        ),
        Filter("organ", "机关", kind="choice", lookup="organ_id"),
    ),
    views=(
        View("全部"),
        View("未办结", {"state": "active"}, key="active"),
        View("已作废", {"state": "void"}, key="void"),
    ),
    default_sort="-state_at",
    url=lambda draw: reverse("draws:show", args=[draw.number]),
)


def roster_spec(number: str, *, linked: bool) -> ListSpec:
    """The frozen or growing roster of one draw; `linked` where the person may open the single institutions."""
    return ListSpec(
        columns=(
            Column("name", "机构", "institution.name", note=lambda unit: unit.unit_id, sort="institution__name"),
            Column("uscc", "统一社会信用代码", "unit_id", kind="id", only_export=True),
            Column("stratum", "层", sort="stratum"),
            Column("band", "风险等级", lambda unit: BANDS[unit.band], sort="band"),
            Column("weight", "权重", kind="num", sort="weight"),
        ),
        filters=(
            Filter(
                "q",
                "名称、代码",
                lookup=lambda rows, text: rows.filter(
                    Q(institution__name__icontains=text) | Q(unit_id__startswith=text.upper())
                ),
            ),
            Filter("stratum", "层", kind="choice", lookup="stratum"),
        ),
        default_sort="stratum",
        url=lambda unit: reverse("draws:unit", args=[number, unit.unit_id]) if linked else None,
    )


def pi_text(pi: str) -> str:
    """An exact fraction as three decimals."""
    return f"{float(Fraction(pi)):.3f}" if pi else ""


def targets_spec(number: str, states: Mapping[int, str]) -> ListSpec:
    """The sample with the people who go there and how far they are; `states` are the visits' by institution."""

    def team(unit: DrawUnit) -> Any:
        slots = {row.slot: row.user.name for row in unit.team}  # type: ignore[attr-defined]
        pair = "、".join(slots[slot] for slot in ("lead", "member") if slot in slots)
        return format_html("{}<small>专家 {}</small>", pair, slots["expert"]) if "expert" in slots else pair

    def standing(unit: DrawUnit) -> tuple[str, str]:
        if unit.substituted:
            return "line", "已替换"
        return VISIT_TAGS.get(states.get(unit.institution_id, ""), ("warn", "待派任务"))

    return ListSpec(
        columns=(
            Column(
                "name",
                "机构",
                "institution.name",
                note=lambda unit: unit.unit_id + ("　递补" if unit.replaces_id else ""),
                sort="institution__name",
            ),
            Column("uscc", "统一社会信用代码", "unit_id", kind="id", only_export=True),
            Column("stratum", "层", sort="stratum"),
            Column("band", "风险", lambda unit: BANDS[unit.band]),
            Column("weight", "权重", kind="num", sort="weight"),
            Column("pi", "入选概率", lambda unit: pi_text(unit.pi), kind="num"),
            Column(
                "ticket",
                "签号",
                cell=lambda unit: format_html('<span class="mono">{}…</span>', unit.ticket[:8]),
                sort="ticket",
            ),
            Column(
                "team",
                "组长、组员",
                lambda unit: "、".join(f"{row.get_slot_display()} {row.user.name}" for row in unit.team),
                cell=team,
            ),
            Column("state", "状态", lambda unit: standing(unit)[1], cell=lambda unit: tag(*standing(unit), "")),
        ),
        filters=(
            Filter(
                "q",
                "机构",
                lookup=lambda rows, text: rows.filter(
                    Q(institution__name__icontains=text) | Q(unit_id__startswith=text.upper())
                ),
            ),
            Filter("stratum", "层", kind="choice", lookup="stratum"),
        ),
        default_sort="ticket",
        url=lambda unit: reverse("draws:unit", args=[number, unit.unit_id]),
    )
