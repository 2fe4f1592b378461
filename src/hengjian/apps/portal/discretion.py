"""What officials wrote in free words, made fit for the public: people's names, numbers of identity cards and phones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from hengjian.apps.accounts.models import User
from hengjian.apps.registry.models import Institution, Person
from hengjian.ui.wording import masked

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{16}[\dXx](?![0-9A-Za-z])")
"""Area codes of identity cards begin with 1 to 8; credit codes of the registry begin with 9 or hold letters."""
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
LEAST_NAME = 2


def cleaned(texts: Sequence[str]) -> list[str]:
    """The texts with names known to the platform, identity and phone numbers masked. At most three queries."""
    whole = "\n".join(texts)
    if not whole.strip():
        return list(texts)
    names = sorted(_known_names(whole), key=len, reverse=True)
    found = []
    for text in texts:
        for name in names:
            text = text.replace(name, masked(name, "name"))
        text = _IDENTITY.sub(lambda hit: masked(hit[0], "id"), text)
        found.append(_PHONE.sub(lambda hit: masked(hit[0], "phone"), text))
    return found


def _known_names(whole: str) -> set[str]:
    sources: tuple[tuple[QuerySet[Any], str], ...] = (
        (User.objects.all(), "name"),
        (Person.objects.all(), "name"),
        (Institution.objects.all(), "legal_rep"),
    )
    found: set[str] = set()
    for rows, column in sources:
        held = rows.order_by().annotate(held=Value(whole, output_field=CharField())).filter(held__contains=F(column))
        found.update(name for name in held.values_list(column, flat=True).distinct() if len(name) >= LEAST_NAME)
    return found
