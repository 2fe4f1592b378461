"""The dossier's section on problems to be put right: what was found up to the day and where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.rectifications.listing import standing_tag
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.procedures import UNFINISHED
from hengjian.apps.rectifications.selectors import items_of
from hengjian.apps.registry.models import Institution

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Rectified:
    """Items with kind and words of their tag, those not ended first; how many there are in all and not ended."""

    rows: tuple[tuple[Rectification, str, str], ...]
    total: int
    unfinished: int


def rectified(user: User, institution: Institution, *, on: date, today: date, whole: bool = False) -> Rectified | None:
    """The items found up to the day; None without the right.

    Of an earlier day only what the ledger keeps with a date is told: struck off by then, or not.
    """
    if may(user, "rectification.view", on=today) is None:
        return None
    items = list(items_of(institution, user, on=today).filter(found_on__lte=on).order_by("-found_on", "-pk"))
    told = [(item, *_standing(item, on=on, today=today)) for item in items]
    open_ones = [row for row in told if _is_open(row[0], on=on, today=today)]
    ordered = [*open_ones, *(row for row in told if row not in open_ones)]
    return Rectified(tuple(ordered if whole else ordered[:SHOWN]), len(items), len(open_ones))


def _standing(item: Rectification, *, on: date, today: date) -> tuple[str, str]:
    if on == today:
        return standing_tag(item, today)
    if item.struck_off_on is not None and item.struck_off_on <= on:
        return "ok", "已销号"
    return "line", "未销号"


def _is_open(item: Rectification, *, on: date, today: date) -> bool:
    if on == today:
        return item.state in UNFINISHED
    return item.struck_off_on is None or item.struck_off_on > on
