"""D8: noise of the wrong colour."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.d8_noise_colour import DETECTOR, colours
from tests.engines.screening.many_labs import START, code
from tests.engines.screening.screened import Rows, screened


def recorded(odd: str = "", *, labs: int = 24, series: int = 12, points: int = 120, named: bool = True) -> Rows:
    """Exhaust curves on one cycle with correlated noise; laboratory 5 may be odd."""
    chance = np.random.default_rng(9)
    cycle = 1.5 + np.sin(np.arange(points) / 9)
    tables: Rows = {"institutions": [], "reports": [], "raw_series": [], "vehicle_tests": []}
    tables |= {"instruments": [], "raw_records": []}
    for number in range(labs):
        tables["institutions"].append({"institution_id": code(number), "name": f"虚构{number}"})
        model = {"model": "FGA-4100" if named else None}
        tables["instruments"].append({"instrument_id": f"E{number}", "institution_id": code(number)} | model)
        keep = 0.6 + 0.05 * float(chance.normal())
        for place in range(series):
            name, at = f"R{number:03d}-{place:03d}", START + timedelta(hours=place)
            report = {"report_id": name, "report_no": name, "institution_id": code(number), "issued_at": at}
            tables["reports"].append(report | {"field": "vehicle"})
            tables["vehicle_tests"].append({"report_id": name, "method": "vmas"})
            tables["raw_records"].append({"report_id": name, "raw_sha256": name, "software_version": "2.7"})
            shocks = chance.normal(0, 0.1, points)
            kind = odd if number == 5 else ""
            noise = np.zeros(points)
            for second in range(points):
                noise[second] = (0.0 if kind == "white" else keep) * noise[second - 1] + shocks[second]
            if kind == "smooth":
                noise = np.convolve(np.concatenate([noise, noise]), np.ones(15) / 15, "same")[:points]
            values = [round(float(one), 3) for one in cycle + noise]
            row = {"report_id": name, "item_code": "co", "channel": "co_pct", "hz": 1.0, "role": "sample"}
            tables["raw_series"].append(row | {"instrument_id": f"E{number}", "values": values})
    return tables


def test_instruments_of_one_kind_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, recorded(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


@pytest.mark.parametrize("odd", ["white", "smooth"])
def test_random_numbers_and_drawn_lines_are_strong_among_the_same_model(tmp_path: Path, odd: str) -> None:
    found = screened(DETECTOR, recorded(odd), tmp_path)
    assert [row["institution_id"] for row in found] == [code(5)] and found.severities == ["strong"]
    assert found.natures() == {odd}


def test_another_filter_of_an_unknown_model_is_only_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, recorded("smooth", named=False), tmp_path / "unknown")
    assert found.severities == ["weak"]
    own = recorded("smooth")
    own["instruments"][5]["model"] = "QX-1"
    assert screened(DETECTOR, own, tmp_path / "own").severities == ["weak"]


def test_few_short_flat_or_broken_curves_and_few_peers_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, recorded("white", series=8), tmp_path / "few")
    assert few == [] and few.abstained[code(5)] == "可判数量0，少于10"
    assert screened(DETECTOR, recorded("white", points=80), tmp_path / "short").abstained[code(5)]
    assert screened(DETECTOR, recorded("white", labs=12), tmp_path / "peers") == []
    flat = recorded()
    for place, row in enumerate(flat["raw_series"]):
        row["values"] = [1.0] * 120 if place % 2 else [float("nan")] * 120
    assert screened(DETECTOR, flat, tmp_path / "flat") == []
    bare = recorded()
    del bare["raw_series"]
    assert screened(DETECTOR, bare, tmp_path / "bare").state == "skipped"


def test_control_samples_without_drift_are_a_question(tmp_path: Path) -> None:
    tables = recorded(series=1)
    chance = np.random.default_rng(2)
    tables["qc"] = []
    for number in range(24):
        drift = 0.0
        for run in range(200):
            drift = (0.0 if number == 5 else 0.7) * drift + float(chance.normal(0, 0.02))
            row = {"batch_id": f"Q{run}", "instrument_id": f"E{number}", "item_code": "pb", "kind": "ccv"}
            at = START + timedelta(hours=run)
            tables["qc"].append(row | {"value": 10 * (1 + drift), "expected": 10.0, "run_at": at})
    found = screened(DETECTOR, tables, tmp_path)
    assert [row["institution_id"] for row in found] == [code(5)] and found.severities == ["weak"]


def test_the_features_grow_from_smooth_to_white() -> None:
    chance = np.random.default_rng(1)
    white = chance.normal(size=(5, 300))
    walk = np.cumsum(white, axis=1)
    smooth = np.cumsum(walk, axis=1)
    features = [
        {name: float(values.mean()) for name, values in colours(one)[1].items()} for one in (smooth, walk, white)
    ]
    for name in ("lag1", "runs", "disorder", "slope"):
        assert features[0][name] < features[1][name] < features[2][name], name
