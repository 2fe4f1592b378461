"""Public facts of an institution: who it is, certificates, scope, published results, published draws. Nothing else.

No risk, no alert, no person, no phone: what is not named here is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from hengjian.apps.draws.models import DrawUnit
from hengjian.apps.record.models import Event
from hengjian.apps.registry.asof import CertificateOn, scope_on, under_valid
from hengjian.apps.registry.models import Certificate, Institution, InstitutionAlias, ScopeItem
from hengjian.engines.tables.fields import FIELD_CODES

DRAWS_MOST = 50


def public_institutions() -> QuerySet[Institution]:
    """Every institution of the registry; entries merged into another one are left out."""
    return Institution.objects.filter(merged_into=None).select_related("organ")


def found_by(words: str) -> QuerySet[Institution]:
    """Institutions whose name, former name, credit code or certificate number holds the words; never by a person."""
    aliases = InstitutionAlias.objects.filter(value__icontains=words, withdrawn_at=None).values("institution_id")
    numbers = Certificate.objects.filter(certificate_no__icontains=words).values("institution_id")
    condition = Q(name__icontains=words) | Q(uscc__icontains=words) | Q(pk__in=aliases) | Q(pk__in=numbers)
    return public_institutions().filter(condition).order_by("name", "uscc")


def fields_of(codes: Iterable[str]) -> list[dict[str, str]]:
    """Field codes with their words."""
    return [{"code": code, "name": FIELD_CODES.get(code, code)} for code in codes]


def brief(one: Institution) -> dict[str, Any]:
    """An institution as it stands in lists."""
    return {"uscc": one.uscc, "name": one.name}


def facts(one: Institution) -> dict[str, Any]:
    """Identity."""
    return {
        **brief(one),
        "kind": one.kind,
        "kind_name": one.get_kind_display() if one.kind else "",
        "status": one.status,
        "status_name": one.get_status_display(),
        "fields": fields_of(one.fields),
        "address": one.address,
        "area_code": one.area_code,
        "registered_on": one.registered_on,
        "organ": one.organ.name,
    }


def certificates(rows: Iterable[CertificateOn]) -> list[dict[str, Any]]:
    """Certificates with their state on the day asked for; `since` is the first day of that state."""
    return [
        {
            "certificate_no": row.certificate.certificate_no,
            "issuer": row.certificate.issuer,
            "valid_from": row.certificate.valid_from,
            "valid_to": row.certificate.valid_to,
            "state": row.state,
            "state_name": row.label,
            "since": row.since,
        }
        for row in rows
    ]


def scope_rows(one: Institution, on: date, held: Iterable[CertificateOn]) -> QuerySet[ScopeItem]:
    """What it may test on the day: scope in force under certificates that were valid."""
    return under_valid(scope_on(None, on, institution=one), held)


def scope(rows: Iterable[ScopeItem], sites: dict[str, str]) -> list[dict[str, Any]]:
    """Scope rows by object, item and standard; `site` is the address of the place."""
    return [
        {
            "field": row.field,
            "field_name": FIELD_CODES.get(row.field, row.field),
            "object": row.object,
            "item": row.item_name or row.item_code,
            "standard_no": row.standard_no,
            "restriction": row.restriction,
            "certificate_no": row.certificate_no,
            "site": sites.get(row.site_id, ""),
            "approved_on": row.approved_on,
        }
        for row in rows
    ]


def published_draws_of(one: Institution) -> list[dict[str, Any]]:
    """Published draws in whose roster it stood; draws whose proof is not public yet are not even counted."""
    rows = DrawUnit.objects.filter(institution=one, draw__state="published", draw__published_at__isnull=False)
    rows = rows.select_related("draw").order_by("-draw__published_at", "-pk")[:DRAWS_MOST]
    return [
        {
            "number": row.draw.number,
            "title": row.draw.title,
            "published_at": row.draw.published_at,
            "selected": row.selected,
            "unit_id": row.unit_id,
        }
        for row in rows
    ]


def registry_as_of(one: Institution | None = None) -> datetime | None:
    """When the registry last took in data: all of it, or that of the organs an institution belongs to."""
    loads = Event.objects.filter(verb="registry.load")
    if one is None:
        return loads.aggregate(at=Max("at"))["at"] or Institution.objects.aggregate(at=Max("created_at"))["at"]
    organs = [part for part in one.organ.path.split("/") if part]
    loads = loads.filter(thing_kind="accounts.organ", thing_id__in=organs)
    own = Event.objects.filter(thing_kind="registry.institution", thing_id=str(one.pk))
    found = [loads.aggregate(at=Max("at"))["at"], own.aggregate(at=Max("at"))["at"], one.created_at]
    return max(moment for moment in found if moment is not None)
