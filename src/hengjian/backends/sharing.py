"""Steps that several detectors of a run have in common are made once and kept until the last of them has run."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from inspect import getmodule

from hengjian.backends.engine import Engine
from hengjian.engines.screening.detector import SICK_TABLE, BatchStep, Detector, Step

WORD = re.compile(r"\w+")


class SharedSteps:
    """Steps by what they compute: name, text, function, and the same of the own steps they read.

    All that is shared reads contract tables, packs or own steps; what reads the sick peers, which become known while
    the run goes on, is shared within one phase only.
    """

    def __init__(self, phases: Sequence[Sequence[Detector]]) -> None:
        self._signs = {one.id: signatures(one, phase=number) for number, phase in enumerate(phases) for one in phase}
        self._wanted = Counter(sign for signs in self._signs.values() for sign in signs.values())
        self._held: set[str] = set()
        of_phase = [{sign for one in phase for sign in self._signs[one.id].values()} for phase in phases]
        self.phases = []
        for number, phase in enumerate(phases):
            later = set().union(*of_phase[number + 1 :])
            earlier = set().union(*of_phase[:number])
            self.phases.append(self._side_by_side(phase, earlier=earlier, later=later))

    def _side_by_side(self, phase: Sequence[Detector], *, earlier: set[str], later: set[str]) -> list[Detector]:
        """The detectors of a phase with those that share steps next to one another, so that nothing is held long."""
        own = {one.id: set(self._signs[one.id].values()) for one in phase}
        left = sorted(phase, key=lambda one: (not own[one.id] & earlier, bool(own[one.id] & later)))
        order: list[Detector] = []
        while left:
            order.append(left.pop(0))
            last = own[order[-1].id]
            left.sort(key=lambda one: -len(last & own[one.id]))
        return order

    def take(self, engine: Engine, detector: Detector, step: Step | BatchStep) -> bool:
        """Give the step its table if another detector has made it; False where it has to be made."""
        sign = self._signs[detector.id][step.name]
        if sign not in self._held:
            return False
        engine.rename(sign, step.name)
        self._held.discard(sign)
        return True

    def leave(self, engine: Engine, detector: Detector, made: Sequence[str]) -> None:
        """Hold the tables that are wanted again, drop the others; a detector that was skipped leaves none."""
        signs = self._signs[detector.id]
        self._wanted.subtract(signs.values())
        again = [name for name in made if self._wanted[signs[name]] > 0]
        over = {sign for sign in self._held if self._wanted[sign] <= 0}
        engine.drop([*(name for name in made if name not in again), *sorted(over)])
        for name in again:
            engine.rename(name, signs[name])
        self._held = (self._held - over) | {signs[name] for name in again}


def signatures(detector: Detector, *, phase: int) -> dict[str, str]:
    """{step: name of what it computes}, the same in all detectors whose step computes the same."""
    found: dict[str, str] = {}
    for step in detector.steps:
        words = set(WORD.findall(step.sql))
        parts = [step.name, step.sql, *(found[name] for name in sorted(words & found.keys()))]
        if SICK_TABLE.search(step.sql):
            parts.append(f"phase {phase}")
        if isinstance(step, BatchStep):
            parts.append(_function(step))
        found[step.name] = "shared_" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
    return found


def _function(step: BatchStep) -> str:
    """The name of a batch step's function where it is one of a module, else something nobody shares."""
    module, name = getmodule(step.reduce), getattr(step.reduce, "__qualname__", "")
    if module is not None and getattr(module, name, None) is step.reduce:
        return f"{module.__name__}.{name}"
    return str(id(step.reduce))
