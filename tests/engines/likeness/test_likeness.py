"""Near texts and the weight of evidence that two leads are one."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.likeness.sketch import jaccard, number_key, text_keys
from hengjian.engines.likeness.weigh import Told, compare, weights
from hengjian.engines.likeness.words import asked, contains, shingles, words

LETTER = "我在该检测站办理年检，工作人员没有把车开上检测线就出具了合格报告，收费三百元，请查处。"
chinese = st.text(alphabet="检测报告机构出具虚假数据样品设备记录未", min_size=20, max_size=120)
texts = st.text(max_size=80)


def told(text: str = LETTER, **values: object) -> Told:
    given_values = {"respondent": "甲检测站", "received_on": date(2026, 11, 1)} | values
    return Told(text=text, **given_values)  # type: ignore[arg-type]


@given(texts, texts)
def test_jaccard_is_symmetric_and_lies_between_nought_and_one(one: str, other: str):
    share = jaccard(shingles(one), shingles(other))
    assert 0 <= share <= 1 and share == jaccard(shingles(other), shingles(one))


@given(chinese)
def test_a_text_shares_all_its_keys_with_itself_whatever_its_punctuation(text: str):
    assert text_keys(text) == text_keys(f" {text}。") == text_keys("，".join([text[:7], text[7:]]))
    assert jaccard(shingles(text), shingles(text)) == 1


@given(chinese, st.integers(0, 15))
def test_two_texts_that_differ_in_one_character_still_meet(text: str, place: int):
    changed = text[:place] + "某" + text[place + 1 :]
    near = jaccard(shingles(text), shingles(changed))
    if near >= 0.8:
        assert set(text_keys(text)) & set(text_keys(changed))


@given(texts, texts, st.booleans())
def test_the_comparison_does_not_depend_on_which_comes_first(one: str, other: str, same: bool):
    left, right = told(one), told(other, respondent="甲检测站" if same else "乙检测站")
    assert compare(left, right) == compare(right, left)
    assert weights(left, right) == weights(right, left)


@given(texts, texts)
def test_how_sure_is_a_probability(one: str, other: str):
    found = compare(told(one), told(other), least=0.0)
    assert found is not None and 0 <= found.sure <= 1 and found.reasons is not None


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_a_text_has_all_the_words_of_what_it_contains(before: str, within: str, after: str):
    whole = f"{before} {within} {after}"
    assert set(asked(within)) <= set(words(whole)) and contains(whole, within)


def test_the_same_letter_sent_twice_is_one_matter_almost_surely():
    found = compare(told(), told(received_on=date(2026, 11, 3)))
    assert found is not None and found.kind == "duplicate" and found.sure > 0.9
    assert "被反映单位相同" in [one.sentence for one in found.reasons]


def test_one_respondent_and_one_report_are_one_matter_in_other_words():
    found = compare(
        told("报告 A1 的结论是假的", reports=frozenset(["A1"])), told("怀疑数据编造", reports=frozenset(["A1"]))
    )
    assert found is not None and found.kind in ("duplicate", "series") and found.sure > 0.5


def test_strangers_are_nothing_to_each_other():
    assert compare(told(), told("小区电梯检验报告过期，物业不管", respondent="乙检测站")) is None


def test_one_text_about_many_respondents_is_a_series():
    found = compare(told(), told(respondent="乙检测站"))
    assert found is not None and found.kind == "series"


def test_report_numbers_meet_whatever_their_writing():
    assert number_key("ＢＧ-2026-01") == number_key("bg2026 01") != number_key("BG-2026-02")
