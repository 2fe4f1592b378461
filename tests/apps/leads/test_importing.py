"""Files of the hotlines: varied headers, every fault with its place, all rows or none, never one twice."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.leads.importing import Taken, import_file
from hengjian.apps.leads.models import ImportFile, Lead
from hengjian.kernel.errors import NotAllowed, Refused
from tests.apps.factories import NOW, Tree, make_tree, make_user
from tests.apps.leads.samples import make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def take(
    tree: Tree, content: bytes, *, name: str = "工单.csv", user: Any = None, channel: str = "hotline_12345"
) -> Taken:
    return import_file(
        chunks=[content], name=name, organ=tree.county, channel=channel,
        user=user or make_people(tree.county).officer, now=NOW,
    )  # fmt: skip


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


HEAD = "工单编号,受理时间,诉求内容,被投诉单位,来电人姓名"
ROWS = (
    "GD001,2026-10-20 09:12,检测站不上线就出报告,远衡检测站,张三",
    "GD002,2026/10/21,报告数据造假,天正检测公司,李四",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rows_become_leads_whatever_the_encoding_and_no_caller_is_taken_in(tree: Tree, encoding: str):
    taken = take(tree, csv(HEAD, *ROWS, encoding=encoding))
    assert (taken.created, taken.known, taken.faults) == (2, 0, ())
    assert taken.left_out == ("来电人姓名",)
    lead = Lead.objects.get(outside_number="GD001")
    assert lead.received_on.isoformat() == "2026-10-20" and "张三" not in str(lead.__dict__)


def test_the_same_file_or_row_again_adds_nothing(tree: Tree):
    take(tree, csv(HEAD, *ROWS))
    taken = take(tree, csv(HEAD, *ROWS, "GD003,2026-10-22,又有问题,,"))
    assert (taken.created, taken.known) == (1, 2)
    assert Lead.objects.count() == 3 and ImportFile.objects.count() == 2


def test_one_faulty_row_and_nothing_is_written(tree: Tree):
    taken = take(
        tree,
        csv(
            HEAD,
            ROWS[0],
            "GD002,2026-02-30,内容,,",
            ",2026-10-01,内容,,",
            "GD001,2026-10-01,内容,,",
            "GD9,2027-01-01,内容,,",
        ),
    )
    first = taken.faults[0]
    assert (first.file, first.row, first.value) == ("工单.csv", 3, "2026-02-30") and "第 2 列" in first.column
    assert {fault.row for fault in taken.faults} == {3, 4, 5, 6}
    assert "第 4 行没有填“工单编号”。" in [fault.sentence for fault in taken.faults]
    assert "第 5 行与第 2 行的编号相同。" in [fault.sentence for fault in taken.faults]
    assert "第 6 行：2027-01-01 还没有到。" in [fault.sentence for fault in taken.faults]
    assert taken.created == 0 and not Lead.objects.exists() and not ImportFile.objects.exists()


def test_a_workbook_with_a_title_and_merged_headers_is_read(tree: Tree):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["云岭市12345热线工单（2026年10月）"])
    sheet.append(["工单信息", "", "被投诉方", "", "诉求内容"])
    sheet.append(["工单编号", "登记时间", "企业名称", "信用代码", ""])
    sheet.append(["G-1", "2026-10-20", "远衡检测站", "", "没有检测就出报告"])
    for span in ("A1:E1", "A2:B2", "C2:D2", "E2:E3"):
        sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    taken = take(tree, out.getvalue(), name="十月.xlsx")
    assert taken.faults == () and taken.created == 1
    lead = Lead.objects.get()
    assert (lead.outside_number, lead.respondent_name, lead.text) == ("G-1", "远衡检测站", "没有检测就出报告")


def test_a_wrong_code_is_told_with_its_row_and_value(tree: Tree):
    taken = take(tree, csv("工单编号,受理时间,诉求内容,统一社会信用代码", "A1,2026-10-01,内容,12345"))
    fault = taken.faults[0]
    assert (fault.file, fault.row, fault.value) == ("工单.csv", 2, "12345")
    assert fault.sentence.startswith("第 2 行：统一社会信用代码不对：") and not Lead.objects.exists()


def test_a_missing_column_is_told_with_the_headers_that_would_do(tree: Tree):
    taken = take(tree, csv("工单编号,诉求内容", "A1,内容"))
    assert taken.faults[0].sentence.startswith("缺少“登记时间”这一列（也认得：受理时间")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7 x", "不是表格"),
        (b"a,b\n1,2\n", "没有找到工单的表头"),
        (b"PK\x03\x04broken", ""),
    ],
)
def test_what_is_no_table_of_orders_is_refused(tree: Tree, content: bytes, sentence: str):
    with pytest.raises(Refused) as refused:
        take(tree, content)
    assert sentence in refused.value.sentence and not Lead.objects.exists()


def test_a_file_too_large_is_refused_before_it_is_read(tree: Tree):
    with pytest.raises(Refused, match="超过上限"):
        take(tree, b"x" * ((20 << 20) + 1))


def test_only_clerks_import_and_only_for_the_hotlines(tree: Tree):
    with pytest.raises(NotAllowed):
        take(tree, csv(HEAD, *ROWS), user=make_user(tree.county, Role.SUPERVISOR))
    with pytest.raises(Refused, match="只收 12315 平台和 12345 热线"):
        take(tree, csv(HEAD, *ROWS), channel="letter")
