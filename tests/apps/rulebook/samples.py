"""An amendment for tests that only need one."""

from __future__ import annotations

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.rulebook.models import Amendment
from tests.apps.factories import NOW


def draft_of(organ: Organ, author: User) -> str:
    """The number of a draft that ends one field code's note."""
    row = Amendment.objects.create(
        number="GX-2026-0001",
        organ=organ,
        section="fields",
        entry="food",
        mode="correct",
        body="code: food\ntitle: 食品\nvalid_from: 2000-01-01\ncertainty: found\n",
        source="样例",
        reason="样例",
        based_on="00000000",
        drafted_by=author,
        drafted_at=NOW,
    )
    return row.number
