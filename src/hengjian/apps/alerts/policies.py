"""Rights over alerts. Institution users and experts have none: an unjudged suspicion is nobody else's to see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from hengjian.apps.accounts.models import Avoidance, Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

JUDGES = frozenset({Role.ANALYST, Role.OFFICER, Role.SECTION_CHIEF})

declare(
    Permission("alert.view", "查看预警", OFFICIALS),
    Permission("alert.judge", "研判预警", JUDGES, "own"),
    Permission("alert.review", "复核排除、重新研判", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
)


def has_to_avoid(user: User, institution_uscc: str, *, on: date) -> bool:
    """Whether a declared tie keeps the person out of this institution's matters (回避)."""
    rows = Avoidance.objects.filter(user=user, institution_id=institution_uscc, valid_from__lte=on)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).exists()


def judging_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody judges an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if has_to_avoid(user, thing.institution.uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能研判它的预警。")
        return usual(code, thing)

    return ask
