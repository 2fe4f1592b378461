"""D11: non-detects beyond what the peers' detection rates lead to expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d11_non_detects import DETECTOR
from tests.engines.screening.many_labs import Fill, code, many_labs, value
from tests.engines.screening.screened import screened


def detecting(share: float = 0.5, *, limit: float | None = None, **own: float) -> Fill:
    """Every laboratory detects lead in `share` of the samples, those named in their own share."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        here = own.get(f"lab{number}", share)
        own_limit = limit if limit and f"lab{number}" in own else 0.02
        columns = {"method_no": "GB 5009.12-2023", "detection_limit": own_limit}
        if chance.random() < here:
            return [value("pb", 0.05 + chance.random() / 10, **columns)]
        return [value("pb", 0, **columns) | {"value_text": "ND", "value": None}]

    return fill


def test_alike_laboratories_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(detecting()), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_one_that_hardly_ever_detects_is_found(tmp_path: Path) -> None:
    found = screened(DETECTOR, many_labs(detecting(lab3=0.02), reports=200), tmp_path)
    assert [row["institution_id"] for row in found] == [code(3)] and found.severities == ["weak"]
    row = found.evidence()["rows"][0]
    assert row["results"] == 200 and row["detects"] < 12 and 90 < row["expected"] < 110


def test_a_higher_detection_limit_explains_it(tmp_path: Path) -> None:
    assert screened(DETECTOR, many_labs(detecting(limit=0.1, lab3=0.02), reports=200), tmp_path) == []


def test_other_samples_explain_it(tmp_path: Path) -> None:
    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        clean = number % 10 == 3 or chance.random() < 0.2
        report["object"] = "饮用水" if clean else "大米"
        return detecting(0.05 if clean else 0.6)(chance, number, report)

    assert screened(DETECTOR, many_labs(fill, labs=40, reports=200), tmp_path) == []


def test_few_results_few_peers_or_an_item_that_nobody_misses_are_not_judged(tmp_path: Path) -> None:
    assert screened(DETECTOR, many_labs(detecting(lab3=0.0), reports=30), tmp_path / "a") == []
    assert screened(DETECTOR, many_labs(detecting(lab3=0.0), labs=15), tmp_path / "b") == []
    found = screened(DETECTOR, many_labs(detecting(1.0)), tmp_path / "c")
    assert found == [] and found.abstained[code(1)]


def test_texts_that_are_no_numbers_are_not_non_detects(tmp_path: Path) -> None:
    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        rows = detecting()(chance, number, report)
        return [row | {"value_text": "合格", "value": None} for row in rows] if number == 3 else rows

    assert screened(DETECTOR, many_labs(fill), tmp_path) == []
