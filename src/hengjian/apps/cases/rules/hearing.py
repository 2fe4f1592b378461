"""A hearing follows a request; chair and recorder took no part in the investigation (听证办法 5–29)."""

from __future__ import annotations

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.hearings import current_hearing, open_requests, require_presiding
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.policies import tied_party
from hengjian.apps.cases.selectors import ever_investigated
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.catalogue import article_as_of


def require_request(case: Case, attempt: Attempt) -> None:
    """A party asked for it in time."""
    if not open_requests(case):
        raise IllegalMove(
            "没有当事人在期限内要求听证，不组织听证。", article=article_as_of("HEAR-07", attempt.today).text
        )


def require_impartial(case: Case, attempt: Attempt) -> None:
    """Chair and recorder are two people, neither an investigator of the case nor tied to a party."""
    article = article_as_of("HEAR-18", attempt.today).text
    chair, recorder = attempt.facts.get("chair"), attempt.facts.get("recorder")
    if chair == recorder:
        raise Refused("主持人和记录员须是两个人。", where={"field": "recorder"}, article=article)
    investigated = ever_investigated(case)
    for field, label, pk in (("chair", "主持人", chair), ("recorder", "记录员", recorder)):
        if pk in investigated:
            raise Refused(
                f"听证{label}不能由本案调查人员担任：{investigated[pk]}是（或者曾是）本案办案人员。",
                where={"field": field},
                article=article,
            )
        person = User.objects.get(pk=pk)
        tied = tied_party(person, case, on=attempt.today)
        if tied:
            raise Refused(
                f"{person.name}与当事人{tied}有回避关系，不能担任听证{label}。", where={"field": field}, article=article
            )


def require_present(case: Case, attempt: Attempt) -> None:
    """The hearing is conducted by its chair or written down by its recorder, nobody else."""
    require_presiding(case, attempt.user, attempt.today)


def require_record(case: Case, attempt: Attempt) -> None:
    """The report rests on a hearing that took place and was written down."""
    hearing = current_hearing(case)
    if hearing is None or not hearing.record:
        raise IllegalMove(
            "还没有听证笔录，不能写听证报告；当事人放弃听证的，请办理终止听证。",
            article=article_as_of("HEAR-29", attempt.today).text,
        )


def require_held(case: Case, attempt: Attempt) -> None:
    """Where a party asked in time, no discussion and no decision before its hearing."""
    waiting = open_requests(case)
    if waiting:
        raise IllegalMove(
            f"{waiting[0].notice.party.name}已经要求听证，须先组织听证。",
            article=article_as_of("HEAR-05", attempt.today).text,
        )
