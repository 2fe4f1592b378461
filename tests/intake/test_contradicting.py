"""Rows of one key that differ between sheets are refused, all of them, counted and given back for repair."""

import pyarrow.parquet as pq

from tests.apps.intake.ledgers import as_csv, row
from tests.intake.conftest import staged_rows


def test_a_key_that_two_files_tell_differently_is_refused_in_both_and_given_back(dry_run, tmp_path) -> None:
    one, other = tmp_path / "一.csv", tmp_path / "二.csv"
    one.write_bytes(as_csv([row(1), row(2), row(3)]))
    other.write_bytes(as_csv([row(2, 样品名称="绿豆淀粉"), row(3), row(4)]))
    preview = dry_run([one, other], demo=True)
    assert (preview.rows, preview.accepted, preview.refused) == (6, 4, 2)
    assert preview.reasons == {"key.elsewhere": 2}
    assert [(sheet.accepted, sheet.refused) for sheet in preview.sheets] == [(2, 1), (2, 1)]
    given_back = [line for path in preview.refused_rows for line in pq.read_table(path).to_pylist()]
    assert [(line["原文件"], line["原行号"], line["样品名称"]) for line in given_back] == [
        ("一.csv", 3, "红薯淀粉"),
        ("二.csv", 2, "绿豆淀粉"),
    ]
    assert all("互相矛盾" in line["不收的原因"] for line in given_back)


def test_a_row_refused_for_its_report_does_not_leave_its_result_behind(dry_run, tmp_path) -> None:
    one, other = tmp_path / "一.csv", tmp_path / "二.csv"
    one.write_bytes(as_csv([row(1), row(2)]))
    other.write_bytes(as_csv([row(2, 样品名称="绿豆淀粉", 项目编号="PB")]))
    preview = dry_run([one, other], demo=True)
    assert {line["report_id"] for line in staged_rows(preview, "reports")} == {"QS26-0001"}
    assert {line["report_id"] for line in staged_rows(preview, "results")} == {"QS26-0001"}
    assert preview.rows == preview.accepted + preview.quarantined + preview.refused == 3


def test_rows_of_one_sheet_that_contradict_each_other_are_given_back_too(dry_run, tmp_path) -> None:
    path = tmp_path / "一.csv"
    path.write_bytes(as_csv([row(1), row(2), row(2, 样品名称="绿豆淀粉"), row(1)]))
    preview = dry_run(path, demo=True)
    assert (preview.rows, preview.accepted, preview.refused) == (4, 2, 2)
    assert preview.tables["reports"].rows == preview.tables["reports"].repeated == 1
    assert sum(pq.read_metadata(path).num_rows for path in preview.refused_rows) == 2
