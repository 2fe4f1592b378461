"""Names of natural persons that a public text may not tell: of this case, and those known to the platform."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Case, Party, Service
from hengjian.apps.cases.models.evidence import Evidence, Inquiry
from hengjian.apps.publications.redaction import LEAST_NAME
from hengjian.apps.registry.models import Institution, Person


def names_of_case(case: Case, *, but: str = "") -> set[str]:
    """Persons of the case: punished persons, legal representatives, witnesses, asked people, receivers; not `but`."""
    found: set[str] = set()
    for name, legal_rep, kind in Party.objects.filter(case=case).values_list("name", "legal_rep", "kind"):
        found |= {legal_rep} | ({name} if kind == "person" else set())
    for one in Evidence.objects.filter(case=case).values_list("witness", flat=True):
        found |= _several(one)
    for person, witness in Inquiry.objects.filter(case=case).values_list("person_name", "witness"):
        found |= {person} | _several(witness)
    for receiver, witness in Service.objects.filter(case=case).values_list("receiver", "witness"):
        found |= {receiver} | _several(witness)
    return {name for name in found if len(name) >= LEAST_NAME and name != but} - ROOMS


ROOMS = {"收发室", "门卫", "前台", "传达室", "办公室", "单位"}
"""Who signs for a paper is not always a person."""


def _several(text: str) -> set[str]:
    for mark in "，,、；;":
        text = text.replace(mark, " ")
    return set(text.split())


def known_names(text: str) -> set[str]:
    """Names of users, registered people, legal representatives and punished persons that stand in the text."""
    if not text.strip():
        return set()
    sources: tuple[tuple[QuerySet[Any], str], ...] = (
        (User.objects.all(), "name"),
        (Person.objects.all(), "name"),
        (Institution.objects.all(), "legal_rep"),
        (Party.objects.filter(kind="person"), "name"),
    )
    found: set[str] = set()
    for rows, column in sources:
        held = rows.order_by().annotate(held=Value(text, output_field=CharField())).filter(held__contains=F(column))
        found.update(name for name in held.values_list(column, flat=True).distinct() if len(name) >= LEAST_NAME)
    return found
