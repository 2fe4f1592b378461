"""The fast rules in SQL take nothing a reader would refuse, and read it as the reader does."""

from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from hengjian.backends.duckdb_intake_rules import clean, fast, number
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.measured import Measured, parse_measured
from hengjian.engines.tables.values import parse_cell
from hengjian.engines.tables.writing import is_blank

CONNECTION = duckdb.connect()
COLUMNS = {
    name: TABLES[table].columns[name]
    for table, name in (
        ("results", "value"), ("results", "replicate"), ("results", "subcontracted"), ("reports", "issued_at"),
        ("reports", "produced_on"), ("reports", "verdict"), ("reports", "report_id"), ("reports", "client_name"),
    )
}  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.-+eE_,/ :T×%年月日xinfa", max_size=20),
    st.from_regex(r"\A[12]\d{3}[-/]\d{1,2}[-/]\d{1,2}( \d{1,2}:\d{1,2})?\Z"),
    st.sampled_from(["合格", "不合格", "pass", "是", "否", "true", "1", "0", "1_000", "0x1F", "inf", "nan", "3.5"]),
    st.sampled_from(["1e5", "9E+17", "00123", "/", "—", "2026-02-30"]),
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(COLUMNS)), CELLS.filter(lambda text: "\0" not in text))
def test_what_the_fast_rule_takes_the_reader_takes_alike(name, cell) -> None:
    column = COLUMNS[name]
    rule = fast(column, "cell")
    assert rule is not None
    query = f"SELECT cell, {rule} FROM (SELECT {clean('raw')} AS cell FROM (SELECT ? AS raw))"
    text, quick = CONNECTION.execute(query, [cell]).fetchall()[0]
    if text is None:
        assert is_blank(cell)
    if quick is not None:
        read = parse_cell(column, text)
        assert (float(read) if isinstance(read, Decimal) else read) == quick


@settings(max_examples=200, deadline=None)
@given(CELLS.filter(lambda text: "\0" not in text))
def test_a_number_the_fast_rule_reads_is_the_result_the_reader_reads(cell) -> None:
    quick = CONNECTION.execute(f"SELECT {number('cell')} FROM (SELECT ? AS cell)", [cell]).fetchall()[0][0]
    if quick is not None:
        read = parse_measured(cell)
        assert isinstance(read, Measured) and read.value is not None and float(read.value) == quick
