"""The lists of tips and of rewards."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.tips.models import KINDS, Reward, Tip
from hengjian.apps.tips.procedures import REWARD, TIP
from hengjian.apps.tips.selectors import UNFINISHED
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag
from hengjian.ui.wording import NONE, iso_date

TAGS = {
    "registered": "warn",
    "unclear": "warn",
    "verifying": "blue",
    "merged": "line",
    "repeated": "line",
    "redirected": "line",
    "returned": "bad",
    "closed": "ok",
}
REWARD_TAGS = {"proposed": "warn", "approved": "blue", "paid": "ok", "declined": "line", "lapsed": "line"}
KIND_TAGS = {"named": "line", "anonymous": "line", "insider": "blue"}


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(respondent_name__icontains=text)
        | Q(respondent_uscc__startswith=text.upper())
        | Q(number=text.upper())
        | Q(external_no=text)
    )


def _in_state(rows: Any, value: str) -> Any:
    if value == "all":
        return rows
    return rows.filter(state__in=UNFINISHED) if value == "unfinished" else rows.filter(state=value)


def unbroken(text: str) -> str:
    """A date or a name on one line."""
    return format_html('<span class="nw">{}</span>', text)


TIPS = ListSpec(
    columns=(
        Column("number", "编号", kind="id", note=lambda tip: CHANNELS.get(tip.channel, tip.channel)),
        Column("respondent", "被举报人", "respondent_name", sort="respondent_name"),
        Column("uscc", "统一社会信用代码", "respondent_uscc", kind="id", only_export=True),
        Column(
            "kind",
            "方式",
            lambda tip: KINDS[tip.kind],
            cell=lambda tip: tag(KIND_TAGS[tip.kind], KINDS[tip.kind]),
        ),
        Column(
            "organ", "承办机关", "organ.short_name", cell=lambda tip: unbroken(tip.organ.short_name), only_wide=True
        ),
        Column(
            "responsible",
            "承办人",
            lambda tip: tip.responsible.name if tip.responsible else "",
            cell=lambda tip: unbroken(tip.responsible.name if tip.responsible else NONE),
        ),
        Column(
            "received_on", "收到", kind="date", sort="received_at", cell=lambda tip: unbroken(iso_date(tip.received_on))
        ),
        Column(
            "state",
            "状态",
            lambda tip: tip.get_state_display(),
            cell=lambda tip: tag(TAGS[tip.state], tip.get_state_display(), ""),
        ),
        Column("closed_on", "办结日期", kind="date", only_export=True),
    ),
    filters=(
        Filter("q", "被举报人、编号", lookup=_search),
        Filter(
            "state",
            "状态",
            kind="choice",
            choices=[("unfinished", "未办结"), *TIP.states.items(), ("all", "全部")],
            lookup=_in_state,
        ),
        Filter("kind", "方式", kind="choice", choices=list(KINDS.items())),
        Filter("organ", "承办机关", kind="choice", lookup="organ_id"),
        Filter("received", "收到日期", kind="range", values="day", lookup="received_on"),
    ),
    views=(
        View("未办结", key="unfinished"),
        View("待办", {"state": "registered"}, key="registered"),
        View("核查中", {"state": "verifying"}, key="verifying"),
        View("已办结", {"state": "closed"}, key="closed"),
        View("全部", {"state": "all"}, key="all"),
    ),
    default_sort="-received_on",
    url=lambda tip: reverse("tips:show", args=[tip.number]),
)

REWARDS = ListSpec(
    columns=(
        Column("number", "编号", kind="id"),
        Column("case_ref", "处罚决定书"),
        Column("grade", "等级", lambda one: f"{'一二三'[one.grade - 1]}级"),
        Column("amount", "金额", kind="fen", sort="amount"),
        Column("organ", "机关", "organ.short_name", only_wide=True),
        Column(
            "state",
            "状态",
            lambda one: one.get_state_display(),
            cell=lambda one: tag(REWARD_TAGS[one.state], one.get_state_display(), ""),
        ),
        Column("state_at", "最近办理", kind="datetime", sort="state_at"),
    ),
    filters=(
        Filter(
            "q", "编号、决定书", lookup=lambda rows, text: rows.filter(Q(number=text) | Q(case_ref__icontains=text))
        ),
        Filter("state", "状态", kind="choice", choices=list(REWARD.states.items())),
    ),
    views=(
        View("全部"),
        View("待审批", {"state": "proposed"}, key="proposed"),
        View("待领取", {"state": "approved"}, key="approved"),
    ),
    default_sort="-state_at",
    url=lambda one: reverse("tips:reward", args=[one.number]),
)


def standing(row: Tip | Reward) -> tuple[str, str]:
    """Kind and words of the state's tag."""
    tags = TAGS if isinstance(row, Tip) else REWARD_TAGS
    return tags[row.state], row.get_state_display()
