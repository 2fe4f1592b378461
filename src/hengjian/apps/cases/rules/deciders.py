"""Who judged the case on the way does not decide it: its reviewer, the chair of its hearing (程序规定 49、60)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.procedures import DECIDE
from hengjian.apps.cases.reading import rows_of
from hengjian.kernel.errors import IllegalMove


def require_other_person(case: Case, attempt: Attempt) -> None:
    """Neither the reviewer who passed the case nor the chair of its hearing decides it."""
    user = attempt.user
    if any(one.result == "passed" and one.reviewer_id == user.pk for one in rows_of(case, "reviews")):
        raise IllegalMove(f"处理决定须由另一人作出：{user.name}是本案的审核人。", article=DECIDE)
    if any(not one.dropped_reason and one.chair_id == user.pk for one in rows_of(case, "hearings")):
        raise IllegalMove(f"处理决定须由另一人作出：{user.name}是本案的听证主持人。", article=DECIDE)
