"""D4: the middle of triplicates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d4_triplicates import DETECTOR, GRID, by_chance, signs_of
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened


def tripled(*, inventing: int | None = None, decimals: int = 2, sigma: float = 0.5) -> Fill:
    """Triples about 50; the inventing laboratory writes a mean and a little more and less."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        level = float(np.exp(chance.normal(4, 0.2)))
        three = level + sigma * chance.standard_normal(3)
        if number == inventing:
            step = abs(float(chance.normal(0, sigma)))
            three = level + step * np.array([-1.0, 0.05 * float(chance.normal()), 1.0])
        return [value("pb", float(one), decimals=decimals, replicate=n + 1) for n, one in enumerate(three)]

    return fill


def test_measured_triples_are_silent_fine_or_coarse(tmp_path: Path) -> None:
    for place, decimals in enumerate((2, 1, 0)):
        tables = many_labs(tripled(decimals=decimals, sigma=1.0), labs=3, reports=150)
        assert screened(DETECTOR, tables, tmp_path / str(place)) == []


def test_triples_built_around_their_mean_are_found_with_and_without_peers(tmp_path: Path) -> None:
    for labs in (2, 22):
        found = screened(DETECTOR, many_labs(tripled(inventing=1), labs=labs, reports=90), tmp_path / str(labs))
        assert {row["institution_id"] for row in found} == {code(1)} and set(found.severities) == {"strong"}
        row = next(row for place in range(len(found)) for row in found.evidence(place)["rows"])
        assert row["share"] > 60 and row["triples"] > 80


def test_what_all_laboratories_do_accuses_nobody(tmp_path: Path) -> None:
    """A method that keeps the two closest of several readings and their mean."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        return tripled(inventing=number)(chance, number, report)

    assert screened(DETECTOR, many_labs(fill, labs=22, reports=70), tmp_path) == []


def test_few_triples_duplicates_or_equal_readings_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, many_labs(tripled(inventing=1), labs=2, reports=40), tmp_path / "a")
    assert few == [] and few.abstained[code(1)] == "可判数量40，少于60"
    tables = many_labs(tripled(inventing=1), labs=2, reports=90)
    tables["results"] = [row for row in tables["results"] if row["replicate"] < 3]
    assert screened(DETECTOR, tables, tmp_path / "b").abstained[code(1)]
    tables = many_labs(tripled(sigma=0.0), labs=2, reports=90)
    assert screened(DETECTOR, tables, tmp_path / "c") == []


def test_chance_gives_a_quarter_in_the_middle_and_more_where_the_spread_is_a_unit() -> None:
    middle, mean = by_chance()
    assert 0.22 < middle[-1] < 0.27 and middle[GRID == 1.0][0] > 0.35 and mean[-1] < 0.05
    inside, equal = signs_of(np.array([1.0, 1.0]), np.array([3.0, 2.0]), np.array([5.0, 9.0]))
    assert inside.tolist() == [1.0, 0.0] and equal.tolist() == [1.0, 0.0]
