"""Reading transfers: what a person may see, what waits, which moves are open."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.transfers.models import CriminalTransfer, Referral, Transfer
from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL
from hengjian.kernel.transitions import Move, moves_from

SHOWN = ("organ", "institution", "made_by", "decided_by", "body", "case")


def criminal_seen_by(user: Any, on: date) -> QuerySet[CriminalTransfer]:
    """Criminal transfers of the person's organ and of those below it."""
    rows = CriminalTransfer.objects.select_related(*SHOWN, "member", "procuratorate")
    return visible(user, "criminal_transfer.view", rows, on=on)


def referrals_seen_by(user: Any, on: date) -> QuerySet[Referral]:
    """Referrals of the person's organ and of those below it."""
    return visible(user, "referral.view", Referral.objects.select_related(*SHOWN, "to_organ"), on=on)


def team_of(row: Transfer) -> set[str]:
    """Who prepared it: those do not decide it."""
    people = [row.made_by_id, getattr(row, "member_id", None)]
    return {str(pk) for pk in people if pk}


def actions_for(row: Transfer, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    if row.institution is not None and has_to_avoid(user, row.institution.uscc, on=on):
        return ()
    table = CRIMINAL_TRANSFER if isinstance(row, CriminalTransfer) else REFERRAL
    return tuple(
        move
        for move in moves_from(table, row.state)  # type: ignore[attr-defined]
        if may(user, move.permission, row, on=on) and not (move.second_person and str(user.pk) in team_of(row))
    )


def waiting_for(user: Any, *, on: date) -> tuple[QuerySet[CriminalTransfer], QuerySet[Referral]]:
    """What this person has to decide or to hand on."""
    criminal, referrals = Q(pk__in=[]), Q(pk__in=[])
    if granting(user, "criminal_transfer.decide", on):
        criminal |= Q(state="reported")
    if granting(user, "criminal_transfer.handle", on):
        mine = Q(made_by=user) | Q(member=user)
        criminal |= mine & Q(state__in=("verifying", "approved", "accepted", "declined"), goods_on__isnull=True)
    if granting(user, "referral.decide", on):
        referrals |= Q(state="proposed") & ~Q(made_by=user)
    if granting(user, "referral.handle", on):
        referrals |= Q(made_by=user) & (
            Q(state__in=("draft", "approved", "returned")) | Q(state="received", due__lt=on)
        )
    return (
        criminal_seen_by(user, on).filter(criminal).order_by("state_at"),
        referrals_seen_by(user, on).filter(referrals).order_by("state_at"),
    )
