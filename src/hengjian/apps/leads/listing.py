"""The list of leads and where each stands in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from hengjian.apps.clocks.models import UNFINISHED as RUNNING
from hengjian.apps.clocks.models import Clock
from hengjian.apps.leads.codes import CHANNELS, SUBJECTS
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.procedures import LEAD
from hengjian.apps.leads.selectors import UNFINISHED
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import clock, tag

TAGS = {
    "registered": "warn",
    "verifying": "blue",
    "filed": "ok",
    "answered": "ok",
    "merged": "line",
    "disputed": "bad",
    "designating": "bad",
    "not_filing": "warn",
}


def state_tag(lead: Lead) -> tuple[str, str]:
    """Kind and words of the tag that says where a lead stands."""
    return TAGS.get(lead.state, "blue"), lead.get_state_display()


def with_due(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """Each lead with the next last day of its running clocks as `due_on`."""
    running = Clock.objects.filter(
        thing_kind=Lead._meta.label_lower, thing_id=Cast(OuterRef("pk"), TextField()), state__in=RUNNING
    )
    return rows.annotate(due_on=Subquery(running.order_by("due_on").values("due_on")[:1]))


def due_words(due: date | None, today: date) -> tuple[str, str]:
    """Kind and words of the small clock."""
    if due is None:
        return "", ""
    left = (due - today).days
    if left < 0:
        return "late", f"逾期 {-left} 日"
    return ("due" if left <= 5 else ""), "今天到期" if left == 0 else f"剩 {left} 日"


def _due_cell(lead: Lead, today: date) -> Any:
    kind, words = due_words(getattr(lead, "due_on", None), today)
    return clock(kind, words) if words else ""


def lead_spec(today: date) -> ListSpec:
    """Columns and filters of the list."""

    def in_state(rows: Any, value: str) -> Any:
        if value == "all":
            return rows
        return rows.filter(state__in=UNFINISHED) if value == "unfinished" else rows.filter(state=value)

    return ListSpec(
        columns=(
            Column("title", "线索", note=lambda lead: lead.number, sort="title"),
            Column("number", "编号", kind="id", only_export=True),
            Column("respondent", "被反映单位", lambda lead: lead.respondent),
            Column("uscc", "统一社会信用代码", lambda lead: lead.institution_uscc, kind="id", only_export=True),
            Column("channel", "渠道", lambda lead: lead.get_channel_display(), only_wide=True),
            Column("organ", "承办机关", "organ.short_name", only_wide=True),
            Column("responsible", "承办人", lambda lead: lead.responsible.name if lead.responsible else ""),
            Column("received_on", "收到", kind="date", sort="received_on"),
            Column(
                "due",
                "时限",
                lambda lead: due_words(getattr(lead, "due_on", None), today)[1],
                cell=lambda lead: _due_cell(lead, today),
            ),
            Column("state", "状态", lambda lead: lead.get_state_display(), cell=lambda lead: tag(*state_tag(lead), "")),
            Column("answered_on", "答复日期", kind="date", only_export=True),
        ),
        filters=(
            Filter(
                "state",
                "状态",
                kind="choice",
                choices=[("unfinished", "未答复"), *LEAD.states.items(), ("all", "全部")],
                lookup=in_state,
            ),
            Filter("organ", "承办机关", kind="choice", lookup="organ_id"),
            Filter("channel", "渠道", kind="choice", choices=list(CHANNELS.items())),
            Filter("subject", "反映事项", kind="choice", choices=list(SUBJECTS.items())),
            Filter("received", "收到日期", kind="range", values="day", lookup="received_on"),
            Filter("mass", "批量投诉", kind="flag", lookup="mass"),
        ),
        views=(
            View("未答复", key="unfinished"),
            View("待研判", {"state": "registered"}, key="registered"),
            View("核查中", {"state": "verifying"}, key="verifying"),
            View("已移送待反馈", {"state": "transferred"}, key="transferred"),
            View("已立案", {"state": "filed"}, key="filed"),
            View("全部", {"state": "all"}, key="all"),
        ),
        default_sort="-received_on",
        url=lambda lead: reverse("leads:show", args=[lead.number]),
    )


def state_counts(rows: QuerySet[Lead]) -> dict[str, int]:
    """How many leads stand where, those without an answer together as `unfinished`; one query."""
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return counted | {
        "unfinished": sum(n for state, n in counted.items() if state in UNFINISHED),
        "all": sum(counted.values()),
    }


AGES = ((7, "7 日内"), (15, "8–15 日"), (30, "16–30 日"), (60, "31–60 日"), (10_000, "60 日以上"))


def backlog(rows: QuerySet[Lead], *, today: date) -> list[dict[str, Any]]:
    """What has no answer yet, by organ and by age in days since it was received; the latest organ's rows first."""
    unanswered = Q(state__in=UNFINISHED) | Q(state="merged", answered_on__isnull=True)
    lower = 0
    asked = {}
    for number, (upper, _) in enumerate(AGES):
        first, last = _days_ago(today, upper), _days_ago(today, lower)
        asked[f"age_{number}"] = Count("pk", filter=Q(received_on__gte=first, received_on__lte=last))
        lower = upper + 1
    chosen = rows.filter(unanswered).order_by()
    lines = chosen.values("organ_id", "organ__short_name", "organ__path").annotate(n=Count("pk"), **asked)
    return [
        {
            "organ": line["organ_id"],
            "name": line["organ__short_name"],
            "n": line["n"],
            "ages": [line[f"age_{number}"] for number in range(len(AGES))],
        }
        for line in sorted(lines, key=lambda one: one["organ__path"])
    ]


def _days_ago(today: date, days: int) -> date:
    return max(today - timedelta(days=days), date(1990, 1, 1))
