"""A case reported up, for tests that only need it."""

from __future__ import annotations

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases.models import Case
from hengjian.apps.leads.models import Lead, Series
from hengjian.apps.oversights.models import Oversight, TeamMember
from tests.apps.factories import NOW, TODAY


def oversight_things(organ: Organ, superior: Organ, author: User) -> dict[str, object]:
    """Number of an oversight, of its case, of a series with one lead, and a team member."""
    case = Case.objects.create(
        number="AJ-2026-9901", organ=organ, title="样例案", source_code="supervision", source_on=TODAY,
        state="investigating", state_at=NOW, registered_by=author, registered_at=NOW,
    )  # fmt: skip
    row = Oversight.objects.create(
        number="DB-2026-9001", case=case, superior=superior, ground="scale", text="情况", state_at=NOW,
        reported_by=author, reported_at=NOW,
    )  # fmt: skip
    series = Series.objects.create(
        number="CX-2026-9001", organ=organ, title="样例串", created_by=author, created_at=NOW
    )
    Lead.objects.create(
        number="XS-2026-9901",
        organ=organ,
        channel="letter",
        title="样例",
        text="样例",
        series=series,
        received_on=TODAY,
        received_at=NOW,
        state_at=NOW,
    )
    member = TeamMember.objects.create(
        case=case, user=author, from_organ=organ, task="样例", from_on=TODAY, to_on=TODAY, ended_on=TODAY
    )
    return {
        "oversight": row.number,
        "oversight_move": "withdraw",
        "overseen_case": case.number,
        "lead_series_charted": series.number,
        "team_member": member.pk,
    }
