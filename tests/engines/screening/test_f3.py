"""F3: reports for sale."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hengjian.backends.packs import pack_tables
from hengjian.engines.screening.detectors.f3_report_selling import DETECTOR, plain, tokens_of, weigh
from tests.engines.screening.screened import LAB, Rows, lab, screened

TERMS = pack_tables()["pack_selling_terms"].to_pylist()
SEEN = datetime(2026, 4, 1, 10, 0, 0)


def listed(text: str, **columns: Any) -> Rows:
    tables = lab(fee_fen=80_000)
    for place, report in enumerate(tables["reports"]):
        report["report_no"] = f"HJ2026-{place:05d}"
    row = {"listing_id": "L1", "platform": "某平台", "shop": "快检小店", "text": text, "price_fen": 50_000}
    tables["listings"] = [row | {"certificate_text": None, "seen_at": SEEN} | columns]
    return tables


def test_a_listing_with_a_report_of_ours_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, listed("质检报告不用寄样，当天出！样例HJ2026-00007"), tmp_path)
    assert found.severities == ["strong"] and found[0]["report_ids"] == "R007" and found[0]["violation"] == "ACC-37"
    assert found[0]["institution_id"] == LAB and found.evidence()["rows"][0]["linked_by"] == "report"


@pytest.mark.parametrize("columns", [{"certificate_text": "CMA 259912010001"}, {"shop": "虚构甲检测（官方）"}])
def test_only_our_certificate_or_name_is_a_question(tmp_path: Path, columns: dict[str, str]) -> None:
    found = screened(DETECTOR, listed("检☆测 报 告 包★过，不用 寄样", **columns), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"alone"}


@pytest.mark.parametrize(
    "text",
    [
        "检测报告，请寄样到实验室，收样后三天出具，加急当天出，样例HJ2026-00007",
        "本店拒绝包过、严禁改数据，绝不直出报告 HJ2026-00007",
        "正规CMA检测报告，官网可查 HJ2026-00007",
        "",
    ],
)
def test_lawful_offers_are_silent(tmp_path: Path, text: str) -> None:
    found = screened(DETECTOR, listed(text), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_nobody_of_the_dataset_is_accused_for_a_stranger(tmp_path: Path) -> None:
    assert screened(DETECTOR, listed("不用寄样，直出报告，包过"), tmp_path) == []


def test_a_price_far_below_ours_adds_weight(tmp_path: Path) -> None:
    text = "检测报告直出 样例HJ2026-00007"
    assert screened(DETECTOR, listed(text), tmp_path) == []
    found = screened(DETECTOR, listed(text, price_fen=10_500), tmp_path / "cheap")
    assert found.severities == ["strong"] and found.evidence()["rows"][0]["price_yuan"] == 105


def test_terms_count_once_and_signs_between_characters_do_not_hide_them() -> None:
    weight, shown, strong = weigh(plain("不-用-寄-样 免寄样 ＣＭＡ"), TERMS)
    assert (weight, strong) == (5, True) and len(shown) == 2
    assert weigh(plain("没有样品"), TERMS)[0] == 0
    assert tokens_of("编号ｈｊ2026-00007，CMA 259912010001, abcdefgh") == {"HJ2026-00007", "259912010001"}


def test_without_listings_it_is_skipped(tmp_path: Path) -> None:
    assert screened(DETECTOR, lab(), tmp_path).state == "skipped"
