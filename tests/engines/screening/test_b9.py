"""B9: consumables and prices that do not fit the number of tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.b9_consumables import DETECTOR
from tests.engines.screening.many_labs import code
from tests.engines.screening.screened import Rows, screened

PLATES, GAS = "平皿", "氩气"


def supplied(*, labs: int = 24, reports: int = 60, months: int = 12, differing: float = 0.3, seed: int = 3) -> Rows:
    """A year's plates and gas for about as many reports as were made, and a fee of about 500 yuan."""
    chance = np.random.default_rng(seed)
    tables: Rows = {"institutions": [], "reports": [], "purchases": []}
    for number in range(labs):
        tables["institutions"].append({"institution_id": code(number), "name": f"虚构{number}", "area_code": "990101"})
        habit = float(np.exp(chance.normal(0, differing)))
        for place in range(reports):
            report = f"R{number:03d}-{place:04d}"
            at = datetime(2025, 11, 3, 9) + timedelta(days=6 * place)
            fee = int(50_000 * np.exp(chance.normal(0, 0.15)))
            row = {"report_id": report, "report_no": report, "institution_id": code(number), "field": "food"}
            tables["reports"].append(row | {"object": "大米", "issued_at": at, "fee_fen": fee})
        for month in range(months):
            year, own = divmod(10 + month, 12)
            for kind, usual in ((PLATES, 20.0), (GAS, 2.0)):
                quantity = usual * habit * float(np.exp(chance.normal(0, 0.3)))
                row = {"institution_id": code(number), "month": f"{2025 + year}-{own + 1:02d}", "kind": kind}
                tables["purchases"].append(row | {"quantity": quantity, "unit": "个"})
    return tables


def change(tables: Rows, kind: str, factor: float, place: int = 5) -> Rows:
    for row in tables["purchases"]:
        if row["institution_id"] == code(place) and row["kind"] == kind:
            row["quantity"] *= factor
    return tables


def test_enough_consumables_and_usual_prices_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, supplied(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_a_twentieth_of_the_plates_is_a_question_of_the_gas_as_well_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, change(supplied(), PLATES, 0.05), tmp_path / "one")
    assert [row["institution_id"] for row in found] == [code(5)] and found.severities == ["weak"]
    row = found.evidence()["rows"][0]
    assert row["kind"] == PLATES and row["factor"] > 10
    found = screened(DETECTOR, change(change(supplied(), PLATES, 0.05), GAS, 0.05), tmp_path / "two")
    assert {row["institution_id"] for row in found} == {code(5)} and found.severities == ["strong", "strong"]


def test_honest_thrift_and_stock_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, change(supplied(), PLATES, 0.5), tmp_path / "thrift") == []
    tables = supplied()
    mine = [row for row in tables["purchases"] if row["institution_id"] == code(5)]
    bulk = {kind: sum(row["quantity"] for row in mine if row["kind"] == kind) for kind in (PLATES, GAS)}
    for row in mine:
        row["quantity"] = bulk[row["kind"]] if row["month"] == "2025-11" else 0.001
    assert screened(DETECTOR, tables, tmp_path / "stock") == []


def test_what_everybody_else_buys_and_half_the_price_are_questions(tmp_path: Path) -> None:
    tables = supplied()
    tables["purchases"] = [
        row for row in tables["purchases"] if row["institution_id"] != code(5) or row["kind"] == PLATES
    ]
    found = screened(DETECTOR, tables, tmp_path / "none")
    assert found.severities == ["weak"] and found.natures() == {"none"}
    tables = supplied()
    for row in tables["reports"]:
        if row["institution_id"] == code(5):
            row["fee_fen"] //= 3
    found = screened(DETECTOR, tables, tmp_path / "price")
    assert found.severities == ["weak"] and found.natures() == {"price"}


def test_electricity_of_the_own_site_counts_as_a_consumable(tmp_path: Path) -> None:
    tables = supplied()
    del tables["purchases"]
    tables["sites"] = [{"site_id": f"S{number}", "institution_id": code(number)} for number in range(24)]
    tables["external_events"] = [
        {
            "kind": "power",
            "place_id": f"S{number}",
            "from_at": datetime(2025, 11, 1) + timedelta(days=31 * month),
            "value": (20.0 if number == 5 else 1000.0) * (1 + number % 4 / 10),
            "unit": "kWh",
        }
        for number in range(24)
        for month in range(12)
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.evidence()["rows"][0]["kind"] == "electricity"


def test_few_months_few_peers_no_purchases_or_broken_numbers_are_not_judged(tmp_path: Path) -> None:
    for place, tables in enumerate((supplied(months=9), supplied(labs=15))):
        assert screened(DETECTOR, change(tables, PLATES, 0.02), tmp_path / str(place)) == []
    bare = supplied()
    del bare["purchases"]
    for row in bare["reports"]:
        row["fee_fen"] = None
    found = screened(DETECTOR, bare, tmp_path / "bare")
    assert found == [] and found.abstained[code(0)] == "可判数量0，少于30"
    odd = supplied()
    for row in odd["purchases"]:
        row["quantity"] = float("nan") if row["kind"] == PLATES else float("inf")
    assert screened(DETECTOR, odd, tmp_path / "nan") == []


def test_many_kinds_a_little_short_are_one_strong_finding(tmp_path: Path) -> None:
    """No kind alone is striking, for each is bought once a year; together they are, whatever each product takes."""
    tables = supplied(labs=30, differing=0.15)
    chance = np.random.default_rng(8)
    tables["purchases"] = []
    for place, row in enumerate(tables["reports"]):
        row["object"] = "大米" if (place * place // 50) % 3 else "食用油"
    for number in range(30):
        oil = sum(row["object"] == "食用油" for row in tables["reports"] if row["institution_id"] == code(number))
        for kind in range(6):
            need = (60 - oil) * (1 + kind) + oil * (7 - kind)
            bought = need * float(np.exp(chance.normal(0, 0.25))) * (0.15 if number == 5 else 1.0)
            for month in ("2025-11", "2026-10"):
                row = {"institution_id": code(number), "month": month, "kind": f"耗材{kind}", "unit": "个"}
                tables["purchases"].append(row | {"quantity": bought / 2})
    found = screened(DETECTOR, tables, tmp_path)
    strong = [row for row in found if row["severity"] == "strong"]
    assert {row["institution_id"] for row in found} == {code(5)} and found.natures() >= {"all"} and strong
