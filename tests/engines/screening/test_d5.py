"""D5: a hole just beyond the limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d5_bunching import BINS, DETECTOR, SIDES, fit
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened


def near_limit(*, moved: float = 0.0, decimals: int = 3, centre: float = 1.0, op: str = "<=") -> Fill:
    """Values scattered about a limit of 1; laboratory 2 moves a share of the failures up to 4 % beyond just inside."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        amount = float(centre * np.exp(chance.normal(-0.05, 0.2)))
        if number == 2 and 1 < amount <= 1.04 and chance.random() < moved:
            amount = 0.99
        if op == ">=":
            amount = 2 - amount
            return [value("rm", max(amount, 0.01), decimals=decimals, limit_op=op, limit_low=1.0, limit_high=None)]
        return [value("pb", amount, decimals=decimals, limit_op=op, limit_high=1.0, limit_low=None)]

    return fill


def test_a_smooth_density_is_silent_even_if_steep(tmp_path: Path) -> None:
    for place, centre in enumerate((1.0, 0.75, 1.2)):
        found = screened(DETECTOR, many_labs(near_limit(centre=centre), labs=2, reports=600), tmp_path / str(place))
        assert found == [] and not found.abstained[code(1)]


def test_failures_moved_inside_are_found_and_counted(tmp_path: Path) -> None:
    for op in ("<=", ">="):
        tables = many_labs(near_limit(moved=0.9, op=op), labs=3, reports=900)
        found = screened(DETECTOR, tables, tmp_path / op.replace("<", "l").replace(">", "g"))
        assert [row["institution_id"] for row in found] == [code(2)] and found.severities == ["strong"]
        row = found.evidence()["rows"][0]
        assert row["beyond"] < 15 and 30 < row["missing"] < 110 and row["missing_low"] > 10
        assert sum(int(count) for count in row["histogram"].split()) == row["values"]


def test_clients_who_aim_below_the_limit_are_no_hole(tmp_path: Path) -> None:
    """Process control: narrow, well inside the limit, but smooth."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        amount = float(chance.normal(0.93, 0.04)) if number == 2 else float(np.exp(chance.normal(-0.05, 0.2)))
        return [value("pb", amount, limit_op="<=", limit_high=1.0, limit_low=None)]

    assert screened(DETECTOR, many_labs(fill, labs=3, reports=700), tmp_path) == []


def test_products_that_end_just_inside_the_limit_have_no_hole_beyond(tmp_path: Path) -> None:
    """A standard quality sold at one purity: a heap inside, nothing beyond."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        heap = chance.random() < 0.35
        amount = float(chance.normal(0.97, 0.004)) if heap else float(chance.uniform(0.76, 0.98))
        return [value("au", min(amount, 0.985), limit_op="<=", limit_high=1.0, limit_low=None)]

    assert screened(DETECTOR, many_labs(fill, labs=3, reports=300), tmp_path) == []


def edges(*, edited: float = 0.0, aims: float = 0.0, crowded: float = 1.0) -> Fill:
    """Six items far below their limits, five hundred clients; laboratory 2 writes some failures as 0.99."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        report["client_id"] = f"C{number}-{int(chance.integers(0, 40))}"
        rows = []
        for item in range(6):
            amount = float(np.exp(chance.normal(-1.2, 0.5))) * (crowded if number == 2 else 1.0)
            rows.append(value(f"i{item}", amount, limit_op="<=", limit_high=1.0, limit_low=None))
        if number == 2 and chance.random() < edited:
            rows[0] = value("i0", 0.99, limit_op="<=", limit_high=1.0, limit_low=None)
        if number == 2 and chance.random() < aims:
            report["client_id"] = "C2-0"
            rows[0] = value("i0", 0.99, limit_op="<=", limit_high=1.0, limit_low=None)
        return rows

    return fill


def test_far_more_clients_just_inside_the_limit_than_elsewhere_are_named_with_their_reports(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(edges(edited=0.15), reports=80), tmp_path)
    assert [row["institution_id"] for row in found] == [code(2)] and found.severities == ["strong"]
    row = found.evidence()["rows"][0]
    assert row["scope"] == "edge" and row["inside"] > 3 * row["expected_inside"]
    assert len(found[0]["report_ids"].split("|")) >= row["inside"]


def test_one_client_at_the_limit_or_samples_near_it_as_a_rule_accuse_nobody(tmp_path: Path) -> None:
    for place, kind in enumerate(({}, {"aims": 0.3}, {"crowded": 1.6}, {"crowded": 2.5})):
        found = screened(DETECTOR, many_labs(edges(**kind), reports=80), tmp_path / str(place))
        assert [row for row in found if row["severity"] != "weak"] == []


def test_coarse_values_few_values_or_no_limits_are_not_judged(tmp_path: Path) -> None:
    coarse = screened(DETECTOR, many_labs(near_limit(moved=1.0, decimals=1), labs=3, reports=400), tmp_path / "a")
    assert coarse == [] and coarse.abstained[code(2)]
    few = screened(DETECTOR, many_labs(near_limit(moved=1.0), labs=3, reports=150), tmp_path / "b")
    assert few == [] and "少于200" in few.abstained[code(2)]
    tables = many_labs(near_limit(moved=1.0), labs=3, reports=400)
    for row in tables["results"]:
        row["limit_op"] = None
    assert screened(DETECTOR, tables, tmp_path / "c").abstained[code(2)]


def test_equal_values_do_not_settle_and_accuse_nobody() -> None:
    counts = np.zeros(len(SIDES))
    counts[BINS - 1] = 500
    assert fit(counts) is None


def test_the_fit_finds_no_hole_in_an_exact_curve() -> None:
    place = SIDES - np.sign(SIDES) / 2
    smooth = fit(np.exp(5 - 0.1 * place - 0.004 * place**2))
    assert smooth is not None and abs(smooth.z) < 0.5
