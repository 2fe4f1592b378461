"""Seven beliefs about the law that are out of date, each asked on the day it changed."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import article_as_of, citation_for, cite, resolve, sector_rules
from hengjian.law.loader import lawbook

LAST_OLD_DAY = date(2025, 4, 30)
FIRST_NEW_DAY = date(2025, 5, 1)


def clock(name: str, on: date) -> tuple[int, str]:
    (found,) = [one for one in lawbook().as_of(on).clocks if one.id == name]
    return found.length, found.unit


@pytest.mark.parametrize(
    ("violation", "old", "new", "most"),
    [
        ("SUP-14.4", "第十三条第二款第（四）项", "第十四条第二款第（四）项", 5_000_000),
        ("SUP-15.2", "第十四条第二款第（二）项", "第十五条第二款第（二）项", 10_000_000),
    ],
)
def test_v1_reports_bear_new_articles_and_sums_from_2025_05_01(violation: str, old: str, new: str, most: int) -> None:
    before = citation_for(violation, "other", LAST_OLD_DAY)
    after = citation_for(violation, "other", FIRST_NEW_DAY)
    assert (before.articles[0].citation.place, after.articles[0].citation.place) == (old, new)
    assert [(one.min_fen, one.max_fen) for one in before.penalty.amounts] == [(3_000_000, 3_000_000)]
    assert [(one.min_fen, one.max_fen) for one in after.penalty.amounts] == [(None, most)]
    assert "通报批评" not in before.penalty.measures
    assert "通报批评" in after.penalty.measures
    assert [one.citation.article for one in after.penalty_articles] == [27]
    assert before.penalty_articles[0].citation.article == 26


def test_v1_the_other_number_is_named_once() -> None:
    assert article_as_of("SUP-15.2", FIRST_NEW_DAY).text.endswith("第十五条第二款第（二）项（修改前为第十四条）")
    assert article_as_of("SUP-15.2", LAST_OLD_DAY).text.endswith("第十四条第二款第（二）项（现为第十五条）")


@pytest.mark.parametrize(("current", "old"), [(8, 7), (12, 11), (13, 12), (14, 13), (15, 14), (26, 25), (27, 26)])
def test_v1_every_article_after_the_inserted_sixth_moved_by_one(current: int, old: int) -> None:
    name = f"SUP-{current:02d}"
    assert article_as_of(name, LAST_OLD_DAY).citation.article == old
    assert article_as_of(name, FIRST_NEW_DAY).citation.article == current


def test_v1_the_inserted_article_did_not_exist_before_and_the_first_ones_kept_their_number() -> None:
    assert article_as_of("SUP-06", FIRST_NEW_DAY).citation.article == 6
    with pytest.raises(NotFound, match="没有对应"):
        article_as_of("SUP-06", LAST_OLD_DAY)
    assert article_as_of("SUP-04", LAST_OLD_DAY).citation.article == 4


def test_v1_a_false_report_in_the_new_text_reaches_the_hearing_sum_and_an_inaccurate_one_does_not() -> None:
    assert citation_for("SUP-15.1", "other", FIRST_NEW_DAY).hearing is not None
    assert citation_for("SUP-14.1", "other", FIRST_NEW_DAY).hearing is None
    assert citation_for("SUP-15.1", "other", LAST_OLD_DAY).hearing is None


def test_v2_mediation_takes_sixty_days_and_the_duty_to_tell_informants_is_gone_from_2026_04_15() -> None:
    assert clock("CMP-23", date(2026, 4, 14)) == (45, "working_days")
    assert clock("CMP-23", date(2026, 4, 15)) == (60, "days")
    assert clock("CMP-31", date(2026, 4, 14)) == (5, "working_days")
    assert "CMP-31" not in {one.id for one in lawbook().as_of(date(2026, 4, 15)).clocks}


def test_v3_publication_of_penalties_has_three_tiers_from_2025_12_25() -> None:
    tiers = {"PUB-13", "PUB-14", "PUB-14.stop", "PUB-15", "PUB-15.stop"}
    assert not tiers & {one.id for one in lawbook().as_of(date(2025, 12, 24)).clocks}
    assert tiers <= {one.id for one in lawbook().as_of(date(2025, 12, 25)).clocks}
    assert clock("PUB-13", date(2025, 12, 25)) == (3, "months")
    assert clock("PUB-14.stop", date(2025, 12, 25)) == (3, "years")


def test_v4_vehicle_emission_fraud_falls_under_the_code_from_2026_08_15() -> None:
    def cited(on: date) -> list[str]:
        found = citation_for("SUP-15.2", "vehicle", on, test_kind="emission")
        assert found.transfer
        assert found.authority == "生态环境主管部门"
        return [one.text for sector in found.sector for one in sector.citations]

    assert cited(date(2026, 8, 14)) == ["《中华人民共和国大气污染防治法》第一百一十二条"]
    assert cited(date(2026, 8, 15)) == ["《中华人民共和国生态环境法典》第一千二百三十条"]
    assert resolve("DQ112", date(2026, 8, 14)) == ("SP-08b",)
    assert resolve("DQ112", date(2026, 8, 15)) == ("SP-08",)


def test_v5_environmental_monitoring_has_its_own_regulation_from_2026_01_01() -> None:
    assert sector_rules("environment", date(2025, 12, 31), conduct="false_report") == ()
    (rule,) = sector_rules("environment", date(2026, 1, 1), conduct="false_report")
    assert (rule.id, rule.transfer) == ("SP-09", True)


def test_v6_the_review_criteria_of_2023_are_in_force_and_rbt_214_is_no_ground_for_a_penalty() -> None:
    book = lawbook()
    assert {"CRIT", "CRIE"} <= {one.key for one in book.as_of(date(2026, 1, 1)).instruments}
    assert "CRIT" not in {one.key for one in book.as_of(date(2023, 11, 30)).instruments}
    (rbt,) = [one for one in book.test_standards if one.standard_no == "RB/T 214-2017"]
    assert rbt.note is not None
    assert "推荐性" in rbt.note


def test_v7_the_amended_measures_have_29_articles_and_upper_limits_not_fixed_sums() -> None:
    measures = lawbook().as_of(FIRST_NEW_DAY).instrument("SUP")
    assert measures is not None
    assert measures.versions[0].articles == 29
    assert max(one.versions[-1].number for one in lawbook().articles if one.id.startswith("SUP-")) <= 29
    two_step = citation_for("SUP-12", "other", FIRST_NEW_DAY).penalty
    assert two_step.two_step
    assert [(one.min_fen, one.max_fen) for one in two_step.amounts] == [(None, 3_000_000)]


def test_a_day_before_the_recorded_texts_is_refused_instead_of_answered_with_a_later_text() -> None:
    with pytest.raises(NotFound, match="没有录入2021年5月31日"):
        citation_for("SUP-15.2", "other", date(2021, 5, 31))
    with pytest.raises(NotFound, match="没有录入"):
        article_as_of("SUP-15", date(2021, 5, 31))
    assert citation_for("SUP-15.2", "other", date(2021, 6, 1)).articles[0].citation.version == "令第39号"


def test_a_whole_instrument_can_be_cited() -> None:
    (reference,) = [one.basis[0] for one in lawbook().sector_rules if one.id == "SP-16"]
    assert cite(reference, date(2024, 1, 1)).text == "《建设工程质量检测管理办法》"
