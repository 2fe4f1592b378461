"""A case is filed when all four conditions hold and it is known whom it concerns (程序规定 19)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.wording import CONDITIONS
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of


def require_proposal(case: Case, attempt: Attempt) -> None:
    """What was proposed is a filing, not a refusal, with the four conditions and a party."""
    article = article_as_of("PEN-19", attempt.today).text
    if case.wants_refusal:
        raise IllegalMove("报请的是不予立案，不能批准立案；认为应当立案的，请退回补充。", article=article)
    lacking = [label for code, label in CONDITIONS.items() if code not in case.conditions]
    if lacking:
        raise IllegalMove(f"立案须四项条件全部符合，还缺：{'；'.join(lacking)}。", article=article)
    if not rows_of(case, "parties"):
        raise IllegalMove("还没有登记当事人，不能立案。", article=article)
