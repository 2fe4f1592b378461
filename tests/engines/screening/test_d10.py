"""D10: parts and wholes, sums, and lost relations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d10_relations import DETECTOR, explained, swapped
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import LAB, Rows, lab, screened


def water(*pairs: tuple[str, str], names: tuple[str, str] = ("五日生化需氧量", "化学需氧量")) -> Rows:
    """Forty reports with BOD5 20.0 and COD 60; `pairs` replace the first ones."""
    tables = lab()
    tables["results"] = []
    for place, report in enumerate(tables["reports"]):
        texts = pairs[place] if place < len(pairs) else ("20.0", "60")
        for item, name, text in zip(("bod5", "cod"), names, texts, strict=True):
            row = {"report_id": report["report_id"], "item_code": item, "item_name": name, "value_text": text}
            tables["results"].append(row | {"value": float(text), "replicate": 0, "unit": "mg/L"})
    return tables


def test_parts_below_their_wholes_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, water(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_within_both_uncertainties_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, water(("70.0", "60")), tmp_path) == []


def test_parts_above_their_wholes_are_a_question_once_and_certain_again_and_again_without_any_peers(
    tmp_path: Path,
) -> None:
    assert screened(DETECTOR, water(("888", "19")), tmp_path / "a").severities == ["weak"]
    assert screened(DETECTOR, water(("111", "88.8")), tmp_path / "b") == []
    pairs = (("99.9", "11.1"), ("77.7", "11.1"), ("88.8", "11.1"), ("66.6", "11.1"))
    found = screened(DETECTOR, water(*pairs), tmp_path / "c")
    assert found.severities == ["certain"] and len(found[0]["report_ids"].split("|")) == 4


def test_a_decimal_point_or_exchanged_values_are_data_questions(tmp_path: Path) -> None:
    for place, pair in enumerate((("200", "60"), ("20.0", "6.0"), ("60", "20.0"), ("91.0", "60"))):
        found = screened(DETECTOR, water(pair), tmp_path / str(place))
        assert found.severities == ["weak"], pair


def test_a_slip_in_an_unusual_sample_is_a_data_question() -> None:
    row = {"part": 4950.0, "whole": 619.0, "part_text": "4950", "whole_text": "619", "low": 0.71, "high": 0.775}
    assert explained(row)
    assert not explained(row | {"part": 5600.0, "part_text": "5600"})


def test_other_units_and_non_detects_are_not_compared(tmp_path: Path) -> None:
    tables = water(("999", "11"))
    tables["results"][1]["unit"] = "g/L"
    assert screened(DETECTOR, tables, tmp_path / "a") == []
    tables = water(("999", "11"))
    tables["results"][1] |= {"value_text": "<4", "value": None}
    assert screened(DETECTOR, tables, tmp_path / "b") == []


def test_steel_allows_less_than_water(tmp_path: Path) -> None:
    names = ("下屈服强度", "抗拉强度")
    assert screened(DETECTOR, water(*[("60", "60")] * 40, names=names), tmp_path / "a") == []
    found = screened(DETECTOR, water(*[("66", "60")] * 4, names=names), tmp_path / "b")
    assert found.severities == ["certain"]


def test_the_four_shares_of_coal_make_a_hundred(tmp_path: Path) -> None:
    tables = lab()
    shares = {"水分": 2.5, "灰分": 20.0, "挥发分": 30.0, "固定碳": 47.5}
    tables["results"] = [
        value(name, share + (3 if name == "灰分" and place < 4 else 0))
        | {"report_id": report["report_id"], "unit": "%"}
        for place, report in enumerate(tables["reports"])
        for name, share in shares.items()
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and len(found[0]["report_ids"].split("|")) == 4


def drawn(*, shuffled: bool) -> Fill:
    """BOD5 about a third of COD; laboratory 3 draws both by themselves."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        cod = float(np.exp(chance.normal(4, 0.6)))
        other = float(np.exp(chance.normal(4, 0.6))) if shuffled and number == 3 else cod
        bod = 0.3 * other * float(np.exp(chance.normal(0, 0.2)))
        columns = {"unit": "mg/L"}
        return [value("bod5", bod, item_name="BOD5", **columns), value("cod", cod, item_name="COD", **columns)]

    return fill


def test_values_that_do_not_go_together_are_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(drawn(shuffled=True), labs=24), tmp_path / "a")
    assert found.natures() >= {"loose"} and {row["institution_id"] for row in found} == {code(3)}
    loose = [row for row in found if "没有" in row["evidence"]]
    assert [row["severity"] for row in loose] == ["weak"]
    assert screened(DETECTOR, many_labs(drawn(shuffled=False), labs=24), tmp_path / "b") == []


def test_without_such_items_nobody_is_judged(tmp_path: Path) -> None:
    found = screened(DETECTOR, water(names=("铅", "镉")), tmp_path)
    assert found == [] and found.abstained[LAB]


def test_exchanged_neighbours() -> None:
    assert swapped("12.5") == [21.5, 1.25] and swapped("11") == []
