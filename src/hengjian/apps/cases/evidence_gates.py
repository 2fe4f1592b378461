"""What evidence and measures keep from happening: no conclusion without proof, no closing while things are held."""

from __future__ import annotations

from hengjian.apps.cases import gates
from hengjian.apps.cases.holds_procedures import PENDING
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of


def require_proof(case: Case, attempt: gates.Attempt) -> None:
    """Each contravention that stands rests on evidence that was not excluded (PEN-23)."""
    rows = case.contraventions.filter(struck_at__isnull=True)
    bare = [one.title for one in rows.exclude(evidence__state="held").distinct()]
    if bare:
        more = f"等 {len(bare)} 项" if len(bare) > 1 else ""
        raise IllegalMove(
            f"违法事实“{bare[0]}”{more}还没有可用的证据，不能调查终结；请登记证据并关联违法事实。",
            article=article_as_of("PEN-23", attempt.today).text,
        )


def require_results(case: Case, attempt: gates.Attempt) -> None:
    """Nothing is still out to be tested or appraised."""
    out = case.appraisals.filter(state="out").first()
    if out is not None:
        raise IllegalMove(
            f"委托 {out.number}（{out.get_kind_display()}）的结果还没有收到，不能调查终结；不再需要的请先撤回委托。",
            article=article_as_of("PEN-64", attempt.today).text,
        )


def require_nothing_held(case: Case, attempt: gates.Attempt) -> None:
    """No measure is in force or waits for approval (PEN-42: released in time, returned at once)."""
    hold = case.holds.filter(state__in=PENDING).first()
    if hold is not None:
        raise IllegalMove(
            f"{hold.get_kind_display()} {hold.number} 现为“{hold.state_label}”，不能结案；"
            "请先解除返还、移送或者按决定处置。",
            article=article_as_of("PEN-42", attempt.today).text,
        )


def require_returned(case: Case, attempt: gates.Attempt) -> None:
    """What a lapsed preservation held has gone back."""
    hold = case.holds.filter(state="lapsed", returned_on__isnull=True).first()
    if hold is not None:
        raise IllegalMove(
            f"先行登记保存 {hold.number} 已期满自动解除，还没有登记返还，不能结案。",
            article=article_as_of("PEN-35", attempt.today).text,
        )


def register_all() -> None:
    """Put the checks before the moves they guard."""
    gates.register("conclude", require_proof, standing=True)
    gates.register("conclude", require_results, standing=True)
    gates.register("close", require_nothing_held, standing=True)
    gates.register("close", require_returned, standing=True)
