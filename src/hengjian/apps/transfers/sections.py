"""What a case's page shows of its transfers, and where to begin one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.sections import Section, register
from hengjian.apps.transfers.models import CriminalTransfer, Referral


def register_all() -> None:
    """Put the section on the case page."""
    register(Section("transfers", "移送", 80, "transfers/section.html", _of_case))


def _of_case(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    rows = [
        *CriminalTransfer.objects.filter(case=case),
        *Referral.objects.filter(case=case).select_related("body", "to_organ"),
    ]
    begin = may(user, "criminal_transfer.handle", case, on=today) is not None
    if not rows and not begin:
        return None
    return {
        "rows": [(one, "criminal" if isinstance(one, CriminalTransfer) else "referral") for one in rows],
        "may_begin": begin,
    }
