"""Rights over plans, visits, off-site looks and the locally set parameters."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may
from hengjian.apps.record.services import Actor, Policy

PLANNERS = frozenset({Role.SECTION_CHIEF, Role.OFFICER, Role.ANALYST})
CHIEFS = frozenset({Role.LEADER, Role.SECTION_CHIEF})
FIELD_STAFF = frozenset({Role.OFFICER, Role.SECTION_CHIEF})

declare(
    # stations and teams carry out their bureau's plan
    Permission("plan.view", "查看检查计划与覆盖率", OFFICIALS, for_bureau=True),
    Permission("plan.draft", "起草检查计划", PLANNERS, "own"),
    Permission("plan.approve", "审批、办结检查计划", CHIEFS, "own"),
    Permission("plan.file", "报备检查计划", CHIEFS, "own"),
    Permission("plan.acknowledge", "确认下级检查计划备案", CHIEFS, "own"),
    Permission("plan.replace", "以新版本替代检查计划", CHIEFS, "own"),
    Permission("plan.export", "导出检查计划与台账", OFFICIALS),
    Permission("parameter.set", "公布检查频次等参数", CHIEFS, "own"),
    Permission("visit.view", "查看入企检查台账", OFFICIALS, for_bureau=True),
    Permission("visit.enter", "入企检查", FIELD_STAFF, "own"),
    Permission("visit.manage", "改期、取消入企检查", FIELD_STAFF, "own"),
    Permission("visit.merge", "合并入企检查", FIELD_STAFF | {Role.LEADER}, "own"),
    Permission("monitoring.look", "办理风险监测", PLANNERS, "subtree"),
)


def acting(actor: Actor) -> Policy:
    """The policy of a service that is handed an actor: whoever called it has asked for the right already."""
    return lambda _code, _thing: actor


def plan_policy(user: User, *, on: date) -> Policy:
    """The usual rights over a plan; whether a filing is in order is asked at the organ it was filed with."""

    def ask(code: str, thing: Any) -> Actor | None:
        asked = thing.superior if code == "plan.acknowledge" else thing
        posting = may(user, code, asked, on=on) if asked is not None else None
        return actor_for(user, posting) if posting else None

    return ask
