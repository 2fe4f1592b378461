"""Case review and legal review: who must have which, by whom, within ten working days (程序规定 49–55)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.entering import one_of, refused, text_of
from hengjian.apps.cases.models import Case, Review
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.wording import LEGAL_GROUNDS, REVIEW_KINDS
from hengjian.apps.clocks.services import extend_clock
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move


def legal_ground_of(case: Case) -> str:
    """The code of the ground on which legal review is due (Article 50), "" where a case review is enough."""
    if case.state in ("heard", "post_review", "ready") or any(one.reported_on for one in rows_of(case, "hearings")):
        return "hearing"
    return case.legal_ground


def current_review(case: Case) -> Review | None:
    """The latest round."""
    return max(rows_of(case, "reviews"), key=lambda one: one.round, default=None)


@transaction.atomic
def send_to_review(*, case: Case, user: User, now: datetime, today: date, kind: str, seen: int | None = None) -> Case:
    """Hand the file to the reviewers; the ten working days run from today."""
    one_of(kind, REVIEW_KINDS, field="kind", label="审核种类")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        last = current_review(row)
        after_hearing = move.source == "heard"
        Review.objects.create(
            case=row,
            round=(last.round if last else 0) + 1,
            kind=kind,
            ground="hearing" if after_hearing else row.legal_ground if kind == "legal" else "",
            after_hearing=after_hearing,
            submitted_by=user,
            submitted_on=today,
        )
        timing.start(row, timing.REVIEW, on=today, actor=actor, now=now)

    return move_case(
        case=case,
        action="send_to_review",
        user=user,
        now=now,
        today=today,
        facts={"kind": kind},
        apply=apply,
        seen=seen,
    )


@transaction.atomic
def pass_review(*, case: Case, user: User, now: datetime, today: date, opinion: str, seen: int | None = None) -> Case:
    """The reviewer agrees."""
    return _judge("pass_review", "passed", case, user, now, today, opinion, seen)


@transaction.atomic
def return_review(*, case: Case, user: User, now: datetime, today: date, opinion: str, seen: int | None = None) -> Case:
    """The reviewer returns the file: facts, evidence, law, procedure or discretion have to be put right."""
    return _judge("return_review", "returned", case, user, now, today, opinion, seen)


def _judge(
    action: str, result: str, case: Case, user: User, now: datetime, today: date, opinion: str, seen: int | None
) -> Case:
    said = text_of(opinion, field="opinion", label="审核意见")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        review = current_review(row)
        if review is None:
            raise refused("opinion", "没有正在进行的审核。")
        review.result, review.reviewer, review.reviewed_on, review.opinion = result, user, today, said
        review.save()
        timing.stop(row, timing.REVIEW, on=today, actor=actor, now=now)

    return move_case(
        case=case,
        action=action,
        user=user,
        now=now,
        today=today,
        facts={"opinion": said},
        reason=said,
        apply=apply,
        seen=seen,
    )


@transaction.atomic
def extend_review(
    *, case: Case, user: User, now: datetime, today: date, days: int, reason: str, seen: int | None = None
) -> Case:
    """The head gives the reviewers more working days."""
    said = text_of(reason, field="reason", label="理由")
    if not 1 <= days <= 30:
        raise refused("days", "审核期限延长须在 1 到 30 个工作日之间。")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        extend_clock(
            thing=row, rule_id=timing.REVIEW, days=days, approver=actor.name, actor=actor, now=now, reason=said
        )

    return move_case(
        case=case,
        action="extend_review",
        user=user,
        now=now,
        today=today,
        facts={"reason": said, "days": days},
        reason=said,
        apply=apply,
        seen=seen,
    )


def ground_text(code: str) -> str:
    """The ground in words."""
    return LEGAL_GROUNDS.get(code, "")
