"""Reading tips and rewards: what a person may see, what waits for them, which moves are open to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hengjian.apps.accounts.models import Level, Organ, User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.leads.policies import has_to_avoid
from hengjian.apps.tips.models import Reward, Tip
from hengjian.apps.tips.policies import CLOSE
from hengjian.apps.tips.procedures import REWARD, RUNNING, TIP
from hengjian.kernel.transitions import Move, moves_from

UNFINISHED = (*RUNNING, "returned")


def organs_reached(user: Any, code: str, *, on: date) -> list[int]:
    """Ids of the organs on which the person holds a permission, asked once a request."""
    if not isinstance(user, User):
        return []
    cache: dict[tuple[str, date], list[int]] = user.__dict__.setdefault("_organs_reached", {})
    if (code, on) not in cache:
        rows = visible(user, code, Organ.objects.all(), on=on, organ="")
        cache[code, on] = list(rows.order_by().values_list("pk", flat=True))
    return cache[code, on]


def tips_seen_by(user: Any, *, on: date) -> QuerySet[Tip]:
    """Tips of the person's organ and of those below it, the newest first."""
    rows = Tip.objects.select_related("organ", "institution", "responsible", "informant", "lead")
    return rows.filter(organ_id__in=organs_reached(user, "tip.view", on=on))


def rewards_seen_by(user: Any, *, on: date) -> QuerySet[Reward]:
    """Rewards of the person's organ and of those below it."""
    rows = Reward.objects.select_related("organ", "proposed_by", "approved_by", "paid_by")
    return visible(user, "reward.view", rows, on=on)


def actions_for(tip: Tip, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this tip now; what is not here is not shown."""
    if has_to_avoid(user, tip.respondent_uscc, on=on):
        return ()
    moves = (
        move
        for move in moves_from(TIP, tip.state)
        if move.permission != CLOSE and may(user, move.permission, tip, on=on)
    )
    return tuple(move for move in moves if _fits(tip, move))


def _fits(tip: Tip, move: Move) -> bool:
    if move.action == "send_back":
        return tip.distributed_by_id is not None
    if move.action == "distribute":
        # who has it from another organ returns it and does not pass it on (CMP-41)
        return tip.state == "returned" or tip.distributed_by_id is None
    return True


def reward_actions_for(reward: Reward, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves on a reward that are open to this person: nobody approves or pays what they proposed or approved."""
    return tuple(
        move
        for move in moves_from(REWARD, reward.state)
        if may(user, move.permission, reward, on=on)
        and not (move.second_person and user.pk in (reward.proposed_by_id, reward.approved_by_id))
    )


def receivers(organ: Organ, *, on: date) -> QuerySet[Organ]:
    """Organs to which a tip or complaint may be sent: bureaus in force other than this one."""
    rows = Organ.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    levels = (Level.PROVINCE, Level.CITY, Level.COUNTY)
    return rows.filter(level__in=levels).exclude(pk=organ.pk).order_by("path")


def waiting_for(user: Any, *, on: date) -> QuerySet[Tip]:
    """Tips that this person's own organ still has to look at, the oldest first."""
    if not granting(user, "tip.handle", on):
        return Tip.objects.none()
    mine = Q(organ_id__in=organs_reached(user, "tip.handle", on=on))
    rows = tips_seen_by(user, on=on).filter(mine, state__in=("registered", "returned"))
    return rows.filter(Q(responsible__isnull=True) | Q(responsible=user)).order_by("received_at", "pk")


def rewards_waiting_for(user: Any, *, on: date) -> QuerySet[Reward]:
    """Rewards that this person may approve or pay."""
    approve = visible(user, "reward.approve", Reward.objects.filter(state="proposed"), on=on)
    pay = visible(user, "reward.pay", Reward.objects.filter(state="approved"), on=on)
    rows = Reward.objects.filter(Q(pk__in=approve.values("pk")) | Q(pk__in=pay.values("pk")))
    mine = Q(proposed_by=user) | Q(approved_by=user, state="approved")
    return rows.exclude(mine).select_related("organ").order_by("state_at", "pk")


def state_counts(rows: QuerySet[Tip]) -> dict[str, int]:
    """How many stand where, in one query."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    unfinished = sum(n for state, n in found.items() if state in UNFINISHED)
    return {state: found.get(state, 0) for state in TIP.states} | {"unfinished": unfinished, "all": sum(found.values())}
