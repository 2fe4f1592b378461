"""Coming to the institution: each officer enters, then both show their cards and the check begins."""

from __future__ import annotations

import math
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.codes import read_token
from hengjian.apps.inspections.models import Entry, Inspection, OnSite
from hengjian.apps.inspections.officers import check_officers, why_not
from hengjian.apps.inspections.procedures import CARDS
from hengjian.apps.inspections.services.writing import (
    already,
    begin_writing,
    locked,
    move,
    note_receipt,
    tell,
    text_of,
)
from hengjian.apps.plans.services import enter_visit
from hengjian.apps.record.services import Actor
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

NOTE_MOST = 300
EARTH_M = 6_371_000.0


@transaction.atomic
def enter(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    officer: User | None = None,
    method: str = "typed",
    token: str = "",
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    note: str = "",
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> Entry:
    """Register that an officer has come: by the code scanned, or typed. The first entry enters the visit in the ledger.

    `officer` is the colleague when one registers for the other (typed, with a note). Hard gate: the enforcement
    certificate is valid on the day of entry. Raises NotAllowed, IllegalMove or Refused with a sentence.
    """
    row = locked(inspection)
    earlier = already(client_id, "enter", inspection=row, user=user, model=Entry)
    if earlier is not None:
        return earlier
    states = ("assigned", "notified", "entered", "on_site")
    stamps = {"made_at": made_at, "sent_at": sent_at}
    writing = begin_writing(row, user=user, on=on, now=now, states=states, entering=True, **stamps)
    person = officer or user
    _check_code(row, method, token)
    note = _note_of(person, user, method, note)
    _check_entering(row, person, on=timezone.localdate(writing.timing.happened_at))
    entry = Entry(
        inspection=row,
        by=person,
        method=method,
        lat=_degrees(lat, 90, "lat"),
        lon=_degrees(lon, 180, "lon"),
        accuracy_m=accuracy_m,
        distance_m=_distance(row.institution, lat, lon),
        note=note,
        **writing.timing.values(),
    )
    entry.full_clean()
    entry.save()
    if row.state in ("assigned", "notified"):
        _enter_first(row, entry, user=user, on=on, now=now)
    said = {"officer": person.name, "method": entry.get_method_display(), "institution": row.institution.name}
    said |= {"registered_by": user.name} if person.pk != user.pk else {}
    tell(writing, "inspection.arrive", entry, said, now=now)
    note_receipt(client_id, "enter", inspection=row, thing=entry, user=user, now=now)
    return entry


def _note_of(person: User, user: User, method: str, note: str) -> str:
    """The note; for a colleague who is registered by the other it is needed and begins with who registered."""
    if person.pk == user.pk:
        return text_of(note, name="说明", field="note", most=NOTE_MOST)
    if method != "typed":
        raise Refused(
            f"扫码登记只能由{person.name}本人办理；替同事登记的，请用手工登记并写明原因。", where={"field": "officer"}
        )
    said = text_of(note, name="说明", field="note", most=NOTE_MOST, needed=True)
    whole = f"由{user.name}代为登记：{said}"
    return text_of(whole, name="说明（含代登记人）", field="note", most=NOTE_MOST)


def _check_code(row: Inspection, method: str, token: str) -> None:
    if method not in dict(Entry.METHODS):
        raise Refused("请选择入企登记的方式。", where={"field": "method"})
    if method == "typed":
        return
    kind, name = read_token(token)
    wanted = row.institution.uscc if kind == "institution" else row.number
    if kind != method or name != wanted:
        raise Refused(
            f"扫到的二维码不是{row.institution.name}的，也不是检查 {row.number} 的，没有登记入企。请核对走对了地方。",
            where={"field": "token"},
        )


def _check_entering(row: Inspection, person: User, *, on: date) -> None:
    if person.pk not in row.officer_ids:
        raise Refused(f"{person.name}不是本次检查的执法人员，不能登记入企。", where={"field": "officer"})
    if row.kind == "notice" and row.state == "assigned":
        raise IllegalMove(f"检查 {row.number} 须事先通知，检查通知书还没有发出，不能入企。")
    if row.entries.filter(by=person).exists():
        raise IllegalMove(f"{person.name}已经登记入企，不必再登记。")
    reason = why_not(person, row.institution, on=on)
    if reason:
        raise Refused(reason, where={"field": "officer"}, article=CARDS)


def _enter_first(row: Inspection, entry: Entry, *, user: User, on: date, now: datetime) -> None:
    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at = now
        enter_visit(visit=one.visit, at=entry.happened_at, actor=actor, now=now)

    move(row, "enter", user=user, on=on, now=now, facts={"entry": entry.pk}, apply=apply)


def _degrees(value: float | None, most: int, field: str) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value) or abs(value) > most:
        raise Refused("定位坐标不在地球上，没有写入；可以不带定位再登记。", where={"field": field})
    return value


def _distance(institution: Institution, lat: float | None, lon: float | None) -> float | None:
    """Metres to the nearest registered site with coordinates; None where nothing can be compared."""
    if lat is None or lon is None:
        return None
    sites = institution.sites.exclude(lat=None).exclude(lon=None).values_list("lat", "lon")
    return min((_metres(lat, lon, one_lat, one_lon) for one_lat, one_lon in sites), default=None)


def _metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return round(2 * EARTH_M * math.asin(min(1.0, math.sqrt(half))), 1)


@transaction.atomic
def start_check(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    cards_shown: bool,
    recusal_asked: bool,
    present_name: str,
    present_role: str = "",
    recusal_answer: str = "不申请回避",
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> OnSite:
    """Open the check: both officers are there, cards shown, the right to ask for recusal told, somebody present.

    Hard gates (two officers, cards): Refused with the sentence and the article.
    """
    row = locked(inspection)
    earlier = already(client_id, "start", inspection=row, user=user, model=OnSite)
    if earlier is not None:
        return earlier
    writing = begin_writing(row, user=user, on=on, now=now, states=("entered",), made_at=made_at, sent_at=sent_at)
    present = text_of(present_name, name="现场陪同人员", field="present_name", most=60)
    here = set(row.entries.values_list("by_id", flat=True))
    missing = [one.name for one in (row.lead, row.member) if one.pk not in here]
    if missing:
        raise Refused(
            f"执法人员不得少于两人：{'、'.join(missing)}还没有登记入企，不能开始检查。",
            where={"field": "officers"},
            article=CARDS,
        )
    day = timezone.localdate(writing.timing.happened_at)
    check_officers(lead=row.lead, member=row.member, institution=row.institution, on=day)
    if not cards_shown:
        raise Refused("没有出示执法证件，不能开始检查。", where={"field": "cards_shown"}, article=CARDS)
    if not recusal_asked:
        raise Refused("没有告知被检查人申请回避的权利，不能开始检查。", where={"field": "recusal_asked"}, article=CARDS)

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at = now

    facts = {"cards_shown": cards_shown, "recusal_asked": recusal_asked, "present_name": present}
    move(row, "begin", user=user, on=on, now=now, facts=facts, apply=apply)
    site, _ = OnSite.objects.get_or_create(inspection=row)
    site.cards_shown, site.recusal_asked = True, True
    site.recusal_answer = text_of(recusal_answer, name="是否申请回避", field="recusal_answer", most=200)
    site.present_name = present
    site.present_role = text_of(present_role, name="陪同人员职务", field="present_role", most=60)
    site.started_at = writing.timing.happened_at
    site.full_clean()
    site.save()
    note_receipt(client_id, "start", inspection=row, thing=site, user=user, now=now)
    return site
