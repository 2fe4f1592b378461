"""D16: standard deviations that are too much alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors.d16_alike_spreads import DETECTOR
from hengjian.engines.screening.spreads import as_alike_by_chance, spread_of_spreads
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened


def replicated(*, inventing: int | None = None, varied: float = 0.0, decimals: int = 3, size: int = 4) -> Fill:
    """Sets around 50 with RSD 3 %; the inventing laboratory's all have nearly the same spread."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        level = float(np.exp(chance.normal(4, 0.3)))
        noise = chance.standard_normal(size)
        sigma = 0.03 * float(np.exp(chance.normal(0, varied)))
        if number == inventing:
            noise = (noise - noise.mean()) / noise.std(ddof=1) * float(1 + 0.05 * chance.normal())
            sigma = 0.03
        readings = level * (1 + sigma * noise)
        return [value("pb", float(one), decimals=decimals, replicate=n + 1) for n, one in enumerate(readings)]

    return fill


def test_honest_sets_are_silent_whether_their_precision_varies_or_not(tmp_path: Path) -> None:
    for place, varied in enumerate((0.0, 0.4)):
        found = screened(DETECTOR, many_labs(replicated(varied=varied), labs=24, reports=40), tmp_path / str(place))
        assert found == [] and set(found.abstained.values()) == {""}


def test_spreads_alike_beyond_chance_are_found_even_without_peers(tmp_path: Path) -> None:
    for labs in (24, 2):
        found = screened(DETECTOR, many_labs(replicated(inventing=1), labs=labs, reports=40), tmp_path / str(labs))
        assert [row["institution_id"] for row in found] == [code(1)] and found.severities == ["strong"]
        row = found.evidence()["rows"][0]
        assert row["ratio"] < 0.2 and row["sets"] == 40 and row["p_chance"] < 1e-4
        assert row["peers"] == (23 if labs == 24 else 0)


def test_few_sets_coarse_readings_or_equal_readings_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, many_labs(replicated(inventing=1), labs=3, reports=12), tmp_path / "a")
    assert few == [] and few.abstained[code(1)] == "可判数量12，少于20"
    assert screened(DETECTOR, many_labs(replicated(decimals=0), labs=3, reports=40), tmp_path / "b") == []

    def equal(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        return [value("pb", 12.5, replicate=n) for n in (1, 2, 3)]

    assert screened(DETECTOR, many_labs(equal, labs=3, reports=40), tmp_path / "c") == []


@pytest.mark.parametrize("size", [2, 3, 6, 30])
def test_chance_alone_is_called_striking_no_oftener_than_it_should_be(size: int) -> None:
    chance = np.random.default_rng(size)
    freedom = np.full(30, size - 1.0)
    p = []
    for _ in range(2000):
        ratio, _, own = spread_of_spreads(chance.chisquare(size - 1, 30) / (size - 1), freedom)
        p.append(as_alike_by_chance(ratio, own))
    assert np.mean(np.array(p) < 0.01) < 0.02 and np.mean(np.array(p) < 0.001) < 0.004
