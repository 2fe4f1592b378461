"""Reading institutions within a person's reach; what belongs to them as of a day is in `asof`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from hengjian.apps.accounts.rights import visible
from hengjian.apps.registry.models import Certificate, Institution, InstitutionAlias, Jurisdiction, MatchProposal

CLASSES = {
    "state": "国有机构",
    "third_party": "第三方机构",
    "outside": "外省机构",
    "multi_field": "多领域机构",
}
"""The four classes of the base table (底数台账), in its order."""
MERGE_DEPTH = 20


def institutions_seen_by(user: Any, *, on: date, code: str = "institution.view") -> QuerySet[Institution]:
    """Institutions with a site in the person's part of the tree, owned there, or shared; merged entries are left out.

    An institution user sees only their own.
    """
    rows = Institution.objects.filter(merged_into=None)
    of_sites = visible(user, code, Jurisdiction.objects.all(), on=on, institution="institution__uscc")
    own = visible(user, code, rows, on=on, institution="uscc")
    return rows.filter(Q(pk__in=of_sites.values("institution_id")) | Q(pk__in=own.values("pk")))


def institution_seen_by(user: Any, uscc: str, *, on: date) -> Institution | None:
    """The institution that a code leads to, if the person may see it."""
    found = institution_by_code(uscc)
    if found is None:
        return None
    return institutions_seen_by(user, on=on).filter(pk=found.pk).select_related("organ").first()


def institutions_by_code(codes: Collection[str]) -> dict[str, Institution]:
    """Code → the institution it leads to now, through aliases and merges; unknown codes are absent."""
    rows = Institution.objects.filter(uscc__in=codes)
    found = {one.uscc: one for one in rows}
    missing = [code for code in codes if code not in found]
    if missing:
        aliases = InstitutionAlias.objects.filter(kind="code", value__in=missing, withdrawn_at=None)
        found |= {alias.value: alias.institution for alias in aliases.select_related("institution")}
    merged = {one.merged_into_id for one in found.values() if one.merged_into_id}
    targets: dict[int, Institution] = {}
    for _ in range(MERGE_DEPTH):
        if not merged:
            break
        step = {one.pk: one for one in Institution.objects.filter(pk__in=merged)}
        targets |= step
        merged = {one.merged_into_id for one in step.values() if one.merged_into_id} - targets.keys()
    return {code: _survivor(one, targets) for code, one in found.items()}


def _survivor(one: Institution, targets: dict[int, Institution]) -> Institution:
    for _ in range(MERGE_DEPTH):
        if one.merged_into_id is None:
            return one
        one = targets[one.merged_into_id]
    return one


def institution_by_code(code: str) -> Institution | None:
    """The institution that a credit code leads to now; follows aliases and merges; None if unknown."""
    return institutions_by_code([code]).get(code)


def in_class(rows: QuerySet[Institution], name: str) -> QuerySet[Institution]:
    """One of the four classes of the base table (`CLASSES`); classes overlap, as in the table."""
    conditions = {
        "state": Q(kind="state"),
        "third_party": Q(kind="third_party"),
        "outside": Q(outside=True),
        "multi_field": Q(field_count__gt=1),
    }
    return rows.filter(conditions[name])


def in_field(rows: QuerySet[Institution], field: str) -> QuerySet[Institution]:
    """Institutions of a field; the list of codes is JSON text on both databases."""
    return rows.filter(fields__icontains=f'"{field}"')


def class_counts(rows: QuerySet[Institution]) -> dict[str, int]:
    """How many institutions each class has, and all of them, in one query."""
    return rows.aggregate(
        all=Count("pk"),
        state=Count("pk", filter=Q(kind="state")),
        third_party=Count("pk", filter=Q(kind="third_party")),
        outside=Count("pk", filter=Q(outside=True)),
        multi_field=Count("pk", filter=Q(field_count__gt=1)),
    )


def with_expiry(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """Adds `expires_on` (the latest end of validity) and `certificate_no` of that certificate."""
    latest = Certificate.objects.filter(institution=OuterRef("pk")).order_by("-valid_to", "-pk")
    return rows.annotate(
        expires_on=Subquery(latest.values("valid_to")[:1]),
        certificate_no=Subquery(latest.values("certificate_no")[:1]),
    )


def matching_text(rows: QuerySet[Institution], text: str) -> QuerySet[Institution]:
    """Institutions whose name, code, former name, certificate or legal representative holds the text."""
    words = text.strip()
    aliases = InstitutionAlias.objects.filter(value__icontains=words, withdrawn_at=None).values("institution_id")
    certificates = Certificate.objects.filter(certificate_no__icontains=words).values("institution_id")
    return rows.filter(
        Q(name__icontains=words)
        | Q(uscc__icontains=words)
        | Q(legal_rep__icontains=words)
        | Q(pk__in=aliases)
        | Q(pk__in=certificates)
    )


def area_field_counts(rows: QuerySet[Institution]) -> dict[tuple[str, str], int]:
    """(six-digit area, field) → institutions; one query, an institution counts once in each of its fields."""
    counts: dict[tuple[str, str], int] = {}
    for area, fields in rows.order_by().annotate(area6=Substr("area_code", 1, 6)).values_list("area6", "fields"):
        for field in fields:
            counts[area, field] = counts.get((area, field), 0) + 1
    return counts


def proposals_seen_by(user: Any, *, on: date) -> QuerySet[MatchProposal]:
    """Match proposals in the person's part of the tree."""
    rows = MatchProposal.objects.select_related("first", "second", "organ", "survivor")
    return visible(user, "match.view", rows, on=on)


def newest_load(rows: QuerySet[Institution]) -> Any:
    """When a risk was last set among these institutions."""
    return rows.aggregate(newest=Max("risk_at"))["newest"]
