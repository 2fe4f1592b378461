"""Published penalty facts against the choice of law: what the engine proposes beside what was decided.

    F=../shared/data/legal_text/cn_penalty_facts.jsonl
    .venv/bin/python benchmarks/penalty_facts.py $F > docs/penalty-facts.md

Reads the facts by rules (label, words of the pattern, field, dates), never by their number. A fact without a day of
conduct is judged by the day on which it was public at the latest, and the table says so; without any day, not at all.
Where no day of discovery is told, the conduct is taken to have been found in time. Facts are named by id only.
"""

from __future__ import annotations

import argparse
import calendar
import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hengjian.engines.penalties import Choice, Conduct
from hengjian.engines.penalties.wording import day, money, span
from hengjian.kernel.citation import Citation
from hengjian.law.punishing import choice_for, provisions

LATEST = date(2026, 11, 21)
FIELDS = {
    "机动车排放": "vehicle",
    "建设工程": "construction",
    "珠宝": "jewelry",
    "生态环境": "environment",
    "电商": "other",
    "食品": "food",
}
VIOLATIONS = (
    ("超范围", r"", ("ACC-36.2",)),
    ("虚假", r"无资质|冒用", ("SUP-15.5", "ACC-37", "ACC-34")),
    ("虚假", r"未检即出|不送样|未检测", ("SUP-15.1",)),
    ("虚假", r"替换现场样品|调换|替检", ("SUP-15.4",)),
    ("虚假", r"签字人员与|伪造签名|伪造印章", ("SUP-15.5", "SUP-15.2")),
    ("虚假", r"", ("SUP-15.2",)),
    ("不实", r"", ("SUP-14.3",)),
)
"""Label, words in the pattern, readings of the act; the first that fits."""
ASPECTS = {
    "authority": "处理机关",
    "breach": "定性条款",
    "law": "处罚依据",
    "amount": "金额在幅度内",
    "crime": "涉罪提示",
    "serious": "情节严重提示",
}
CRIMINAL = ("刑事", "移送涉罪")
URL_DAY = re.compile(r"(20\d{2})[-/]?(\d{2})[-/](\d{2})(?!\d)|t?(20\d{2})(\d{2})(\d{2})(?=[_/.\d])")


@dataclass(frozen=True)
class Reading:
    """A fact as a conduct, the day of the decision, and what had to be assumed or is missing."""

    fact: dict[str, Any]
    conduct: Conduct | None
    on: date
    assumed: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table. `agrees` by aspect: True, False, or None where the fact says nothing about it."""

    id: int
    proposal: str
    decided: str
    agrees: dict[str, bool | None]
    difference: str
    abstained: str


def read_facts(path: Path) -> list[dict[str, Any]]:
    """The facts, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def as_conduct(fact: dict[str, Any]) -> Reading:
    """The conduct that the fact describes, as far as it does."""
    first, last, exact = _days(fact)
    on = _decided_on(fact) or last or first or LATEST
    field = FIELDS.get(fact.get("field", ""))
    found = next((ids for label, words, ids in VIOLATIONS if label == fact["label"] and _has(fact, words)), None)
    if field is None or found is None:
        return Reading(fact, None, on, why_not="领域或者行为不在目录内")
    conduct = Conduct(
        violation_ids=found,
        field=field,
        test_kind="emission" if fact["field"] == "机动车排放" else "",
        effect="wrong" if fact["label"] == "不实" else "",
        occurred_from=first,
        occurred_to=last,
        units=fact.get("n_reports") or fact.get("n_reports_min"),
        fee=_fen(fact.get("charge")),
        gain=_fen(fact.get("illegal_gain")) or _more_than(fact.get("amount", "")) or _fen(_wan(fact.get("profit", ""))),
        area_code=str(fact.get("uscc", ""))[2:8] or ("310000" if "上海" in fact["org"] else ""),
        serious=True if "情节严重" in fact.get("severity", "") else None,
        intent=True if fact["label"] == "虚假" else None,
        crime=fact["kind"].startswith("刑事判决"),
        system_tampering=bool(re.search("作弊|干扰|模拟器", fact.get("pattern", ""))),
        discovered_on=_day(fact.get("check_date")) or _day(fact.get("prosecuted")) or on,
    )
    if first is not None and exact:
        return Reading(fact, conduct, max(on, last or first))
    bound = _decided_on(fact)
    if bound is None:
        return Reading(fact, conduct, on, why_not="没有行为日，也没有公开日")
    conduct = replace(conduct, occurred_from=bound, occurred_to=None)
    return Reading(fact, conduct, bound, assumed=f"行为日未载，按公开日{day(bound)}为上限推定")


