"""Cells are read or refused with a reason, never guessed."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.dates import parse_date, parse_moment
from hengjian.engines.tables.measured import Limit, Measured, lost_superscript, parse_limit, parse_measured
from hengjian.engines.tables.personal import mask_identity, person_digest
from hengjian.engines.tables.values import parse_cell, parse_number
from hengjian.engines.tables.writing import Refusal

ALL_COLUMNS = [column for table in TABLES.values() for column in table.all_columns]


@pytest.mark.parametrize(
    ("text", "value", "qualifier", "bound", "unit"),
    [
        ("12.30", "12.30", "", None, None),
        ("ND", None, "nd", None, None),
        ("N.D.", None, "nd", None, None),
        ("未检出", None, "nd", None, None),
        ("未检出（<0.05mg/kg）", None, "nd", "0.05", "mg/kg"),
        ("<0.05", None, "<", "0.05", None),
        ("＜０．０５", None, "<", "0.05", None),
        (">24000MPN/100mL", None, ">", "24000", "MPN/100mL"),
        ("3.7×10⁴", "37000", "", None, None),
        ("３．７×10⁴CFU/g", "37000", "", None, "CFU/g"),
        ("3.7E4", "37000", "", None, None),
        ("5.2 x 10^3 CFU/g", "5200", "", None, "CFU/g"),
        ("5.2×10⁻³", "0.0052", "", None, None),
        ("0.6mg/100kJ", "0.6", "", None, "mg/100kJ"),
        ("12,300", "12300", "", None, None),
        ("1.48 mg/kg", "1.48", "", None, "mg/kg"),
        ("95.2%", "95.2", "", None, "%"),
        ("10.2±0.3", "10.2", "", None, None),
        ("阴性", None, "word", None, None),
        ("-0.5", "-0.5", "", None, None),
    ],
)
def test_a_result_with_one_reading_is_read(text, value, qualifier, bound, unit) -> None:
    read = parse_measured(text)
    assert isinstance(read, Measured), read
    assert read.value == (None if value is None else Decimal(value))
    assert (read.qualifier, read.unit) == (qualifier, unit)
    assert read.bound == (None if bound is None else Decimal(bound))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.2×103CFU/g", "superscript"),
        ("3.7×104, 4.6×104, 4.4×104", "superscript"),
        ("3.0*102", "superscript"),
        ("5.2×10", "superscript"),
        ("105CFU/g", "superscript"),
        ("0.96mg/kg（960μg/kg）", "value.two_units"),
        ("0.96mg/kg/960μg/kg", "value.two_units"),
        ("合格", "value.verdict"),
        ("不得检出", "value.limit"),
        ("≤100μg/kg", "value.limit"),
        ("n=5,c=2,m=10⁴,M=10⁵", "value.plan"),
        ("1.2，1.3", "value.several"),
        ("1,23", "value.several"),
        ("6.0~9.0", "value.range"),
        ("#REF!", "value.error"),
        ("上海市检验所", "value.form"),
        ("2019/1/3", "value.several"),
    ],
)
def test_a_result_with_two_readings_or_none_is_refused(text, code) -> None:
    refused = parse_measured(text)
    assert isinstance(refused, Refusal), refused
    assert refused.code == code and refused.sentence and refused.repair


def test_a_lost_superscript_shows_both_readings() -> None:
    refused = lost_superscript("5.2×103CFU/g")
    assert refused is not None
    assert "535.6" in refused.sentence and "5200" in refused.sentence and "5.2×10³" in refused.repair


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≤0.1mg/kg", Limit("<=", high=Decimal("0.1"), unit="mg/kg")),
        ("<5", Limit("<", high=Decimal(5))),
        ("不大于5mg/L", Limit("<=", high=Decimal(5), unit="mg/L")),
        ("≥95%", Limit(">=", low=Decimal(95), unit="%")),
        ("6.0～9.0", Limit("range", low=Decimal("6.0"), high=Decimal("9.0"))),
        ("不得检出", Limit(None, not_detectable=True)),
    ],
)
def test_a_limit_is_read(text, expected) -> None:
    assert parse_limit(text) == expected


def test_a_sampling_plan_is_read_whole() -> None:
    plan = parse_limit("n=5, c=2, m=10000, M=10⁵CFU/g")
    assert isinstance(plan, Limit) and plan.unit == "CFU/g" and plan.op is None
    assert dict(plan.plan) == {"n": 5, "c": 2, "m": 10000, "M": 100000}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.5", "limit.op"),
        ("n=5,c=2,m=2.5×104,M=105CFU/g", "superscript"),
        ("n=5,c=2", "limit.plan"),
        ("优级", "limit.form"),
    ],
)
def test_a_limit_without_one_reading_is_refused(text, code) -> None:
    refused = parse_limit(text)
    assert isinstance(refused, Refusal) and refused.code == code


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-02", datetime(2026, 7, 2)),
        ("2026/7/2 10:33", datetime(2026, 7, 2, 10, 33)),
        ("2026年7月2日", datetime(2026, 7, 2)),
        ("２０２６－０７－０２", datetime(2026, 7, 2)),
        ("20260702", datetime(2026, 7, 2)),
        ("2026-07-02T10:00:00Z", datetime(2026, 7, 2, 18)),
    ],
)
def test_a_date_is_read(text, moment) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026/13/04", "date.month"),
        ("2026-02-30", "date.day"),
        ("26.8.3/26.8.30", "date.several"),
        ("2019/1/1-2019/1/3", "date.several"),
        ("26.8.3", "date.short_year"),
        ("7/2/2026", "date.order"),
        ("2026-07", "date.no_day"),
        ("46204", "date.serial"),
        ("2026-07-02 25:00", "date.clock"),
        ("菌落总数", "date.form"),
    ],
)
def test_a_date_that_is_none_is_refused(text, code) -> None:
    refused = parse_date(text)
    assert isinstance(refused, Refusal) and refused.code == code


def test_a_serial_number_is_read_by_the_date_system_of_its_workbook() -> None:
    assert parse_date("46204", epoch=1900) == date(2026, 7, 1)
    assert parse_date("44742", epoch=1904) == date(2026, 7, 1)


def test_leading_zeros_of_an_id_stay_and_a_rounded_number_is_refused() -> None:
    column = TABLES["reports"].columns["report_id"]
    assert parse_cell(column, "00123") == "00123"
    assert parse_cell(column, "9.12101E+17").code == "id.scientific"


def test_codes_are_read_by_their_words_and_others_name_the_choice() -> None:
    column = TABLES["reports"].columns["verdict"]
    assert [parse_cell(column, word) for word in ("合格", "符合", "不合格", "FAIL")] == ["pass", "pass", "fail", "fail"]
    refused = parse_cell(column, "基本合格")
    assert refused.code == "code.unknown" and "合格" in refused.repair


def test_an_identity_number_is_digested_and_masked() -> None:
    number = "11010519491231002X"
    digest = person_digest(number, key=b"k" * 32)
    assert len(digest) == 64 and digest == person_digest(f" {number.lower()} ", key=b"k" * 32)
    assert digest != person_digest(number, key=b"j" * 32)
    assert number not in mask_identity(f"张三 {number} 女")
    assert person_digest("110105194912310021", key=b"k" * 32).code == "identity.check"


@given(st.sampled_from(ALL_COLUMNS), st.text(max_size=40), st.sampled_from([None, 1900, 1904]))
def test_reading_never_fails_whatever_the_cell_holds(column, text, epoch) -> None:
    parse_cell(column, text, epoch=epoch)
    parse_measured(text)
    parse_limit(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_written_number_reads_as_itself(number) -> None:
    assert parse_number(f"{number:f}") == number
    assert parse_measured(f"{number:f}").value == number


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)))
def test_a_written_moment_reads_as_itself(moment) -> None:
    assert parse_moment(moment.isoformat(sep=" ")) == moment
    assert parse_date(f"{moment.year}年{moment.month}月{moment.day}日") == moment.date()


@given(
    st.decimals(min_value="0.1", max_value="99.9", places=1),
    st.integers(2, 9),
    st.sampled_from(["×", "x", "X", "*", "·"]),
    st.sampled_from(["", " "]),
    st.sampled_from(["", "CFU/g", " CFU/mL", "mg/kg"]),
    st.sampled_from(["", "<", ">", "≤"]),
)
def test_a_lost_superscript_never_becomes_a_number(mantissa, power, times, gap, unit, sign) -> None:
    text = f"{sign}{mantissa}{gap}{times}{gap}10{power}{unit}"
    assert isinstance(parse_measured(text), Refusal)
    assert isinstance(parse_limit(text), Refusal)
    assert isinstance(parse_number(text), Refusal)
