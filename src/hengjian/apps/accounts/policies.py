"""Rights over organs, people and the record."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may, postings_on
from hengjian.apps.record import wording
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

STAFF = OFFICIALS | {Role.SYSADMIN}

declare(
    Permission("organ.view", "查看机关与人员", STAFF),
    Permission("organ.manage", "管理机关与人员", frozenset({Role.SYSADMIN})),
    Permission("matter.share", "向其他机关共享事项", frozenset({Role.LEADER, Role.SECTION_CHIEF}), "own"),
    Permission(
        "record.view",
        "查看事件链",
        frozenset({Role.LEADER, Role.SUPERVISOR, Role.SYSADMIN, Role.ANALYST, Role.SECTION_CHIEF, Role.LEGAL_REVIEWER}),
    ),
    Permission(
        "record.verify",
        "校验事件链",
        frozenset({Role.LEADER, Role.SUPERVISOR, Role.SYSADMIN, Role.ANALYST}),
        "everywhere",
    ),
)


def policy_of(user: User, *, on: date) -> Policy:
    """The policy that `record.perform` asks: may this person use this permission on this thing today?"""

    def ask(code: str, thing: Any) -> Actor | None:
        posting = may(user, code, thing, on=on)
        return actor_for(user, posting) if posting else None

    return ask


def actor_or_refuse(user: Any, code: str, thing: Any, *, on: date) -> Actor:
    """The person under the posting that grants this on this thing; NotAllowed with a sentence where none does."""
    posting = may(user, code, thing, on=on)
    if posting is None:
        raise NotAllowed("您可以看到它，但没有办理它的权限。")
    return actor_for(user, posting)


def manager_of(user: Any, person: User, *, on: date) -> Actor | None:
    """Who may suspend this person or reset the password: somebody who manages every organ the person now serves in.

    A county's administrator so cannot lock out somebody who also serves in the province. A person without a posting
    today is managed where the last one was.
    """
    served = postings_on(person, on) or list(person.postings.select_related("organ").order_by("-valid_from")[:1])
    granted = [may(user, "organ.manage", posting.organ, on=on) for posting in served]
    if not granted or granted[0] is None or None in granted:
        return None
    return actor_for(user, granted[0])


VERBS = {
    "list.export": "导出名单",
    "organ.create": "设立机关",
    "organ.close": "撤销机关",
    "user.create": "新增人员",
    "user.activate": "恢复登录",
    "user.suspend": "停用登录",
    "user.password": "修改密码",
    "user.reset": "重设密码",
    "posting.create": "任职",
    "posting.end": "免去任职",
    "avoidance.add": "登记回避",
    "avoidance.end": "解除回避",
    "matter.share": "共享事项",
    "matter.unshare": "收回共享",
}


def name_for_record() -> None:
    """Give the record the words of this app."""
    wording.name_verbs(VERBS)
    wording.name_roles(dict(Role.choices))
