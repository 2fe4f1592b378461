"""D12: blind rounds against announced ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors import d12_blind_gap
from hengjian.engines.screening.detectors.d12_blind_gap import DETECTOR
from tests.engines.screening.many_labs import code, many_labs
from tests.engines.screening.screened import Rows, screened


def rounds_of(
    *, bad: int | None = None, labs: int = 25, blind: int = 8, spread: float = 1.0, everybody: float = 1.0
) -> Rows:
    """Ten announced and `blind` blind rounds each; blind scores spread by `everybody`, the bad one's by five."""
    tables = many_labs(lambda chance, number, report: [], labs=labs, reports=2)
    del tables["results"]
    chance = np.random.default_rng(6)
    tables["rounds"] = []
    for number in range(labs):
        for place in range(10 + blind):
            hidden = place >= 10
            sigma = spread * ((5.0 if number == bad else everybody) if hidden else 1.0)
            tables["rounds"].append(
                {
                    "round_id": f"N{place}",
                    "institution_id": code(number),
                    "item_code": "pb",
                    "value": 50 + 2 * sigma * float(chance.normal()),
                    "assigned": 50.0,
                    "sigma_pt": 2.0,
                    "blind": hidden,
                }
            )
    return tables


def test_the_same_ability_is_silent_good_or_bad(tmp_path: Path) -> None:
    for place, spread in enumerate((0.2, 1.0, 2.5)):
        found = screened(DETECTOR, rounds_of(spread=spread), tmp_path / str(place))
        assert found == [] and set(found.abstained.values()) == {""}


@pytest.mark.parametrize("labs", [25, 3])
def test_failing_blind_only_is_found_with_and_without_peers(tmp_path: Path, labs: int) -> None:
    found = screened(DETECTOR, rounds_of(bad=2, labs=labs), tmp_path)
    assert [row["institution_id"] for row in found] == [code(2)] and found.severities == ["strong"]
    row = found.evidence()["rows"][0]
    assert row["blind_failed"] >= 2 and row["blind_rms"] > 2.5 > row["announced_rms"]


def test_blind_samples_that_are_harder_for_everybody_accuse_nobody(tmp_path: Path) -> None:
    assert screened(DETECTOR, rounds_of(everybody=5.0), tmp_path) == []


def test_many_that_fail_blind_do_not_excuse_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, cheats = rounds_of(blind=16, labs=40), [code(number) for number in range(10)]
    for row in tables["rounds"]:
        if row["blind"] and row["institution_id"] in cheats:
            row["value"] = 50 + 8 * (row["value"] - 50)
    found = {row["institution_id"] for row in screened(DETECTOR, tables, tmp_path / "bounded")}
    assert len(found) >= 4 and found <= set(cheats)
    monkeypatch.setattr(d12_blind_gap, "MOST_SPREAD", 99.0)
    assert len(screened(DETECTOR, tables, tmp_path / "unbounded")) < len(found)


def test_few_blind_rounds_or_unusable_figures_abstain(tmp_path: Path) -> None:
    few = screened(DETECTOR, rounds_of(bad=2, blind=4), tmp_path / "a")
    assert few == [] and few.abstained[code(2)] == "可判数量4，少于5"
    spoiled = rounds_of(bad=2)
    rows: list[dict[str, Any]] = spoiled["rounds"]
    for row in rows:
        row["sigma_pt"] = 0.0
    assert screened(DETECTOR, spoiled, tmp_path / "b").abstained[code(2)]
    for row in rows:
        row.update(sigma_pt=2.0, value=float("nan"))
    assert screened(DETECTOR, spoiled, tmp_path / "c").abstained[code(2)]
