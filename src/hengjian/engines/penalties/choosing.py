"""The choice of law: which provision reaches the conduct, who decides, what must come first, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from hengjian.engines.penalties.conduct import Conduct, Limits, Provision
from hengjian.engines.penalties.ranking import Ranked, rank
from hengjian.engines.penalties.reach import applicable_of, reaches
from hengjian.engines.penalties.result import Applicable, Blocked, Choice, Hint, Outcome
from hengjian.engines.penalties.signs import crime_hints, serious_hints
from hengjian.engines.penalties.timing import Dated, date_faults, limitation, must_be_split, version_for
from hengjian.engines.penalties.wording import day
from hengjian.kernel.errors import Refused

UNTRUE = "inaccurate_report"


def choose(conduct: Conduct, provisions: Sequence[Provision], *, on: date, limits: Limits) -> Choice:
    """The provisions that reach the conduct, decided on `on`: the first is proposed, the rest set aside with reasons.

    Refused for a violation id that is not in the catalogue. What the law does not allow comes back as `blocked`.
    """
    kinds = _kinds(conduct, provisions)
    blocked = [*_nothing_named(kinds, limits), *date_faults(conduct, on, limits)]
    crimes = crime_hints(conduct, kinds, on=on, limits=limits)
    if blocked:
        return _closed(conduct, blocked, crimes)
    late, limitation_step = limitation(conduct, on, limits)
    blocked += late + _effect_missing(conduct, kinds, limits)
    steps = [limitation_step]
    lines = _lines(conduct, provisions, kinds)
    questions: list[str] = []
    for versions in lines.values():
        changed = must_be_split(versions, conduct, on)
        if changed is not None:
            return _closed(conduct, [*blocked, _split(changed, limits)], crimes, steps)
    dated = [
        found
        for versions in lines.values()
        if (found := version_for(versions, conduct, kinds, on=on, limits=limits)) is not None
    ]
    reached = [_taken(one, conduct, kinds, limits) for one in dated]
    ranked = rank(reached, conduct, limits)
    chosen = {id(one.provision) for one in ranked.applicable}
    for one in dated:
        if id(one.provision) in chosen:
            steps += one.steps
            questions += one.questions
    return _choice(
        conduct, ranked, on=on, limits=limits, kinds=kinds, steps=steps, questions=questions, blocked=blocked
    )


def _choice(
    conduct: Conduct,
    ranked: Ranked,
    *,
    on: date,
    limits: Limits,
    kinds: frozenset[str],
    steps: list[str],
    questions: list[str],
    blocked: list[Blocked],
) -> Choice:
    serious = serious_hints(conduct, kinds, on=on, limits=limits)
    crimes = crime_hints(conduct, kinds, on=on, limits=limits)
    if not ranked.applicable:
        blocked = [*blocked, _no_law(limits)]
    blocked = [*blocked, *_no_second_fine(conduct, limits), *_order_first(ranked.applicable, conduct)]
    if serious and conduct.serious is None:
        questions = [*questions, "是否情节严重尚未认定，幅度先按一般情节列出。"]
    steps = [*steps, *ranked.steps, *(one.sentence for one in blocked)]
    steps += [
        f"移送后另由作出资质认定的机关处理：{one.words}。"
        for one in (ranked.applicable[0].consequences if ranked.applicable and ranked.applicable[0].transfer else ())
        if one.by == "accreditor"
    ]
    if crimes:
        steps.append(f"有涉嫌犯罪的迹象：不得以行政处罚代替移送（{limits.cite('TRF-11')}）。")
    return Choice(
        conduct=conduct,
        outcome=_outcome(ranked.applicable, blocked),
        applicable=ranked.applicable,
        set_aside=ranked.set_aside,
        blocked=tuple(blocked),
        questions=tuple(dict.fromkeys([*questions, *ranked.questions])),
        serious=serious,
        crimes=crimes,
        steps=tuple(dict.fromkeys(steps)),
    )


def _kinds(conduct: Conduct, provisions: Sequence[Provision]) -> frozenset[str]:
    known: dict[str, set[str]] = defaultdict(set)
    for one in provisions:
        for violation_id in one.violation_ids:
            known[violation_id].update(one.kinds)
    for violation_id in conduct.violation_ids:
        if violation_id not in known:
            raise Refused(f"违法行为目录中没有“{violation_id}”。")
    return frozenset(conduct.kinds).union(*(known[one] for one in conduct.violation_ids))


def _lines(conduct: Conduct, provisions: Iterable[Provision], kinds: frozenset[str]) -> dict[str, list[Provision]]:
    lines: dict[str, list[Provision]] = defaultdict(list)
    for one in provisions:
        if reaches(one, conduct, kinds):
            lines[one.line].append(one)
    return lines


def _taken(dated: Dated, conduct: Conduct, kinds: frozenset[str], limits: Limits) -> Applicable:
    return applicable_of(dated.provision, conduct, kinds, reasons=dated.steps)


def _nothing_named(kinds: frozenset[str], limits: Limits) -> list[Blocked]:
    if kinds:
        return []
    said = "没有选定违法行为，请先从违法行为目录中选一项。"
    return [Blocked(what="all", code="violation", sentence=said, article=limits.cite("PEN-19"))]


def _effect_missing(conduct: Conduct, kinds: frozenset[str], limits: Limits) -> list[Blocked]:
    if UNTRUE not in kinds or conduct.effect or kinds - {UNTRUE}:
        return []
    said = "认定不实报告，还须证明数据、结果存在错误或者无法复核；请先查明后果。"
    return [Blocked(what="fine", code="effect", sentence=said, article=limits.cite("SUP-14"))]


def _split(changed: date, limits: Limits) -> Blocked:
    said = f"多个独立的行为跨越{day(changed)}的法律修改，请按行为日分开列为两项违法事实，分别选用规定。"
    return Blocked(what="all", code="split", sentence=said, article=limits.cite("APL-37"))


def _no_law(limits: Limits) -> Blocked:
    said = "没有找到行为时有效、能够适用于该行为的处罚规定；不能作出没有依据的处罚。"
    return Blocked(what="filing", code="no_law", sentence=said, article=limits.cite("APL-38"))


def _no_second_fine(conduct: Conduct, limits: Limits) -> list[Blocked]:
    if not conduct.fined_by_other:
        return []
    said = "同一违法行为已被罚款，不得再给予罚款；其他措施和处罚种类不受影响。"
    return [Blocked(what="fine", code="fined_before", sentence=said, article=limits.cite("APL-29"))]


def _order_first(applicable: Sequence[Applicable], conduct: Conduct) -> list[Blocked]:
    if not applicable or applicable[0].fine_allowed or applicable[0].transfer or not applicable[0].sums:
        return []
    if not conduct.ordered_before:
        said = "应当先责令限期改正并在期满后复查；没有责令改正记录的，不能罚款。"
    else:
        said = "已责令改正，但没有“逾期未改正或者改正后仍不符合要求”的复查记录，不能罚款。"
    return [Blocked(what="fine", code="two_step", sentence=said, article=applicable[0].article)]


def _outcome(applicable: Sequence[Applicable], blocked: Sequence[Blocked]) -> Outcome:
    if not applicable or any(one.what in ("all", "filing") for one in blocked):
        return "none"
    first = applicable[0]
    if first.transfer:
        return "transfer"
    if not first.sums:
        return "soft"
    return "correct" if any(one.code == "two_step" for one in blocked) else "punish"


def _closed(
    conduct: Conduct, blocked: Sequence[Blocked], crimes: tuple[Hint, ...], steps: Sequence[str] = ()
) -> Choice:
    return Choice(
        conduct=conduct,
        outcome="none",
        applicable=(),
        set_aside=(),
        blocked=tuple(blocked),
        questions=(),
        serious=(),
        crimes=crimes,
        steps=tuple(dict.fromkeys((*steps, *(one.sentence for one in blocked)))),
    )
