"""Pages of clocks, thresholds, check lists and test standards."""

from __future__ import annotations

from datetime import date

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.entry import Cell, Page, Table, basis_table, cited, entry_url, span
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import uses
from hengjian.law.loader import lawbook
from hengjian.law.models import Extension, StandardItem
from hengjian.law.wording import UNITS, length_text


def _extension(one: Extension) -> str:
    unit = UNITS[one.unit] if one.unit else "日"
    length = f"{one.length}{unit}" if one.length else f"不超过{one.most}{unit}" if one.most else "，期限由批准人定"
    return f"{one.by}批准，延长{length}，一次"


def clock_page(clock_id: str, on: date, *, today: date) -> Page:
    """A statutory period: from what, how long, who may extend it, what is not counted."""
    versions = [one for one in lawbook().clocks if one.id == clock_id]
    if not versions:
        raise NotFound(f"规则库里没有时限“{clock_id}”。")
    found = next((one for one in versions if one.holds_on(on)), versions[-1])
    facts = [("编号", found.id), ("起算", found.trigger), ("长度", length_text(found))]
    facts += [("延长", _extension(one)) for one in found.extensions]
    facts += [("不计入", "、".join(found.pauses))] if found.pauses else []
    facts += [("逾期", found.overdue)] if found.overdue else []
    facts.append(("有效期", span(found)))
    if found.counted_by is not None:
        rolls = "；最后一日为休息日或者节假日的，顺延到其后第一个工作日" if found.rolls else ""
        facts.append(("怎样计算", f"{cited(found.counted_by, on, otherwise=found.valid_from)}{rolls}"))
    tables = basis_table("依据", found.basis, on, today=today, otherwise=found.valid_from)
    if len(versions) > 1:
        rows = [[Cell(span(one)), Cell(length_text(one)), Cell(one.rule)] for one in versions]
        tables.append(Table("版本", ("有效期", "长度", "内容"), rows))
    return Page(
        section="clocks",
        section_label="时限",
        id=clock_id,
        title=f"{found.title}：{length_text(found)}",
        lines=[f"自{found.trigger}起"],
        text=[found.rule],
        facts=facts,
        tables=tables,
        uses=uses(clock_id),
        certain=found,
        in_force=found.holds_on(on),
    )


def threshold_page(threshold_id: str, on: date, *, today: date) -> Page:
    """Numbers that screening and procedures compare with."""
    versions = [one for one in lawbook().thresholds if one.id == threshold_id]
    if not versions:
        raise NotFound(f"规则库里没有数值“{threshold_id}”。")
    found = next((one for one in versions if one.holds_on(on)), versions[-1])
    rows = [
        [Cell(v.label), Cell(f"{wording.OPERATORS[v.op]} {v.value:f}", kind="n"), Cell(v.unit)] for v in found.values
    ]
    tables = [
        Table("数值", ("项", "数", "单位"), rows),
        *basis_table("依据", found.basis, on, today=today, otherwise=found.valid_from),
    ]
    if found.standards:
        tables.append(
            Table(
                "标准", ("标准",), [[Cell(no, entry_url("standards", no, on, today=today))] for no in found.standards]
            )
        )
    return Page(
        section="thresholds",
        section_label="数值",
        id=threshold_id,
        title=found.title,
        text=[found.rule],
        facts=[("编号", found.id), ("有效期", span(found))],
        tables=tables,
        uses=uses(threshold_id),
        certain=found,
        in_force=found.holds_on(on),
    )


def checklist_page(list_id: str, on: date, *, today: date) -> Page:
    """A group of check items, found by its own id or by that of one of its items."""
    versions = [
        one for one in lawbook().checklists if one.id == list_id or any(item.id == list_id for item in one.items)
    ]
    if not versions:
        raise NotFound(f"规则库里没有检查表“{list_id}”。")
    found = next((one for one in versions if one.holds_on(on)), versions[-1])
    titles = {one.code: one.title for one in lawbook().fields}
    tables = []
    for item in found.items:
        rows = [[Cell("怎样查"), Cell(item.how)]]
        rows += [
            [
                Cell("依据"),
                Cell(
                    cited(one, on, otherwise=found.valid_from),
                    entry_url(
                        "articles" if one.article_id else "instruments",
                        one.article_id or one.instrument,
                        on,
                        today=today,
                    ),
                ),
            ]
            for one in item.anchors
        ]
        rows += [[Cell("参照"), Cell(no, entry_url("standards", no, on, today=today))] for no in item.standards]
        rows += [[Cell("可能是"), Cell(one, entry_url("violations", one, on, today=today))] for one in item.violations]
        fields = "、".join(titles.get(code, code) for code in item.fields) or "各领域"
        tables.append(Table(f"{item.id}　{item.text}", ("项", "内容"), rows, note=fields, anchor=item.id))
    return Page(
        section="checklists",
        section_label="检查表",
        id=found.id,
        title=f"{found.title}（{len(found.items)} 项）",
        lines=[f"检查表 {found.id}"],
        facts=[("编号", found.id), ("有效期", span(found))],
        tables=tables,
        uses=uses(found.id),
        certain=found,
        in_force=found.holds_on(on),
    )


def _limit(item: StandardItem) -> str:
    if item.limit_op is None:
        return "—"
    if item.limit_op == "range":
        return f"{item.limit_low:f} 至 {item.limit_high:f}"
    bound = item.limit_high if item.limit_high is not None else item.limit_low
    return f"{wording.OPERATORS[item.limit_op]} {bound:f}" if bound is not None else "—"


def standard_page(standard_no: str, on: date, *, today: date) -> Page:
    """A test standard: since when, till when, which items are mandatory, with limits and least times."""
    found = next((one for one in lawbook().test_standards if one.standard_no == standard_no), None)
    if found is None:
        raise NotFound(f"规则库里没有标准“{standard_no}”。")
    titles = {one.code: one.title for one in lawbook().fields}
    rows = [
        [
            Cell(item.name, note=item.object or ""),
            Cell("必做" if item.mandatory else "选做"),
            Cell(item.method_no or "—"),
            Cell(_limit(item), kind="n"),
            Cell(item.unit or "—"),
            Cell(f"{item.min_hours:f} 小时" if item.min_hours is not None else "—", kind="n"),
        ]
        for item in found.items
    ]
    facts = [
        ("标准号", found.standard_no),
        ("领域", "、".join(titles.get(code, code) for code in found.fields)),
        ("实施", found.effective_on.isoformat()),
        ("废止", found.abolished_on.isoformat() if found.abolished_on else "—"),
    ]
    tables = [Table("检验项目", ("项目", "要求", "方法", "限值", "单位", "至少用时"), rows)] if rows else []
    if found.replaced_by:
        later = [[Cell(found.replaced_by, entry_url("standards", found.replaced_by, on, today=today))]]
        tables.append(Table("后由它代替", ("标准",), later))
    return Page(
        section="standards",
        section_label="标准",
        id=standard_no,
        title=f"{standard_no}　{found.title}",
        lines=[f"{found.effective_on} 起实施"],
        facts=facts,
        tables=tables,
        uses=uses(standard_no),
        certain=found,
        in_force=found.holds_on(on),
    )
