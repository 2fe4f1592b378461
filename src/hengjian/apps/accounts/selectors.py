"""Reading organs, people and the record within a person's reach."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Avoidance, Level, Organ, Posting, User
from hengjian.apps.accounts.rights import granting, postings_on, visible
from hengjian.apps.record.models import Event

JURISDICTION = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATIONAL)


def organs_seen_by(user: Any, *, on: date) -> QuerySet[Organ]:
    """Organs in the person's part of the tree."""
    return visible(user, "organ.view", Organ.objects.select_related("parent"), on=on, organ="")


def people_seen_by(user: Any, *, on: date) -> QuerySet[Posting]:
    """Postings in the person's part of the tree."""
    return visible(user, "organ.view", Posting.objects.select_related("user", "organ"), on=on)


def home_organ(user: Any, *, on: date) -> Organ | None:
    """The organ of the person's first posting: what the top bar shows."""
    found = postings_on(user, on)
    return found[0].organ if found else None


def organ_for_area(area_code: str, *, on: date) -> Organ | None:
    """The lowest bureau competent for an area: county, else city, else province (默认管辖：检验检测活动实际发生地)."""
    code = area_code[:6]
    wanted = [code, code[:4] + "00", code[:2] + "0000"]
    rows = Organ.objects.filter(area_code__in=wanted, level__in=JURISDICTION, valid_from__lte=on)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    found = {organ.area_code: organ for organ in rows}
    return next((found[area] for area in wanted if area in found), None)


def area_name(area_code: str, *, on: date) -> str:
    """An area in words with its code (青桐县，990121); the code alone where no bureau has just that area."""
    organ = organ_for_area(area_code, on=on) if area_code else None
    if organ is None or organ.area_code != area_code[:6]:
        return area_code
    return f"{organ.name.removesuffix('市场监督管理局')}（{area_code}）"


def events_seen_by(user: Any, *, on: date) -> QuerySet[Event]:
    """Events of the person's organ and of those below it."""
    condition = Q(pk__in=[])
    for posting in granting(user, "record.view", on):
        condition |= Q(organ_path__startswith=posting.organ.path)
    return Event.objects.filter(condition)


def persons_seen_by(user: Any, *, on: date) -> QuerySet[User]:
    """People who hold or held a posting in the person's part of the tree."""
    return User.objects.filter(pk__in=people_seen_by(user, on=on).order_by().values("user_id"))


def avoidances_seen_by(user: Any, *, on: date) -> QuerySet[Avoidance]:
    """Avoidances of the people the person may see."""
    people = persons_seen_by(user, on=on).order_by().values("pk")
    return Avoidance.objects.select_related("user").filter(user_id__in=people)


def in_force(rows: QuerySet[Any], *, on: date) -> QuerySet[Any]:
    """Only rows whose validity holds the day."""
    return rows.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
