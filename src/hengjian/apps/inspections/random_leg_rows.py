"""The drawn institutions behind the random leg's numbers, as a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from hengjian.apps.inspections import random_leg_estimates as estimates
from hengjian.apps.inspections.random_leg import Sample
from hengjian.apps.registry.models import Institution
from hengjian.ui.lists import Column, Filter, ListSpec, View

Row = dict[str, Any]
SEEN = {"checked": "已检查", "pending": "未检查", "not_met": "未能检查"}
NO_VALUE = "none"
"""How a drawn institution without a value is asked for in an address."""

GROUPINGS: dict[str, tuple[str, Any, Any]] = {
    "field": ("按领域", lambda unit: unit.field, estimates.field_label),
    "organ": ("按辖区", lambda unit: unit.organ, str),
    "band": ("按抽取时的风险等级", lambda unit: unit.band, estimates.band_label),
}
"""Key in addresses → heading, value of a drawn institution, its words."""


def rows_of(sample: Sample) -> tuple[list[Row], dict[str, list[tuple[str, str]]]]:
    """One row for each drawn institution, and the choices of the filters."""
    wanted = Institution.objects.filter(pk__in=[unit.institution for unit in sample.units])
    named = {pk: (name, uscc) for pk, name, uscc in wanted.values_list("pk", "name", "uscc")}
    rows = [
        {
            "unit": unit,
            "name": named[unit.institution][0],
            "uscc": named[unit.institution][1],
            "pi": float(unit.pi),
            "seen": unit.seen,
            "problems": unit.problems,
            "serious": unit.serious,
            "inspection": unit.inspection,
            "draw": unit.draw,
            **{key: key_of(unit) or NO_VALUE for key, (_, key_of, _) in GROUPINGS.items()},
        }
        for unit in sample.units
    ]
    choices = {
        key: sorted({(row[key], "没有登记" if row[key] == NO_VALUE else label(row[key])) for row in rows})
        for key, (_, _, label) in GROUPINGS.items()
    }
    return rows, choices | {"year": [(str(sample.year), f"{sample.year} 年")]}


def _row_url(row: Row) -> str:
    return (
        reverse("inspections:show", args=[row["inspection"]])
        if row["inspection"]
        else reverse("dossiers:dossier", args=[row["uscc"]])
    )


def _same(key: str) -> Callable[[list[Row], str], list[Row]]:
    return lambda rows, value: [row for row in rows if row[key] == value]


def _some(key: str) -> Callable[[list[Row], bool], list[Row]]:
    return lambda rows, value: [row for row in rows if (row[key] > 0) == value]


ROWS = ListSpec(
    columns=(
        Column("name", "机构", note=lambda row: row["uscc"], sort="name"),
        Column("uscc", "统一社会信用代码", kind="id", only_export=True),
        Column("draw", "抽取", kind="id", sort="draw"),
        Column("field", "领域", lambda row: estimates.field_label(row["unit"].field)),
        Column("organ", "辖区", lambda row: row["unit"].organ, sort="organ", only_wide=True),
        Column("band", "抽取时风险", lambda row: estimates.band_label(row["unit"].band), only_wide=True),
        Column("pi", "入选概率", lambda row: f"{row['pi']:.4f}", sort="pi", only_wide=True),
        Column("seen", "检查", lambda row: SEEN[row["seen"]]),
        Column("problems", "问题", kind="num", sort="problems"),
        Column("serious", "其中严重", kind="num", sort="serious", only_wide=True),
        Column("inspection", "检查编号", kind="id", only_export=True),
    ),
    filters=(
        Filter("year", "年度", kind="choice", lookup=lambda rows, value: rows),
        Filter("field", "领域", kind="choice", lookup=_same("field")),
        Filter("organ", "辖区", kind="choice", lookup=_same("organ")),
        Filter("band", "风险", kind="choice", lookup=_same("band")),
        Filter(
            "seen",
            "检查",
            kind="choice",
            choices=list(SEEN.items()),
            lookup=_same("seen"),
        ),
        Filter("problem", "有问题", kind="flag", lookup=_some("problems")),
        Filter("serious", "有严重问题", kind="flag", lookup=_some("serious")),
    ),
    views=(View("全部", key="all"),),
    default_sort="draw",
    url=_row_url,
    key="name",
)
