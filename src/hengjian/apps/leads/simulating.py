"""A changed rule set on the leads of the last year: which would have gone another way. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hengjian.apps.leads.codes import OUTCOMES
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.leads.triaging import Areas, propose
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.errors import LawError
from hengjian.law.triaging import read_rules, triage_rules

LOOKED_AT = 5_000
SHOWN = 100
PERIOD = timedelta(days=365)
_WORDS = (
    (r"unknown key", "不认识这个键"),
    (r"missing key", "缺少这个键"),
    (r"unknown section", "不认识这一段"),
    (r"missing section", "缺少这一段"),
    (r"missing doubt", "缺少这一项疑点"),
    (r"above 0", "须大于 0、不超过 1"),
    (r"twice", "同一天重复了"),
    (r"last rule", "最后一条规则不能带条件，否则有的线索无处可去"),
    (r"not valid YAML", "格式不对，读不出"),
    (r"is not one of", "取值不在允许的范围里"),
    (r"is needed", "取值的类型不对"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One lead that would go another way."""

    lead: Lead
    before: str
    after: str
    rule: str
    sure: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many leads were looked at, how many would change, and the first of them."""

    looked_at: int
    changed: int
    rule_only: int
    whole: bool
    ways: tuple[tuple[str, str, int], ...]
    shown: tuple[Change, ...]


def simulate(*, user: Any, text: str, on: date) -> Simulation:
    """Apply the rules in `text` and the installed ones to the leads of the last year that the person may see.

    At most `LOOKED_AT`, the newest. Refused with the place where the text is no rule set.
    """
    try:
        tried = read_rules(text, "规则集")
    except LawError as error:
        raise Refused(_sentence(error), where={"field": "text"}) from error
    rows = leads_seen_by(user, on=on).filter(received_on__gte=on - PERIOD).select_related("organ__parent")
    leads = list(rows[: LOOKED_AT + 1])
    areas = Areas(on)
    ways: Counter[tuple[str, str]] = Counter()
    shown, rule_only = [], 0
    try:
        for lead in leads[:LOOKED_AT]:
            was = propose(lead, on=on, rules=triage_rules(), areas=areas).found
            now = propose(lead, on=on, rules=tried, areas=areas).found
            if was.outcome == now.outcome:
                rule_only += was.rule != now.rule
                continue
            ways[was.outcome, now.outcome] += 1
            if len(shown) < SHOWN:
                sure = f"{round(float(now.sure) * 100)}%"
                shown.append(
                    Change(lead, OUTCOMES[was.outcome], OUTCOMES[now.outcome], f"{now.rule} {now.title}", sure)
                )
    except NotFound as error:
        # a rule cites an article that the rulebook does not have
        raise Refused(f"规则集有错：{error.sentence}", where={"field": "text"}) from error
    return Simulation(
        looked_at=min(len(leads), LOOKED_AT),
        changed=sum(ways.values()),
        rule_only=rule_only,
        whole=len(leads) <= LOOKED_AT,
        ways=tuple((OUTCOMES[a], OUTCOMES[b], n) for (a, b), n in ways.most_common()),
        shown=tuple(shown),
    )


def sum_up(found: Simulation) -> list[dict[str, Any]]:
    """From where to where, and how many."""
    return [{"before": before, "after": after, "n": n} for before, after, n in found.ways]


def _sentence(error: LawError) -> str:
    said = str(error)
    words = next((chinese for pattern, chinese in _WORDS if re.search(pattern, said)), "这里不对")
    place = " / ".join(part for part in (getattr(error, "entry", None), getattr(error, "key", None)) if part)
    return f"规则集有错：{place + '：' if place else ''}{words}。"
