"""Handling problems to be put right: order, answer, verify, extend, reassign, withdraw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Posting, User
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.apps.rectifications import timing
from hengjian.apps.rectifications.evidence import Incoming, Kept, keep_files
from hengjian.apps.rectifications.models import Evidence, Rectification, Reply
from hengjian.apps.rectifications.policies import HANDLERS, handling_policy
from hengjian.apps.rectifications.procedures import METHODS, RECTIFICATION
from hengjian.apps.rectifications.separation import parts_in, require_second_person
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import threshold
from hengjian.ui.wording import zh_date

TEXT_MAX = 2_000
RULE = "RCT-01"


def longest_days(on: date) -> int:
    """How many days a limit may at most lie ahead (house rule, rulebook RCT-01)."""
    return int(threshold(RULE, on).value("longest_days"))


def soon_days(on: date) -> int:
    """How many days before the limit the page warns (house rule, rulebook RCT-01)."""
    return int(threshold(RULE, on).value("soon_days"))


def check_limit(limit: date | None, *, today: date, after: date | None = None) -> None:
    """Refuse a limit that lies in the past, is too far ahead, or (where `after` is given) is no extension."""
    if limit is None:
        return
    most = longest_days(today)
    if limit <= today:
        raise _refused("limit", f"整改期限须在今天（{zh_date(today)}）之后，填的是{zh_date(limit)}。期限不能倒填。")
    if limit > today + timedelta(days=most):
        last = zh_date(today + timedelta(days=most))
        raise _refused("limit", f"一次定的期限最长 {most} 日，最晚到{last}；填的是{zh_date(limit)}。")
    if after is not None and limit <= after:
        raise _refused("limit", f"延期后的期限须晚于现在的期限{zh_date(after)}，填的是{zh_date(limit)}。")


def check_text(text: str, *, field: str, label: str) -> str:
    """The text without outer blanks; Refused where it is longer than the ledger keeps."""
    plain = text.replace("\x00", "").strip()
    if len(plain) > TEXT_MAX:
        raise _refused(field, f"{label}最多 {TEXT_MAX} 字，现在是 {len(plain)} 字。")
    return plain


def people_for(item: Rectification, *, on: date) -> list[User]:
    """Officers and chiefs of the item's organ on that day: who may be made responsible."""
    postings = in_force(Posting.objects.filter(organ=item.organ, role__in=HANDLERS), on=on)
    return list(User.objects.filter(pk__in=postings.values("user_id"), is_active=True).order_by("name", "pk"))


def stamp(item: Rectification) -> str:
    """What a page shows of an item's standing, so that a form tells whether somebody was faster."""
    return f"{item.state}:{item.rounds}:{item.extensions}"


@transaction.atomic
def order_rectification(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    limit: date | None,
    requirement: str,
    seen: str | None = None,
) -> Rectification:
    """Order the institution to put the problem right by a day that the officer sets; starts the clock."""
    today = timezone.localdate(now)
    wanted = check_text(requirement, field="requirement", label="整改要求")
    check_limit(limit, today=today)

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.state_at, row.handled_by = now, user
        row.limit = row.first_limit = limit
        row.requirement = wanted

    item = _perform(rows, pk, "order", user, now, facts={"limit": limit, "requirement": wanted}, apply=apply, seen=seen)
    actor = _actor(item, user, "rectification.order", today)
    timing.start_limit(item, start=today, basis="责令改正", actor=actor, now=now)
    return item


