"""No penalty before the party was told, the period is over, and what it said was weighed (程序规定 57–58)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case, Notice
from hengjian.apps.cases.noticing import latest_notices
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.sums import yuan
from hengjian.apps.cases.wording import MEASURES
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

NEVER_TOLD = "还没有告知当事人拟处罚的内容、事实、理由、依据和权利，不能作出处罚决定。"
TOLD_BEFORE = "上一次告知之后又进行了调查，须在这次调查终结后重新告知当事人，才能作出处罚决定。"
DOING = {"decide": "作出处罚决定", "discuss": "集体讨论"}


def require_every_party(case: Case, attempt: Attempt) -> None:
    """Every party with a contravention is told, each once."""
    told = [one["party"] for one in attempt.facts.get("notices", ())]
    article = article_as_of("PEN-57", attempt.today).text
    if len(set(told)) != len(told):
        raise Refused("同一当事人告知了两次，请删去一份。", where={"field": "notices"}, article=article)
    accused = {one.party for one in case.contraventions.filter(struck_at__isnull=True).select_related("party")}
    missing = [party.name for party in sorted(accused, key=lambda one: one.order) if party.pk not in told]
    if missing:
        raise Refused(
            f"还没有告知{'、'.join(missing)}；拟处罚的每个当事人都要告知。", where={"field": "notices"}, article=article
        )


def require_period_over(case: Case, attempt: Attempt) -> None:
    """Every party was told since the last conclusion of the investigation, and its five working days are over."""
    article = article_as_of("PEN-57", attempt.today).text
    if not latest_notices(case):
        earlier = bool(rows_of(case, "notices"))
        raise IllegalMove(TOLD_BEFORE if earlier else NEVER_TOLD, article=article)
    require_told_in_time(case, attempt)


def require_told_in_time(case: Case, attempt: Attempt) -> None:
    """Every notice that stands was served, and its period is over or waived in writing; speaking does not end it."""
    article = article_as_of("PEN-57", attempt.today).text
    for notice in latest_notices(case).values():
        if notice.served_on is None or notice.ends_on is None:
            raise IllegalMove(f"告知书还没有送达{notice.party.name}，不能{DOING[attempt.action]}。", article=article)
        if notice.answered != "waived" and attempt.today <= notice.ends_on:
            raise IllegalMove(
                f"{notice.party.name}的陈述、申辩和要求听证的期限到{zh_date(notice.ends_on)}为止，"
                f"期限内没有书面放弃的，不能{DOING[attempt.action]}。",
                article=article,
            )


def require_answers(case: Case, attempt: Attempt) -> None:
    """Every statement was weighed."""
    said = rows_of(case, "statements")
    waiting = next((one for one in said if one.kind == "statement" and not one.answer), None)
    if waiting is not None:
        raise IllegalMove(
            f"{waiting.notice.party.name}的陈述、申辩还没有复核，须先充分听取并复核。",
            article=article_as_of("PEN-58", attempt.today).text,
        )


def require_not_heavier(case: Case, attempt: Attempt) -> None:
    """Nothing heavier than what the party was told of: neither sums nor kinds of penalty."""
    article = article_as_of("PEN-58", attempt.today).text
    notices = latest_notices(case)
    for outcome in attempt.facts.get("outcomes", ()):
        if outcome["outcome"] != "penalty":
            continue
        notice = notices.get(outcome["party"])
        if notice is None:
            name = case.parties.get(pk=outcome["party"]).name
            raise IllegalMove(
                f"没有告知过{name}，不能对其作出处罚决定。", article=article_as_of("PEN-57", attempt.today).text
            )
        _compare(notice.party.name, "罚款", outcome["fine_fen"], notice.fine_fen, article)
        _compare(notice.party.name, "没收", outcome["confiscated_fen"], notice.confiscated_fen, article)
        _compare_bans(notice, outcome, article)
        more = [MEASURES[code] for code in outcome["measures"] if code not in notice.measures]
        if more:
            raise Refused(
                f"对{notice.party.name}的{'、'.join(more)}没有告知过；有新的事实或者理由的，须退回调查后重新告知。",
                where={"field": "outcomes"},
                article=article,
            )


def _compare_bans(notice: Notice, outcome: Mapping[str, Any], article: str) -> None:
    """A longer ban, or one for life, is a heavier penalty."""
    if "limit" not in outcome["measures"] or notice.ban_for_life:
        return
    months = outcome["ban_months"] or 0
    if outcome["ban_for_life"] or months > (notice.ban_months or 0):
        told = f"{notice.ban_months}个月" if notice.ban_months else "没有写明期限"
        length = "终身" if outcome["ban_for_life"] else f"{months}个月"
        raise Refused(
            f"对{notice.party.name}拟决定限制从业{length}，重于告知的（{told}）："
            "不得因陈述、申辩或者要求听证给予更重的处罚；有新的事实或者理由的，须退回调查后重新告知。",
            where={"field": "outcomes"},
            article=article,
        )


def _compare(name: str, what: str, decided: int, told: int, article: str) -> None:
    if decided > told:
        raise Refused(
            f"对{name}拟决定{what}{yuan(decided)}，重于告知的{yuan(told)}：不得因陈述、申辩或者要求听证给予更重的处罚；"
            "有新的事实或者理由的，须退回调查后重新告知。",
            where={"field": "outcomes"},
            article=article,
        )
