"""Whom an item covers, in which stratum an institution stands, which share and weight hold there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.models import ItemShare, PlanItem
from hengjian.apps.registry.models import Institution
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.catalogue import lawbook
from hengjian.law.weighing import WeightTable, weight_table


def supervised(organ: Organ) -> QuerySet[Institution]:
    """Institutions under supervision in the organ's area: owned by it or below, not merged away, not closed."""
    rows = Institution.objects.filter(merged_into=None, organ__path__startswith=organ.path).exclude(status="closed")
    return rows.select_related("organ")


def in_fields(rows: QuerySet[Institution], fields: Iterable[str]) -> QuerySet[Institution]:
    """Institutions that work in any of the fields; none given means all."""
    condition = Q()
    for field in fields:
        # the list of codes is JSON text on both databases
        condition |= Q(fields__icontains=f'"{field}"')
    return rows.filter(condition)


def in_areas(rows: QuerySet[Institution], areas: Iterable[str]) -> QuerySet[Institution]:
    """Institutions in any of the areas (codes of any length are prefixes); none given means all."""
    condition = Q()
    for area in areas:
        condition |= Q(area_code__startswith=area)
    return rows.filter(condition)


def scope_of(item: PlanItem) -> QuerySet[Institution]:
    """Everybody the item covers."""
    return in_areas(in_fields(supervised(item.plan.organ), item.fields), item.area_codes)


def is_in_scope(item: PlanItem, institution: Institution) -> bool:
    """Whether the item covers this institution."""
    if not institution.organ.path.startswith(item.plan.organ.path):
        return False
    by_field = not item.fields or bool(set(item.fields) & set(institution.fields))
    by_area = not item.area_codes or any(institution.area_code.startswith(area) for area in item.area_codes)
    return by_field and by_area


def key_fields(on: date) -> tuple[str, ...]:
    """Codes of the key fields (重点领域) on a day."""
    return tuple(one.code for one in lawbook().fields if one.is_key and one.holds_on(on))


def stratum_of(item: PlanItem, institution: Institution) -> str:
    """The one field by which the institution is drawn: the first of the item's fields, else of its own, it works in.

    The order is that of the data contract, so that nobody stands in two strata.
    """
    wanted = set(item.fields) & set(institution.fields) if item.fields else set(institution.fields)
    return next((code for code in FIELD_CODES if code in wanted), "other")


def rating_of(institution: Institution) -> str:
    """The credit rating; empty until ratings are given (then the risk band decides the weight)."""
    return ""


@dataclass(frozen=True, slots=True)
class Weights:
    """The published weights of a day: by rating where there is one, else by risk band."""

    by_rating: WeightTable
    by_band: WeightTable

    def of(self, institution: Institution) -> int:
        """The institution's integer weight."""
        rating = rating_of(institution)
        return self.by_rating.of(rating) if rating else self.by_band.of(institution.risk_band)


def weights(on: date) -> Weights:
    """The tables in force; NotFound on a day that had none."""
    return Weights(weight_table("rating", on), weight_table("risk_band", on))


def share_for(item: PlanItem, shares: Sequence[ItemShare], institution: Institution, stratum: str) -> int:
    """The share in percent that holds for an institution: the most specific matching row, else the item's own.

    More named dimensions beat fewer; then field beats area beats rating. Without any share: 0.
    """
    best: tuple[int, int, int, int] = (0, 0, 0, 0)
    found = item.share or 0
    for row in shares:
        if not _matches(row, institution, stratum):
            continue
        by = (bool(row.field), bool(row.area_code), bool(row.rating))
        rank = (sum(by), *map(int, by))
        if rank > best:
            best, found = rank, row.share
    return found


def _matches(row: ItemShare, institution: Institution, stratum: str) -> bool:
    return (
        (not row.field or row.field == stratum)
        and (not row.area_code or institution.area_code.startswith(row.area_code))
        and (not row.rating or row.rating == rating_of(institution))
    )


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of an item: how many it holds and how many the plan asks for in the whole year."""

    code: str
    title: str
    size: int
    wanted: int


def strata_of(item: PlanItem) -> list[Stratum]:
    """The item's strata with the number wanted: the share of every unit summed up, rounded up once, then spread.

    Full coverage wants everybody; `n` is spread by size. The quota of one draw (with its minimum per stratum) is the
    draw's own business.
    """
    shares = list(item.shares.all())
    sizes: dict[str, int] = {}
    percent: dict[str, int] = {}
    everybody = item.is_full or not item.is_on_site
    for one in scope_of(item):
        stratum = stratum_of(item, one)
        sizes[stratum] = sizes.get(stratum, 0) + 1
        share = 100 if everybody or item.n is not None else share_for(item, shares, one, stratum)
        percent[stratum] = percent.get(stratum, 0) + share
    wanted = sum(percent.values()) if item.n is None else item.n * 100
    quota = _spread(min(-(-wanted // 100), sum(sizes.values())), percent, sizes)
    order = list(FIELD_CODES)
    codes = sorted(sizes, key=lambda code: order.index(code) if code in order else len(order))
    return [Stratum(code, FIELD_CODES.get(code, code), sizes[code], quota[code]) for code in codes]


def _spread(n: int, mass: dict[str, int], sizes: dict[str, int]) -> dict[str, int]:
    """`n` in proportion to the strata's mass by largest remainder; no stratum gets more than it holds."""
    total = sum(mass.values())
    if not total:
        return dict.fromkeys(sizes, 0)
    quota = {code: min(sizes[code], n * mass[code] // total) for code in sizes}
    while sum(quota.values()) < n:
        open_ones = [code for code in sizes if quota[code] < sizes[code]]
        # the stratum that lags most behind its exact part; ties to the smallest name
        behind = min(open_ones, key=lambda code: (quota[code] * total - n * mass[code], code))
        quota[behind] += 1
    return quota
