"""Two investigators with valid certificates carry the case; others of the organ do not act in it (程序规定 22)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.investigators import require_two, two_officers
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import is_investigator
from hengjian.kernel.errors import NotAllowed


def require_two_able(case: Case, attempt: Attempt) -> None:
    """Two investigators who may act today: a certificate may have run out since they were named."""
    require_two(case, on=attempt.today)


def require_own_case(case: Case, attempt: Attempt) -> None:
    """Only the investigators of the case take its investigation forward."""
    if not is_investigator(case, attempt.user, attempt.today):
        raise NotAllowed("您不是本案的办案人员，不能办理这一步。", article=two_officers(attempt.today))
