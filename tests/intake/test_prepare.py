"""A dry run stages what can be read and names every cell that cannot."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from hengjian.backends import duckdb_intake
from hengjian.backends.connection import open_connection
from hengjian.backends.duckdb_intake import Cancelled
from hengjian.engines.tables.mapping import mapping_from_json
from hengjian.engines.tables.reading.sources import MEGABYTE, Limits
from hengjian.kernel.errors import Refused
from tests.intake.conftest import CODE, reasons, staged_rows

RESULTS = "报告标识,项目编号,检验结果,单位,标准值,单项判定\n"
WIDE = ["报告编号", "统一社会信用代码", "领域", "签发日期", "检测项目", "检测值", "标准值", "结论"]


def written(tmp_path, text, name="台账.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_every_row_is_accepted_quarantined_or_refused(dry_run, tmp_path) -> None:
    text = (
        RESULTS
        + "R1,pb,0.05mg/kg,,≤0.1mg/kg,合格\nR2,pb,未检出,mg/kg,≤0.1mg/kg,合格\nR3,pb,5.2×103CFU/g,,≤1000CFU/g,合格\n"
    )
    preview = dry_run(written(tmp_path, text))
    assert (preview.rows, preview.accepted, preview.quarantined, preview.refused) == (3, 2, 0, 1)
    first, second = staged_rows(preview, "results")
    assert (first["value"], first["unit"], first["limit_op"], first["limit_high"]) == (0.05, "mg/kg", "<=", 0.1)
    assert (first["value_text"], first["verdict"], first["source_row"]) == ("0.05mg/kg", "pass", 2)
    assert second["value"] is None and second["value_text"] == "未检出"
    cell = preview.refused_cells[0]
    assert (cell.row, cell.column, cell.value, cell.code) == (4, "检验结果", "5.2×103CFU/g", "superscript")
    assert "5200" in cell.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_out(dry_run, tmp_path, encoding) -> None:
    preview = dry_run(written(tmp_path, RESULTS + "R1,铅,0.05,mg/kg,,合格\n", encoding=encoding))
    assert staged_rows(preview, "results")[0]["item_code"] == "铅"
    assert not list(tmp_path.glob("work-1/*.utf8.csv"))


def test_a_csv_with_blank_lines_line_breaks_and_short_rows_keeps_its_row_numbers(dry_run, tmp_path) -> None:
    text = RESULTS + '\nR1,pb,0.05,mg/kg,,合格\n\n"R2\nx",pb,合格,,,合格\nR3,pb,1.5\n'
    preview = dry_run(written(tmp_path, text))
    assert (preview.accepted, preview.sheets[0].skipped_rows) == (2, 2)
    assert reasons(preview) == {5: {"value.verdict"}}


def test_placeholders_are_blank_and_a_blank_required_cell_is_refused(dry_run, tmp_path) -> None:
    preview = dry_run(written(tmp_path, RESULTS + "R1,pb,/,mg/kg,,合格\nR2,pb,1,/,-,——\n"))
    assert reasons(preview) == {2: {"blank"}}
    assert staged_rows(preview, "results")[0]["unit"] is None


def test_two_units_for_one_result_are_refused_wherever_they_stand(dry_run, tmp_path) -> None:
    text = (
        RESULTS
        + "R1,pb,0.05mg/kg,μg/kg,,合格\nR2,pb,543μg/kg,,≤0.5mg/kg,合格\n"
        + "R3,pb,0.96mg/kg（960μg/kg）,,,合格\nR4,pb,1,,≤2mg/kg,\n"
    )
    preview = dry_run(written(tmp_path, text))
    assert reasons(preview) == {2: {"value.two_units"}, 3: {"limit.unit"}, 4: {"value.two_units"}}


def test_a_stated_number_that_contradicts_the_text_is_refused(dry_run, tmp_path) -> None:
    preview = dry_run(written(tmp_path, "报告标识,项目编号,结果,数值\nR1,pb,0.5,0.5\nR2,pb,0.5,5.0\n"))
    assert reasons(preview) == {3: {"value.differs"}}


def test_the_same_row_twice_counts_once_and_contradicting_rows_are_all_refused(dry_run, tmp_path) -> None:
    text = RESULTS + "R1,pb,1,,,\nR1,pb,1,,,\nR2,pb,1,,,\nR2,pb,2,,,\n"
    preview = dry_run(written(tmp_path, text))
    assert preview.tables["results"].repeated == 1 and preview.tables["results"].rows == 1
    assert reasons(preview) == {4: {"key.contradicting"}, 5: {"key.contradicting"}}
    assert (preview.accepted, preview.refused) == (2, 2)


def test_rows_that_slid_are_quarantined_not_refused(dry_run, tmp_path) -> None:
    head = "报告标识,项目编号,检测项目,检验结果,标准值,单项判定\n"
    rows = "R1,pb,铅,0.05mg/kg,≤0.1mg/kg,合格\nR2,pb,0.05mg/kg,≤0.1mg/kg,合格,\nR3,pb,铅,甲,≤0.1mg/kg,合格\n"
    preview = dry_run(written(tmp_path, head + rows))
    assert (preview.accepted, preview.quarantined, preview.refused) == (1, 1, 1)
    moved = preview.moved_rows[0]
    assert (moved.row, moved.by, moved.first) == (3, 1, "检测项目")
    assert reasons(preview) == {4: {"value.form"}}


def test_totals_and_notes_below_are_no_rows_but_a_client_may_be_called_so(dry_run, tmp_path) -> None:
    text = RESULTS + "R1,pb,1,,,\n合计,,3,,,\n备注：以上,,,,,\n合计公司1,pb,1,mg/kg,≤2mg/kg,合格\n"
    preview = dry_run(written(tmp_path, text))
    assert (preview.rows, preview.sheets[0].skipped_rows) == (2, 2)


def test_the_demo_range_is_taken_in_a_demonstration_only(dry_run, tmp_path) -> None:
    path = written(tmp_path, "统一社会信用代码,机构名称\n91990101MA0000001P,演示检测所\n")
    code = dry_run(path, demo=False).refused_cells[0]
    assert code.code in ("division.demo", "uscc.check")
    from hengjian.engines.tables.identifiers import uscc_check_character

    right = "91990101MA0000001" + uscc_check_character("91990101MA0000001")
    path = written(tmp_path, f"统一社会信用代码,机构名称\n{right},演示检测所\n")
    assert dry_run(path, demo=True).accepted == 1
    assert dry_run(path, demo=False).reasons == {"division.demo": 1}


def test_a_known_name_stands_for_its_code(dry_run, tmp_path) -> None:
    text = (
        "报告标识,报告编号,统一社会信用代码,领域,签发日期\n1,A,某市检验所,食品,2026-07-02\n2,B,别的所,食品,2026-07-02\n"
    )
    preview = dry_run(written(tmp_path, text), table="reports", institutions={"某市检验所": CODE})
    assert [row["institution_id"] for row in staged_rows(preview, "reports")] == [CODE]
    assert preview.refused == 1


def test_an_identity_number_is_digested_and_written_nowhere(dry_run, tmp_path) -> None:
    right, wrong = "11010519491231002X", "110105194912310021"
    text = f"人员编号,统一社会信用代码,姓名,身份证号,备忘\nP1,{CODE},甲,{right},{right}\nP2,{CODE},乙,{wrong},\n"
    preview = dry_run(written(tmp_path, text))
    row = staged_rows(preview, "people")[0]
    assert len(row["person_key"]) == 64 and "id_no" not in row
    assert preview.reasons == {"identity.check": 1}
    for path in (tmp_path / "work-1").rglob("*"):
        if path.is_file():
            table = pq.read_table(path).to_pylist()
            assert right not in str(table) and wrong not in str(table)
    assert right not in str(preview) and wrong not in str(preview)


def test_the_same_file_gives_the_same_bytes_whatever_the_number_of_threads(dry_run, tmp_path, monkeypatch) -> None:
    lines = [f"R{number},pb,{'<0.05' if number % 7 else f'{number}mg/kg'},,,合格" for number in range(60_000)]
    path = written(tmp_path, RESULTS + "\n".join(lines) + "\n")
    digests = set()
    for threads in (1, 2, 3):
        monkeypatch.setattr(
            duckdb_intake, "open_connection", lambda *, n=threads, **options: open_connection(threads=n, **options)
        )
        preview = dry_run(path)
        rows = pq.read_table(preview.tables["results"].staged, columns=["source_row"])["source_row"].to_pylist()
        assert rows == sorted(rows) and len(rows) == 60_000
        digests.add(preview.tables["results"].sha256)
    assert len(digests) == 1


def test_a_cancelled_dry_run_says_so(dry_run, tmp_path) -> None:
    with pytest.raises(Cancelled):
        dry_run(written(tmp_path, RESULTS + "R1,pb,1,,,\n"), cancel=lambda: True)


def test_progress_goes_up_to_the_end(dry_run, tmp_path) -> None:
    seen = []
    dry_run(written(tmp_path, RESULTS + "R1,pb,1,,,\n"), progress=lambda step, done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] and [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_file_without_any_table_is_refused_with_the_reason(dry_run, tmp_path) -> None:
    with pytest.raises(Refused, match=r"没有认出|没有找到表头"):
        dry_run(written(tmp_path, "甲,乙\n1,2\n"))
    with pytest.raises(Refused, match=r"缺少必填的列.*结果"):
        dry_run(written(tmp_path, "报告标识,项目编号\nR1,pb\n"), table="results")
    with pytest.raises(Refused, match=r"台账里没有列对应要的列"):
        mapping = mapping_from_json({"table": "results", "columns": {"report_id": "不存在"}})
        dry_run(written(tmp_path, RESULTS + "R1,pb,1,,,\n"), mapping=mapping)


# Workbooks


def workbook(tmp_path, fill, name="台账.xlsx"):
    book = openpyxl.Workbook()
    fill(book)
    path = tmp_path / name
    book.save(path)
    return path


def test_a_ledger_workbook_with_title_merged_header_hidden_row_and_total(dry_run, tmp_path) -> None:
    def fill(book) -> None:
        cover = book.active
        cover.title = "封面"
        cover["A1"] = "检验检测台账"
        sheet = book.create_sheet("三季度明细")
        sheet.append(["青桐县2026年三季度抽检台账"])
        sheet.merge_cells("A1:H1")
        sheet.append(["序号", "报告", None, None, None, "检验", None, None])
        sheet.append([None, "报告编号", "统一社会信用代码", "领域", "签发日期", "项目", "结果", "标准值"])
        sheet.merge_cells("B2:E2")
        sheet.merge_cells("F2:H2")
        sheet.append([1, "00123", CODE, "食品", datetime(2026, 7, 2), "铅", 0.05, "≤0.1"])
        sheet.append([2, "00124", CODE, "食品", "2026/7/3", "铅", "未检出", "≤0.1"])
        sheet.append([3, "00125", CODE, "食品", 46204, "铅", "合格", "≤0.1"])
        sheet.row_dimensions[5].hidden = True
        sheet.append(["合计", None, None, None, None, None, 3, None])
        book.create_sheet("Sheet3")

    preview = dry_run(workbook(tmp_path, fill))
    states = {sheet.sheet: (sheet.state, sheet.reason) for sheet in preview.sheets}
    assert states["封面"][0] == states["Sheet3"][0] == "skipped"
    taken = next(sheet for sheet in preview.sheets if sheet.sheet == "三季度明细")
    assert (taken.header_rows, taken.hidden_rows, taken.merged) == ((2, 3), (5,), 3)
    assert (taken.rows, taken.accepted, taken.refused, taken.skipped_rows) == (3, 2, 1, 1)
    reports = staged_rows(preview, "reports")
    assert [row["report_no"] for row in reports] == ["00123", "00124"]
    assert reports[0]["issued_at"] == datetime(2026, 7, 2)
    assert reasons(preview) == {6: {"value.verdict"}}


def test_the_1904_date_system_moves_serial_numbers_and_real_dates(dry_run, tmp_path) -> None:
    def fill(book) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet = book.active
        sheet.append(["报告标识", "报告编号", "统一社会信用代码", "领域", "签发日期"])
        sheet.append(["1", "A", CODE, "食品", 44742])
        sheet.append(["2", "B", CODE, "食品", datetime(2026, 7, 1)])

    preview = dry_run(workbook(tmp_path, fill))
    assert [row["issued_at"] for row in staged_rows(preview, "reports")] == [datetime(2026, 7, 1)] * 2


def test_numbers_stored_as_text_and_text_stored_as_numbers(dry_run, tmp_path) -> None:
    def fill(book) -> None:
        sheet = book.active
        sheet.append(["报告标识", "项目编号", "检验结果", "限值上限"])
        sheet.append(["00123", 7, "12.30", "0.5"])
        sheet.append([20260702000000001, 7, 12.3, 0.5])

    preview = dry_run(workbook(tmp_path, fill))
    row = staged_rows(preview, "results")[0]
    assert (row["report_id"], row["item_code"], row["value_text"], row["value"]) == ("00123", "7", "12.30", 12.3)
    assert reasons(preview) == {3: {"id.scientific"}}


def test_formulas_without_a_stored_result_are_named(dry_run, tmp_path) -> None:
    def fill(book) -> None:
        sheet = book.active
        sheet.append(["报告标识", "项目编号", "检验结果"])
        sheet.append(["R1", "pb", "=1+1"])
        sheet.append(["R2", "pb", 2])

    preview = dry_run(workbook(tmp_path, fill))
    assert preview.sheets[0].formulas == 1 and preview.sheets[0].formulas_without_result == ("C2",)
    assert reasons(preview) == {2: {"blank"}}


def test_an_old_workbook_is_read(dry_run, tmp_path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("结果")
    for row, cells in enumerate([["报告标识", "项目编号", "检验结果"], ["R1", "pb", 0.5]]):
        for place, cell in enumerate(cells):
            sheet.write(row, place, cell)
    book.save(str(tmp_path / "旧.xls"))
    assert staged_rows(dry_run(tmp_path / "旧.xls"), "results")[0]["value"] == 0.5


def test_parquet_keeps_its_values(dry_run, tmp_path) -> None:
    table = pa.table(
        {
            "report_id": ["R1"],
            "item_code": ["pb"],
            "value_text": ["0.1"],
            "value": [0.1],
            "started_at": pa.array([datetime(2026, 7, 2, 9, 30, 15)], pa.timestamp("us")),
        }
    )
    pq.write_table(table, tmp_path / "results.parquet")
    row = staged_rows(dry_run(tmp_path / "results.parquet"), "results")[0]
    assert (row["value"], row["started_at"]) == (0.1, datetime(2026, 7, 2, 9, 30, 15))


def test_a_series_of_values_is_a_list(dry_run, tmp_path) -> None:
    path = written(
        tmp_path, 'report_id,channel,values\nR1,co_pct,"[0.1, 0.2]"\nR2,co_pct,"[0.1, x]"\n', name="raw_series.csv"
    )
    preview = dry_run(path)
    assert staged_rows(preview, "raw_series")[0]["values"] == [0.1, 0.2]
    assert preview.reasons == {"numlist.form": 1}


# Archives


def test_a_zip_of_ledgers_is_one_submission(dry_run, tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "全部.zip", "w") as archive:
        archive.writestr("一/results.csv", RESULTS + "R1,pb,1,,,\nR2,pb,1,,,\n")
        archive.writestr("二/results.csv", RESULTS + "R1,pb,1,,,\nR2,pb,2,,,\nR3,pb,3,,,\n")
        archive.writestr("__MACOSX/x.csv", "x")
    preview = dry_run(tmp_path / "全部.zip")
    assert preview.tables["results"].repeated == 1
    assert preview.reasons == {"key.elsewhere": 2}
    assert (preview.rows, preview.accepted, preview.refused) == (5, 3, 2)
    assert {row["report_id"] for row in staged_rows(preview, "results")} == {"R1", "R3"}


def test_unsafe_archives_are_refused_with_the_reason(dry_run, tmp_path) -> None:
    def archive(name, members, *, compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as made:
            for member, content in members:
                made.writestr(member, content)
        return path

    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as nested:
        nested.writestr("a.csv", "x")
    cases = [
        (archive("路径.zip", [("../../a.csv", "x")]), "跑到了包外", {}),
        (archive("套.zip", [("b.zip", inner.getvalue())]), "压缩包里还有压缩包", {}),
        (archive("炸.zip", [("a.csv", b"0" * 20 * MEGABYTE)]), "压缩炸弹", {}),
        (archive("多.zip", [(f"{n}.csv", "x") for n in range(12)]), "超过上限", {"members": 10}),
        (archive("大.zip", [("a.csv", b"01" * MEGABYTE)]), "超过上限", {"unpacked_bytes": MEGABYTE}),
        (archive("空.zip", [("说明/", "")]), "没有表格", {}),
    ]
    for path, sentence, limits in cases:
        with pytest.raises(Refused, match=sentence):
            dry_run(path, limits=Limits(**limits))
    assert not (tmp_path.parent / "a.csv").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "是空的"),
        (b"%PDF-1.7", "不是表格"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"a,b\n\xff\xff\xff\n", "读不成字"),
        (b"a\0b", "空字节"),
    ],
)
def test_files_that_are_no_ledgers_are_refused_with_the_reason(dry_run, tmp_path, content, sentence) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    with pytest.raises(Refused, match=sentence):
        dry_run(path)
