"""Ledgers as they come from counties, made by hand for the tests."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import openpyxl

from tests.apps.factories import make_uscc

LAB = make_uscc("990121", 7001)
HEADERS = [
    "报告标识",
    "报告编号",
    "统一社会信用代码",
    "领域",
    "样品名称",
    "生产日期",
    "签发日期",
    "结论",
    "项目编号",
    "项目名称",
    "检测结果",
    "计量单位",
]


def row(number: int, result: str = "0.31", *, verdict: str = "合格", **changed: Any) -> list[Any]:
    """One line of a wide ledger: a report and its one result."""
    values = {
        "报告标识": f"QS26-{number:04d}",
        "报告编号": f"QS26-{number:04d}",
        "统一社会信用代码": LAB,
        "领域": "食品",
        "样品名称": "红薯淀粉",
        "生产日期": "2026-07-02",
        "签发日期": "2026-08-03",
        "结论": verdict,
        "项目编号": "SO2",
        "项目名称": "二氧化硫",
        "检测结果": result,
        "计量单位": "mg/kg",
    }
    values.update(changed)
    return [values[name] for name in HEADERS]


def as_csv(rows: list[list[Any]], *, encoding: str = "utf-8", headers: list[str] | None = None) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([headers or HEADERS, *rows])
    return buffer.getvalue().encode(encoding)


def messy_xlsx() -> bytes:
    """Title rows, two header rows with merged groups, a hidden row, dates, a lost superscript, a total."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "封面"
    cover["A1"] = "青石县 2026 年三季度"
    sheet = book.create_sheet("三季度明细")
    sheet.append(["青石县 2026 年三季度食品安全监督抽检台账（终稿）"])
    sheet.merge_cells("A1:L1")
    sheet.append(["填报：某某　　2026.10.12"])
    sheet.append(
        ["报告标识", "报告编号", "统一社会信用代码", "领域", "样品", None, "签发日期", "结论", "检验", None, None, None]
    )
    sheet.append(
        [None, None, None, None, "样品名称", "生产日期", None, None, "项目编号", "项目名称", "检测结果", "计量单位"]
    )
    sheet.merge_cells("E3:F3")
    sheet.merge_cells("I3:L3")
    for column in "ABCDGH":
        sheet.merge_cells(f"{column}3:{column}4")
    sheet.append(row(1, 签发日期=date(2026, 8, 3)))
    sheet.append(row(2, "未检出"))
    sheet.append(row(3, "5.2×103CFU/g", 项目编号="APC", 项目名称="菌落总数", 计量单位="CFU/g"))
    sheet.append(row(4, "＜0.05"))
    sheet.append(row(5, "12.3"))
    sheet.row_dimensions[9].hidden = True
    sheet.append(row(6, "@SUM(1)"))
    sheet.append(["合计", None, None, None, None, None, None, None, None, None, "6 批次"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
