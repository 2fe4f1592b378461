"""Identifiers: what is wrong is said, with its place and what should stand there."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.tables.identifiers import (
    USCC_ALPHABET,
    StandardNumber,
    check_area,
    check_cma,
    check_uscc,
    normalise_standard,
    parse_standard,
    uscc_check_character,
)
from tests.paths import SHARED

REAL = "91210100MA0Y1DWC0U"


def only(problems: tuple) -> object:
    assert len(problems) == 1, problems
    return problems[0]


def test_a_real_code_has_no_problem() -> None:
    assert check_uscc(REAL) == ()
    assert check_uscc(f" {REAL.lower()} ") == ()


def test_a_wrong_check_character_names_the_expected_one() -> None:
    problem = only(check_uscc(REAL[:17] + "1"))
    assert (problem.code, problem.position, problem.expected) == ("uscc.check", 18, "U")


def test_seventeen_characters_name_the_missing_check_character() -> None:
    problem = only(check_uscc(REAL[:17]))
    assert problem.code == "uscc.length" and "“U”" in problem.sentence and "17位" in problem.sentence


def test_twenty_characters_are_refused_and_never_cut() -> None:
    problem = only(check_uscc(REAL + "22"))
    assert problem.code == "uscc.length" and "20位" in problem.sentence and "不能自动截去" in problem.sentence


@pytest.mark.parametrize(("letter", "place"), [("I", 2), ("O", 9), ("S", 12), ("V", 15), ("Z", 17)])
def test_a_forbidden_letter_is_named_with_its_place(letter: str, place: int) -> None:
    problem = check_uscc(REAL[: place - 1] + letter + REAL[place:])[0]
    assert problem.code == "uscc.character" and problem.position == place and letter in problem.sentence


@pytest.mark.parametrize(
    ("start", "code"),
    [("0121", "uscc.department"), ("9921", "uscc.category"), ("9100", "division.province"), ("9121", None)],
)
def test_department_category_and_division_are_told_apart(start: str, code: str | None) -> None:
    body = start + "0100MA0Y1DWC0"
    codes = {problem.code for problem in check_uscc(body + uscc_check_character(body))}
    assert codes == ({code} if code else set())


def test_a_county_nobody_published_is_a_hint_only() -> None:
    body = "91210199MA0Y1DWC0"
    problem = only(check_uscc(body + uscc_check_character(body)))
    assert problem.code == "division.county" and not problem.blocking


def test_the_demo_range_is_refused_outside_a_demonstration() -> None:
    body = "91990101MA0000001"
    code = body + uscc_check_character(body)
    assert only(check_uscc(code)).code == "division.demo"
    assert check_uscc(code, demo=True) == ()
    assert check_area("990101")[0].code == "division.demo"
    assert check_area("990101003", demo=True) == ()
    assert check_area("990201", demo=True)[0].code == "division.demo"
    assert check_cma("269900000001")[0].code == "cma.issuer"
    assert check_cma("269900000001", demo=True) == ()


@given(st.text(alphabet=USCC_ALPHABET[:10], min_size=6, max_size=6), st.integers(0, 16), st.sampled_from(USCC_ALPHABET))
def test_one_changed_character_is_always_noticed(digits: str, place: int, other: str) -> None:
    body = "91210100MA" + digits + "7"
    code = body + uscc_check_character(body)
    changed = code[:place] + other + code[place + 1 :]
    assert changed == code or check_uscc(changed)


@given(st.text(max_size=30))
def test_no_text_makes_a_check_fail(text: str) -> None:
    for check in (check_uscc, check_cma, check_area):
        assert isinstance(check(text), tuple)
    assert normalise_standard(normalise_standard(text)) == normalise_standard(text)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("152701060345", None),
        ("15270106034", "cma.length"),
        ("153201060345", "cma.issuer"),
        ("152722060345", "cma.field"),
        ("152701350345", "cma.department"),
        ("152701060000", "cma.serial"),
        ("15270106O345", "cma.character"),
    ],
)
def test_a_cma_number_says_which_part_is_wrong(number: str, code: str | None) -> None:
    assert [problem.code for problem in check_cma(number)] == ([code] if code else [])


@pytest.mark.parametrize("code", ["210100", "110000", "310115", "210102001", "210102001001", "100000"])
def test_area_codes_of_six_nine_and_twelve_digits_stand(code: str) -> None:
    assert not [problem for problem in check_area(code) if problem.blocking]


@pytest.mark.parametrize("code", ["2101", "000000", "21010A", "215500"])
def test_other_area_codes_are_refused(code: str) -> None:
    assert [problem for problem in check_area(code) if problem.blocking]


def test_standard_numbers_are_written_one_way() -> None:
    path = SHARED / "data" / "admin_ref" / "std_code_variants.csv"
    if not path.exists():
        pytest.skip("the shared data are absent")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 11
    for row in rows:
        assert parse_standard(row["raw"]) == StandardNumber(row["expected_full"], row["expected_base"]), row["why"]


def test_codes_in_the_penalty_facts_are_whole_and_a_longer_one_is_refused() -> None:
    path = SHARED / "data" / "legal_text" / "cn_penalty_facts.jsonl"
    if not path.exists():
        pytest.skip("the shared data are absent")
    facts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    codes = [fact["uscc"] for fact in facts if "uscc" in fact]
    assert codes
    for code in codes:
        assert check_uscc(code) == ()
        assert check_uscc(code + "22")[0].code == "uscc.length"
