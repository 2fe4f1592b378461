"""D3: replicates that agree too well, by item and over all items of an institution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors.d3_replicates import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened

ITEMS = ("pb", "cd", "as", "cr", "ni", "cu", "zn", "hg")
LEVELS = 100.0 * np.exp(np.arange(len(ITEMS)) * 0.05)


def replicates(closer: float, *, share: float = 1.0, precise: float = 1.0, items: int = 8) -> Fill:
    """Two readings of eight items with 3 % of spread; lab 3 is `precise` times it, and a share is pulled together."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        spread = 0.03 * (precise if number == 3 else float(np.exp(chance.normal(0, 0.05))))
        rows = []
        pulled = number == 3 and chance.random() < share
        for item, level in zip(ITEMS[:items], LEVELS, strict=False):
            apart = spread * chance.normal(size=2) * (closer if pulled else 1.0)
            mean = level * float(np.exp(chance.normal(0, 0.1)))
            for place, one in enumerate(apart, start=1):
                rows.append(value(item, mean * (1 + one), decimals=2, replicate=place, method_no="M"))
        return rows

    return fill


def test_a_few_sets_of_many_items_are_judged_together(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(replicates(0.1), reports=8), tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == code(3)
    row = found.evidence()["rows"][0]
    assert row["item_code"] == "all" and row["sets"] == 64 and len(found[0]["report_ids"].split("|")) == 8


def test_where_single_items_tell_it_they_are_named(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(replicates(0.1, items=2), reports=60), tmp_path)
    assert {row["institution_id"] for row in found} == {code(3)}
    assert {row["item_code"] for place in range(len(found)) for row in found.evidence(place)["rows"]} == {"pb", "cd"}


@pytest.mark.parametrize("precise", [1.0, 0.8, 0.65])
def test_honest_and_precise_laboratories_are_silent(tmp_path: Path, precise: float) -> None:
    assert screened(DETECTOR, many_labs(replicates(1.0, precise=precise), reports=30), tmp_path) == []


def test_few_institutions_or_few_sets_are_not_judged_as_wholes(tmp_path: Path) -> None:
    assert screened(DETECTOR, many_labs(replicates(0.1), reports=8, labs=15), tmp_path / "labs") == []
    assert screened(DETECTOR, many_labs(replicates(0.1, items=4), reports=9), tmp_path / "sets") == []
