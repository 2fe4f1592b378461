"""Rights over cases. Whoever is tied to a party keeps out; investigators never approve, review or decide their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

INVESTIGATORS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})
HEADS = frozenset({Role.LEADER})
REVIEWERS = frozenset({Role.LEGAL_REVIEWER, Role.SECTION_CHIEF})
PRESIDING = frozenset({Role.LEGAL_REVIEWER, Role.SECTION_CHIEF, Role.LEADER})

declare(
    Permission("case.view", "查看案件", OFFICIALS - {Role.REGISTRAR}, for_bureau=True),
    Permission("case.register", "登记案件", INVESTIGATORS, "own", for_bureau=True),
    Permission("case.handle", "承办案件", INVESTIGATORS, "own", for_bureau=True),
    Permission("case.approve", "审批案件事项", HEADS, "own"),
    Permission("case.review", "审核案件", REVIEWERS, "own"),
    Permission("case.legal_review", "法制审核", frozenset({Role.LEGAL_REVIEWER}), "own"),
    Permission("case.consent", "答复下级报请的同意事项", HEADS, "own"),
    Permission("case.hear", "主持听证", PRESIDING, "own"),
    Permission("case.minutes", "记录集体讨论", PRESIDING, "own"),
    Permission("case.decide", "作出处理决定", HEADS, "own"),
    Permission("case.archive", "案卷归档", INVESTIGATORS | {Role.LEGAL_REVIEWER}, "own", for_bureau=True),
    Permission("case.export", "导出案件名单", OFFICIALS - {Role.REGISTRAR, Role.ANALYST}),
)


def tied_party(user: User, case: Any, *, on: date) -> str:
    """The name of the party to whom a declared tie keeps this person away; empty where there is none."""
    for party in rows_of(case, "parties"):
        if party.institution is not None and has_to_avoid(user, party.institution.uscc, on=on):
            return str(party.name)
    return ""


def case_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody acts on the case of a party they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        name = tied_party(user, thing, on=on)
        if name:
            raise NotAllowed(
                f"您与当事人{name}有回避关系，不能办理本案。", article="《市场监督管理行政处罚程序规定》第四条（回避）"
            )
        return usual(code, thing)

    return ask
