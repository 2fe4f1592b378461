"""Signs that a case is serious, a crime, or one for the black list; each names its article and stays a hint."""

from __future__ import annotations

from datetime import date

from hengjian.engines.penalties.conduct import Conduct, Limits
from hengjian.engines.penalties.result import Hint
from hengjian.engines.penalties.timing import years_after
from hengjian.engines.penalties.wording import money

ENVIRONMENT = frozenset({"environment", "carbon"})
FALSE = "false_report"
UNTRUE = "inaccurate_report"
SUSPECTED = "涉嫌提供虚假证明文件，应核实后移送公安机关。"


def recent_penalties(conduct: Conduct, years: int, on: date) -> int:
    """How many earlier decisions lie within so many years before the conduct began."""
    first = conduct.occurred_from or on
    return sum(1 for one in conduct.earlier_penalties if one <= first <= years_after(one, years))


def serious_hints(conduct: Conduct, kinds: frozenset[str], *, on: date, limits: Limits) -> tuple[Hint, ...]:
    """The four tests of the emission opinion (SP-08c); whether it lives on under the Code is unsure."""
    if conduct.field != "vehicle" or conduct.test_kind not in ("", "emission") or FALSE not in kinds:
        return ()
    article, found = limits.cite("OPI"), []
    if conduct.units is not None and conduct.units >= limits.serious_vehicles:
        found.append(f"涉及车辆{conduct.units}辆，达到{limits.serious_vehicles}辆（含本数）")
    if recent_penalties(conduct, limits.serious_repeat_years, on):
        found.append(f"{limits.serious_repeat_years}年内受过处罚又实施")
    if conduct.crime:
        found.append("被追究刑事责任")
    return tuple(
        Hint(
            id="SP-08c",
            sentence=f"{one}，可能属于情节严重；该意见依已废止的法律制定，能否沿用须经法制审核。",
            article=article,
            certainty="unsure",
        )
        for one in found
    )


def crime_hints(conduct: Conduct, kinds: frozenset[str], *, on: date, limits: Limits) -> tuple[Hint, ...]:
    """Sums and facts from which a transfer to the police must be considered; never a fine instead (TRF-11)."""
    return (*_false_certificate(conduct, kinds, on, limits), *_systems(conduct, limits))


def _false_certificate(conduct: Conduct, kinds: frozenset[str], on: date, limits: Limits) -> list[Hint]:
    found: list[Hint] = []
    law = limits.cite("CL-229")
    if FALSE in kinds and conduct.intent is not False:
        in_environment = conduct.field in ENVIRONMENT
        edge = limits.crime_gain_environment if in_environment else limits.crime_gain
        name = limits.crime_rule_environment if in_environment else "CR-P"
        source = limits.cite("CRI-10" if name == "CR-E10" else "PRO")
        if conduct.gain is not None and conduct.gain >= edge:
            said = f"违法所得{money(conduct.gain)}，达到{money(edge)}（含本数），{SUSPECTED}"
            found.append(Hint(id=name, sentence=said, article=f"{law}、{source}", certainty=_sure(name)))
        special = in_environment and limits.crime_rule_environment == "CR-E10"
        if special and recent_penalties(conduct, limits.serious_repeat_years, on) >= limits.crime_penalties:
            said = f"二年内受过{limits.crime_penalties}次以上处罚又实施，涉嫌提供虚假证明文件，应核实后移送公安机关。"
            found.append(Hint(id="CR-E10", sentence=said, article=f"{law}、{limits.cite('CRI-10')}"))
    if UNTRUE in kinds and conduct.loss is not None and conduct.loss >= limits.crime_loss:
        said = (
            f"直接经济损失{money(conduct.loss)}，达到{money(limits.crime_loss)}（含本数），"
            "严重不负责任的，涉嫌出具证明文件重大失实。"
        )
        found.append(Hint(id="CR-P", sentence=said, article=f"{law}、{limits.cite('PRO')}", certainty="unsure"))
    return found


def _systems(conduct: Conduct, limits: Limits) -> list[Hint]:
    if not conduct.system_tampering:
        return []
    said = "干扰、删改检测系统数据或者程序，后果严重的涉嫌破坏计算机信息系统，应核实后移送公安机关。"
    return [Hint(id="CR-286", sentence=said, article=f"{limits.cite('CL-286')}、{limits.cite('CL-285')}")]


def _sure(name: str) -> str:
    return "unsure" if name == "CR-P" else "found"
