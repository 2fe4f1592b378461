"""Lists: the URL says it all, nonsense is answered in sentences, Excel never runs a cell."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.kernel.errors import Refused
from hengjian.ui import wording
from hengjian.ui.days import parse_day
from hengjian.ui.spreadsheet import write_workbook
from tests.web.ui_samples import listing


def names(query: str) -> list[int]:
    return [row.pk for row in listing(query).shown]


def test_default_order_puts_what_is_unknown_last() -> None:
    assert names("size=50") == [1, 2, 3]
    assert names("size=50&sort=risk") == [2, 1, 3]


def test_filters_narrow_together() -> None:
    assert names("area=990103&size=50") == [1, 3]
    assert names("area=990103&risk_from=0.5&size=50") == [1]
    assert names("until_from=2028年8月2日&until_to=2029/5/30&size=50") == [2, 3]


def test_pages_and_their_links_keep_the_filters() -> None:
    second = listing("page=2&sort=name")
    assert (second.first, second.last, second.total) == (3, 3, 3)
    assert second.link(page=1) == "/institutions/?sort=name&page=1"
    assert [page.get("aria") for page in second.pages] == ["上一页", None, None]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("page=99", "没有第“99”页，一共 2 页"),
        ("page=x", "没有第“x”页，一共 2 页"),
        ("area=1", "“区县”：没有“1”这一项。没有按它筛选"),
        ("risk_from=abc", "“风险”：“abc”不是数。没有按它筛选"),
        ("risk_from=NaN", "“风险”：“NaN”太大或不是数。没有按它筛选"),
        ("risk_from=2&risk_to=1", "“风险”：“2”在“1”之后。没有按它筛选"),
        ("until_to=2026-02-30", "“有效期”：没有这一天：2026年2月只有 28 日。没有按它筛选"),
        ("sort=password", "不能按网址里写的那一栏排序，已用默认的顺序"),
        ("size=9999", "每页行数只有 2、50 可选"),
    ],
)
def test_what_the_list_does_not_know_is_said_and_left_out(query: str, sentence: str) -> None:
    asked = listing(query)
    assert asked.errors == [sentence]
    assert asked.total == 3


@given(
    st.dictionaries(
        st.sampled_from(["q", "area", "risk_from", "risk_to", "until_from", "sort", "size", "page", "view"]),
        st.text(max_size=40),
    )
)
def test_no_query_string_breaks_a_list(query: dict[str, str]) -> None:
    from urllib.parse import urlencode

    asked = listing(urlencode({key: value.encode("utf-8", "ignore") for key, value in query.items()}))
    assert 0 <= asked.first <= asked.last + 1
    assert asked.heads and asked.pages and asked.filter_fields


def test_a_chip_takes_off_its_own_filter_only() -> None:
    chips = listing("area=990103&risk_from=0.5").chips
    assert [chip["label"] for chip in chips] == ["区县：白石区", "风险：从 0.5"]
    assert chips[0]["url"] == "/institutions/?risk_from=0.5"


def test_a_view_is_current_when_the_url_says_just_that() -> None:
    assert [view["current"] for view in listing("risk_from=0.3").views] == [False, True]
    assert [view["current"] for view in listing("").views] == [True, False]


def exported(query: str = "format=xlsx") -> openpyxl.worksheet.worksheet.Worksheet:
    answer = listing(query).export("机构", now=datetime(2026, 11, 20, tzinfo=UTC))
    assert "export.xlsx" in answer["Content-Disposition"]
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def test_export_has_all_rows_the_same_columns_and_codes_as_text() -> None:
    sheet = exported()
    assert [cell.value for cell in sheet[1]] == ["机构", "代码", "区县", "风险", "证书有效期至", "近 12 月报告"]
    assert sheet.max_row == 4  # the page holds two, the file all three
    assert sheet["B4"].value == "00991021MA3WP6X98R" and sheet["B4"].data_type == "s"
    assert sheet["F2"].value == 38412 and sheet["E2"].value == datetime(2027, 3, 14)


def test_export_never_writes_a_formula_and_keeps_what_was_typed() -> None:
    sheet = exported()
    assert sheet["A4"].value == "=cmd|'/c calc'!A1" and sheet["A4"].data_type == "s"
    assert sheet["A4"].quotePrefix


@given(st.text(max_size=20))
def test_no_text_becomes_a_formula(text: str) -> None:
    content = write_workbook([("表", [("列", "text")], [[text]])])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_numbers_longer_than_excel_can_hold_stay_text() -> None:
    content = write_workbook([("表", [("数", "num")], [[Decimal("1234567890123456789")], [Decimal("1.5")]])])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet["A2"].value == "1234567890123456789" and sheet["A3"].value == 1.5


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    content = write_workbook([("表", [("列", "text")], [["长" * 40_000]])])
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].value.endswith("已截断）")


@pytest.mark.parametrize(
    "text", ["2026-11-20", "2026/11/20", "2026.11.20", "20261120", "2026年11月20日", "２０２６－１１－２０"]
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert parse_day(text) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20/11/2026",
        "2026-13-01",
        "0000-01-01",
        "1899-12-31",
        "2200-01-01",
        "9999-12-31",
        "2026-2-30",
        "今天",
        "²⁰²⁶-1-1x",
    ],
)
def test_days_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_day(text)


def test_values_are_written_for_people() -> None:
    assert wording.zh_date(date(2026, 11, 20), "week") == "2026年11月20日 星期五"
    assert wording.zh_datetime(datetime(2026, 11, 20, 1, 12, tzinfo=UTC)) == "2026年11月20日 09:12"
    assert wording.num(Decimal("-1234567.50")) == "−1,234,567.50"
    assert (wording.fen(4160050), wording.fen(10000000), wording.fen(None)) == ("41,600.50 元", "100,000 元", "—")
    assert wording.masked("990101199001011234") == "990101********1234"
    assert (wording.masked("13800001234"), wording.masked("沈砚秋")) == ("138****1234", "沈**")
    assert wording.short_hash("c91e" + "0" * 56 + "7a40") == "c91e…7a40"
    assert (wording.duration(54), wording.duration(74), wording.duration(7500)) == (
        "54 秒",
        "1 分 14 秒",
        "2 小时 5 分",
    )
