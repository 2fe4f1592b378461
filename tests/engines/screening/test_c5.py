"""C5: the same values again and again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.c5_bunching import DETECTOR, bunching, resolutions
from tests.engines.screening.screened import LAB, Rows, lab, results, screened


def valued(numbers: np.ndarray) -> Rows:
    tables = results(lab(len(numbers)), unit="mg/kg")
    for row, value in zip(tables["results"], numbers.tolist(), strict=True):
        row.update(value=round(value, 3), value_text=f"{value:.3f}")
    return tables


def honest(count: int = 300, seed: int = 5) -> np.ndarray:
    return np.round(np.exp(np.random.default_rng(seed).normal(1.0, 0.4, count)), 2)


def copied(count: int = 300, times: int = 22) -> np.ndarray:
    numbers = honest(count)
    for place, value in enumerate((2.37, 3.14, 1.93, 4.08)):
        numbers[place * times : (place + 1) * times] = value
    return numbers


def test_the_resolution_of_each_unit_is_found() -> None:
    values = np.array([0.15, 0.25, 1.05, 2.35, 10.0, 20.0, 70.0, 130.0])
    assert resolutions(values, np.ones(8), np.array([0, 4])).tolist() == [0.05, 10.0]


def test_one_value_in_a_hundred_may_be_finer() -> None:
    values, counts = np.array([1.0, 2.0, 2.5, 4.0, 4.5]), np.array([50.0, 49.0, 1.0, 90.0, 10.0])
    assert resolutions(values, counts, np.array([0, 3])).tolist() == [1.0, 0.5]


def test_honest_values_are_silent(tmp_path: Path) -> None:
    for seed in (5, 6):
        found = screened(DETECTOR, valued(honest(seed=seed)), tmp_path / str(seed))
        assert found == [] and found.abstained[LAB] == ""


def test_values_copied_again_and_again_are_told(tmp_path: Path) -> None:
    found = screened(DETECTOR, valued(copied()), tmp_path)
    assert len(found) == 1 and found[0]["p_value"] < 1e-4
    values = {row["value"] for row in found.evidence()["rows"]}
    assert values <= {2.37, 3.14, 1.93, 4.08} and len(found[0]["report_ids"].split("|")) >= 80


def test_very_many_alone_are_a_hint_still(tmp_path: Path) -> None:
    assert screened(DETECTOR, valued(copied(400, 60)), tmp_path).severities == ["weak"]


def test_coarse_readings_abstain_or_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, valued(np.round(copied(), 1)), tmp_path) == []


def test_one_sample_reported_often_is_silent(tmp_path: Path) -> None:
    tables = valued(copied())
    for report, row in zip(tables["reports"], tables["results"], strict=True):
        if row["value"] in (2.37, 3.14, 1.93, 4.08):
            report["sample_id"] = f"Y{row['value']}"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_fillings_at_the_detection_limit_are_left_out(tmp_path: Path) -> None:
    tables = valued(honest(400))
    for row in tables["results"][:150]:
        row.update(value=0.05, value_text="<0.05")
    for row in tables["results"]:
        row["detection_limit"] = 0.05
    assert screened(DETECTOR, tables, tmp_path) == []


def test_all_equal_and_no_numbers(tmp_path: Path) -> None:
    found = screened(DETECTOR, valued(np.full(200, 2.5)), tmp_path / "equal")
    assert found == [] and found.abstained[LAB]
    tables = valued(honest())
    for place, row in enumerate(tables["results"]):
        row["value"] = [float("nan"), float("inf"), None][place % 3]
    assert screened(DETECTOR, tables, tmp_path / "none") == []


def test_three_reports_abstain(tmp_path: Path) -> None:
    found = screened(DETECTOR, valued(honest(3)), tmp_path)
    assert found == [] and found.abstained[LAB]


def test_smooth_data_give_as_many_pairs_as_expected() -> None:
    values, counts = np.unique(honest(20000), return_counts=True)
    one = bunching(values, counts.astype(np.float64), 0.01)
    assert one is not None and abs(one.pairs / one.expected - 1) < 0.05
