"""What waits for whom: proposals to speak on, plans to approve, file or acknowledge."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.rights import may
from hengjian.apps.plans.merging import WAITING
from hengjian.apps.plans.models import AnnualPlan, MergeProposal
from hengjian.apps.plans.policies import plan_policy
from hengjian.apps.plans.procedures import PLAN
from hengjian.apps.plans.selectors import editors_of, merges_seen_by, plans_seen_by
from hengjian.kernel.transitions import Move, moves_from

MOST = 200


def sides_open_to(proposal: MergeProposal, user: Any, *, on: date) -> list[str]:
    """The sides for which this person may still speak."""
    agreed = {"host": proposal.host_agreed_at, "guest": proposal.guest_agreed_at}
    if proposal.state not in WAITING:
        return []
    return [side for side in agreed if not agreed[side] and may(user, "visit.merge", getattr(proposal, side), on=on)]


def merges_waiting_for(user: Any, *, on: date) -> list[MergeProposal]:
    """Proposals that need this person's organ's word, newest first."""
    rows = merges_seen_by(user, on=on).filter(state__in=WAITING)[:MOST]
    return [one for one in rows if sides_open_to(one, user, on=on)]


def moves_for(plan: AnnualPlan, user: Any, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this plan now; what is not here is not shown."""
    policy = plan_policy(user, on=on)
    return tuple(
        move
        for move in moves_from(PLAN, plan.state)
        if move.action != "supersede"
        and _fits(plan, move.action)
        and policy(move.permission, plan) is not None
        and not (move.second_person and str(user.pk) in editors_of(plan))
    )


def _fits(plan: AnnualPlan, action: str) -> bool:
    """Filing in the system where there is a superior organ, on paper where there is none."""
    if action == "file":
        return plan.organ.parent_id is not None
    return not (action == "file_on_paper" and plan.organ.parent_id is not None)


def plans_waiting_for(user: Any, *, on: date) -> list[AnnualPlan]:
    """Plans on which this person has a step to make (drafts are theirs to finish, plans in force wait for nobody)."""
    rows = plans_seen_by(user, on=on).filter(state__in=("submitted", "approved", "filing"))[:MOST]
    return [one for one in rows if moves_for(one, user, on=on)]