def judge(fact: dict[str, Any]) -> tuple[Row, Choice | None]:
    """The row of one fact, and the choice behind it."""
    reading = as_conduct(fact)
    choice = choice_for(reading.conduct, on=reading.on) if reading.conduct else None
    proposal, abstained = _proposal(choice, reading)
    agrees = _agreement(fact, choice)
    row = Row(fact["id"], proposal, _decided(fact), agrees, _difference(fact, choice, agrees, reading), abstained)
    return row, choice


def _proposal(choice: Choice | None, reading: Reading) -> tuple[str, str]:
    if choice is None:
        return "—", reading.why_not
    hints = [f"涉嫌犯罪提示 {one.id}" for one in choice.crimes] + [f"情节严重提示 {one.id}" for one in choice.serious]
    if not choice.applicable:
        reasons = "；".join(one.sentence for one in choice.blocked)
        return "；".join(dict.fromkeys(hints)) or "—", reasons
    first = choice.first
    assert first is not None
    what = {"punish": "处罚", "transfer": f"移送{choice.authority}", "correct": "先责令改正", "soft": "约谈等"}
    said = [f"{first.article}：{what.get(choice.outcome, '不能立案')}"]
    said += [span(first.range.low, first.range.high)] if first.range else []
    said += [f"幅度待查明{'、'.join(first.missing)}"] if first.missing else []
    late = "；".join(one.sentence for one in choice.blocked if one.what == "filing")
    return "；".join([*said, *dict.fromkeys(hints), *([reading.assumed] if reading.assumed else [])]), late


def _decided(fact: dict[str, Any]) -> str:
    said = [fact["kind"]]
    said += [f"依据 {fact['law']}"] if fact.get("law") else []
    said += [f"罚款{money(_fen(fact['fine']) or 0)}"] if fact.get("fine") else []
    said += [fact["crime"]] if fact.get("crime") else []
    said += [f"单位罚金{money(_fen(fact['corp_fine']) or 0)}"] if fact.get("corp_fine") else []
    said += ["生态环境部门"] if "生态环境" in fact.get("authority", "") else []
    said += ["市场监管部门"] if "市场监" in fact.get("authority", "") else []
    said += ["情节严重"] if "情节严重" in fact.get("severity", "") else []
    return "；".join(said)


def _agreement(fact: dict[str, Any], choice: Choice | None) -> dict[str, bool | None]:
    """For each of ASPECTS: whether the proposal fits what the fact says about it."""
    empty: dict[str, bool | None] = dict.fromkeys(ASPECTS)
    if choice is None:
        return empty
    made = dict(empty)
    if choice.first:
        who = fact.get("authority", "")
        if "生态环境" in who:
            made["authority"] = choice.authority == "生态环境主管部门"
        elif "市场监" in who:
            made["authority"] = choice.first.provision.authority == "市场监督管理部门"
        if fact.get("law") and not fact["law"].startswith("刑法"):
            made["law"] = _same_law(fact["law"], choice)
            made["breach"] = _same_breach(fact["law"], choice)
        if fact.get("fine") and choice.first.range:
            made["amount"] = choice.first.range.low <= (_fen(fact["fine"]) or 0) <= choice.first.range.high
    if fact["kind"].startswith(CRIMINAL):
        made["crime"] = any("第二百二十九条" in one.article for one in choice.crimes)
    if "情节严重" in fact.get("severity", ""):
        made["serious"] = bool(choice.serious)
    return made


def _same_law(named: str, choice: Choice) -> bool:
    first = choice.first
    cited = [*first.provision.articles, *first.provision.breach] if first else []
    title = re.split(r"\d", named)[0]
    return any(title in one.text for one in cited)


def _same_breach(named: str, choice: Choice) -> bool | None:
    """Whether the same article and item of the measures was broken; None where the fact names other law."""
    found = re.fullmatch(r"检验检测机构监督管理办法(\d+)\((\d+)\)", named)
    if not found:
        return None
    place = Citation("SUP", "检验检测机构监督管理办法", int(found[1]), 2, int(found[2])).text
    every = (*choice.applicable, *choice.set_aside)
    return any(place == one.text for made in every for one in made.provision.breach)


def _difference(fact: dict[str, Any], choice: Choice | None, agrees: dict[str, bool | None], reading: Reading) -> str:
    if choice is None or not choice.applicable:
        return "未作比较，原因见“未提出”"
    said = []
    assert choice.first is not None
    if agrees["law"] is False or agrees["amount"] is False:
        general = choice_for(replace(reading.conduct or choice.conduct, field="other", area_code=""), on=reading.on)
        said.append(_law_difference(fact, choice, general))
    if agrees["authority"] is False:
        said.append(_authority_difference(choice))
    if agrees["crime"] is False:
        said.append("原文没有违法所得等数额，达不到提示的条件；是否移送须人工判断")
    if fact.get("fine") and choice.first.range is None:
        said.append("移送案件的罚款幅度没有录入，金额不比较")
    return "；".join(said) or ("一致" if any(agrees.values()) else "原文没有可比的依据、机关或者金额")


