"""Headers, tables, columns and shifted rows are recognised, and every proposal says why."""

from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.mapping import header_key, mapping_from_json, mapping_to_json
from hengjian.engines.tables.recognise import recognise
from hengjian.engines.tables.shifted import find_shift

CODE = "91210100MA0Y1DWC0U"
WIDE = ["报告编号", "统一社会信用代码", "领域", "签发日期", "检测项目", "检测值(mg/kg)", "标准值"]


def targets(found) -> dict[str, str]:
    return {proposal.header: proposal.target for proposal in found.proposals if proposal.target}


def test_title_rows_above_a_merged_header_are_passed_over() -> None:
    rows = [
        ["青桐县2026年三季度食品安全监督抽检台账", "", "", "", "", ""],
        ["填报：某人", "", "", "", "", ""],
        ["序号", "报告", "", "", "检验", ""],
        ["", "报告编号", "签发日期", "领域", "项目", "结果"],
        ["1", "R1", "2026-07-02", "食品", "铅", "0.1"],
    ]
    found = recognise(rows)
    assert (found.header.first_row, found.header.depth, found.header.data_row) == (2, 2, 4)
    assert found.header.names[4] == "检验/项目"
    assert targets(found)["检验/结果"] == "results.value_text"


def test_contract_names_and_chinese_headers_are_certain_and_synonyms_less() -> None:
    found = recognise([["report_id", "项目编号", "检验结果"], ["R1", "pb", "0.1"]])
    sure = {proposal.header: proposal.confidence for proposal in found.proposals}
    assert sure["report_id"] == sure["项目编号"] == 1.0
    assert 0.5 < sure["检验结果"] < 1.0


def test_a_wide_ledger_feeds_reports_and_results_and_takes_the_unit_from_the_header() -> None:
    found = recognise([WIDE, ["A1", CODE, "食品", "2026-01-02", "铅", "0.5", "≤1"]])
    tables = {target.table: target for target in found.mapping.targets}
    assert set(tables) == {"reports", "results"}
    assert tables["results"].feeds["report_id"].text == "报告编号"
    assert (tables["results"].feeds["unit"].kind, tables["results"].feeds["unit"].text) == ("constant", "mg/kg")


def test_what_a_sender_confirmed_before_is_remembered() -> None:
    rows = [["项目代号", *WIDE], ["x", "A1", CODE, "食品", "2026-01-02", "铅", "0.5", "≤1"]]
    found = recognise(rows, remembered={header_key("项目代号"): "results.item_code", header_key("标准值"): ""})
    assert targets(found)["项目代号"] == "results.item_code"
    assert "标准值" not in targets(found)
    assert next(p for p in found.proposals if p.header == "项目代号").why == "记住的对应"


def test_another_partys_credit_code_is_not_taken_for_the_institutions() -> None:
    rows = [
        ["", "", "被抽样单位", "", ""],
        ["报告编号", "签发日期", "名称", "信用代码", "领域"],
        ["R", "2026-01-01", "店", CODE, "食品"],
    ]
    assert "reports.institution_id" not in targets(recognise(rows, table="reports")).values()


def test_a_nameless_column_of_credit_codes_is_recognised_by_its_content() -> None:
    rows = [["报告标识", "报告编号", "领域", "签发日期", ""], *[["1", "a", "食品", "2026-01-01", CODE]] * 4]
    found = recognise(rows, table="reports")
    assert found.proposals[4].target == "reports.institution_id"
    assert found.proposals[4].confidence < 0.7 and "18位" in found.proposals[4].why


def test_a_cover_page_has_no_header() -> None:
    assert recognise([["检验检测台账"], [""], ["2026年"]]) is None


def test_the_file_name_decides_between_tables_with_alike_columns() -> None:
    rows = [["vin", "model", "fuel"], ["LSVAA", "m", "汽油"]]
    assert recognise(rows, names=["vehicles.csv"]).table == "vehicles"


def test_a_row_that_slid_left_is_told_from_a_plain_mistake() -> None:
    results, reports = TABLES["results"].intake_columns, TABLES["reports"].intake_columns
    columns = [(1, reports["produced_on"]), (3, results["value_text"]), (4, results["limit_text"])]
    slid = ["70克/袋", "2026/7/19", "铅", "≤0.5mg/kg", ""]
    assert find_shift(["2026/7/19", "铅", "0.3mg/kg", "≤0.5mg/kg", ""], columns, [1, 3, 4]).by == 1
    assert find_shift(slid, columns, [4]) is None
    assert find_shift(["x", "菌落总数", "铅", "合格", "很好"], columns, [1, 3, 4]) is None


def test_a_mapping_survives_the_way_to_json_and_back() -> None:
    mapping = recognise([WIDE, ["A1", CODE, "食品", "2026-01-02", "铅", "0.5", "≤1"]]).mapping
    assert mapping_from_json(mapping_to_json(mapping)) == mapping


def test_two_common_names_among_strangers_make_no_table() -> None:
    """Institution and kind alone once made a "declaration" of a stranger's file, all of whose rows were refused."""
    rows = [["institution_id", "report_id", "kind", "stealth"], [CODE, "R1", "cloned", "L1"]]
    found = recognise(rows, names=["labels.parquet"])
    assert found is None or found.table is None
    assert recognise(rows, table="declarations").table == "declarations"
