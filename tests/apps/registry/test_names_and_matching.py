"""Names, codes and which pairs are worth a person's look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.registry.matching import THRESHOLD, candidates
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.names import code_slip, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("澄川市远衡机动车检测（云泽）有限责任公司", "远衡机动车检测(云泽)有限公司"),
        ("ＡＢＣ检验检测有限公司", "ABC检测有限公司"),
        ("白石区一苇环境检测有限公司", "云泽省澄川市白石区一苇环境检测有限公司"),
    ],
)
def test_two_spellings_of_a_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_institutions_keep_different_keys() -> None:
    assert name_key("澄川市明尺检测有限公司") != name_key("澄川市明衡检测有限公司")


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18), st.integers(0, 16))
def test_swapped_neighbours_are_one_slip_in_both_directions(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert bool(code_slip(code, swapped)) == (code != swapped)
    assert bool(code_slip(swapped, code)) == (code != swapped)


def test_two_wrong_characters_apart_are_no_slip() -> None:
    assert code_slip("91990103MA7K2RQ40M", "91990104MA7K2RQ41M") == ""


def entry(pk: int, uscc: str, name: str, **values: str) -> Institution:
    return Institution(pk=pk, uscc=uscc, name=name, name_key=name_key(name), **values)


def test_a_pair_needs_more_than_a_telephone_and_a_representative() -> None:
    left = entry(1, "91990103MA7K2RQ40M", "甲检测有限公司", phone="139", legal_rep="闻人牧")
    right = entry(2, "91990104MA5HD83T0C", "乙检测有限公司", phone="139", legal_rep="闻人牧")
    assert candidates([left, right], {}) == []


def test_a_slip_in_the_code_with_the_same_name_is_proposed_with_its_reasons() -> None:
    left = entry(1, "91990103MA7K2RQ40M", "澄川市远衡检测有限公司")
    right = entry(2, "91990103MA7K2RQ04M", "澄川市远衡检测有限责任公司")
    (found,) = candidates([left, right], {})
    assert found.score >= THRESHOLD
    assert any("互换" in reason for reason in found.reasons)
    assert any("名称" in reason for reason in found.reasons)


def test_one_certificate_number_under_two_codes_is_proposed() -> None:
    left = entry(1, "91990103MA7K2RQ40M", "甲检测有限公司")
    right = entry(2, "91990104MA5HD83T0C", "乙检测有限公司")
    (found,) = candidates([left, right], {1: {"219905340127"}, 2: {"219905340127"}})
    assert "219905340127" in found.reasons[0]
