"""Result codes and sampling weights: what the installed data say, and every fault named with its place."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.inspecting import (
    load_codes,
    load_weights,
    report_weights,
    result_code,
    result_codes,
    titles,
)
from hengjian.law.loader import lawbook

ON = date(2026, 11, 1)
CORE = {
    "未发现问题", "未按规定公示应当公示的信息", "公示信息隐瞒真实情况、弄虚作假", "通过登记的住所（经营场所）无法联系",
    "发现问题已责令改正", "不配合检查情节严重", "未发现开展本次抽查涉及的经营活动", "发现问题待后续处理",
}  # fmt: skip


def test_fourteen_codes_of_which_eight_are_published():
    codes = result_codes(ON)
    assert [one.id for one in codes] == [f"{number:02d}" for number in range(1, 15)]
    assert {one.wording for one in codes if one.public} == CORE
    assert titles()["10"] == "通过登记的住所（经营场所）无法联系"


def test_a_code_fits_or_does_not_fit_what_was_found():
    assert result_code("01", ON).fits(0)
    assert not result_code("01", ON).fits(1)
    assert result_code("09", ON).fits(2)
    assert not result_code("09", ON).fits(0)
    assert result_code("04", ON).fits(0)
    assert result_code("04", ON).fits(3)


def test_every_code_cites_an_article_of_the_book():
    known = {one.id for one in lawbook().articles}
    assert all(reference.article_id in known for one in result_codes(ON) for reference in one.basis)


def test_a_code_that_is_not_there_is_a_sentence():
    with pytest.raises(NotFound) as refused:
        result_code("99", ON)
    assert refused.value.sentence == "没有编号为“99”的检查结果。"
    with pytest.raises(NotFound):
        report_weights(date(1990, 1, 1))


def test_the_gravest_ground_counts_once():
    weights = report_weights(ON)
    assert weights.weight(set()) == weights.base
    assert weights.weight({"weak", "certain"}) == weights.base + weights.severity_certain
    assert weights.weight({"strong"}) == weights.base + weights.severity_strong


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    findings: none\n", "    findigs: none\n", "unknown key"),
        ("    findings: none\n", "", "missing key"),
        ("    findings: none\n", "    findings: few\n", "not one of"),
        ('id: "02"', 'id: "01"', "twice"),
        ("result_codes:", "codes:", "unknown section"),
        ("    basis: [SPOT-12]\n", "    basis: [第十二条]\n", "not a Reference"),
    ],
)
def test_a_fault_in_the_codes_is_named(tmp_path: Path, old: str, new: str, complaint: str):
    text = files("hengjian.law").joinpath("result_codes.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "result_codes.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as found:
        load_codes(tmp_path)
    assert complaint in str(found.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("base: 1", "base: 0", "a positive integer is needed"),
        ("base: 1", "base: 1.5", "int is needed"),
        ("most: 60", "most: 2", "larger than `most`"),
        ("    most: 60\n", "", "missing key"),
    ],
)
def test_a_fault_in_the_weights_is_named(tmp_path: Path, old: str, new: str, complaint: str):
    text = files("hengjian.law").joinpath("report_sampling.yaml").read_text(encoding="utf-8")
    (tmp_path / "report_sampling.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as found:
        load_weights(tmp_path)
    assert complaint in str(found.value)
    with pytest.raises(LawError):
        load_codes(tmp_path)
