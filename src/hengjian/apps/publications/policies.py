"""Rights over publications and typical cases: handlers prepare, another person publishes, superiors choose."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})

declare(
    Permission("publication.view", "查看处罚公示", OFFICIALS, for_bureau=True),
    Permission("publication.handle", "拟定处罚公示", HANDLERS, "own", for_bureau=True),
    Permission("publication.publish", "审核处罚公示", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
    Permission("typical_case.view", "查看典型案例", OFFICIALS, for_bureau=True),
    Permission("typical_case.draft", "编写典型案例", HANDLERS, "own", for_bureau=True),
    Permission("typical_case.decide", "批准典型案例", frozenset({Role.LEADER}), "own"),
    Permission("typical_case.choose", "选用下级推荐的典型案例", frozenset({Role.LEADER, Role.SECTION_CHIEF}), "own"),
)


def publication_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if thing.institution is not None and has_to_avoid(user, thing.institution.uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能办理公示。")
        return usual(code, thing)

    return ask


def typical_policy(user: User, *, on: date) -> Policy:
    """The usual policy; choosing is asked of the organ it is nominated to, withdrawing of the one that shows it."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code == "typical_case.choose":
            return _at(user, code, thing.nominated_to, on)
        if thing.state == "published" and thing.published_by_id and thing.published_by_id != thing.organ_id:
            return _at(user, code, thing.published_by, on)
        return usual(code, thing)

    return ask


def _at(user: User, code: str, organ: Any, on: date) -> Actor | None:
    posting = may(user, code, organ, on=on) if organ is not None else None
    return actor_for(user, posting) if posting else None
