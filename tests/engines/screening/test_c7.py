"""C7: peak tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.c7_peak_tables import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened

SUBSTANCES = (2.1, 4.7, 6.3, 9.8, 12.4)


def injected() -> Rows:
    """Forty samples, five peaks each about the same retention times, as an instrument repeats them."""
    tables, chance = lab(), np.random.default_rng(1)
    for place, row in enumerate(tables["reports"]):
        row |= {"client_id": f"C{place}", "corrects": None, "retest_of": None, "purpose": "client"}
    tables["peaks"] = [
        {
            "report_id": row["report_id"],
            "item_code": "pest",
            "rt_min": round(at + 0.005 * float(chance.normal()), 3),
            "area": round(1000 * float(np.exp(chance.normal(0, 0.5))), 1),
        }
        for row in tables["reports"]
        for at in SUBSTANCES
    ]
    return tables


def copy(tables: Rows, source: str, target: str, *, peaks: int = 5, jitter: float = 0.0) -> Rows:
    theirs = [row for row in tables["peaks"] if row["report_id"] == source]
    own = [row for row in tables["peaks"] if row["report_id"] == target]
    for one, other in list(zip(theirs, own, strict=True))[:peaks]:
        other.update(rt_min=one["rt_min"] + jitter, area=one["area"])
    return tables


def test_repeated_injections_of_other_samples_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, injected(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_a_copied_chromatogram_of_strangers_is_strong_two_are_certain(tmp_path: Path) -> None:
    tables = copy(injected(), "R003", "R021")
    found = screened(DETECTOR, tables, tmp_path / "a")
    assert found.severities == ["strong"] and found[0]["report_ids"] == "R003|R021"
    assert found.evidence()["rows"][0]["peaks"] == 5
    tables["peaks"] += [row | {"item_code": "drug", "area": row["area"] + 7} for row in tables["peaks"]]
    assert screened(DETECTOR, tables, tmp_path / "b").severities == ["certain"]


def test_four_of_five_are_enough_three_are_not_and_jitter_is_none(tmp_path: Path) -> None:
    assert len(screened(DETECTOR, copy(injected(), "R003", "R021", peaks=4), tmp_path / "a")) == 1
    assert screened(DETECTOR, copy(injected(), "R003", "R021", peaks=3), tmp_path / "b") == []
    assert screened(DETECTOR, copy(injected(), "R003", "R021", jitter=0.004), tmp_path / "c") == []


def test_a_large_family_is_one_finding(tmp_path: Path) -> None:
    tables = injected()
    for place in range(5, 35):
        copy(tables, "R003", f"R{place:03d}")
    found = screened(DETECTOR, tables, tmp_path)
    assert len(found) == 1 and len(found[0]["report_ids"].split("|")) == 31


def test_one_sample_is_a_question_a_declared_retest_nothing(tmp_path: Path) -> None:
    tables = copy(injected(), "R003", "R021")
    tables["reports"][21]["sample_id"] = "Y003"
    assert screened(DETECTOR, tables, tmp_path / "a").severities == ["weak"]
    tables["reports"][21].update(sample_id="Y021", retest_of="R003")
    assert screened(DETECTOR, tables, tmp_path / "b") == []


def test_few_peaks_missing_or_infinite_figures_abstain(tmp_path: Path) -> None:
    tables = injected()
    tables["peaks"] = [row for place, row in enumerate(tables["peaks"]) if place % 5 < 3]
    assert screened(DETECTOR, tables, tmp_path / "a").abstained[LAB] == "可判数量0，少于1"
    tables = injected()
    for row in tables["peaks"]:
        row["area"] = float("inf")
    assert screened(DETECTOR, tables, tmp_path / "b").abstained[LAB]
