"""Register-and-preserve and sealing or seizing: proposed, approved by the head, carried out by two officers, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.entering import one_of, refused, text_of
from hengjian.apps.cases.evidence_moving import begin, cards_of, next_ordinal, note_new
from hengjian.apps.cases.holds_moving import move_hold, start_limit, stop_limit
from hengjian.apps.cases.holds_procedures import (
    KINDS,
    PRESERVE,
    SCOPE,
    SEIZE,
    STORAGES,
    THINGS,
)
from hengjian.apps.cases.models import Case, Hold, HoldItem, Party
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import NotFound
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of
from hengjian.law.seizing import SeizureBasis, seizure_basis
from hengjian.ui.wording import zh_datetime

NO_POWER = "SUP-21"
ITEMS_MOST = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list."""

    name: str
    what: str
    quantity: Decimal
    unit: str
    spec: str = ""
    seal_no: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is asked of the head: which measure, against whom, why, on which legal basis, by which officers."""

    kind: str
    holder: str
    grounds: str
    officer_one: User | None
    officer_two: User | None
    legal_basis: str = ""
    within_scope: bool = False
    party: Party | None = None
    follows: Hold | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """How a measure was carried out: when, where, over which things, who keeps them."""

    taken_at: datetime | None
    place: str
    storage: str
    items: Sequence[Item] = field(default_factory=tuple)
    keeper: str = ""
    keeper_address: str = ""


def basis_of(kind: str, basis_id: str, *, on: date) -> SeizureBasis | None:
    """The power behind a seizure; Refused with the sentence where there is none: the supervision measures give none."""
    if kind == "preserve":
        return None
    article = article_as_of("PEN-36", on).text
    if not basis_id:
        none = article_as_of(NO_POWER, on).text
        raise refused(
            "legal_basis",
            f"{none}没有规定查封、扣押，不能作为依据；查封、扣押须有法律、法规的明文依据，请选择依据，"
            "没有依据的只能先行登记保存。",
            article,
        )
    try:
        found = seizure_basis(basis_id, on)
    except NotFound as missing:
        raise refused("legal_basis", missing.sentence, article) from missing
    if kind not in found.measures:
        raise refused("legal_basis", f"{found.text(on)}没有规定{KINDS[kind]}。", article)
    return found


@transaction.atomic
def propose_hold(*, case: Case, entry: Proposal, user: User, now: datetime, today: date) -> Hold:
    """Ask the head for a measure. Refused without legal basis (PEN-36), without two officers, outside the scope."""
    basis_text = PRESERVE if entry.kind == "preserve" else SEIZE
    row, actor = begin(case=case, user=user, code="hold.take", today=today, what="报请强制措施", article=basis_text)
    kind = one_of(entry.kind, KINDS, field="kind", label="措施")
    power = basis_of(kind, entry.legal_basis, on=today)
    if kind != "preserve" and not entry.within_scope:
        raise refused(
            "within_scope", "请核对并勾选：不涉及与违法行为无关的财物、生活必需品和他机关已查封的财物。", SCOPE
        )
    if entry.follows is not None and (entry.follows.case_id != row.pk or entry.follows.kind != "preserve"):
        raise refused("follows", "承接的登记保存不属于本案。")
    if entry.party is not None and entry.party.case_id != row.pk:
        raise refused("party", "所选当事人不属于本案。")
    one, two = cards_of(row, entry.officer_one, entry.officer_two, on=today)
    hold = Hold(
        case=row,
        ordinal=next_ordinal(row.holds.all()),
        kind=kind,
        party=entry.party,
        holder=text_of(entry.holder, field="holder", label="被采取措施的人", most=120),
        grounds=text_of(entry.grounds, field="grounds", label="理由", most=2_000),
        legal_basis=power.id if power else "",
        basis_text=(power.text(today) if power else article_as_of("PEN-33", today).text)[:300],
        within_scope=entry.within_scope,
        follows=entry.follows,
        officer_one=entry.officer_one,
        officer_two=entry.officer_two,
        card_one=one,
        card_two=two,
        proposed_by=user,
        proposed_at=now,
    )
    hold.full_clean()
    hold.save()
    label = f"报请{hold.get_kind_display()}"
    note_new(thing=hold, verb="hold.propose", label=label, user=user, actor=actor, now=now, today=today)
    return hold


@transaction.atomic
def decide_hold(
    *, hold: Hold, action: str, user: User, now: datetime, today: date, opinion: str, seen: str = ""
) -> Hold:
    """The head approves or refuses, regularises an urgent measure or has it released; never one of its officers."""
    said = text_of(opinion, field="opinion", label="审批意见", most=500)
    refusing = action in ("refuse", "reject_urgent")

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.approved_by, row.approved_at, row.opinion = user, now, said
        if refusing:
            row.reason, row.ended_on = said, today

    facts = {"reason": said} if refusing else {"opinion": said}
    done = move_hold(hold, action, user, now, today, facts, apply, seen, reason=said)
    if action in ("regularise", "reject_urgent"):
        stop_limit(done, done.urgent_rule, user, "hold.approve", today, now)
    if action == "reject_urgent":
        stop_limit(done, done.clock_rule, user, "hold.approve", today, now, met=False)
    return done


@transaction.atomic
def carry_out(
    *, hold: Hold, carried: Carried, user: User, now: datetime, today: date, urgency: str = "", seen: str = ""
) -> Hold:
    """Carry out an approved measure, or (with `urgency`) one that could not wait: then 24 hours to report it."""
    action = "take_urgently" if urgency.strip() else "carry_out"
    items = _items(hold, carried.items, today)
    at = _taken_at(hold, carried.taken_at, now, urgent=bool(urgency.strip()))
    cards_of(hold.case, hold.officer_one, hold.officer_two, on=timezone.localdate(at))
    place = text_of(carried.place, field="place", label="地点", most=200)
    storage = one_of(carried.storage, STORAGES, field="storage", label="保管方式")
    commissioned = storage == "commission"
    keeper = text_of(carried.keeper, field="keeper", label="受托保管人", most=120, required=commissioned)
    where = text_of(carried.keeper_address, field="keeper_address", label="保管地点", most=200, required=commissioned)
    said = text_of(urgency, field="urgency", label="紧急情形", most=300, required=False)

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.taken_at, row.place, row.storage, row.urgency = at, place, storage, said
        HoldItem.objects.bulk_create(HoldItem(hold=row, ordinal=n, **_values(one)) for n, one in enumerate(items, 1))
        start_limit(row, row.clock_rule, at, actor, now)
        if action == "take_urgently":
            start_limit(row, row.urgent_rule, at, actor, now)

    facts = {"taken_at": at, "place": place, "items": [one.name for one in items], "urgency": said}
    private = {"keeper": keeper, "keeper_address": where}
    return move_hold(hold, action, user, now, today, facts, apply, seen, private=private)


def _values(one: Item) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("name", "what", "quantity", "unit", "spec", "seal_no", "note")}


def _items(hold: Hold, items: Sequence[Item], today: date) -> Sequence[Item]:
    """The list; Refused where it is empty, or names a kind of thing that the legal basis does not cover."""
    if not items:
        raise refused("items", "请填写清单：至少一项物品或者场所。", PRESERVE if hold.kind == "preserve" else SEIZE)
    if len(items) > ITEMS_MOST:
        raise refused("items", f"一份清单最多 {ITEMS_MOST} 项，现在是 {len(items)} 项，请分成几份。")
    power = basis_of(hold.kind, hold.legal_basis, on=today)
    for one in items:
        if one.quantity <= 0:
            raise refused("items", f"“{one.name}”的数量须大于零。")
        if one.what == "premises" and hold.kind == "seize":
            raise refused("items", f"“{one.name}”是场所、设施，只能查封，不能扣押。", SEIZE)
        if power is not None and one.what not in power.covers:
            raise refused(
                "items",
                f"{power.text(today)}规定的{KINDS[hold.kind]}不包括{THINGS[one.what]}（“{one.name}”）；"
                "作为证据的可以先行登记保存。",
                SEIZE,
            )
    return items


def _taken_at(hold: Hold, at: datetime | None, now: datetime, *, urgent: bool) -> datetime:
    if at is None:
        raise refused("taken_at", "请填写实施时间。")
    if at > now:
        raise refused("taken_at", f"实施时间{zh_datetime(at)}还没有到，不能预先登记。")
    if not urgent and hold.approved_at is not None and at < hold.approved_at.replace(second=0, microsecond=0):
        raise refused(
            "taken_at",
            f"实施时间{zh_datetime(at)}早于批准时间{zh_datetime(hold.approved_at)}；情况紧急先实施的，须作为紧急措施补办。",
            PRESERVE if hold.kind == "preserve" else SEIZE,
        )
    return at


@transaction.atomic
def drop_hold(*, hold: Hold, user: User, now: datetime, today: date, reason: str, seen: str = "") -> Hold:
    """Not carried out after all."""
    said = text_of(reason, field="reason", label="理由", most=500)

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.reason, row.ended_on = said, today

    return move_hold(hold, "drop", user, now, today, {"reason": said}, apply, seen, reason=said)
