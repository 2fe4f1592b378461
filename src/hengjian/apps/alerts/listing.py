"""The lists of alerts and of data questions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.alerts.models import FIELD_CHOICES, Alert
from hengjian.apps.alerts.procedures import ALERT
from hengjian.apps.alerts.selectors import UNFINISHED
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.ui import figures
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

STATE_TAGS = {
    "open": "warn",
    "data_requested": "blue",
    "confirmed": "bad",
    "dismissal_proposed": "warn",
    "dismissed": "line",
}
SEVERITY_TAGS = {"certain": "bad", "strong": "warn", "weak": "line"}
DETECTOR_CHOICES = [(detector.id, f"{detector.id} {detector.title}") for detector in DETECTORS]
UNFINISHED_CHOICE = ("unfinished", "未办结")


def _in_state(rows: Any, value: str) -> Any:
    if value == "all":
        return rows
    return rows.filter(state__in=UNFINISHED if value == "unfinished" else [value])


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(institution__name__icontains=text) | Q(institution__uscc__startswith=text.upper()) | Q(number=text.upper())
    )


def _risk(alert: Alert) -> str:
    return figures.cell_bar(alert.institution.risk) if alert.institution.risk is not None else "—"


def age_days(alert: Any) -> int:
    """Whole days since the alert came into its present state."""
    return max(0, alert.age.days)


COLUMNS = (
    Column("title", "预警", note=lambda alert: alert.number, sort="title"),
    Column("number", "编号", kind="id", only_export=True),
    Column("institution", "机构", "institution.name", sort="institution__name"),
    Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
    Column("risk", "机构风险", "institution.risk", kind="num", sort=("institution__risk", "score", "age"), cell=_risk),
    Column(
        "severity",
        "把握",
        lambda alert: alert.get_severity_display(),
        cell=lambda alert: tag(SEVERITY_TAGS[alert.severity], alert.get_severity_display(), ""),
        sort="score",
    ),
    Column("n_reports", "报告", kind="num", sort="n_reports"),
    Column("field", "领域", lambda alert: alert.get_field_display(), only_wide=True),
    Column("occurred_on", "行为日", kind="date", sort="occurred_on", only_wide=True),
    Column(
        "state",
        "状态",
        lambda alert: alert.get_state_display(),
        cell=lambda alert: tag(STATE_TAGS[alert.state], alert.get_state_display(), ""),
    ),
    Column("age", "已有天数", age_days, kind="num", sort="age"),
)
FILTERS = (
    Filter("q", "机构、代码、编号", lookup=_search),
    Filter("detector", "检测器", kind="choice", choices=DETECTOR_CHOICES),
    Filter("field", "领域", kind="choice", choices=FIELD_CHOICES),
    Filter("severity", "把握", kind="choice", choices=Alert.SEVERITIES[:2]),
    Filter(
        "state",
        "状态",
        kind="choice",
        choices=[UNFINISHED_CHOICE, *ALERT.states.items(), ("all", "全部")],
        lookup=_in_state,
    ),
    Filter("area", "辖区", kind="choice", lookup="organ_id"),
    Filter("verdict", "最近结论", kind="choice", choices=Alert.VERDICTS),
)
VIEWS = (
    View("未办结", key="unfinished"),
    View("待研判", {"state": "open"}, key="open"),
    View("待机构补充", {"state": "data_requested"}, key="data_requested"),
    View("待复核排除", {"state": "dismissal_proposed"}, key="dismissal_proposed"),
    View("确认待跟进", {"state": "confirmed"}, key="confirmed"),
    View("已排除", {"state": "dismissed"}, key="dismissed"),
    View("全部", {"state": "all"}, key="all"),
)
QUEUE = ListSpec(
    columns=COLUMNS,
    filters=FILTERS,
    views=VIEWS,
    default_sort="-risk",
    url=lambda alert: reverse("alerts:show", args=[alert.number]),
)
QUESTIONS = ListSpec(
    columns=tuple(column for column in COLUMNS if column.key not in {"risk", "severity"}),
    filters=tuple(item for item in FILTERS if item.key != "severity"),
    views=tuple(view for view in VIEWS if view.key not in {"confirmed", "dismissal_proposed"}),
    default_sort="-age",
    url=lambda alert: reverse("alerts:show", args=[alert.number]),
)
