"""How often one network address may try codes and send things; the address itself is never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hengjian.apps.informants.codes import address_digest
from hengjian.apps.informants.models import Attempt
from hengjian.apps.informants.vault import ready_vault
from hengjian.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` within `window`; the next one is refused until `rest` is over."""

    most: int
    window: timedelta
    rest: timedelta
    sentence: str


LIMITS: dict[str, Limit] = {
    "code": Limit(
        10,
        timedelta(minutes=15),
        timedelta(minutes=15),
        "查询码输错的次数太多，这个网络地址暂停查询。15 分钟以后再试；请对照当时记下的查询码，一共 20 位。",
    ),
    "send": Limit(
        20,
        timedelta(hours=1),
        timedelta(hours=1),
        "这个网络地址一小时内提交的次数太多，暂停提交。1 小时以后再试，或者拨打 12315。",
    ),
}
KEPT = timedelta(days=2)


class TooOften(Refused):
    """Refused because of the number of attempts; pages answer 429."""


def refuse_locked(*, kind: str, address: str, now: datetime) -> None:
    """TooOften while the address rests."""
    row = Attempt.objects.filter(kind=kind, address_digest=_digest(address, now)).first()
    if row is not None and row.locked_until is not None and row.locked_until > now:
        raise TooOften(LIMITS[kind].sentence)


@transaction.atomic
def note_attempt(*, kind: str, address: str, now: datetime) -> None:
    """Count one attempt; rows of past days go."""
    limit = LIMITS[kind]
    Attempt.objects.filter(since__lt=now - KEPT).delete()
    digest = _digest(address, now)
    Attempt.objects.get_or_create(kind=kind, address_digest=digest, defaults={"since": now})
    row = Attempt.objects.select_for_update().get(kind=kind, address_digest=digest)
    if row.since + limit.window <= now:
        row.count, row.since = 0, now
    row.count += 1
    if row.count >= limit.most:
        row.locked_until = now + limit.rest
    row.save()


def forget_attempts(*, kind: str, address: str, now: datetime) -> None:
    """A right code takes back the wrong ones before it."""
    Attempt.objects.filter(kind=kind, address_digest=_digest(address, now)).delete()


def _digest(address: str, now: datetime) -> str:
    return address_digest(ready_vault(now), address, timezone.localdate(now).isoformat())
