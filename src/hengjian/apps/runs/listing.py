"""The lists of this app: runs, findings of a run, risk ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import in_field
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.presenting import STATE_TAGS, shown_state, state_label
from hengjian.apps.runs.procedures import RUN
from hengjian.apps.runs.wording import BAND_TAGS, BANDS, CLUSTERS, KINDS, SEVERITIES, TITLES, title_of
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui import figures
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

FIELD_CHOICES = list(FIELD_CODES.items())
SEVERITY_TAGS = {"certain": "bad", "strong": "warn", "weak": "line"}


def _count(name: str) -> Any:
    return lambda run: run.counts.get(name)


def _choice(key: str, label: str, choices: Sequence[tuple[str, str]] = ()) -> Filter:
    """A filter on one column of the findings."""
    return Filter(key, label, kind="choice", choices=choices, lookup=lambda rows, value: rows.where(key, value))


def _detector_cell(detector: str) -> SafeString:
    """The detector's number, leading to its page."""
    if detector not in TITLES:
        return format_html("{}", detector)
    return format_html('<a href="{}">{}</a>', reverse("rulebook:entry", args=["detectors", detector]), detector)


RUNS = ListSpec(
    columns=(
        Column("number", "运行", kind="id", sort="requested_at"),
        Column("organ", "机关", "organ.name", sort="organ__path"),
        Column("state", "状态", state_label, cell=lambda run: tag(STATE_TAGS[shown_state(run)], state_label(run))),
        Column("today", "按哪一天", kind="date", sort="today"),
        Column("reports", "报告", _count("reports"), kind="num"),
        Column("findings", "发现", _count("findings"), kind="num"),
        Column("requested_by", "启动人", "requested_by.name", only_wide=True),
        Column("requested_at", "启动时间", kind="datetime", sort="requested_at"),
    ),
    filters=(
        Filter("state", "状态", kind="choice", choices=list(RUN.states.items())),
        Filter("from", "启动", kind="range", values="moment", lookup="requested_at"),
    ),
    default_sort="-requested_at",
    url=lambda run: reverse("runs:show", args=[run.number]),
)

FINDINGS = ListSpec(
    columns=(
        Column("says", "发现", note=lambda row: title_of(row["detector"])),
        Column("institution", "机构", lambda row: row["institution"] or row["institution_id"], sort="institution"),
        Column("institution_id", "统一社会信用代码", kind="id", only_export=True),
        Column("detector", "检测器", kind="id", sort="detector", cell=lambda row: _detector_cell(row["detector"])),
        Column("kind", "种类", lambda row: KINDS.get(row["kind"], "—"), only_export=True),
        Column("cluster", "证据类别", lambda row: CLUSTERS.get(row["cluster"], "—"), only_wide=True),
        Column("field", "领域", lambda row: FIELD_CODES.get(row["field"], "不分领域"), only_wide=True),
        Column(
            "severity",
            "把握",
            lambda row: SEVERITIES[row["severity"]],
            cell=lambda row: tag(SEVERITY_TAGS[row["severity"]], SEVERITIES[row["severity"]], ""),
        ),
        Column("n_reports", "报告", kind="num", sort="n_reports"),
        Column("score", "分贝", lambda row: round(row["score"], 1), kind="num", sort="score"),
        Column("occurred_on", "行为日", kind="date", sort="occurred_on", only_wide=True),
        Column("finding_key", "发现编号", kind="id", only_export=True),
    ),
    filters=(
        Filter("q", "机构、代码", lookup=lambda rows, text: rows.containing(("institution", "institution_id"), text)),
        Filter("area", "辖区", kind="choice", lookup=lambda rows, value: rows.where("organ", value)),
        _choice("field", "领域", [*FIELD_CHOICES, ("none", "不分领域")]),
        _choice("detector", "检测器"),
        _choice("cluster", "证据类别", list(CLUSTERS.items())),
        _choice("kind", "种类", list(KINDS.items())),
        _choice("severity", "把握", list(SEVERITIES.items())),
        Filter("score", "分贝", kind="range", lookup=lambda rows, ends: rows.between("score", ends)),
        Filter(
            "day", "行为日", kind="range", values="day", lookup=lambda rows, ends: rows.between("occurred_on", ends)
        ),
    ),
    views=(
        View("全部"),
        View("确定", {"severity": "certain"}, key="certain"),
        View("较强", {"severity": "strong"}, key="strong"),
        View("数据质询", {"severity": "weak"}, key="weak"),
    ),
    default_sort="-score",
    url=lambda row: reverse("alerts:by_key", args=[row["finding_key"]]),
    key="finding_key",
)


def detector_choices(run: ScreeningRun) -> list[tuple[str, str]]:
    """The detectors of a run, for the filter."""
    return [(one["id"], f"{one['id']} {title_of(one['id'])}") for one in run.detectors]


def _by_name(rows: Any, text: str) -> Any:
    return rows.filter(Q(name__icontains=text) | Q(uscc__startswith=text.upper()))


LOOK_FIRST = ("risk", "risk_detail__standing__priority")
"""Equal risks, as those at the upper end are, by the priority that screening worked out from harm and volume."""

RANKING = ListSpec(
    columns=(
        Column("name", "机构", note=lambda row: row.uscc, sort="name"),
        Column("uscc", "统一社会信用代码", kind="id", only_export=True),
        Column("risk", "风险", kind="num", sort=LOOK_FIRST, cell=lambda row: figures.cell_bar(row.risk)),
        Column(
            "band",
            "等级",
            lambda row: BANDS.get(row.risk_band, ""),
            cell=lambda row: tag(BAND_TAGS.get(row.risk_band, ""), BANDS.get(row.risk_band, "—")),
        ),
        Column("why", "主要原因", lambda row: _main_reason(row)),
        Column("reports", "报告", lambda row: row.risk_detail.get("n_reports"), kind="num"),
        Column("organ", "管辖机关", "organ.short_name", only_wide=True, sort="organ__path"),
        Column("risk_at", "更新", kind="datetime", sort="risk_at", only_wide=True),
    ),
    filters=(
        Filter("q", "名称、代码", lookup=_by_name),
        Filter("band", "等级", kind="choice", choices=list(BANDS.items()), lookup="risk_band"),
        Filter("field", "领域", kind="choice", choices=FIELD_CHOICES, lookup=lambda rows, value: in_field(rows, value)),
        Filter("risk", "风险", kind="range"),
    ),
    views=(View("全部"), View("高风险", {"band": "red"}), View("中风险", {"band": "amber"})),
    default_sort="-risk",
    url=lambda row: reverse("runs:explain", args=[row.uscc]),
)


def _main_reason(row: Institution) -> str:
    parts = [one for one in row.risk_detail.get("contributions", ()) if float(one["decibans"]) > 0]
    parts.sort(key=lambda one: -float(one["decibans"]))
    return "，".join(
        f"{CLUSTERS.get(one['cluster'], one['cluster'])} +{float(one['decibans']):.0f}" for one in parts[:2]
    )
