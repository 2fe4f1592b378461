"""Acting on a case without moving it: the lock, the right, the tie and the state, asked in one place."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.policies import case_policy
from hengjian.apps.cases.selectors import cases_seen_by, is_investigator
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound

INVESTIGATE = "《市场监督管理行政处罚程序规定》第二十二条（由办案人员办理）"


def act_on(
    *,
    case: Case,
    user: User,
    code: str,
    today: date,
    what: str,
    states: Collection[str] = (),
    investigator: bool = False,
    article: str = "",
) -> tuple[Case, Actor]:
    """The case under lock and the acting person; call inside a transaction.

    NotFound where the person does not see the case, NotAllowed without the right `code` or (with `investigator`) when
    the person does not investigate this case, IllegalMove where the case is in none of `states`. `what` is the verb of
    the sentence ("登记证据").
    """
    row = cases_seen_by(user, today).select_for_update(of=("self",)).filter(pk=case.pk).first()
    if row is None:
        raise NotFound("没有这个案件，或者您无权查看。")
    actor = case_policy(user, on=today)(code, row)
    if actor is None:
        raise NotAllowed(f"您没有“{what}”的权限。", article=article or None)
    if investigator and not is_investigator(row, user, today):
        raise NotAllowed(f"您不是本案的办案人员，不能{what}。", article=article or INVESTIGATE)
    if states and row.state not in states:
        raise IllegalMove(f"案件现处于“{row.get_state_display()}”状态，不能{what}。", article=article or None)
    return row, actor
