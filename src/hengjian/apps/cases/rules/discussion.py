"""Cases of Article 50, and what is grave or complex, are decided after a collective discussion (程序规定 60)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.reviewing import ground_text, legal_ground_of
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of


def why_discussed(case: Case) -> str:
    """Why the heads must discuss this case together, empty where they need not."""
    ground = legal_ground_of(case)
    if ground:
        return ground_text(ground)
    return "情节复杂或者拟给予较重的行政处罚" if case.major else ""


def require_minutes(case: Case, attempt: Attempt) -> None:
    """Minutes of a discussion of this proposal: made after the latest conclusion of the investigation."""
    why = why_discussed(case)
    if not why:
        return
    since = case.concluded_on
    minutes = [one for one in rows_of(case, "collectives") if one.about == "处理决定"]
    if not any(since is None or one.held_on >= since for one in minutes):
        raise IllegalMove(
            f"本案{why}，应当由负责人集体讨论决定；还没有集体讨论记录，不能作出决定。",
            article=article_as_of("PEN-60", attempt.today).text,
        )
