"""Everybody who is signed in may read the law; changing it is for the highest organ of the installation.

How a detector computes and where its limits lie is for officials only: whoever knows them can stay below them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Organ, Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare, may

VIEW = Permission("rulebook.view", "查看规则库", frozenset(Role), "everywhere")
DETECTORS = Permission("detector.view", "查看检测器的算式和界限", OFFICIALS, "everywhere")
AMEND = Permission(
    "rulebook.amend",
    "起草规则修订",
    frozenset({Role.LEGAL_REVIEWER, Role.ANALYST, Role.SECTION_CHIEF}),
    "own",
)
APPROVE = Permission("rulebook.approve", "审批规则修订", frozenset({Role.LEADER}), "own")

declare(VIEW, DETECTORS, AMEND, APPROVE)


def keeper() -> Organ | None:
    """The organ that keeps this installation's rulebook: the highest one, the oldest where several stand apart."""
    return Organ.objects.filter(parent__isnull=True).order_by("pk").first()


def may_amend(user: Any, on: date) -> bool:
    """Whether the person drafts amendments of the rulebook."""
    return _holds(user, AMEND.code, on)


def may_read_detectors(user: Any, on: date) -> bool:
    """Whether the person sees formulas and limits; the others see the public page of a detector."""
    return may(user, DETECTORS.code, on=on) is not None


def may_approve(user: Any, on: date) -> bool:
    """Whether the person approves amendments of the rulebook."""
    return _holds(user, APPROVE.code, on)


def _holds(user: Any, code: str, on: date) -> bool:
    organ = keeper() if may(user, code, on=on) else None
    return organ is not None and may(user, code, organ, on=on) is not None
