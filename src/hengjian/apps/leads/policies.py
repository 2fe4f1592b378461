"""Rights over leads. Institution users and experts have none: a suspicion is nobody else's to see."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Avoidance, Role, User
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})
CHIEFS = frozenset({Role.SECTION_CHIEF, Role.LEADER})
CLERKS = HANDLERS | {Role.ANALYST, Role.REGISTRAR}

declare(
    Permission("lead.view", "查看线索", OFFICIALS),
    Permission("lead.register", "登记、导入线索", CLERKS, "own", for_bureau=True),
    Permission("lead.triage", "研判线索", HANDLERS | {Role.ANALYST}, "own"),
    Permission("lead.verify", "核查线索", HANDLERS, "own", for_bureau=True),
    Permission("lead.assign", "指派线索承办人", CHIEFS, "own"),
    Permission("lead.hand", "上报、交办、移送线索", CHIEFS, "own"),
    Permission("lead.receive", "签收线索", HANDLERS | CHIEFS, "own"),
    Permission("lead.designate", "指定管辖", frozenset({Role.LEADER}), "own"),
    Permission("lead.approve", "批准线索延期、不予立案", frozenset({Role.LEADER}), "own"),
    Permission("lead.merge", "线索并案、拆分", HANDLERS, "own"),
    Permission("lead.directory", "维护外部机关名录", CHIEFS, "own"),
)

TAKE = "lead.take"
"""Nobody's right: cases, complaints and other procedures move the lead through services."""
BY_RECEIVER = ("lead.receive",)
"""Rights asked of the organ that the lead is heading to, not of the one it still belongs to."""


def has_to_avoid(user: User, uscc: str, *, on: date) -> bool:
    """Whether a declared tie keeps the person out of this institution's matters (回避)."""
    return bool(uscc) and in_force(Avoidance.objects.filter(user=user, institution_id=uscc), on=on).exists()


def organ_asked(code: str, lead: Any) -> Any:
    """Whose right counts: the receiver's for receiving, the common superior's for designating, else the owner's."""
    if code in BY_RECEIVER:
        return lead.heading_to
    if code == "lead.designate":
        return lead.heading_to
    return lead.organ


def handling_policy(user: User, *, on: date) -> Policy:
    """May this person do this with this lead? Nobody handles an institution they are tied to."""

    def ask(code: str, thing: Any) -> Actor | None:
        if code == TAKE:
            return None
        if has_to_avoid(user, thing.institution_uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能办理它的线索。")
        organ = organ_asked(code, thing)
        posting = may(user, code, organ, on=on) if organ else None
        return actor_for(user, posting) if posting else None

    return ask


def taking_policy(actor: Actor) -> Policy:
    """For moves that another procedure makes: its own right was asked there."""

    def ask(code: str, thing: Any) -> Actor | None:
        return actor if code == TAKE else None

    return ask
