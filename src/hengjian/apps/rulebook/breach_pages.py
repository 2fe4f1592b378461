"""Pages of violations and of the sector laws that go before the general penalty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.entry import Cell, Page, Table, basis_table, cited, entry_url, span
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import uses
from hengjian.law.loader import lawbook
from hengjian.law.models import Amount, Consequence, Penalty, SectorRule, Violation
from hengjian.law.wording import amount_text


def _sums(amounts: Sequence[Amount]) -> str:
    return "；".join(amount_text(one) for one in amounts) or "—"


def violation_page(violation_id: str, on: date, *, today: date) -> Page:
    """A violation: what was broken, what it costs by day of conduct, which sector laws go first, what finds it."""
    found = next((one for one in lawbook().violations if one.id == violation_id), None)
    if found is None:
        raise NotFound(f"规则库里没有违法行为“{violation_id}”。")
    tables = basis_table("违反了什么", found.basis, on, today=today, otherwise=found.penalties[0].valid_from)
    tables.append(_penalties(found))
    tables += _sector(found, on, today)
    tables += _detectors(found, today)
    names = [one.alias for one in lawbook().aliases if one.target == violation_id and one.holds_on(on)]
    facts = [("编号", found.id), ("种类", wording.CONDUCT[found.kind])]
    facts += [("又名", "、".join(names))] if names else []
    facts += [("还须证明", found.effect)] if found.effect else []
    facts += [("要收集", found.proof)] if found.proof else []
    return Page(
        section="violations",
        section_label="违法行为",
        id=violation_id,
        title=found.title,
        lines=[wording.CONDUCT[found.kind]],
        text=[found.situation, *([found.effect] if found.effect else [])],
        facts=facts,
        tables=tables,
        uses=uses(violation_id),
        certain=found,
        in_force=found.penalty_on(on) is not None,
    )


def _penalties(found: Violation) -> Table:
    rows = []
    for penalty in found.penalties:
        how = "先责令改正，逾期不改或者仍不合格的才罚" if penalty.two_step else ""
        rows.append(
            [
                Cell(span(penalty), note=_names(penalty)),
                Cell("、".join(penalty.measures) or "—", note=how),
                Cell(_sums(penalty.amounts), note="行业法没有规定的才用" if penalty.residual else ""),
            ]
        )
    return Table("怎样处理", ("行为日期", "措施", "金额"), rows, note="按行为日选用")


def _names(penalty: Penalty) -> str:
    return "、".join(cited(one, penalty.valid_from, otherwise=penalty.valid_to) for one in penalty.basis)


def _sector(found: Violation, on: date, today: date) -> list[Table]:
    rows = [
        [
            Cell(one.id, entry_url("sector", one.id, on, today=today), kind="nw"),
            Cell(one.title),
            Cell(_fields(one)),
            Cell(one.authority),
        ]
        for one in lawbook().as_of(on).sector_rules
        if found.kind in one.conduct
    ]
    return (
        [Table("这些行业法先用", ("编号", "内容", "领域", "由谁处理"), rows, note="列在其中领域的，按行业法")]
        if rows
        else []
    )


def _detectors(found: Violation, today: date) -> list[Table]:
    rows = [
        [
            Cell(one.id, entry_url("detectors", one.id, today, today=today), kind="nw"),
            Cell(one.title),
            Cell(one.meaning),
        ]
        for one in DETECTORS
        if one.violation == found.id
    ]
    return (
        [Table("哪些检测器可能指向它", ("编号", "检测器", "含义"), rows, note="检测器给出的是线索，不是认定")]
        if rows
        else []
    )


def _consequence(one: Consequence) -> str:
    grade = {"ordinary": "一般情节", "serious": "情节严重", "crime": "构成犯罪"}.get(one.grade or "", "")
    length = "终身" if one.lifelong else f"{one.years}年" if one.years else ""
    who = "由作出资质认定的机关决定" if one.by == "accreditor" else "由处罚机关决定"
    return "；".join(part for part in (one.words, grade, length, who, "应当" if one.mandatory else "") if part)


def _fields(rule: SectorRule) -> str:
    titles = {one.code: one.title for one in lawbook().fields}
    return "、".join(titles.get(code, code) for code in rule.fields)


def sector_page(rule_id: str, on: date, *, today: date) -> Page:
    """A sector law: for which fields and conduct, who punishes, with what."""
    versions = [one for one in lawbook().sector_rules if one.id == rule_id]
    if not versions:
        raise NotFound(f"规则库里没有行业法“{rule_id}”。")
    found = next((one for one in versions if one.holds_on(on)), versions[-1])
    facts = [
        ("编号", found.id),
        ("领域", _fields(found)),
        ("行为", "、".join(wording.CONDUCT[one] for one in found.conduct)),
        ("由谁处理", found.authority),
        ("本机关", "移送" if found.transfer else "处理"),
        ("有效期", span(found)),
    ]
    facts += [("检验种类", wording.TEST_KINDS[found.test_kind])] if found.test_kind else []
    facts += [("只适用于", f"区划代码 {found.area_prefix} 开头的地区")] if found.area_prefix else []
    facts += [("条件", found.when)] if found.when else []
    rows = [
        [Cell("措施"), Cell("、".join(found.measures) or "—")],
        [Cell("对机构"), Cell(_sums(found.institution))],
        [Cell("对直接责任人员"), Cell(_sums(found.persons))],
        [Cell("资质"), Cell(found.licence or "—")],
        [Cell("禁业"), Cell(found.ban or "—")],
        *([Cell("另外"), Cell(_consequence(one))] for one in found.consequences),
    ]
    tables = [
        *basis_table("依据", found.basis, on, today=today, otherwise=found.valid_from),
        Table("怎样处理", ("项", "内容"), rows),
    ]
    return Page(
        section="sector",
        section_label="行业法",
        id=rule_id,
        title=found.title,
        lines=[found.authority, "应移送" if found.transfer else "本机关处理"],
        facts=facts,
        tables=tables,
        uses=uses(rule_id),
        certain=found,
        in_force=found.holds_on(on),
    )


def sector_matrix(on: date, *, today: date) -> Table:
    """Field × conduct: which sector laws go first."""
    book = lawbook().as_of(on)
    kinds = [kind for kind in wording.CONDUCT if any(kind in one.conduct for one in book.sector_rules)]
    rows = []
    for one in book.fields:
        rules = [rule for rule in book.sector_rules if one.code in rule.fields]
        if rules:
            cells = [Cell("、".join(rule.id for rule in rules if kind in rule.conduct) or "—") for kind in kinds]
            rows.append([Cell(one.title, entry_url("fields", one.code, on, today=today)), *cells])
    heads = ("领域", *(wording.CONDUCT[kind] for kind in kinds))
    return Table("领域 × 行为：先用哪一条", heads, rows, note="空格表示没有行业法，用监督管理办法的一般罚则")