@transaction.atomic
def answer_item(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    text: str,
    files: Sequence[Incoming],
    on_paper: bool = False,
    seen: str | None = None,
) -> Rectification:
    """Take the institution's answer with its evidence; `on_paper` when an officer enters what came on paper.

    Files are checked and kept before the item moves, so that a refused file leaves everything as it was.
    """
    today = timezone.localdate(now)
    said = check_text(text, field="text", label="整改情况")
    _look_first(rows, pk, "record_answer" if on_paper else "answer", user, seen, today)
    kept = keep_files(files)
    facts = {"text": said, "evidence": [one.sha256 for one in kept]}

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.answered_on, row.answered_late = today, row.limit is not None and today > row.limit
        row.rounds += 1
        row.state_at = now
        row.escalation, row.escalated_at = 0, None
        if on_paper:
            row.handled_by = user

    action = "record_answer" if on_paper else "answer"
    item = _perform(rows, pk, action, user, now, facts=facts, apply=apply, seen=seen)
    _write_reply(item, said, kept, user=user, now=now, on_paper=on_paper)
    permission = "rectification.record_answer" if on_paper else "rectification.answer"
    timing.end_limit(item, actor=_actor(item, user, permission, today), now=now, outcome="met")
    return item


def _write_reply(
    item: Rectification, text: str, kept: Sequence[Kept], *, user: User, now: datetime, on_paper: bool
) -> None:
    reply = Reply.objects.create(
        rectification=item, round=item.rounds, text=text, on_paper=on_paper, by=user, at=now, late=item.answered_late
    )
    Evidence.objects.bulk_create(
        Evidence(reply=reply, name=one.name, kind=one.kind, size=one.size, sha256=one.sha256) for one in kept
    )


@transaction.atomic
def strike_off(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    method: str,
    note: str,
    seen: str | None = None,
) -> Rectification:
    """Verify the answer and strike the item off; not by anybody with a part in it (`separation`)."""
    today = timezone.localdate(now)
    if method and method not in METHODS:
        raise _refused("method", "没有这种验收方式，请从列出的方式中选一种。")
    said = check_text(note, field="note", label="验收意见")

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.state_at, row.verified_by, row.struck_off_on, row.reason = now, user, today, said

    item = _perform(rows, pk, "strike_off", user, now, facts={"method": method, "note": said}, apply=apply, seen=seen)
    _judge_reply(item, "accepted", said, user=user, now=now, method=method)
    return item


@transaction.atomic
def send_back(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    reason: str,
    limit: date | None,
    seen: str | None = None,
) -> Rectification:
    """Return the answer with a reason and a new day; the institution has to act again."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")
    check_limit(limit, today=today)

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.state_at, row.limit, row.reason = now, limit, said

    item = _perform(rows, pk, "send_back", user, now, facts={"reason": said, "limit": limit}, apply=apply, seen=seen)
    _judge_reply(item, "sent_back", said, user=user, now=now)
    actor = _actor(item, user, "rectification.verify", today)
    timing.start_limit(item, start=today, basis="退回再改", actor=actor, now=now)
    return item


def _judge_reply(item: Rectification, verdict: str, text: str, *, user: User, now: datetime, method: str = "") -> None:
    reply = Reply.objects.get(rectification=item, round=item.rounds)
    reply.verdict, reply.verdict_text, reply.verdict_by, reply.verdict_at = verdict, text, user, now
    reply.method = method
    reply.save()


@transaction.atomic
def extend_limit(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    limit: date | None,
    reason: str,
    seen: str | None = None,
) -> Rectification:
    """A chief gives more time, with a reason; an escalation that stood is over, its events stay."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")
    current = _look_first(rows, pk, "extend", user, seen, today)
    check_limit(limit, today=today, after=current.limit)

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.limit, row.reason = limit, said
        row.extensions += 1
        row.escalation, row.escalated_at = 0, None

    item = _perform(rows, pk, "extend", user, now, facts={"limit": limit, "reason": said}, apply=apply, seen=seen)
    timing.move_limit(item, reason=said, actor=_actor(item, user, "rectification.extend", today), now=now)
    return item


