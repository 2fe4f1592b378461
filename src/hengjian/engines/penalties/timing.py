"""Which version of a provision: by the days of the conduct, the lighter one where the text changed since (APL-37)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from hengjian.engines.penalties.conduct import Conduct, Limits, Provision
from hengjian.engines.penalties.result import Blocked
from hengjian.engines.penalties.sums import fitting, lawful_range
from hengjian.engines.penalties.wording import day, span

LEAP_DAY = (2, 29)


@dataclass(frozen=True, kw_only=True)
class Dated:
    """The version taken of one line of provisions, why, and what remains to be asked."""

    provision: Provision
    steps: tuple[str, ...]
    questions: tuple[str, ...] = ()


def years_after(start: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th where there is none."""
    if (start.month, start.day) == LEAP_DAY:
        start = start.replace(day=28) if not _is_leap(start.year + years) else start
    return start.replace(year=start.year + years)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def date_faults(conduct: Conduct, on: date, limits: Limits) -> list[Blocked]:
    """What is wrong with the days of the conduct themselves."""
    article = limits.cite("APL-37")
    first, last = conduct.occurred_from, conduct.occurred_to
    if first is None:
        said = "没有查明违法行为发生的日期，不能确定适用哪一版规定；请先查明行为的起止日。"
    elif last is not None and last < first:
        said = f"行为终了日{day(last)}早于开始日{day(first)}，请改正。"
    elif first > on or (last is not None and last > on):
        said = f"行为日晚于{day(on)}，请改正。"
    else:
        return []
    return [Blocked(what="all", code="date", sentence=said, article=article)]


def limitation(conduct: Conduct, on: date, limits: Limits) -> tuple[list[Blocked], str]:
    """Whether the breach was discovered in time (APL-36), and the step that says so."""
    last = conduct.last_day
    article = limits.cite("APL-36")
    if last is None:
        return [], f"行为仍在继续，追责期限尚未起算（{article}）。"
    years = limits.limitation_years_health if conduct.harm_to_health else limits.limitation_years
    ends, found = years_after(last, years), conduct.discovered_on or on
    why = "涉及生命健康安全且有危害后果，" if conduct.harm_to_health else ""
    until = f"{why}追责期限{years}年，自{day(last)}至{day(ends)}"
    if found <= ends:
        return [], f"{until}；{day(found)}发现，未超过（{article}）。"
    said = f"{until}；{day(found)}才发现，已超过，不再给予行政处罚，不能立案。"
    return [Blocked(what="filing", code="limitation", sentence=said, article=article)], said


def version_for(
    versions: Iterable[Provision], conduct: Conduct, kinds: frozenset[str], *, on: date, limits: Limits
) -> Dated | None:
    """The version of one line that applies; None when no version was in force when the conduct ended.

    The conduct must bear a first day (`date_faults`). Versions stand in any order.
    """
    known = sorted(versions, key=lambda one: one.valid_from)
    start, end = conduct.occurred_from or on, conduct.last_day or on
    at_end = next((one for one in known if one.holds_on(end)), None)
    if at_end is None:
        return None
    at_start = next((one for one in known if one.holds_on(start)), None)
    steps = [_version_step(at_end, end)]
    questions: list[str] = []
    if at_start is None or at_start.substance != at_end.substance:
        steps.append(_spanning_step(at_end, start, end, article=limits.cite("APL-37"), began=at_start is not None))
        if at_start is not None:
            questions.append(f"行为跨越{day(at_end.valid_from)}的修改：修改前的部分如旧规定较轻，应在裁量时考虑。")
        else:
            questions.append(f"{day(at_end.valid_from)}以前的部分适用当时的规定，请另列一项违法事实选用。")
    current = next((one for one in known if one.holds_on(on)), None)
    if current is at_end or (current is not None and current.substance == at_end.substance):
        return Dated(provision=at_end, steps=tuple(steps), questions=tuple(questions))
    if current is None:
        questions.append(f"《{at_end.title}》所依据的规定已失效，没有接续的规定，是否仍予处罚须经法制审核。")
        return Dated(provision=at_end, steps=tuple(steps), questions=tuple(questions))
    taken, said = _lighter(at_end, current, conduct, kinds, limits)
    return Dated(provision=taken, steps=(*steps, *said), questions=tuple(questions))


def must_be_split(versions: Iterable[Provision], conduct: Conduct, on: date) -> date | None:
    """The day of a change that separate acts lie on both sides of; None when they may be judged together."""
    if conduct.continuing or conduct.occurred_from is None:
        return None
    end = conduct.last_day or on
    known = sorted(versions, key=lambda one: one.valid_from)
    changes = [
        later.valid_from
        for earlier, later in pairwise(known)
        if earlier.substance != later.substance and conduct.occurred_from < later.valid_from <= end
    ]
    return min(changes, default=None)


def _version_step(provision: Provision, end: date) -> str:
    cited = "、".join(one.text for one in provision.articles)
    version = "、".join(dict.fromkeys(one.version for one in provision.articles if one.version))
    span_text = f"{day(provision.valid_from)}起" + (f"至{day(provision.valid_to)}" if provision.valid_to else "")
    return f"行为终了日{day(end)}：适用{cited}（{version + '，' if version else ''}{span_text}施行的内容）。"


def _spanning_step(at_end: Provision, start: date, end: date, *, article: str, began: bool) -> str:
    changed = day(at_end.valid_from)
    if not began:
        return f"行为自{day(start)}开始，该规定自{changed}起才有；只能处罚{changed}以后的部分（{article}）。"
    return f"行为自{day(start)}持续至{day(end)}，跨越{changed}的修改；连续状态以终了时的规定为准（{article}）。"


def _lighter(
    old: Provision, new: Provision, conduct: Conduct, kinds: frozenset[str], limits: Limits
) -> tuple[Provision, list[str]]:
    article = limits.cite("APL-37")
    weights = [_weight(one, conduct, kinds) for one in (old, new)]
    if weights[0] is None or weights[1] is None:
        said = f"规定自{day(new.valid_from)}起已修改；计算基数不明，无法比较轻重，先按行为时的规定（{article}）。"
        return old, [said]
    words = [span(weight[0], weight[1]) if weight[1] else "没有罚款" for weight in (weights[0], weights[1])]
    key = [(weight[1], weight[0], weight[2]) for weight in (weights[0], weights[1])]
    compared = f"规定自{day(new.valid_from)}起已修改：行为时罚款{words[0]}，现在{words[1]}"
    if key[1] < key[0]:
        return new, [f"{compared}；新规定较轻，适用新规定（{article}，从旧兼从轻）。"]
    steps = [f"{compared}；先比最高额再比最低额，新规定不较轻，适用行为时的规定（{article}，从旧兼从轻）。"]
    if weights[1][0] < weights[0][0]:
        steps.append("新规定没有最低额或者最低额较低：按新规定裁量的结果更轻的，可以提请法制审核后适用新规定。")
    return old, steps


def _weight(provision: Provision, conduct: Conduct, kinds: frozenset[str]) -> tuple[int, int, int] | None:
    """(low, high, number of other measures) of a version for this conduct; None while a base is missing."""
    found = fitting(provision.sums, conduct, kinds, serious=bool(conduct.serious))
    lawful, missing = lawful_range(found, conduct, "")
    if missing:
        return None
    others = len(provision.measures) + len(provision.consequences)
    return (lawful.low, lawful.high, others) if lawful else (0, 0, others)
