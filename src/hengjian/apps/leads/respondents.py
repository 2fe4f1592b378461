"""Whom a lead is about: the institution in the register by its code, else by its name."""

from __future__ import annotations

from hengjian.apps.registry.models import Institution, InstitutionAlias
from hengjian.apps.registry.names import name_key, plain_name


def match_respondent(*, uscc: str, name: str) -> Institution | None:
    """The institution with this code; without a code the only one with just this name, brackets and blanks aside.

    None where the register does not know it, where several have the name, or where only the short forms agree
    (`candidates`): a person decides then. An entry merged into another gives the one it was merged into.
    """
    if uscc:
        return _final(Institution.objects.filter(uscc=uscc).select_related("merged_into", "organ").first())
    if not name.strip():
        return None
    wanted = plain_name(name)
    found = [one for one in _named(name) if plain_name(one.name) == wanted]
    return found[0] if len(found) == 1 else None


def candidates(name: str, *, most: int = 8) -> list[Institution]:
    """Institutions that may be meant by a name, for a person to choose from."""
    if not name.strip():
        return []
    return _named(name)[:most]


def _named(name: str) -> list[Institution]:
    key = name_key(name)
    rows = list(Institution.objects.filter(name_key=key).select_related("merged_into", "organ")[:20])
    alias = InstitutionAlias.objects.filter(name_key=key).select_related("institution__merged_into")[:20]
    found = [_final(one) for one in [*rows, *(each.institution for each in alias)]]
    known = {one.pk: one for one in found if one is not None}
    exact = [one for one in known.values() if plain_name(one.name) == plain_name(name)]
    return exact or list(known.values())


def _final(institution: Institution | None) -> Institution | None:
    for _ in range(5):
        if institution is None or institution.merged_into is None:
            return institution
        institution = institution.merged_into
    return institution
