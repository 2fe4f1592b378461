"""Published weights: integers by rating and by risk band, dated; the file is taken whole or not at all."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.weighing import FILE, load_weights, weight_table, weight_tables

SOURCE = Path(str(files("hengjian.law")))
ON = date(2026, 11, 1)


def test_the_weights_are_those_published() -> None:
    ratings, bands = weight_table("rating", ON), weight_table("risk_band", ON)
    assert [(one.code, one.weight) for one in ratings.weights] == [("A", 1), ("B", 2), ("C", 4), ("D", 8)]
    assert [bands.of(code) for code in ("green", "amber", "red", "")] == [1, 4, 8, 2]
    assert {one.scale for one in weight_tables()} == {"rating", "risk_band"}


def test_a_day_before_the_first_table_has_none() -> None:
    with pytest.raises(NotFound) as missing:
        weight_table("rating", date(2020, 1, 1))
    assert missing.value.sentence == "2020年01月01日没有公布抽取权重表。"


@pytest.mark.parametrize(
    ("old", "new", "key", "complaint"),
    [
        ("    scale: rating\n", "    scala: rating\n", "scala", "unknown key"),
        ("    otherwise: 2\n", "", "otherwise", "missing key"),
        ("scale: rating\n", "scale: stars\n", "scale", "not one of"),
        ("weight: 8}", "weight: 0}", "weights", "above zero"),
        ("weight: 8}", "weight: 8.5}", "weights.4.weight", "int is needed"),
        ("{code: B,", "{code: A,", "weights", "stands twice"),
        ("basis: [SUP-20, CRN]", "basis: [SUP-99]", "basis", "no article"),
        ("scale: risk_band", "scale: rating", "valid_from", "overlap"),
        ("supervision_weights:\n", "weights:\n", "weights", "unknown section"),
    ],
)
def test_a_spoiled_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, key: str, complaint: str) -> None:
    text = (SOURCE / FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as refused:
        load_weights(tmp_path)
    assert complaint in str(refused.value)
    assert key in str(refused.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LawError):
        load_weights(tmp_path)
    shutil.copy(SOURCE / FILE, tmp_path / FILE)
    assert load_weights(tmp_path) == weight_tables()
