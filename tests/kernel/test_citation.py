"""Citations: Chinese numerals, rendering, and the two spellings that the data use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.kernel.citation import (
    Citation,
    Reference,
    RuleId,
    chinese_number,
    parse_chinese_number,
    parse_reference,
    parse_rule_id,
)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (26, "二十六"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (138, "一百三十八"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1057, "一千零五十七"),
        (1230, "一千二百三十"),
    ],
)
def test_numbers_are_written_as_the_law_writes_them(number: int, written: str) -> None:
    assert chinese_number(number) == written


@given(st.integers(0, 9999))
def test_every_written_number_reads_back(number: int) -> None:
    assert parse_chinese_number(chinese_number(number)) == number


@pytest.mark.parametrize("text", ["", "一十五", "百", "一百五零", "15", "十五条", "二十零"])
def test_what_is_not_a_numeral_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Chinese numeral"):
        parse_chinese_number(text)


@pytest.mark.parametrize("number", [-1, 10000])
def test_numbers_beyond_four_digits_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no Chinese numeral"):
        chinese_number(number)


def test_a_citation_reads_as_in_a_decision() -> None:
    cited = Citation("SUP", "检验检测机构监督管理办法", article=15, paragraph=2, item=2)
    assert cited.text == "《检验检测机构监督管理办法》第十五条第二款第（二）项"
    assert str(Citation("CL", "中华人民共和国刑法", article=286, inserted=1)).endswith("第二百八十六条之一")
    assert Citation("NC", "告知承诺实施办法").text == "《告知承诺实施办法》"


def test_rule_ids_read_and_print_the_same() -> None:
    assert parse_rule_id("SUP-15.2") == RuleId("SUP", 15, item=2)
    for text in ("SUP-15.2", "SUP-08", "ACC-36.1", "SP-08b", "PEN-18"):
        assert str(parse_rule_id(text)) == text


@pytest.mark.parametrize("text", ["", "SUP", "SUP-", "sup-15", "SUP-15.", "SUP-15.2.3", " SUP-15", "SUP-15§2"])
def test_what_is_not_a_rule_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a rule id"):
        parse_rule_id(text)


def test_references_carry_paragraph_and_item() -> None:
    assert parse_reference("SUP-15§2(2)") == Reference("SUP", 15, 2, 2)
    assert parse_reference("SUP-15§2(2)").article_id == "SUP-15"
    assert parse_reference("NC") == Reference("NC")
    assert parse_reference("CL-286+1").article_id == "CL-286+1"
    for text in ("SUP-15§2(2)", "SUP-08", "NC", "LIST-07(4)", "CL-286+1"):
        assert str(parse_reference(text)) == text


@pytest.mark.parametrize("text", ["", "SUP-15.2", "第十五条", "SUP-15§", "SUP-15(二)"])
def test_what_is_not_a_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        parse_reference(text)
