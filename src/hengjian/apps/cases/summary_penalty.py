"""A penalty on the spot: told, heard, decided and handed over in one visit; the cash and the file follow in days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import actor_for, may, visible
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.after_moving import AVOID, acting, move_row
from hengjian.apps.cases.after_procedures import (
    CASH,
    CASH_GROUNDS,
    ON_SPOT,
    PUBLICITY,
    SPOT_FORM,
    SPOT_RIGHTS,
    TWO_OFFICERS,
)
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Obligation, OnSpotPenalty, Payment
from hengjian.apps.cases.paying import receive_payment
from hengjian.apps.cases.summary_paper import spot_letter
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.inspections.officers import card_of
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import NotAllowed
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of, threshold
from hengjian.ui.wording import fen, zh_date

LIMIT, SMALL_CASH = "PEN-66", "PEN-72.cash"
FILE_DAYS, CASH_DAYS, BANK_DAYS, PAY_DAYS = "PEN-70", "PEN-73", "PEN-73.bank", "PEN-72"


@dataclass(frozen=True, slots=True)
class SpotEntry:
    """What is typed on the spot before the party is heard."""

    kind: str
    party_name: str
    place: str
    occurred_on: date | None
    facts: str
    article: str
    shown_cards: bool
    second: User | None
    institution: Institution | None = None
    party_post: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SpotDecision:
    """What is decided after the party was heard; the fine in fen."""

    warning: bool
    fine_fen: int
    basis: str
    heard: str
    told_publication: bool
    signed: bool = True
    refused_note: str = ""


def spots_seen_by(user: Any, *, on: date) -> QuerySet[OnSpotPenalty]:
    """Penalties on the spot of the person's organ and of those below it."""
    rows = OnSpotPenalty.objects.select_related("organ", "officer_a", "officer_b", "institution", "document")
    return visible(user, "case.view", rows, on=on)


def limit_fen(kind: str, on: date) -> int:
    """The highest fine in fen, inclusive, that may be decided on the spot on that day."""
    name = "natural_person_fen" if kind == "person" else "legal_person_fen"
    return int(threshold(LIMIT, on).value(name))


@transaction.atomic
def begin_spot(*, organ: Organ, entry: SpotEntry, user: User, now: datetime, today: date) -> OnSpotPenalty:
    """Enter facts and party and tell what is meant to be imposed; two officers who showed their valid cards."""
    posting = may(user, "case.handle", organ, on=today)
    if posting is None:
        raise NotAllowed(f"您不能以{organ.short_name}的名义当场处罚。")
    cards = _cards(user, entry, today)
    one_of(entry.kind, dict(OnSpotPenalty.KINDS), field="kind", label="当事人种类")
    if not entry.shown_cards:
        raise refused("shown_cards", "当场处罚前须向当事人出示执法证件。", SPOT_FORM)
    number = next_number("DC", today.year)
    made = OnSpotPenalty(
        number=number,
        organ=organ,
        kind=entry.kind,
        institution=entry.institution,
        party_name=text_of(entry.party_name, field="party_name", label="当事人", most=120),
        party_post=text_of(entry.party_post, field="party_post", label="负责人", most=80, required=False),
        address=text_of(entry.address, field="address", label="地址", most=300),
        phone=text_of(entry.phone, field="phone", label="电话", most=40, required=False),
        place=text_of(entry.place, field="place", label="地点", most=200),
        occurred_on=day_of(entry.occurred_on, field="occurred_on", label="违法行为日期", today=today),
        facts=text_of(entry.facts, field="facts", label="违法事实和证据", most=4000),
        article=text_of(entry.article, field="article", label="违反的规定", most=300),
        shown_cards=True,
        notified_at=now,
        officer_a=user,
        officer_b=entry.second,
        card_a=cards[0],
        card_b=cards[1],
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="on_spot.begin",
        thing=made,
        organ_path=made.organ_path,
        basis=SPOT_RIGHTS,
        after={"number": number, "kind": made.kind, "article": made.article, "uscc": made.institution_uscc},
    )
    return made


