"""The catalogue: sector law first, authority, aliases, search and the reverse index."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import citation_for, resolve, search, sector_rules, threshold, uses, violation
from hengjian.law.loader import lawbook
from hengjian.law.wording import amount_text, length_text, money_text

ON = date(2026, 10, 14)
CONTRACT_IDS = {
    *(f"SUP-14.{n}" for n in range(1, 5)),
    *(f"SUP-15.{n}" for n in range(1, 6)),
    "SUP-08",
    "SUP-11",
    "SUP-12",
    "SUP-13",
    "ACC-34",
    "ACC-35",
    "ACC-36.1",
    "ACC-36.2",
    "ACC-37",
}
FIELD_CODES = [
    "food",
    "product",
    "special_equipment",
    "vehicle",
    "tank",
    "construction",
    "building_material",
    "environment",
    "medical_device",
    "ppe",
    "carbon",
    "cosmetics",
    "drug",
    "fire",
    "jewelry",
    "fertilizer",
    "ebike",
    "children",
    "forensic",
    "other",
]


def test_the_catalogue_holds_exactly_the_violations_that_findings_may_name() -> None:
    assert {one.id for one in lawbook().violations} == CONTRACT_IDS
    assert [one.code for one in lawbook().fields] == FIELD_CODES


@pytest.mark.parametrize("field", FIELD_CODES)
@pytest.mark.parametrize("violation_id", sorted(CONTRACT_IDS))
def test_every_violation_can_be_cited_in_every_field(violation_id: str, field: str) -> None:
    for on in (date(2021, 6, 1), date(2025, 4, 30), date(2025, 5, 1), ON):
        cited = citation_for(violation_id, field, on)
        assert cited.article.startswith("《")
        assert cited.penalty.measures
        assert all(sector.citations and sector.text for sector in cited.sector)
        assert cited.transfer == (bool(cited.sector) and cited.sector[0].rule.transfer)


@pytest.mark.parametrize(
    ("field", "expected", "transfer"),
    [
        ("food", ["SP-02", "SP-06"], False),
        ("product", ["SP-01"], False),
        ("medical_device", ["SP-03"], False),
        ("special_equipment", ["SP-05"], False),
        ("environment", ["SP-09"], True),
        ("carbon", ["SP-10"], True),
        ("construction", ["SP-16"], True),
        ("other", [], False),
    ],
)
def test_sector_law_goes_first_and_says_who_punishes(field: str, expected: list[str], transfer: bool) -> None:
    cited = citation_for("SUP-15.1", field, ON)
    assert [one.rule.id for one in cited.sector] == expected
    assert cited.transfer is transfer
    assert ("应移送" in cited.sector[0].text if expected else not cited.sector) == (transfer or not expected)
    assert cited.penalty.residual


def test_the_kind_of_vehicle_test_decides_between_police_and_environment() -> None:
    assert citation_for("SUP-15.1", "vehicle", ON, test_kind="safety").authority == "公安机关交通管理部门"
    assert citation_for("SUP-15.1", "vehicle", ON, test_kind="emission").authority == "生态环境主管部门"
    assert citation_for("SUP-15.1", "vehicle", ON).authority == "公安机关交通管理部门或者生态环境主管部门"


def test_local_law_counts_only_in_its_area_and_after_national_law() -> None:
    assert [one.id for one in sector_rules("food", ON, conduct="false_report", area_code="310104")] == [
        "SP-02",
        "SP-06",
        "SP-11",
    ]
    assert "SP-11" not in {one.id for one in sector_rules("food", ON, area_code="990101")}


@pytest.mark.parametrize(
    ("alias", "target"),
    [("M13-1", "SUP-14.1"), ("M14-5", "SUP-15.5"), ("Q-none", "ACC-34"), ("Q-exp", "ACC-37"), ("M26", "SUP-27")],
)
def test_old_names_lead_to_the_current_entries(alias: str, target: str) -> None:
    assert resolve(alias, ON) == (target,)


def test_an_alias_with_two_meanings_gives_both_and_is_not_cited_as_one() -> None:
    assert resolve("Q-people", ON) == ("SUP-08", "SUP-12")
    with pytest.raises(NotFound, match="可指多项"):
        citation_for("Q-people", "other", ON)
    assert citation_for("M14-2", "other", ON).violation.id == "SUP-15.2"


@pytest.mark.parametrize("name", ["SUP-15.9", "XYZ", ""])
def test_unknown_names_are_answered_with_a_sentence(name: str) -> None:
    with pytest.raises(NotFound, match="没有"):
        violation(name)
    with pytest.raises(NotFound, match="没有"):
        resolve(name, ON)
    with pytest.raises(NotFound, match="领域代码"):
        sector_rules(name, ON)


def test_search_reads_the_numbering_of_the_day() -> None:
    assert "SUP-14" in {one.id for one in search("监督管理办法 第十三条", date(2025, 4, 30))}
    assert "SUP-14" not in {one.id for one in search("监督管理办法》第十三条", date(2025, 5, 1))}
    assert "PEN-18" in {one.id for one in search("线索核查", ON)}
    assert {one.kind for one in search("gb 2762-2022", ON)} == {"test_standard"}
    assert search("   ", ON) == ()
    assert search("没有这样的词语", ON) == ()


def test_the_reverse_index_tells_what_cites_an_article() -> None:
    users = {(one.kind, one.id) for one in uses("SUP-15")}
    assert {("violation", f"SUP-15.{n}") for n in range(1, 6)} <= users
    assert any(kind == "check_item" for kind, _ in users)
    assert ("clock", "PEN-18") in {(one.kind, one.id) for one in uses("PEN-18")}
    assert ("check_item", "CK-B3") in {(one.kind, one.id) for one in uses("SUP-08")}
    assert ("threshold", "VE-01") in {(one.kind, one.id) for one in uses("GB 18285-2018")}
    assert uses("no such entry") == ()


def test_thresholds_answer_as_of_a_day() -> None:
    assert str(threshold("DR-08", ON).value("share_percent")) == "15"
    assert str(threshold("VE-01", ON).value("co_plus_co2_min")) == "6"
    with pytest.raises(NotFound):
        threshold("DR-08", date(2021, 10, 11))
    with pytest.raises(KeyError):
        threshold("VE-01", ON).value("no such number")


def test_a_replaced_standard_ends_the_day_its_successor_starts() -> None:
    def in_force(on: date) -> set[str]:
        return {one.standard_no for one in lawbook().as_of(on).test_standards if one.standard_no.startswith("GB 2762")}

    assert in_force(date(2023, 6, 29)) == {"GB 2762-2017"}
    assert in_force(date(2023, 6, 30)) == {"GB 2762-2022"}


@pytest.mark.parametrize(("fen", "text"), [(3_000_000, "3万元"), (20_050, "200.5元"), (500_000, "5000元"), (0, "0元")])
def test_money_is_written_as_in_the_law(fen: int, text: str) -> None:
    assert money_text(fen) == text


def test_sums_and_periods_read_as_sentences() -> None:
    sums = {one.id: [amount_text(amount) for amount in one.institution] for one in lawbook().sector_rules}
    assert sums["SP-02"][0] == "处检验检测费用5倍以上10倍以下罚款（检验费用一万元以上）"
    assert sums["SP-05"] == ["处5万元以上20万元以下罚款"]
    lengths = {one.id: length_text(one) for one in lawbook().clocks}
    assert (lengths["PEN-18"], lengths["SUP-13"], lengths["ACC-13"]) == ("15个工作日内", "不少于6年", "3个月前")
