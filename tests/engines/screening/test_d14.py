"""D14: control results that are too good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.d14_perfect_control import DETECTOR
from tests.engines.screening.many_labs import START, code, many_labs
from tests.engines.screening.screened import Rows, screened


def controlled(*, perfect: int | None = None, labs: int = 24, runs: int = 50, differing: float = 0.1) -> Rows:
    """Spikes recovered within 6 % and curves with r about 0.9995; the perfect laboratory's are all but exact."""
    tables = many_labs(lambda chance, number, report: [], labs=labs, reports=1)
    del tables["results"]
    chance = np.random.default_rng(8)
    tables["instruments"], tables["qc"] = [], []
    for number in range(labs):
        tables["instruments"].append({"instrument_id": f"E{number}", "institution_id": code(number), "name": "仪器"})
        sigma = 0.004 if number == perfect else 0.06 * float(np.exp(chance.normal(0, differing)))
        for run in range(runs):
            at = START + timedelta(days=run)
            row = {"batch_id": f"Q{number}-{run}", "instrument_id": f"E{number}", "item_code": "pb", "run_at": at}
            value = 10 * float(np.exp(chance.normal(0, sigma)))
            tables["qc"].append(row | {"kind": "spike", "value": value, "expected": 10.0, "r": None})
            r = 0.99999 if number == perfect else 1 - float(chance.exponential(0.0006))
            tables["qc"].append(row | {"kind": "curve", "value": None, "expected": None, "r": r})
    return tables


def test_ordinary_control_is_silent_and_better_laboratories_too(tmp_path: Path) -> None:
    for place, differing in enumerate((0.1, 0.5)):
        found = screened(DETECTOR, controlled(differing=differing), tmp_path / str(place))
        assert found == [] and set(found.abstained.values()) == {""}


def test_perfect_control_is_a_question_never_more(tmp_path: Path) -> None:
    found = screened(DETECTOR, controlled(perfect=5), tmp_path)
    assert {row["institution_id"] for row in found} == {code(5)} and set(found.severities) == {"weak"}
    signs = {row["sign"] for place in range(len(found)) for row in found.evidence(place)["rows"]}
    assert signs == {"perfect", "narrow"} and len(found) == 3


def test_few_runs_few_peers_no_table_or_nothing_but_equal_values_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, controlled(perfect=5, runs=20), tmp_path / "a")
    assert few == [] and few.abstained[code(5)] == "可判数量0，少于30"
    assert screened(DETECTOR, controlled(perfect=5, labs=12), tmp_path / "b") == []
    bare = controlled()
    del bare["qc"]
    assert screened(DETECTOR, bare, tmp_path / "c").state == "skipped"
    equal = controlled()
    for row in equal["qc"]:
        row.update(value=10.0, expected=10.0, r=float("nan"))
    assert screened(DETECTOR, equal, tmp_path / "d") == []
