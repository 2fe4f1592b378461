"""A decision answers for every party, each with one of the five outcomes (程序规定 60)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import Refused
from hengjian.law.catalogue import article_as_of

HANDED_OVER = ("handed_over", "criminal")


def require_every_party(case: Case, attempt: Attempt) -> None:
    """Each party once; who is handed over names the receiver; a penalty has a kind and, for a fine, a sum."""
    article = article_as_of("PEN-60", attempt.today).text
    outcomes = list(attempt.facts.get("outcomes", ()))
    parties = {party.pk: party.name for party in case.parties.all()}
    named = [one["party"] for one in outcomes]
    if len(set(named)) != len(named) or set(named) - set(parties):
        raise _refused("决定须对本案每个当事人各作一次。", article)
    missing = [name for pk, name in parties.items() if pk not in named]
    if missing:
        raise _refused(f"还没有对{'、'.join(missing)}作出处理；决定须涵盖每个当事人。", article)
    for one in outcomes:
        name = parties[one["party"]]
        if one["outcome"] in HANDED_OVER and not one["receiver"].strip():
            raise _refused(f"对{name}的处理是移送，请写明接收机关。", article)
        if one["outcome"] == "penalty" and not one["measures"]:
            raise _refused(f"请选定对{name}的处罚种类。", article)
        if one["outcome"] == "penalty" and "fine" in one["measures"] and one["fine_fen"] <= 0:
            raise _refused(f"选了罚款，请填对{name}的罚款数额。", article)


def require_one_penalty(case: Case, attempt: Attempt) -> None:
    """A decision of penalty punishes somebody."""
    if not any(one["outcome"] == "penalty" for one in attempt.facts.get("outcomes", ())):
        raise _refused(
            "没有一个当事人受处罚；对全部当事人都不处罚的，请办理“作出不予处罚决定”。",
            article_as_of("PEN-60", attempt.today).text,
        )


def require_no_penalty(case: Case, attempt: Attempt) -> None:
    """A decision of no penalty punishes nobody, and what is handed over whole goes its own way."""
    found = [one["outcome"] for one in attempt.facts.get("outcomes", ())]
    article = article_as_of("PEN-60", attempt.today).text
    if "penalty" in found:
        raise _refused("有当事人受处罚的，请办理“作出处罚决定”。", article)
    if found and all(one in HANDED_OVER for one in found):
        raise _refused("对全部当事人都是移送的，请办理“移送其他机关”。", article)


def _refused(sentence: str, article: str) -> Refused:
    return Refused(sentence, where={"field": "outcomes"}, article=article)
