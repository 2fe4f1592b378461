"""Everything a page needs of one case in few queries: what is empty is asked once, what is read often is kept."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.db.models.query import Prefetch

from hengjian.apps.cases.models import Case

KEPT: dict[str, tuple[str, ...]] = {
    "parties": ("institution",),
    "officers": ("user",),
    "notices": ("party",),
    "statements": ("notice__party",),
    "hearings": ("chair", "recorder"),
    "collectives": (),
    "reviews": ("reviewer", "submitted_by"),
    "contraventions": ("party",),
    "decisions": ("party", "decided_by"),
    "steps": (),
    "recusals": ("user",),
    "consents": ("party", "organ_asked"),
    "orders": (),
}
"""Relations that several parts of the page read, with what is joined."""


def load_for_page(case: Case) -> None:
    """Read the relations in `KEPT` once, and let every relation of this app without rows answer without a query."""
    own = case._meta.app_label
    relations = {
        one.get_accessor_name(): one
        for one in case._meta.related_objects
        if one.one_to_many and one.related_model._meta.app_label == own
    }
    asked = {
        f"has_{name}": Exists(one.related_model._default_manager.filter(**{one.field.name: OuterRef("pk")}))
        for name, one in relations.items()
    }
    found = Case.objects.filter(pk=case.pk).values(**asked).get()
    filled = [name for name in KEPT if found.get(f"has_{name}")]
    for name, one in relations.items():
        if not found.get(f"has_{name}", True):
            cache = case.__dict__.setdefault("_prefetched_objects_cache", {})
            cache[name] = one.related_model._default_manager.none()  # what is derived from none() asks nothing either
    lookups = [Prefetch(name, _rows(relations[name], KEPT[name])) for name in filled]
    prefetch_related_objects([case], *lookups)


def _rows(relation: Any, joined: tuple[str, ...]) -> Any:
    rows = relation.related_model._default_manager.all()
    return rows.select_related(*joined) if joined else rows


def rows_of(case: Case, name: str) -> list[Any]:
    """The rows of a kept relation: those read for the page, else asked now with what is joined."""
    cache = case.__dict__.get("_prefetched_objects_cache", {})
    if name in cache:
        return list(cache[name])
    rows = getattr(case, name).all()
    return list(rows.select_related(*KEPT[name]) if KEPT[name] else rows)
