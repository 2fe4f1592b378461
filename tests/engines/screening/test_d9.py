"""D9: samples that are too much alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d9_compressed_variance import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened


def sampled(*, narrow: int | None = None, clients: int = 20, differing: float = 0.0) -> Fill:
    """Lead in rice, log-normal; the narrow laboratory's samples differ a quarter as much."""
    own = np.exp(np.random.default_rng(2).normal(0, differing, 100))

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        report["client_id"] = f"C{number}-{int(chance.integers(clients))}"
        spread = (0.15 if number == narrow else 0.6) * float(own[number])
        return [value("pb", float(np.exp(chance.normal(1, spread))))]

    return fill


def test_alike_spreads_are_silent_and_honest_differences_too(tmp_path: Path) -> None:
    for place, differing in enumerate((0.0, 0.4)):
        found = screened(DETECTOR, many_labs(sampled(differing=differing), labs=24), tmp_path / str(place))
        assert found == [] and set(found.abstained.values()) == {""}


def test_samples_that_hardly_differ_are_a_question_never_more(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(sampled(narrow=5), labs=24), tmp_path)
    assert [row["institution_id"] for row in found] == [code(5)] and found.severities == ["weak"]
    row = found.evidence()["rows"][0]
    assert row["own_spread"] < 20 and 50 < row["usual_spread"] < 70 and found[0]["score"] <= 3


def test_few_clients_few_samples_few_peers_or_equal_values_are_not_judged(tmp_path: Path) -> None:
    for place, tables in enumerate(
        (
            many_labs(sampled(narrow=5, clients=3), labs=24),
            many_labs(sampled(narrow=5), labs=24, reports=80),
            many_labs(sampled(narrow=5), labs=12),
        )
    ):
        assert screened(DETECTOR, tables, tmp_path / str(place)) == []

    def equal(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        return [value("pb", 1.5)]

    assert screened(DETECTOR, many_labs(equal, labs=3), tmp_path / "e").abstained[code(0)]
