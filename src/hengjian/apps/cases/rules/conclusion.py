"""An investigation ends with facts: who did what, when, against which provision (程序规定 48)."""

from __future__ import annotations

from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.procedures import CONCLUDE
from hengjian.apps.cases.reading import rows_of
from hengjian.kernel.errors import IllegalMove


def require_contraventions(case: Case, attempt: Attempt) -> None:
    """At least one contravention; each with its day of conduct (by the column) and a chosen law that is not closed."""
    found = [one for one in rows_of(case, "contraventions") if one.struck_at is None]
    if not found:
        raise IllegalMove("还没有登记违法事实（含行为日和适用的条款），不能终结调查。", article=CONCLUDE)
    for one in found:
        closed = [block for block in one.choice.get("blocked", ()) if block["what"] == "all"]
        if closed:
            raise IllegalMove(f"违法事实“{one.title}”：{closed[0]['sentence']}", article=closed[0]["article"])
