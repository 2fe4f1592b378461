"""The list of cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from hengjian.apps.cases.models import Case, CaseOfficer, Party
from hengjian.apps.cases.presenting import TAGS
from hengjian.apps.cases.procedures import CASE, OPEN
from hengjian.apps.cases.wording import SOURCES
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag
from hengjian.ui.wording import NONE

STANDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "before": ("待立案", ("proposed", "filing")),
    "open": ("办理中", OPEN),
    "enforcing": ("执行中", ("decided", "enforcing")),
    "to_close": ("待结案", ("no_penalty", "transferred", "terminated", "withdrawn", "annulled")),
    "finished": ("已办结", ("closed", "archived", "refused")),
}
UNDONE = tuple(state for key, (_, states) in STANDINGS.items() if key != "finished" for state in states)


def with_facts(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The rows with first party, leading officer and the last day of the clock that ends first, in one query."""
    clocks = Clock.objects.filter(
        thing_kind=Case._meta.label_lower, thing_id=Cast(OuterRef("pk"), TextField()), state__in=UNFINISHED
    )
    parties = Party.objects.filter(case=OuterRef("pk"))
    leading = CaseOfficer.objects.filter(case=OuterRef("pk"), lead=True, to_on__isnull=True)
    return rows.annotate(
        party_name=Subquery(parties.values("name")[:1]),
        officer_name=Subquery(leading.values("user__name")[:1]),
        due_on=Subquery(clocks.filter(due_on__isnull=False).order_by("due_on").values("due_on")[:1]),
    )


def _search(rows: Any, text: str) -> Any:
    parties = Party.objects.filter(case=OuterRef("pk")).filter(Q(name__icontains=text) | Q(code=text.upper()))
    return rows.filter(Q(number=text.upper()) | Q(title__icontains=text) | Exists(parties))


def _standing(rows: Any, value: str) -> Any:
    if value == "all":
        return rows
    if value == "undone":
        return rows.filter(state__in=UNDONE)
    return rows.filter(state__in=STANDINGS[value][1])


def case_spec(user: Any, today: date) -> ListSpec:
    """Columns and filters."""

    def mine(rows: Any, value: Any) -> Any:
        officers = CaseOfficer.objects.filter(case=OuterRef("pk"), user=user, to_on__isnull=True)
        return rows.filter(Exists(officers))

    def late(rows: Any, value: Any) -> Any:
        return rows.filter(due_on__lt=today)

    return ListSpec(
        columns=_COLUMNS,
        filters=(
            Filter("q", "案由、当事人、编号", lookup=_search),
            Filter(
                "standing",
                "进度",
                kind="choice",
                choices=[("undone", "未办结"), *((key, one[0]) for key, one in STANDINGS.items()), ("all", "全部")],
                lookup=_standing,
            ),
            Filter("state", "步骤", kind="choice", choices=list(CASE.states.items()), lookup="state"),
            Filter("organ", "办案机关", kind="choice", lookup="organ_id"),
            Filter("source", "来源", kind="choice", choices=list(SOURCES.items()), lookup="source_code"),
            Filter("field", "领域", kind="choice", choices=list(FIELD_CODES.items()), lookup="field"),
            Filter("filed", "立案日期", kind="range", values="day", lookup="filed_on"),
            Filter("mine", "我承办的", kind="flag", lookup=mine),
            Filter("late", "有时限逾期", kind="flag", lookup=late),
        ),
        views=(
            View("未办结", key="undone"),
            View("我承办的", {"mine": "1"}, key="mine"),
            *(View(one[0], {"standing": key}, key=key) for key, one in STANDINGS.items()),
            View("全部", {"standing": "all"}, key="all"),
        ),
        default_sort="due",
        url=lambda case: reverse("cases:show", args=[case.number]),
    )


_COLUMNS = (
    Column("title", "案由", note=lambda case: case.number, sort="title"),
    Column("number", "编号", kind="id", only_export=True),
    Column("party", "当事人", lambda case: case.party_name or NONE),
    Column("organ", "办案机关", "organ.short_name", only_wide=True),
    Column("officer", "主办", lambda case: case.officer_name or NONE),
    Column("source", "来源", lambda case: case.get_source_code_display(), only_export=True),
    Column("filed_on", "立案日期", kind="date", sort="filed_on", only_wide=True),
    Column("due", "最近时限", "due_on", kind="date", sort="due_on"),
    Column(
        "state",
        "步骤",
        lambda case: case.get_state_display(),
        cell=lambda case: tag(TAGS.get(case.state, "blue"), case.get_state_display(), ""),
        sort="state",
    ),
    Column("decided_on", "决定日期", kind="date", only_export=True),
)


def standing_counts(rows: QuerySet[Case], user: Any, today: date) -> dict[str, int]:
    """How many cases stand where, in one query."""
    officers = CaseOfficer.objects.filter(case=OuterRef("pk"), user=user, to_on__isnull=True)
    asked = {key: Count("pk", filter=Q(state__in=states)) for key, (_, states) in STANDINGS.items()}
    counts: dict[str, int] = rows.order_by().aggregate(
        **asked,
        undone=Count("pk", filter=Q(state__in=UNDONE)),
        mine=Count("pk", filter=Exists(officers) & Q(state__in=UNDONE)),
        all=Count("pk"),
    )
    return counts
