"""What every detector of the catalogue owes its readers and the engines."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from hengjian.engines.screening.catalogue import DETECTORS, chosen
from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.dialect import BANNED, FUNCTIONS
from hengjian.engines.screening.hits import HITS, POPULATION
from hengjian.engines.tables.contract import TABLES
from hengjian.law import catalogue as law

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_ids_are_unique_and_in_order() -> None:
    ids = [detector.id for detector in DETECTORS]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=lambda one: (one[0], int(one[1:])))


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(KeyError, match="Z9"):
        chosen(["A6", "Z9"])


@each
def test_needs_are_columns_of_the_contract(detector: Detector) -> None:
    for need in detector.needs:
        assert set(need.columns) <= set(TABLES[need.table].columns), need.table
    for name in detector.resolution:
        table, _, column = name.partition(".")
        assert TABLES[table].columns[column].type == "ts"


@each
def test_steps_use_the_portable_subset(detector: Detector) -> None:
    for step in detector.steps:
        assert step.name not in TABLES
        for pattern in BANNED:
            assert not re.search(pattern, step.sql, re.IGNORECASE), (step.name, pattern)
        assert set(re.findall(r"\bhj_\w+", step.sql)) <= set(FUNCTIONS)


@each
def test_yields_hits_and_a_population(detector: Detector) -> None:
    names = [step.name for step in detector.steps]
    assert POPULATION in names
    assert (HITS in names) != (detector.array is not None)
    assert detector.array is None or set(detector.array.inputs) <= set(names)


@each
def test_is_explained_in_chinese(detector: Detector) -> None:
    for text in (detector.title, detector.meaning, detector.says, *detector.on_site, *detector.benign):
        assert CHINESE.search(text)
    assert len(detector.on_site) >= 2 and detector.benign
    fields = {name for _, name, _, _ in Formatter().parse(detector.says) if name}
    assert fields <= {*detector.labels, "subject_id", "report_id", "occurred_at"}


@each
def test_violation_is_in_the_law_catalogue(detector: Detector) -> None:
    assert law.violation(detector.violation).id == detector.violation


def test_the_dialect_stays_small() -> None:
    assert len(FUNCTIONS) <= 10
