"""A case of a county for the walk over all URLs, with somebody to act in it."""

from __future__ import annotations

from typing import Any

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases.models import Case, CaseOfficer, Party
from hengjian.apps.registry.models import Institution
from tests.apps.factories import NOW, TODAY


def case_things(organ: Organ, institution: Institution, owner: User) -> dict[str, Any]:
    """A case under investigation whose investigator is `owner`, and one of its parties."""
    case = Case.objects.create(
        number="AJ-2026-0901", organ=organ, title="试验案", source_code="supervision", source_on=TODAY,
        registered_by=owner, registered_at=NOW, state="investigating", state_at=NOW, filed_on=TODAY,
        violation_text="试验", facts="试验",
    )  # fmt: skip
    party = Party.objects.create(
        case=case, order=1, kind="institution", role="institution", institution=institution, name=institution.name,
        code=institution.uscc,
    )  # fmt: skip
    CaseOfficer.objects.create(case=case, user=owner, lead=True, enforcement_no="ZF-1", from_on=TODAY)
    return {
        "case": case.number,
        "case_move": "conclude",
        "case_entry": "party",
        "case_entry_on": "remove-party",
        "case_party": party.pk,
    }
