"""D1: last digits against the peers' at the same resolution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d1_terminal_digits import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened

ITEMS = ("pb", "cd", "hg", "as")


def measuring(*, invented: float = 0.0, coarse: int | None = None, factor: float = 1.0) -> Fill:
    """Values of four items around 50 with a step of 0.1; laboratory 3 invents a share of them, ending in 0 or 5."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for item in ITEMS:
            amount = float(np.exp(chance.normal(4, 0.4)))
            if number == 3 and chance.random() < invented:
                amount = round(amount * 2) / 2
            if number == coarse:
                amount = round(amount)
            rows.append(value(item, round(amount, 1) * factor, decimals=1, instrument_id=f"E{number}"))
        return rows

    return fill


def test_measured_digits_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(measuring(), labs=24, reports=80), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_digits_that_prefer_0_and_5_in_several_items_are_found(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(measuring(invented=0.7), labs=24, reports=80), tmp_path)
    assert {row["institution_id"] for row in found} == {code(3)} and found.severities == ["strong"]
    row = found.evidence()["rows"][0]
    assert row["digit"] in (0, 5) and row["most_share"] > 30 and row["values"] > 250 and row["scope"] == "all"
    assert found[0]["score"] <= 13


def test_one_item_alone_is_a_question_only(tmp_path: Path) -> None:
    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        return measuring(invented=0.8)(chance, number, report)[:1]

    found = screened(DETECTOR, many_labs(fill, labs=22, reports=240), tmp_path)
    assert found.severities == ["weak", "weak"] and {row["institution_id"] for row in found} == {code(3)}


def test_a_coarse_instrument_is_compared_at_its_own_step(tmp_path: Path) -> None:
    assert screened(DETECTOR, many_labs(measuring(coarse=3), labs=24, reports=80), tmp_path) == []


def test_digits_that_are_odd_everywhere_accuse_nobody(tmp_path: Path) -> None:
    """A unit conversion gives everybody the same uneven digits."""
    assert screened(DETECTOR, many_labs(measuring(factor=1.4), labs=24, reports=80), tmp_path) == []


def test_few_values_few_peers_equal_or_hardly_varying_values_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, many_labs(measuring(invented=1.0), labs=24, reports=40), tmp_path / "a")
    assert few == [] and "少于200" in few.abstained[code(3)]
    assert screened(DETECTOR, many_labs(measuring(invented=1.0), labs=12, reports=80), tmp_path / "b") == []

    def flat(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        return [value("pb", 0.3, decimals=1), value("cd", float("nan"))]

    assert screened(DETECTOR, many_labs(flat, labs=22, reports=60), tmp_path / "c").abstained[code(0)]
