"""A measure for tests that only need one."""

from __future__ import annotations

from datetime import timedelta

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.measures.models import Measure
from hengjian.apps.registry.models import Institution
from tests.apps.factories import NOW, TODAY


def draft_measure_of(organ: Organ, lab: Institution, author: User) -> str:
    """The number of a drafted order to correct."""
    row = Measure.objects.create(
        number="FC-2026-9001",
        organ=organ,
        institution=lab,
        kind="order",
        title="签发不合要求",
        facts="事实",
        requirement="要求",
        basis="依据",
        limit=TODAY + timedelta(days=200),
        drafted_by=author,
        drafted_at=NOW,
        state_at=NOW,
    )
    return row.number
