"""Whom a plan item covers, and where each institution stands in the draw: field, stratum, weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from hengjian.apps.draws.models import Draw
from hengjian.apps.plans.scope import in_areas, in_fields, weights
from hengjian.apps.plans.scope import stratum_of as field_of
from hengjian.apps.registry.models import Institution
from hengjian.engines.tables.fields import FIELD_CODES

BANDS = {"red": "高风险", "amber": "中风险", "green": "低风险", "": "未筛查"}
NO_FIELD = "other"
WHOLE = "全部机构"
"""The one stratum of a draw that is not stratified: only people of general duties may lead there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An institution with the field it is drawn in, its stratum and its integer weight."""

    institution: Institution
    field: str
    stratum: str
    weight: int


def population(draw: Draw) -> QuerySet[Institution]:
    """The registry's institutions that the item covers: of the organ's part of the tree, in its fields and areas.

    Merged entries are left out; deregistered ones are in, so that their exclusion is told.
    """
    rows = Institution.objects.filter(merged_into=None, organ__path__startswith=draw.organ.path)
    rows = in_areas(in_fields(rows, draw.item.fields), draw.item.area_codes)
    return rows.select_related("organ").order_by("uscc")


def stratum_of(draw: Draw, institution: Institution, field: str) -> str:
    """The name of the institution's stratum by the draw's way of stratifying; an institution is in exactly one."""
    if draw.stratify == "none":
        return WHOLE
    name = FIELD_CODES.get(field, FIELD_CODES[NO_FIELD])
    if draw.stratify == "field_area":
        return f"{name}·{institution.organ.short_name}"
    if draw.stratify == "field_band":
        return f"{name}·{BANDS[institution.risk_band]}"
    return name


def place(draw: Draw, rows: Iterable[Institution], *, on: date) -> list[Placed]:
    """Every institution with the one field it is drawn in, its stratum, and its weight by the tables of a day.

    Where all have the same probability everybody weighs 1.
    """
    tables = weights(on)
    made = []
    for one in rows:
        field = field_of(draw.item, one)
        weight = tables.of(one) if draw.method == "pareto" else 1
        made.append(Placed(one, field, stratum_of(draw, one, field), weight))
    return made


def fields_of_stratum(stratum: str) -> str:
    """The field code that a stratum's name begins with."""
    if stratum == WHOLE:
        return ""
    word = stratum.partition("·")[0]
    return next((code for code, name in FIELD_CODES.items() if name == word), NO_FIELD)
