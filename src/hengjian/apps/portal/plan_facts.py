"""Public facts of plans: what was filed, how far it is carried out, and the caps that protect enterprises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.selectors import JURISDICTION, in_force
from hengjian.apps.plans.coverage import Meter
from hengjian.apps.plans.models import AnnualPlan, Parameter, PlanItem, Visit
from hengjian.apps.plans.parameters import NAMED, Setting, settings_of
from hengjian.apps.plans.presenting import amount_of, group_titles
from hengjian.apps.plans.selectors import published_plans
from hengjian.apps.portal.institution_facts import fields_of
from hengjian.apps.record.models import Event
from hengjian.law.catalogue import threshold


def plans(rows: Iterable[AnnualPlan]) -> list[dict[str, Any]]:
    """Lines of plans."""
    return [plan(row) for row in rows]


def plan(row: AnnualPlan) -> dict[str, Any]:
    """One filed version of a plan."""
    return {
        "number": row.number,
        "title": row.title,
        "organ": row.organ.name,
        "year": row.year,
        "version": row.version,
        "state": row.state,
        "state_name": row.get_state_display(),
        "filed_with": row.superior.name if row.superior else None,
        "receipt_no": row.receipt_no,
        "in_force_at": row.in_force_at,
        "ended_at": row.ended_at,
    }


def items(rows: Sequence[PlanItem], on: date) -> list[dict[str, Any]]:
    """The items of a plan with what was done under them. Rows come with their shares. One query."""
    groups, done = group_titles(on), _done_under(rows)
    return [
        {
            "number": row.number,
            "title": row.title,
            "kind": row.kind,
            "kind_name": row.get_kind_display(),
            "amount": amount_of(row),
            "share": row.share,
            "n": row.n,
            "fields": fields_of(row.fields),
            "area_codes": row.area_codes,
            "batches": row.batches,
            "months": row.planned_months,
            "method": row.method if row.kind == "draw" else None,
            "method_name": row.get_method_display() if row.kind == "draw" else "",
            "notice_name": row.get_notice_display() if row.is_on_site else "不入企",
            "departments": row.departments,
            "checklists": [{"id": code, "title": groups.get(code, code)} for code in row.checklist_groups],
            "joined_to": row.joined_to.number if row.joined_to else None,
            "shares": [_share(one) for one in row.shares.all()],
            "visits_done": done.get(row.lineage, 0),
        }
        for row in rows
    ]


def _share(one: Any) -> dict[str, Any]:
    """Another share for a part of the scope; empty means all."""
    return {"field": one.field, "area_code": one.area_code, "rating": one.rating, "share": one.share}


def _done_under(rows: Sequence[PlanItem]) -> dict[str, int]:
    lineages = [row.lineage for row in rows]
    found = Visit.objects.filter(item__lineage__in=lineages, state="done").order_by().values("item__lineage")
    return {row["item__lineage"]: row["n"] for row in found.annotate(n=Count("pk"))}


def meters(rows: Iterable[Meter]) -> list[dict[str, Any]]:
    """Coverage of the organ's year against what is required, in whole percent."""
    return [
        {
            "key": row.key,
            "label": row.label,
            "done": row.done,
            "total": row.total,
            "required_percent": row.required,
            "met": row.is_met,
            "source": row.source,
        }
        for row in rows
    ]


def plans_as_of() -> datetime | None:
    """When a plan last came into force or ended."""
    return _latest(published_plans().aggregate(a=Max("in_force_at"), b=Max("ended_at")))


def plan_as_of(row: AnnualPlan) -> datetime | None:
    """When the plan or the ledger behind its coverage last changed."""
    visits = Visit.objects.filter(organ__path__startswith=row.organ.path, day__year=row.year)
    found = visits.aggregate(a=Max("reserved_at"), b=Max("entered_at"), c=Max("done_at"), d=Max("cancelled_at"))
    return _latest({**found, "plan": row.in_force_at, "end": row.ended_at})


def _latest(moments: dict[str, Any]) -> datetime | None:
    known = [one for one in moments.values() if one is not None]
    return max(known) if known else None


def caps(on: date) -> list[dict[str, Any]]:
    """The numbers that hold in every organ's area on the day: the first line is the default. Two queries."""
    organs = list(in_force(Organ.objects.filter(level__in=JURISDICTION), on=on).order_by("path"))
    holding = _settings(on)
    default = settings_of(Organ(path=""), on=on)
    found = [_cap_line("", "", default)]
    for organ in organs:
        ids = [int(part) for part in organ.path.split("/") if part]
        own = dict(default)
        for pk in ids:
            own |= holding.get(pk, {})
        found.append(_cap_line(organ.name, organ.area_code, own))
    return found


def _settings(on: date) -> dict[int, dict[str, Setting]]:
    rows: QuerySet[Parameter] = Parameter.objects.filter(valid_from__lte=on).select_related("organ")
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).order_by("valid_from")
    found: dict[int, dict[str, Setting]] = {}
    for row in rows:
        if row.name in NAMED:
            setting = Setting(NAMED[row.name], row.value, row.source, row.organ, row.valid_from)
            found.setdefault(row.organ_id, {})[row.name] = setting
    return found


def _cap_line(organ: str, area_code: str, holding: dict[str, Setting]) -> dict[str, Any]:
    return {
        "organ": organ or None,
        "area_code": area_code or None,
        "values": {
            name: {
                "label": one.named.label,
                "value": one.value,
                "unit": one.named.unit,
                "source": one.text,
                "valid_from": one.valid_from,
            }
            for name, one in holding.items()
        },
    }


def caps_as_of(on: date) -> datetime | None:
    """When a number was last set; where none ever was, the first day of the default."""
    found: datetime | None = Event.objects.filter(verb="parameter.set").aggregate(at=Max("at"))["at"]
    return found or timezone.make_aware(datetime.combine(threshold("DR-10", on).valid_from, time.min))