def _authority_difference(choice: Choice) -> str:
    """Why another authority acted: mostly because the law of the field is recorded from a later day on only."""
    when = choice.conduct.occurred_from or LATEST
    later = [one for one in provisions() if one.source == "sector" and one.transfer and one.valid_from > when]
    fitting = [one for one in later if choice.conduct.field in one.fields]
    if not fitting:
        return "处理机关与提出的不同：原文没有说明理由"
    one = fitting[0]
    return (
        f"处理机关不同：本系统录入的该领域移送规则（{one.articles[0].text}等）自{day(one.valid_from)}起，"
        "行为时生态环境部门依据的规定没有录入；当时应否移送须人工判断"
    )


def _law_difference(fact: dict[str, Any], choice: Choice, general: Choice) -> str:
    assert choice.first is not None
    fine, other = _fen(fact.get("fine")), general.first.range if general.first else None
    if other and fine is not None and other.low <= fine <= other.high and choice.first.provision.source == "sector":
        assert general.first is not None
        return (
            f"原案用一般罚则（按{general.first.article}为{span(other.low, other.high)}，与所罚{money(fine)}相符）；"
            f"本系统行业法优先，提出{choice.first.article}，须由法制审核确认该领域是否属于其适用范围"
        )
    return f"原案依据“{fact.get('law', '未载')}”，提出的是{choice.first.article}：原案所引的规定没有录入"


def _days(fact: dict[str, Any]) -> tuple[date | None, date | None, bool]:
    """First and last day of conduct, and whether the fact itself names them."""
    if fact.get("period"):
        first, last = fact["period"].split("/")
        year, month = (int(part) for part in last.split("-"))
        return date.fromisoformat(f"{first}-01"), date(year, month, calendar.monthrange(year, month)[1]), True
    one = _day(fact.get("report_date")) or _day(fact.get("check_date"))
    return one, None, one is not None


def _decided_on(fact: dict[str, Any]) -> date | None:
    """The day on which the fact was public or decided at the latest, where it names one."""
    for key in ("published", "not_prosecuted", "prosecuted"):
        if _day(fact.get(key)):
            return _day(fact[key])
    numbered = re.search(r"〔(20\d{2})〕", fact.get("doc_no", ""))
    for groups in URL_DAY.findall(fact.get("url", "")):
        year, month, number = (int(part) for part in groups if part)
        if 1 <= month <= 12 and 1 <= number <= calendar.monthrange(year, month)[1]:
            return date(year, month, number)
    return date(int(numbered[1]), 12, 31) if numbered else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _has(fact: dict[str, Any], words: str) -> bool:
    return bool(re.search(words, fact.get("pattern", "")))


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * 100


def _wan(text: str) -> int | None:
    """`2万余元` → 20000, the sum it is at least."""
    found = re.fullmatch(r"(\d+)万余?元", text)
    return int(found[1]) * 10_000 if found else None


def _more_than(text: str) -> int | None:
    """`>10万元` → one fen more than 100 000 yuan."""
    found = re.fullmatch(r">(\d+)万元", text)
    return int(found[1]) * 1_000_000 + 1 if found else None


def figures(rows: list[Row]) -> dict[str, tuple[int, int]]:
    """For each aspect: how many agree, of how many that can be compared."""
    made = {}
    for aspect in ASPECTS:
        said = [row.agrees[aspect] for row in rows if row.agrees[aspect] is not None]
        made[aspect] = (sum(bool(one) for one in said), len(said))
    return made


def document(rows: list[Row]) -> str:
    """The page for the docs."""
    proposed = sum(1 for row in rows if not row.abstained)
    lines = [
        "# Published penalty facts against the choice of law",
        "",
        "Made by `benchmarks/penalty_facts.py` from `cn_penalty_facts.jsonl`; facts are named by their id only.",
        f"{len(rows)} facts: {proposed} with a proposal, {len(rows) - proposed} without, each with its reason.",
        "",
        "| aspect | agrees | of those that can be compared |",
        "|---|---|---|",
        *(f"| {ASPECTS[name]} | {good} | {all_} |" for name, (good, all_) in figures(rows).items()),
        "",
        "| id | 提出 | 实际 | 差异及原因 | 未提出的原因 |",
        "|---|---|---|---|---|",
        *(f"| {r.id} | {r.proposal} | {r.decided} | {r.difference} | {r.abstained or '—'} |" for r in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    print(document([judge(fact)[0] for fact in read_facts(parser.parse_args().file)]), end="")


if __name__ == "__main__":
    main()
