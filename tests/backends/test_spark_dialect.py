"""Portable SQL in Spark's words; that it also means the same is asked of a real cluster in tests/parity."""

from __future__ import annotations

from pathlib import Path

import pytest

from hengjian.backends.spark_dialect import SPARK, translate
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.dialect import FUNCTIONS
from hengjian.project import cli


def test_every_portable_function_has_its_words_on_spark() -> None:
    assert set(SPARK) == set(FUNCTIONS)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_no_portable_function_is_left_in_the_translation(detector: object) -> None:
    for step in detector.steps:  # type: ignore[attr-defined]
        assert "hj_" not in translate(step.sql).sql.lower(), step.name


def test_qualify_stays_and_adds_no_column() -> None:
    sql = "SELECT * FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1"
    assert translate(sql).sql == "SELECT * FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b NULLS LAST) = 1"


def test_division_by_what_may_be_zero_is_guarded_and_by_a_number_is_plain() -> None:
    assert "Infinity" in translate("SELECT a / b AS x FROM t").sql
    assert "Infinity" not in translate("SELECT a / 60.0 AS x FROM t").sql
    assert "Infinity" in translate("SELECT a / 0 AS x FROM t").sql


def test_the_final_order_is_told_apart_by_the_columns_of_the_result() -> None:
    query = translate("SELECT t.a, t.b FROM t ORDER BY t.a DESC, t.b")
    assert (query.sql, query.order) == ("SELECT t.a, t.b FROM t", "ORDER BY a DESC, b NULLS LAST")
    assert translate("SELECT a FROM t").order == ""
    hidden = translate("SELECT t.a FROM t ORDER BY t.b")
    assert (hidden.sql, hidden.order) == ("SELECT t.a FROM t ORDER BY t.b NULLS LAST", "")


def test_times_made_of_seconds_carry_no_zone() -> None:
    assert "TIMESTAMP_NTZ" in translate("SELECT make_timestamp(a * 1000000) AS x FROM t").sql


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--engine", "spark"], "--spark-master"),
        (["--engine", "spark", "--spark-master", "spark://h:7077", "--since", "2026-10-01"], "全量"),
    ],
)
def test_what_the_command_cannot_do_is_said(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["screen", str(tmp_path), "--out", str(tmp_path / "out"), *words]) == 2
    assert sentence in capsys.readouterr().err
