"""Which of the provisions that reach the conduct goes first: ▲ rows, sector law, higher fine, the residue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hengjian.engines.penalties.conduct import Conduct, Limits
from hengjian.engines.penalties.result import Applicable
from hengjian.engines.penalties.wording import span


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """The provisions in order, those set aside with their reason last, and the steps that led there."""

    applicable: tuple[Applicable, ...]
    set_aside: tuple[Applicable, ...]
    steps: tuple[str, ...]
    questions: tuple[str, ...]


def rank(reached: Sequence[Applicable], conduct: Conduct, limits: Limits) -> Ranked:
    """Sector law before the residual clause (SUP-27), ▲ rows first, then the higher fine of several (APL-29)."""
    steps: list[str] = []
    aside: list[Applicable] = []
    pool = _with_penalty(list(reached), aside)
    pool = _for_party(pool, conduct, aside)
    questions = _questions(pool, conduct)
    pool = _without_residue(pool, aside, steps, limits)
    handed = [one for one in pool if one.transfer]
    if handed:
        pool = _without_own_sector(pool, handed, aside, steps, limits)
    ordered = sorted(pool, key=_order)
    if ordered and ordered[0].provision.by_accreditor:
        steps.append(f"由授予资质的机关处罚：本机关不是的，应当逐级上报（{ordered[0].article}）。")
    if len(ordered) > 1 and not ordered[0].transfer and all(one.range for one in ordered[:2]):
        steps.append(_higher_step(ordered, limits))
    return Ranked(applicable=tuple(ordered), set_aside=tuple(aside), steps=tuple(steps), questions=tuple(questions))


def _order(one: Applicable) -> tuple[bool, bool, int, bool, bool, str]:
    highest = one.range.high if one.range else 0
    known = one.range is not None or not one.missing
    return (
        not one.transfer,
        known,
        -highest,
        bool(one.provision.area_prefix),
        one.provision.residual,
        one.provision.id,
    )


def _because(one: Applicable, reason: str) -> Applicable:
    return replace(one, reasons=(*one.reasons, reason))


def _with_penalty(pool: list[Applicable], aside: list[Applicable]) -> list[Applicable]:
    """A sector law that sets no penalty for this very conduct does not push the general one aside."""
    kept = []
    for one in pool:
        if one.provision.source == "general" or one.sums or one.consequences or one.transfer:
            kept.append(one)
        else:
            aside.append(_because(one, "该规定对本行为和这一类当事人没有设定行政处罚。"))
    return kept


def _for_party(pool: list[Applicable], conduct: Conduct, aside: list[Applicable]) -> list[Applicable]:
    if conduct.party_kind != "person":
        return pool
    kept = []
    for one in pool:
        if one.sums or one.consequences or one.transfer:
            kept.append(one)
        else:
            aside.append(_because(one, "该规定没有对个人设定罚款或者从业限制。"))
    return kept


def _without_residue(
    pool: list[Applicable], aside: list[Applicable], steps: list[str], limits: Limits
) -> list[Applicable]:
    sector = [one for one in pool if one.provision.source == "sector"]
    if not sector:
        if any(one.provision.residual for one in pool):
            steps.append("该领域没有法律、法规、规章另行设定处罚，适用一般罚则（兜底条款）。")
        return pool
    names = "、".join(dict.fromkeys(one.article for one in sector))
    steps.append(f"先看行业法：{names}（{limits.cite('SUP-02')}，法律法规另有规定的从其规定）。")
    covered = {kind for one in sector for kind in one.provision.kinds}
    kept = []
    for one in pool:
        if one.provision.residual and covered & set(one.provision.kinds):
            aside.append(_because(one, f"兜底条款：{names}已设定处罚，不再适用。"))
        else:
            kept.append(one)
    return kept


def _without_own_sector(
    pool: list[Applicable], handed: list[Applicable], aside: list[Applicable], steps: list[str], limits: Limits
) -> list[Applicable]:
    who = "或者".join(dict.fromkeys(one.provision.authority for one in handed))
    steps.append(f"由{who}处罚：本机关应当移送，不得自行处罚（{limits.cite('PEN-17')}）。")
    kept = []
    for one in pool:
        if one.provision.source == "sector" and not one.transfer:
            aside.append(_because(one, f"同一行为由{who}按国家规定处罚，不重复适用。"))
        else:
            kept.append(one)
    return kept


def _higher_step(ordered: Sequence[Applicable], limits: Limits) -> str:
    said = "；".join(f"{one.article}{span(one.range.low, one.range.high)}" for one in ordered if one.range)
    return f"同一行为触犯几项规定：{said}。按罚款数额高的规定处罚（{limits.cite('APL-29')}）。"


def _questions(reached: Sequence[Applicable], conduct: Conduct) -> list[str]:
    asked = []
    kinds = {one.provision.test_kind for one in reached if one.provision.test_kind}
    if kinds and not conduct.test_kind:
        asked.append("请查明是排放检验还是安全技术检验：主管部门和幅度不同。")
    missing = dict.fromkeys(name for one in reached for name in one.missing)
    asked += [f"请查明{name}：幅度按它计算。" for name in missing]
    asked += [f"{one.provision.title}：{one.provision.note}" for one in reached if one.provision.certainty == "unsure"]
    asked += [f"请确认条件：{one.provision.condition}（{one.article}）。" for one in reached if one.provision.condition]
    return asked
