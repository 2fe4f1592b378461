"""Steps in common are made once; what detectors find does not depend on it."""

from __future__ import annotations

from dataclasses import replace

from hengjian.backends.sharing import SharedSteps, signatures
from hengjian.backends.standing import in_phases
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.detector import Detector, Step

CLONES = {one.id: one for one in DETECTORS}


class Tables:
    """An engine that only remembers which tables there are."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def rename(self, old: str, new: str) -> None:
        self.names[self.names.index(old)] = new

    def drop(self, names: list[str]) -> None:
        self.names = [name for name in self.names if name not in names]


def run(shared: SharedSteps, engine: Tables, detector: Detector) -> list[str]:
    """Names of the steps that had to be made."""
    made = []
    for step in detector.steps:
        if not shared.take(engine, detector, step):  # type: ignore[arg-type]
            engine.names.append(step.name)
            made.append(step.name)
    shared.leave(engine, detector, [step.name for step in detector.steps])  # type: ignore[arg-type]
    return made


def test_a_step_of_two_detectors_is_made_by_the_first_and_gone_after_the_last() -> None:
    shared, engine = SharedSteps([[CLONES["C1"], CLONES["C4"], CLONES["F7"]]]), Tables()
    first, second, third = shared.phases[0]
    assert [first.id, second.id, third.id] == ["C1", "F7", "C4"]
    assert "prints" in run(shared, engine, first)
    made = run(shared, engine, second)
    assert "prints" not in made and "tokens" in made
    assert not {"tokens", "counted", "vectors", "weights"} & set(run(shared, engine, third))
    assert engine.names == []


def test_a_skipped_detector_keeps_nobody_waiting() -> None:
    shared, engine = SharedSteps([[CLONES["C1"], CLONES["F7"]]]), Tables()
    run(shared, engine, CLONES["C1"])
    assert len(engine.names) == 1
    shared.leave(engine, CLONES["F7"], [])  # type: ignore[arg-type]
    assert engine.names == []


def test_equal_text_over_other_steps_is_another_step() -> None:
    one = CLONES["A1"]
    other = replace(one, id="X", steps=(Step(name="counted", sql="SELECT 1 AS institution_id"), one.steps[-1]))
    ours, theirs = signatures(replace(one, steps=one.steps), phase=0), signatures(other, phase=0)
    assert ours["counted"] != theirs["counted"] and ours["hits"] != theirs["hits"]


def test_what_reads_the_sick_peers_is_shared_within_one_phase_only() -> None:
    early, late = signatures(CLONES["D6"], phase=0), signatures(CLONES["D6"], phase=1)
    assert early["cases"] == late["cases"] and early["not_peers"] != late["not_peers"]
    assert early["expected"] != late["expected"]


def test_every_detector_is_in_its_phase_once() -> None:
    phases = in_phases(DETECTORS)
    for before, after in zip(phases, SharedSteps(phases).phases, strict=True):
        assert sorted(one.id for one in after) == sorted(one.id for one in before)
