"""D2: first digits, for the record only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d2_first_digits import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened

ITEMS = ("pb", "cd", "tpc", "cod", "ss", "tn")


def wide(*, inventing: int | None = None, spread: float = 1.8) -> Fill:
    """Six items over many decades; the inventing laboratory writes its first digits evenly."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for item in ITEMS:
            amount = float(np.exp(chance.normal(1, spread)))
            if number == inventing:
                amount = float((1 + 9 * chance.random()) * 10.0 ** chance.integers(-1, 3))
            rows.append(value(item, max(amount, 0.01), decimals=2))
        return rows

    return fill


def test_wide_values_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(wide(), labs=24, reports=90), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_even_first_digits_are_shown_as_weak_at_most_three_decibans(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(wide(inventing=3), labs=24, reports=90), tmp_path)
    assert [row["institution_id"] for row in found] == [code(3)]
    assert found.severities == ["weak"] and found[0]["score"] <= 3


def test_narrow_ranges_few_values_and_few_peers_are_not_judged(tmp_path: Path) -> None:
    narrow = screened(DETECTOR, many_labs(wide(spread=0.2), labs=22, reports=90), tmp_path / "a")
    assert narrow == [] and narrow.abstained[code(3)]
    few = screened(DETECTOR, many_labs(wide(inventing=3), labs=22, reports=50), tmp_path / "b")
    assert few == [] and few.abstained[code(3)]
    assert screened(DETECTOR, many_labs(wide(inventing=3), labs=10, reports=90), tmp_path / "c") == []
