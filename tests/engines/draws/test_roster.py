"""A roster is read as it must be, or refused with row, column and value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.draws import Unit, parse_roster, write_roster
from hengjian.engines.draws.canonical import text_fault
from hengjian.kernel.errors import Refused

HEAD = "id\tstratum\tweight\n"
FAULTS = {
    "no header": ("F1\t食品\t1\n", "roster.tsv 第 1 行必须是“id、stratum、weight”三列表头，现在是“F1\t食品\t1”"),
    "other header": ("id\tweight\tstratum\n", "第 1 行必须是“id、stratum、weight”三列表头"),
    "only header": (HEAD, "roster.tsv 只有表头，没有一家机构"),
    "empty file": ("", "最后一行（第 1 行）没有换行符"),
    "bom": ("\ufeff" + HEAD + "F1\t食品\t1\n", "roster.tsv 开头有字节顺序标记（BOM），请另存为不带 BOM 的 UTF-8"),
    "crlf": (HEAD + "F1\t食品\t1\r\n", "roster.tsv 第 2 行用了回车符（CR），换行只能用 LF"),
    "cut off": (HEAD + "F1\t食品\t1", "roster.tsv 最后一行（第 2 行）没有换行符，文件可能不完整"),
    "empty line": (HEAD + "F1\t食品\t1\n\nF2\t食品\t1\n", "roster.tsv 第 3 行是空行"),
    "two columns": (HEAD + "F1\t食品\n", "roster.tsv 第 2 行应有 3 列，现在有 2 列"),
    "four columns": (HEAD + "F1\t食品\t1\t\n", "roster.tsv 第 2 行应有 3 列，现在有 4 列"),
    "no id": (HEAD + "\t食品\t1\n", "roster.tsv 第 2 行 id 列“”是空的"),
    "full-width id": (HEAD + "Ｆ1\t食品\t1\n", "第 2 行 id 列“Ｆ1”只能用半角数字、英文字母、点、下划线和连字符"),
    "spaced id": (HEAD + "F1 \t食品\t1\n", "第 2 行 id 列“F1 ”只能用半角"),
    "double id": (HEAD + "F1\t食品\t1\nF2\t食品\t1\nF1\t食品\t1\n", "第 4 行 id 列“F1”重复，第 2 行已经有它"),
    "two strata": (
        HEAD + "F1\t食品\t1\nF1\t环境\t1\n",
        "roster.tsv 第 3 行“F1”列在“环境”层，第 2 行又把它列在“食品”层；一家只能在一层",
    ),
    "no stratum": (HEAD + "F1\t\t1\n", "roster.tsv 第 2 行 stratum 列“”是空的"),
    "not NFC": (HEAD + "F1\te\u0301\t1\n", "不是 NFC 规范形式（可能是拆开书写的字符）"),
    "control": (HEAD + "F1\t食\x1f品\t1\n", "含有控制字符"),
    "zero": (HEAD + "F1\t食品\t0\n", "第 2 行 weight 列“0”：权重为零；不参加抽取的应当写明理由剔除出名录"),
    "fraction": (HEAD + "F1\t食品\t1.5\n", "第 2 行 weight 列“1.5”：权重不能是小数"),
    "negative": (HEAD + "F1\t食品\t-2\n", "第 2 行 weight 列“-2”：权重不能是负数"),
    "leading zero": (HEAD + "F1\t食品\t007\n", "第 2 行 weight 列“007”：权重前面不能有多余的零"),
    "no weight": (HEAD + "F1\t食品\t\n", "第 2 行 weight 列“”：权重必须是半角的正整数"),
    "word": (HEAD + "F1\t食品\t五\n", "第 2 行 weight 列“五”：权重必须是半角的正整数"),
    "full-width digit": (HEAD + "F1\t食品\t５\n", "第 2 行 weight 列“５”：权重必须是半角的正整数"),
    "power": (HEAD + "F1\t食品\t1e3\n", "权重必须是半角的正整数"),
    "huge": (HEAD + "F1\t食品\t" + "9" * 5000 + "\n", "权重不能超过一万亿"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_place(fault):
    text, sentence = FAULTS[fault]
    with pytest.raises(Refused) as refused:
        parse_roster(text.encode())
    assert sentence in refused.value.sentence
    assert refused.value.where["file"] == "roster.tsv" and refused.value.where["row"] >= 1


def test_the_place_names_row_column_and_value():
    with pytest.raises(Refused) as refused:
        parse_roster((HEAD + "F1\t食品\t1\nF2\t食品\t0\n").encode())
    assert refused.value.where == {"file": "roster.tsv", "row": 3, "column": "weight", "value": "0"}


def test_bytes_that_are_not_utf8_are_refused_with_the_line():
    with pytest.raises(Refused, match="第 3 行不是 UTF-8 编码"):
        parse_roster(HEAD.encode() + b"F1\tA\t1\n" + "F2\t机动车\t1\n".encode("gb18030"))


ids = st.text("0123456789ABCXYZabc._-", min_size=1, max_size=20)
strata = st.text(min_size=1, max_size=8).filter(lambda text: text_fault(text) == "")


@given(st.dictionaries(ids, st.tuples(strata, st.integers(1, 10**12)), min_size=1, max_size=20))
def test_what_is_written_reads_back_sorted_by_stratum_and_id(rows):
    units = [Unit(id_, stratum, weight) for id_, (stratum, weight) in rows.items()]
    read = parse_roster(write_roster(units))
    assert read == sorted(units, key=lambda unit: (unit.stratum.encode(), unit.id.encode()))


def test_a_unit_that_could_not_be_read_is_not_written():
    with pytest.raises(Refused, match="权重为零"):
        write_roster([Unit("F1", "食品", 0)])
