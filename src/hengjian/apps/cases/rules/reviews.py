"""Who must have legal review, and that a legal reviewer does it (程序规定 49–52)."""

from __future__ import annotations

from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.reviewing import current_review, ground_text, legal_ground_of
from hengjian.kernel.errors import IllegalMove, NotAllowed
from hengjian.law.catalogue import article_as_of


def require_right_kind(case: Case, attempt: Attempt) -> None:
    """A case on one of the grounds of Article 50 goes to legal review; a case review does not do."""
    # the row already bears the target state of the move: after a hearing that is post_review
    ground = legal_ground_of(case)
    if ground and attempt.facts.get("kind") != "legal":
        raise IllegalMove(
            f"本案{ground_text(ground)}，决定之前必须进行法制审核，不能只作案件审核。",
            article=article_as_of("PEN-50", attempt.today).text,
        )


def require_legal_reviewer(case: Case, attempt: Attempt) -> None:
    """Legal review is the legal reviewers' business."""
    review = current_review(case)
    if review is None or review.kind != "legal":
        return
    if may(attempt.user, "case.legal_review", case, on=attempt.today) is None:
        raise NotAllowed("法制审核须由法制审核人员办理。", article=article_as_of("PEN-50", attempt.today).text)
