"""The desk's section of transfers: suspected crimes to decide and to hand over, referrals to approve and to send."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.transfers.models import CriminalTransfer, Transfer
from hengjian.apps.transfers.selectors import waiting_for

RIGHTS = ("criminal_transfer.decide", "criminal_transfer.handle", "referral.decide", "referral.handle")


def transfers_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Transfers on which this person has the next step; who holds none of the rights costs no query."""
    url = reverse("transfers:criminal_list")
    if not any(granting(user, code, today) for code in RIGHTS):
        return Waiting("transfer", "移送", (), 0, url)
    rows = [one for part in waiting_for(user, on=today) for one in part[:SHOWN]]
    return Waiting("transfer", "移送", tuple(_task(row, now) for row in rows), len(rows), url)


def _task(row: Transfer, now: datetime) -> Task:
    criminal = isinstance(row, CriminalTransfer)
    state: Any = row
    return Task(
        icon="flag",
        title=f"{'涉嫌犯罪移送' if criminal else '部门移送'}{state.get_state_display()}：{row.title}",
        line=f"{row.number} · {row.organ.short_name}",
        url=reverse(f"transfers:{'criminal' if criminal else 'referral'}", args=[row.number]),
        button="去办",
        view="transfer",
        since=row.state_at,
        clock=clock_kind(row.state_at, now),
        wait=waited(row.state_at, now),
        when="",
    )
