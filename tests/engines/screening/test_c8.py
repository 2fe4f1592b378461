"""C8: wording that is the same where it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.c8_cloned_wording import DETECTOR, clean, grams_of
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, screened

WORDS = "样品外观性状正常包装完好现场采样时天气晴风速湿度温度气压读数记录操作人员复核无异常设备运行平稳"

TEMPLATE = "本报告仅对来样负责未经本机构书面批准不得部分复制报告涂改无效结果只与被检样品有关"


def noted(reports: int = 60) -> Rows:
    """Every report with a note of its own; every other one is the second laboratory's."""
    chance = np.random.default_rng(5)
    tables = lab(reports)
    tables["results"] = []
    for place, report in enumerate(tables["reports"]):
        report["institution_id"] = (LAB, OTHER_LAB)[place % 2]
        report["client_id"] = f"C{place}"
        letters = "".join(WORDS[int(one)] for one in chance.integers(len(WORDS), size=60))
        report["remarks"] = f"{letters}，{int(chance.integers(1000, 9999))}号点位"
        for item in range(6):
            value = round(float(np.exp(chance.normal(1, 0.5))), 3)
            row = {"report_id": report["report_id"], "item_code": f"i{item}", "replicate": 0}
            tables["results"].append(row | {"value_text": f"{value:.3f}", "value": value})
    return tables


def copy(tables: Rows, source: int, target: int, *, results: bool = False, **columns: object) -> Rows:
    tables["reports"][target]["remarks"] = tables["reports"][source]["remarks"]
    tables["reports"][target].update(columns)
    if results:
        for place in range(6):
            values = {name: tables["results"][6 * source + place][name] for name in ("value", "value_text")}
            tables["results"][6 * target + place].update(values)
    return tables


def test_own_words_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, noted(), tmp_path)
    assert found == [] and found.abstained == {LAB: "", OTHER_LAB: ""}


def test_the_same_words_at_two_institutions_are_a_question_for_both(tmp_path: Path) -> None:
    found = screened(DETECTOR, copy(noted(), 4, 11), tmp_path)
    assert found.severities == ["weak", "weak"]
    assert {row["institution_id"] for row in found} == {LAB, OTHER_LAB} and len(
        {row["subject_id"] for row in found}
    ) == 1


def test_words_and_five_results_in_common_are_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, copy(noted(), 4, 11, results=True), tmp_path)
    assert found.severities == ["strong", "strong"] and found.evidence()["rows"][0]["equal_values"] == 6


def test_a_letter_or_a_comma_changed_is_still_the_same_wording(tmp_path: Path) -> None:
    tables = copy(noted(), 4, 11)
    text = tables["reports"][11]["remarks"]
    tables["reports"][11]["remarks"] = text[:20] + " , " + text[20:40] + "甲" + text[41:]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak", "weak"]


def test_templates_are_nobody_s_words(tmp_path: Path) -> None:
    tables = noted(120)
    for place in range(0, 120, 3):
        tables["reports"][place]["remarks"] = (
            "本报告仅对来样负责未经本机构书面批准不得部分复制报告涂改无效结果只与被检样品有关"
        )
    assert screened(DETECTOR, tables, tmp_path) == []


def test_inside_one_institution_only_other_clients_with_the_same_figures_are_asked_about(tmp_path: Path) -> None:
    found = screened(DETECTOR, copy(noted(), 4, 10), tmp_path / "clients")
    assert found.severities == ["weak"]
    assert screened(DETECTOR, copy(noted(), 4, 10, client_id="C4"), tmp_path / "client") == []
    own = copy(noted(), 4, 10)
    text = own["reports"][4]["remarks"]
    own["reports"][10]["remarks"] = text[:-7] + "1" * 4 + text[-3:]
    assert screened(DETECTOR, own, tmp_path / "figures") == []


def test_corrections_and_short_or_absent_notes_are_not_judged(tmp_path: Path) -> None:
    assert screened(DETECTOR, copy(noted(), 4, 11, corrects="R004"), tmp_path / "corrects") == []
    short = noted()
    for row in short["reports"]:
        row["remarks"] = "样品完好"
    found = screened(DETECTOR, short, tmp_path / "short")
    assert found == [] and found.abstained[LAB] == "可判数量0，少于1"
    assert screened(DETECTOR, lab(), tmp_path / "none").abstained[LAB] == "可判数量0，少于1"


def test_stretches_are_the_same_wherever_they_stand() -> None:
    one, other = grams_of(clean("采样时天气晴")), grams_of(clean("A，采样时天 气晴"))
    assert set(one.tolist()) <= set(other.tolist()) and len(grams_of("天气")) == 0
