"""Rights as data, in pairs: `may` (this person, this permission, this thing) and `visible` (which rows). Default is no.

An app declares its permissions once, in its policies; a permission names the roles that hold it and how far it
reaches from the organ of the posting that grants it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import Posting, Role, Share, User
from hengjian.apps.record.services import Actor

Reach = Literal["own", "subtree", "everywhere", "institution"]
"""`own`: the posting's organ and its stations and teams; `subtree`: everything below; `everywhere`: no organ asked
(public law data); `institution`: only rows of the institution that the posting names."""

OWN_LEVELS = ("station", "team")
OFFICIALS = frozenset(Role) - {Role.INSTITUTION_USER, Role.EXPERT, Role.SYSADMIN}


@dataclass(frozen=True, slots=True)
class Permission:
    """One right: code `app.verb`, Chinese label, the roles that hold it, and its reach.

    `for_bureau`: people of a station or team hold it for their whole bureau, in whose name they act (PEN-09):
    institutions are the bureau's, and without this nobody who is sent to them could open their file.
    """

    code: str
    label: str
    roles: frozenset[str]
    reach: Reach = "subtree"
    for_bureau: bool = False


_PERMISSIONS: dict[str, Permission] = {}


def declare(*permissions: Permission) -> None:
    """Register an app's permissions; two different ones under one code are an error."""
    for permission in permissions:
        known = _PERMISSIONS.setdefault(permission.code, permission)
        if known != permission:
            raise ValueError(f"permission {permission.code} declared twice")


def permission(code: str) -> Permission:
    """The declared permission; an unknown code is a programming error (KeyError)."""
    return _PERMISSIONS[code]


def permissions() -> list[Permission]:
    """All declared permissions by code, for the matrix page and the tests."""
    return sorted(_PERMISSIONS.values(), key=lambda p: p.code)


def postings_on(user: Any, on: date) -> list[Posting]:
    """The person's postings in force on a day, cached on the user object for the request."""
    if not isinstance(user, User) or not user.is_active:
        return []
    cache: dict[date, list[Posting]] = user.__dict__.setdefault("_postings_on", {})
    if on not in cache:
        rows = user.postings.select_related("organ").filter(valid_from__lte=on)
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        rows = rows.filter(Q(organ__valid_to__isnull=True) | Q(organ__valid_to__gte=on))
        cache[on] = list(rows)
    return cache[on]


def granting(user: Any, code: str, on: date) -> list[Posting]:
    """The postings that carry this permission on this day."""
    roles = permission(code).roles
    return [posting for posting in postings_on(user, on) if posting.role in roles]


def _root(posting: Posting, held: Permission) -> str:
    """The path from which a posting reaches down: its organ's, or its bureau's."""
    path = posting.organ.path
    if held.for_bureau and posting.organ.level in OWN_LEVELS:
        return path.rstrip("/").rpartition("/")[0] + "/"
    return path


def _home(posting: Posting, held: Permission) -> int:
    """The organ that counts as the posting's own: its own one, or its bureau."""
    organ = posting.organ
    if held.for_bureau and organ.level in OWN_LEVELS and organ.parent_id:
        return int(organ.parent_id)
    return int(posting.organ_id)


def _reaches(posting: Posting, held: Permission, thing: Any) -> bool:
    reach = held.reach
    if reach == "everywhere":
        return True
    if reach == "institution" or posting.role == Role.INSTITUTION_USER:
        return bool(posting.institution_id) and getattr(thing, "institution_uscc", None) == posting.institution_id
    organ = thing if hasattr(thing, "level") and hasattr(thing, "path") else getattr(thing, "organ", None)
    if organ is None:
        return False
    home = _home(posting, held)
    if organ.pk in (home, posting.organ_id):
        return True
    below = organ.path.startswith(_root(posting, held))
    return below and (reach == "subtree" or (organ.level in OWN_LEVELS and organ.parent_id == home))


def may(user: Any, code: str, thing: Any = None, *, on: date) -> Posting | None:
    """The posting under which the person may do this on that day, or None.

    Without `thing`: whether any posting carries the permission at all.
    """
    found = granting(user, code, on)
    if thing is None:
        return found[0] if found else None
    held = permission(code)
    return next((posting for posting in found if _reaches(posting, held, thing)), None)


def visible(
    user: Any, code: str, rows: QuerySet[Any], *, on: date, organ: str = "organ", institution: str = ""
) -> QuerySet[Any]:
    """The rows on which the person holds the permission.

    `organ` is the lookup to the owning organ; `institution` the lookup to the institution's code, where rows
    belong to one (institution users see only those). Rows shared with a posting's organ are included.
    """
    held = permission(code)
    condition = Q(pk__in=[])
    for posting in granting(user, code, on):
        if held.reach == "everywhere":
            return rows
        condition |= _condition(posting, held, organ=organ, institution=institution)
    shared_to = [p.organ_id for p in granting(user, code, on) if p.role != Role.INSTITUTION_USER]
    if shared_to and rows.model._meta.label_lower in _kinds_shared_with(user, on):
        condition |= Q(Exists(_shares(rows.model, shared_to, on)))
    return rows.filter(condition)


def _kinds_shared_with(user: User, on: date) -> frozenset[str]:
    """Kinds of things of which anything at all is shared with one of the person's organs, asked once a request.

    Most organs have nothing shared with them: their lists then need no sub-query.
    """
    cache: dict[date, frozenset[str]] = user.__dict__.setdefault("_kinds_shared_with", {})
    if on not in cache:
        organs = {posting.organ_id for posting in postings_on(user, on)}
        cache[on] = frozenset(_shares_in_force(organs, on).values_list("thing_kind", flat=True).distinct())
    return cache[on]


def _condition(posting: Posting, held: Permission, *, organ: str, institution: str) -> Q:
    reach = held.reach
    if reach == "institution" or posting.role == Role.INSTITUTION_USER:
        known = bool(institution and posting.institution_id)
        return Q(**{institution: posting.institution_id}) if known else Q(pk__in=[])
    prefix = f"{organ}__" if organ else ""
    if reach == "own":
        home = _home(posting, held)
        below = Q(**{f"{prefix}parent_id": home, f"{prefix}level__in": OWN_LEVELS})
        return Q(**{f"{prefix}pk": home}) | below
    return Q(**{f"{prefix}path__startswith": _root(posting, held)})


def _shares(model: type[Model], organs: Iterable[int], on: date) -> QuerySet[Share]:
    rows = _shares_in_force(organs, on).filter(thing_kind=model._meta.label_lower)
    return rows.filter(thing_id=Cast(OuterRef("pk"), CharField()))


def _shares_in_force(organs: Iterable[int], on: date) -> QuerySet[Share]:
    rows = Share.objects.filter(organ_id__in=list(organs))
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def actor_for(user: User, posting: Posting) -> Actor:
    """The person as the record knows them, under the role and organ that gave the right."""
    return Actor(id=str(user.pk), name=user.name, role=posting.role, organ_path=posting.organ.path)