def _cards(user: User, entry: SpotEntry, today: date) -> tuple[str, str]:
    if entry.second is None or entry.second.pk == user.pk:
        raise refused("second", "执法人员不得少于两人，请选另一名执法人员。", TWO_OFFICERS)
    numbers = []
    for person in (user, entry.second):
        card = card_of(person, on=today)
        if card is None or card.enforcement_valid_to is None:
            raise refused("second", f"{person.name}没有登记有效的执法证，不能当场处罚。", SPOT_FORM)
        if card.enforcement_valid_to < today:
            raise refused(
                "second",
                f"{person.name}的执法证有效期止于{zh_date(card.enforcement_valid_to)}，{zh_date(today)}不能当场处罚。",
                SPOT_FORM,
            )
        if entry.institution is not None and has_to_avoid(person, entry.institution.uscc, on=today):
            raise refused("second", f"{person.name}与当事人有回避关系，不能办理。", AVOID)
        numbers.append(card.enforcement_no)
    return numbers[0], numbers[1]


@transaction.atomic
def decide_spot(*, spot: OnSpotPenalty, entry: SpotDecision, user: User, now: datetime, today: date) -> OnSpotPenalty:
    """Decide after hearing the party and hand the letter over; beyond the limit the ordinary procedure is due."""
    row = OnSpotPenalty.objects.select_related("organ", "officer_a", "officer_b").get(pk=spot.pk)
    _require_present(row, user, today)
    measures = ["warning"] * entry.warning + ["fine"] * bool(entry.fine_fen)
    edge = limit_fen(row.kind, today)
    article = article_as_of(LIMIT, today).text
    if entry.fine_fen < 0 or entry.fine_fen > edge:
        raise refused(
            "fine",
            f"对{row.get_kind_display()}当场罚款最多 {fen(edge)}，填的是 {fen(entry.fine_fen)}；须适用普通程序。",
            article,
        )
    if entry.fine_fen and not entry.told_publication:
        raise refused("told_publication", "交付决定书时，须书面告知当事人处罚信息依法公示的规定。", PUBLICITY)
    if not entry.signed and not entry.refused_note.strip():
        raise refused("refused_note", "当事人拒绝签收的，须在决定书上注明情况。", SPOT_FORM)
    heard = text_of(entry.heard, field="heard", label="陈述、申辩（没有的写“没有”）", most=2000)
    basis = text_of(entry.basis, field="basis", label="处罚依据", most=300)

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.warning, one.fine_fen, one.basis, one.heard = entry.warning, entry.fine_fen, basis, heard
        one.decided_at, one.decided_on = now, today
        one.told_publication, one.signed = entry.told_publication, entry.signed
        one.refused_note = entry.refused_note.strip()[:200]

    facts = {
        "measures": measures,
        "basis": basis,
        "heard": "given",
        "told_publication": entry.told_publication or not entry.fine_fen,
        "fine_fen": entry.fine_fen,
    }
    done: OnSpotPenalty = move_row(ON_SPOT, "decide", row, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(done, "case.handle", "当场处罚", user=user, today=today)
    clock(done, FILE_DAYS, "交案卷", on=today, actor=actor, now=now)
    if done.fine_fen:
        _owe(done, actor=actor, now=now, today=today)
    done.document = spot_letter(done, actor=actor, now=now, today=today)
    done.save(update_fields=["document"])
    return done


def _require_present(row: OnSpotPenalty, user: User, today: date) -> None:
    """Only the two officers on the spot decide, and both certificates hold on the day."""
    if user.pk not in (row.officer_a_id, row.officer_b_id):
        raise NotAllowed("当场处罚由在场的两名执法人员作出，您不是其中一人。", article=SPOT_FORM)
    for person in (row.officer_a, row.officer_b):
        card = card_of(person, on=today)
        if card is None or card.enforcement_valid_to is None or card.enforcement_valid_to < today:
            raise NotAllowed(f"{person.name}在{zh_date(today)}没有有效的执法证，不能当场处罚。", article=SPOT_FORM)


def _owe(spot: OnSpotPenalty, *, actor: Actor, now: datetime, today: date) -> None:
    row = Obligation(
        organ=spot.organ, spot=spot, payer=spot.party_name, fine_fen=spot.fine_fen, served_on=today, due_on=today
    )
    row.save()
    made = start_clock(
        rule_id=PAY_DAYS,
        thing=row,
        organ=spot.organ,
        start=today,
        label=f"{spot.number} 缴纳罚款",
        actor=actor,
        now=now,
        url=reverse("cases:owed", args=[row.pk]),
    )
    row.due_on = made.due_on or today
    row.save(update_fields=["due_on"])


@transaction.atomic
def drop_spot(*, spot: OnSpotPenalty, user: User, now: datetime, today: date, reason: str) -> OnSpotPenalty:
    """Leave it: the party's words were accepted, or the matter belongs to the ordinary procedure."""
    said = text_of(reason, field="reason", label="理由", most=300)

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.reason = said

    done: OnSpotPenalty = move_row(
        ON_SPOT, "drop", spot, user=user, now=now, today=today, facts={"reason": said}, reason=said, apply=apply
    )
    return done


@transaction.atomic
def collect_cash(
    *, spot: OnSpotPenalty, ground: str, voucher: str, user: User, now: datetime, today: date
) -> OnSpotPenalty:
    """Take the fine in cash where Article 72 allows it, against the printed receipt; two working days to hand it in."""
    row = OnSpotPenalty.objects.select_related("obligation__organ").get(pk=spot.pk)
    one_of(ground, CASH_GROUNDS, field="ground", label="当场收缴的情形")
    small = int(threshold(SMALL_CASH, today).value("fine_fen"))
    if ground == "small" and row.fine_fen > small:
        raise refused("ground", f"罚款超过 {fen(small)}，不能以“{CASH_GROUNDS['small']}”当场收缴。", CASH)
    if row.fine_fen == 0 or row.cash_on is not None:
        raise refused("ground", "没有可以收缴的罚款，或者已经当场收缴。", CASH)
    number = text_of(voucher, field="voucher", label="专用票据号码", most=60)

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.cash_ground, one.cash_on, one.cash_voucher = ground, today, number

    facts = {"ground": ground, "voucher": number}
    done: OnSpotPenalty = move_row(ON_SPOT, "collect", row, user=user, now=now, today=today, facts=facts, apply=apply)
    receive_payment(
        row=row.obligation,
        user=user,
        now=now,
        today=today,
        purpose="fine",
        way="cash",
        amount_fen=row.fine_fen,
        on=today,
        voucher=number,
    )
    actor = acting(done, "case.handle", "当场收缴", user=user, today=today)
    clock(done, CASH_DAYS, "收缴款交部门", on=today, actor=actor, now=now)
    return done


@transaction.atomic
def pass_cash_on(*, spot: OnSpotPenalty, on: date | None, user: User, now: datetime, today: date) -> OnSpotPenalty:
    """The officers hand the cash to the bureau; it has two working days to pay it into the bank."""
    row = OnSpotPenalty.objects.get(pk=spot.pk)
    if row.cash_on is None or row.passed_on is not None:
        raise refused("on", "没有当场收缴的款项，或者已经交部门。", CASH)
    day = day_of(on, field="on", label="交部门日期", today=today, first=row.cash_on, first_label="收缴日期")

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.passed_on = day

    done: OnSpotPenalty = move_row(
        ON_SPOT, "pass_on", row, user=user, now=now, today=today, facts={"on": day}, apply=apply
    )
    actor = acting(done, "case.handle", "收缴款交部门", user=user, today=today)
    _end(done, CASH_DAYS, on=day, actor=actor, now=now)
    clock(done, BANK_DAYS, "收缴款缴付银行", on=day, actor=actor, now=now)
    return done


@transaction.atomic
def bank_cash(
    *, spot: OnSpotPenalty, on: date | None, voucher: str, user: User, now: datetime, today: date
) -> OnSpotPenalty:
    """The bureau pays the cash into the bank; not entered by an officer who took it."""
    row = OnSpotPenalty.objects.get(pk=spot.pk)
    if row.passed_on is None or row.banked_on is not None:
        raise refused("on", "收缴款还没有交部门，或者已经缴付银行。", CASH)
    if user.pk in (row.officer_a_id, row.officer_b_id):
        raise NotAllowed("收缴罚款的执法人员不能自己登记缴付银行，请另一人办理。")
    day = day_of(on, field="on", label="缴付银行日期", today=today, first=row.passed_on, first_label="交部门日期")
    number = text_of(voucher, field="voucher", label="银行回单号码", most=60)

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.banked_on, one.bank_voucher = day, number

    facts = {"on": day, "voucher": number}
    done: OnSpotPenalty = move_row(ON_SPOT, "bank", row, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(done, "case.archive", "缴付银行", user=user, today=today)
    _end(done, BANK_DAYS, on=day, actor=actor, now=now)
    return done


@transaction.atomic
def hand_in_file(*, spot: OnSpotPenalty, pages: int | None, user: User, now: datetime, today: date) -> OnSpotPenalty:
    """The officers hand the papers in to their bureau (seven working days)."""
    if pages is None or pages < 1 or pages > 999:
        raise refused("pages", "案卷页数须在 1 到 999 之间。")

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.handed_in_on, one.pages = today, pages

    facts = {"on": today, "pages": pages}
    done: OnSpotPenalty = move_row(ON_SPOT, "hand_in", spot, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(done, "case.handle", "交案卷", user=user, today=today)
    _end(done, FILE_DAYS, on=today, actor=actor, now=now)
    return done


@transaction.atomic
def file_spot(*, spot: OnSpotPenalty, box: str, user: User, now: datetime, today: date) -> OnSpotPenalty:
    """Another person files the papers, once the money is where it belongs."""
    row = OnSpotPenalty.objects.get(pk=spot.pk)
    if row.cash_on is not None and row.banked_on is None:
        raise refused("box", "当场收缴的罚款还没有缴付银行，先办完再归档。", CASH)
    where = text_of(box, field="box", label="保管位置", most=80)

    def apply(one: OnSpotPenalty, move: Move, actor: Actor) -> None:
        one.box, one.filed_by, one.filed_on = where, user, today

    done: OnSpotPenalty = move_row(
        ON_SPOT,
        "file",
        row,
        user=user,
        now=now,
        today=today,
        facts={"box": where},
        apply=apply,
        took_part=lambda one, move: {str(one.officer_a_id), str(one.officer_b_id)},
    )
    return done


def clock(spot: OnSpotPenalty, rule: str, what: str, *, on: date, actor: Actor, now: datetime) -> None:
    """Start a clock of the penalty."""
    start_clock(
        rule_id=rule,
        thing=spot,
        organ=spot.organ,
        start=on,
        label=f"{spot.number} {what}",
        actor=actor,
        now=now,
        url=reverse("cases:spot", args=[spot.number]),
        responsible=spot.officer_a,
    )


def _end(spot: OnSpotPenalty, rule: str, *, on: date, actor: Actor, now: datetime) -> None:
    if clocks_of(spot).filter(rule_id=rule, state__in=UNFINISHED).exists():
        stop_clock(thing=spot, rule_id=rule, on=on, actor=actor, now=now)


def payments_of(spot: OnSpotPenalty) -> QuerySet[Payment]:
    """What was paid of the fine."""
    return Payment.objects.filter(obligation__spot=spot)