@transaction.atomic
def assign_item(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    responsible: User | None,
    seen: str | None = None,
) -> Rectification:
    """Make another person of the organ responsible."""
    today = timezone.localdate(now)
    current = _look_first(rows, pk, "assign", user, seen, today)
    if responsible is not None and responsible not in people_for(current, on=today):
        raise _refused(
            "responsible", f"{responsible.name}不是{current.organ.short_name}现任的执法人员或者科长，不能承办。"
        )

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.responsible = responsible

    name = responsible.name if responsible else ""
    return _perform(rows, pk, "assign", user, now, facts={"responsible": name}, apply=apply, seen=seen)


@transaction.atomic
def withdraw_item(
    *, rows: QuerySet[Rectification], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Rectification:
    """Take the problem off the ledger because it was none; not by who found it."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.state_at, row.reason = now, said
        row.escalation, row.escalated_at = 0, None

    item = _perform(rows, pk, "withdraw", user, now, facts={"reason": said}, apply=apply, seen=seen)
    timing.end_limit(item, actor=_actor(item, user, "rectification.withdraw", today), now=now, outcome="stopped")
    return item


@transaction.atomic
def reopen_item(
    *,
    rows: QuerySet[Rectification],
    pk: int,
    user: User,
    now: datetime,
    reason: str,
    limit: date | None,
    seen: str | None = None,
) -> Rectification:
    """Undo a strike-off that turned out wrong: the institution has to act again by a new day."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")
    check_limit(limit, today=today)

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        row.state_at, row.limit, row.reason = now, limit, said
        row.struck_off_on, row.verified_by = None, None

    item = _perform(rows, pk, "reopen", user, now, facts={"reason": said, "limit": limit}, apply=apply, seen=seen)
    actor = _actor(item, user, "rectification.reopen", today)
    timing.start_limit(item, start=today, basis="销号后重新整改", actor=actor, now=now)
    return item


@transaction.atomic
def refuse_move(*, rows: QuerySet[Rectification], pk: int, action: str, user: User, now: datetime) -> Rectification:
    """Say why a move that was not offered is not open: raises IllegalMove, NotAllowed or NotFound with the sentence."""
    facts = {name: "—" for move in RECTIFICATION.moves if move.action == action for name in move.facts}

    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        raise IllegalMove(f"“{move.label}”现在不能办理，请看过最新情况再办。", article=move.basis)

    return _perform(rows, pk, action, user, now, facts=facts, apply=apply, seen=None)


def _perform(
    rows: QuerySet[Rectification],
    pk: int,
    action: str,
    user: User,
    now: datetime,
    *,
    facts: Mapping[str, Any],
    apply: Any,
    seen: str | None,
) -> Rectification:
    today = timezone.localdate(now)
    _look_first(rows, pk, action, user, seen, today)
    reason = str(facts.get("reason") or facts.get("note") or "")

    def took_part(row: Rectification, move: Move) -> Collection[str]:
        require_second_person(row, move, user)
        return parts_in(row, move)

    item: Rectification = perform(
        procedure=RECTIFICATION,
        action=action,
        thing=Rectification,
        pk=pk,
        policy=handling_policy(user, on=today),
        now=now,
        facts=facts,
        reason=reason,
        apply=apply,
        took_part=took_part,
    )
    return item


def _look_first(
    rows: QuerySet[Rectification], pk: int, action: str, user: User, seen: str | None, today: date
) -> Rectification:
    """The item under lock, if this person may see it and the page showed its latest standing."""
    item = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if item is None:
        raise NotFound("没有这个整改事项，或者您无权查看。")
    if seen is not None and seen != stamp(item):
        raise IllegalMove(
            f"{item.number} 刚刚有人办理过，现在是“{item.get_state_display()}”，您提交的没有写入。请看过最新情况再办。"
        )
    return item


def _actor(item: Rectification, user: User, permission: str, on: date) -> Actor:
    policy: Policy = handling_policy(user, on=on)
    actor = policy(permission, item)
    if actor is None:
        raise NotFound("没有这个整改事项，或者您无权查看。")
    return actor


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, where={"field": field})
