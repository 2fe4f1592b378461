"""A fine lies within the law of the day of conduct; leaving the proposal takes a reason; two steps come first."""

from __future__ import annotations

from typing import Any

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case, Contravention
from hengjian.apps.cases.sums import yuan
from hengjian.kernel.errors import Refused
from hengjian.law.catalogue import article_as_of


def require_lawful_sums(case: Case, attempt: Attempt) -> None:
    """Every fine against the range of the party's contraventions, and against what was worked out and proposed."""
    for outcome in attempt.facts.get("outcomes", ()):
        if outcome["outcome"] == "penalty":
            found = case.contraventions.filter(party_id=outcome["party"], struck_at__isnull=True)
            check_party(list(found.select_related("party")), outcome, attempt)


def check_party(found: list[Contravention], outcome: dict[str, Any], attempt: Attempt) -> None:
    """The rules for one party; Refused with the sentence and the article."""
    for one in found:
        chosen = one.choice.get("chosen", {})
        if chosen.get("transfer"):
            raise _refused(f"“{one.title}”由{chosen['authority']}处罚，本机关应当移送，不能处罚。", chosen["article"])
        blocked = next((block for block in one.choice.get("blocked", ()) if block["what"] in ("all", "filing")), None)
        if blocked:
            raise _refused(f"“{one.title}”：{blocked['sentence']}", blocked["article"])
    if "fine" not in outcome["measures"]:
        return
    for one in found:
        blocked = next((block for block in one.choice.get("blocked", ()) if block["what"] == "fine"), None)
        if blocked:
            raise _refused(f"“{one.title}”：{blocked['sentence']}", blocked["article"])
    _check_sum(found, int(outcome["fine_fen"]), reasoned=bool(outcome["deviation"]), attempt=attempt)


def _check_sum(found: list[Contravention], fine: int, *, reasoned: bool, attempt: Attempt) -> None:
    ranges = [one.choice["chosen"] for one in found if one.choice.get("chosen", {}).get("high") is not None]
    if not ranges:
        raise _refused(
            "适用的条款没有对这一当事人设定罚款，或者幅度的基数（检验检测费用等）还没有填，不能罚款。",
            article_as_of("PEN-60", attempt.today).text,
        )
    name = found[0].party.name
    low, high = sum(one["low"] for one in ranges), sum(one["high"] for one in ranges)
    articles = "、".join(dict.fromkeys(one["article"] for one in ranges))
    if fine > high:
        raise _refused(f"对{name}罚款{yuan(fine)}，超出法定幅度（最高{yuan(high)}）。", articles)
    mitigated = any(one.calculation.get("mitigated_allowed") for one in found)
    if fine < low and not mitigated:
        raise _refused(
            f"对{name}罚款{yuan(fine)}，低于法定最低{yuan(low)}；没有认定法定减轻情节，不能减轻处罚。", articles
        )
    proposed = sum(one.proposed_fen or 0 for one in found)
    if fine != proposed and not reasoned:
        raise _refused(
            f"对{name}罚款{yuan(fine)}，与按裁量基准提出的{yuan(proposed)}不一致，须写明偏离的理由。",
            article_as_of("APL-34", attempt.today).text,
        )


def _refused(sentence: str, article: str) -> Refused:
    return Refused(sentence, where={"field": "outcomes"}, article=article)
