"""Detectors side by side: lanes are threads that take one detector after another.

Where the engine has room for it each lane has its own place for step tables and all compute at once. Elsewhere the
engine is one lane's at a time, and a function over Arrow tables runs beside the next detector's steps.
Detectors that share steps stay in one lane, one after another. What is found does not depend on who ran when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue

from hengjian.backends.detecting import Detected, DetectorRun, Seat
from hengjian.backends.engine import Engine
from hengjian.backends.keeping import Keeper
from hengjian.backends.sharing import SharedSteps, signatures
from hengjian.engines.screening.detector import Detector

Work = Callable[[Seat, Detector], Detected]
Begins = Callable[[Detector], None]
Ended = Callable[[DetectorRun], None]
Heard = SimpleQueue[Detector | Detected | BaseException | None]
"""A detector begins, has ended, something broke, a lane has nothing left."""


class _Group:
    """Detectors that have steps in common, by phase; `lane` is where their tables are once it has begun."""

    def __init__(self, phases: Sequence[Sequence[Detector]]) -> None:
        self.shared = SharedSteps(phases)
        self.lane: int | None = None


class Lanes:
    """The lanes of one run over `phases`. The caller's thread hears of each detector as it begins and when it ended."""

    def __init__(self, engine: Engine, phases: Sequence[Sequence[Detector]], *, keeper: Keeper | None) -> None:
        own = engine.siblings()
        one_at_a_time: AbstractContextManager[object] = nullcontext() if own else threading.Lock()
        self._seats = [(one, one_at_a_time) for one in own or [engine] * engine.hands]
        self._keeper = keeper
        self._groups = [_Group(part) for part in together(phases)]
        self._pick = threading.Lock()

    def run(self, phase: int, work: Work, begins: Begins, ended: Ended) -> list[Detected]:
        """What the phase's detectors gave. What a detector or a function of the caller raises stops all."""
        waiting = [group for group in self._groups if group.shared.phases[phase]]
        heard: Heard = SimpleQueue()
        halted = threading.Event()

        def lane(number: int) -> None:
            try:
                while not halted.is_set() and (group := self._next(waiting, number)):
                    engine, turn = self._seats[number]
                    seat = Seat(engine=engine, shared=group.shared, keeper=self._keeper, turn=turn)
                    for detector in group.shared.phases[phase]:
                        if halted.is_set():
                            return
                        heard.put(detector)
                        heard.put(work(seat, detector))
            except BaseException as error:  # noqa: BLE001 - raised again where the run was started
                heard.put(error)
            finally:
                heard.put(None)

        threads = [threading.Thread(target=lane, args=(number,)) for number in range(len(self._seats))]
        for one in threads:
            one.start()
        try:
            return _listen(heard, len(threads), begins, ended)
        finally:
            halted.set()
            for one in threads:
                one.join()

    def _next(self, waiting: list[_Group], lane: int) -> _Group | None:
        """The next group that is this lane's or nobody's yet."""
        with self._pick:
            mine = next((group for group in waiting if group.lane in (None, lane)), None)
            if mine:
                waiting.remove(mine)
                mine.lane = lane
            return mine


def _listen(heard: Heard, lanes: int, begins: Begins, ended: Ended) -> list[Detected]:
    found = []
    while lanes:
        match heard.get():
            case None:
                lanes -= 1
            case BaseException() as error:
                raise error
            case Detected() as detected:
                found.append(detected)
                ended(detected.run)
            case Detector() as detector:
                begins(detector)
    return found


def together(phases: Sequence[Sequence[Detector]]) -> list[list[list[Detector]]]:
    """The phases cut into parts that have no step in common, in the order of their first detectors."""
    signs = {one.id: set(signatures(one, phase=n).values()) for n, phase in enumerate(phases) for one in phase}
    parts: list[tuple[set[str], set[str]]] = []
    for name, own in signs.items():
        joined = [part for part in parts if part[1] & own]
        parts = [part for part in parts if part not in joined]
        members, steps = {name}, set(own)
        for part in joined:
            members |= part[0]
            steps |= part[1]
        parts.append((members, steps))
    place = {name: at for at, name in enumerate(signs)}
    parts.sort(key=lambda part: min(place[name] for name in part[0]))
    return [[[one for one in phase if one.id in members] for phase in phases] for members, _ in parts]
