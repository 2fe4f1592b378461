"""Who visits whom: lead and member for every target, by rank, with the exact proof that the rest can still be staffed.

Targets come in ticket order; for each slot the candidates are ordered by (load, ticket of the pair, id) and the first
whose choice leaves a feasible completion is taken (§2.2, §2.8). Feasible means: a flow slot -> (target, inspector) of
capacity 1 -> inspector of capacity cap. The class keeps one complete assignment of all open slots - the flow - and
mends it along an augmenting path only where a choice disturbs it. Sets of people are bit masks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hengjian.engines.draws.people import Inspector, may_take


@dataclass(frozen=True, slots=True)
class Infeasible:
    """The certificate: these slots together can have at most `capacity` people, and there are `demand` of them.

    `slots` are (target, slot); before the seed is known a target is a stratum, or a unit that is certain to be drawn.
    `inspectors` are those whose caps bound the capacity; `sentence` says it in Chinese.
    """

    slots: tuple[tuple[str, str], ...]
    inspectors: tuple[str, ...]
    demand: int
    capacity: int
    sentence: str

    @property
    def targets(self) -> tuple[str, ...]:
        """The distinct targets (or strata), in order of the slots."""
        return tuple(dict.fromkeys(target for target, _ in self.slots))


@dataclass(frozen=True, slots=True)
class Roll:
    """The people of a draw: who may take what, who is barred from whom, how much each may carry."""

    inspectors: Mapping[str, Inspector]
    coi: frozenset[tuple[str, str]]
    caps: Mapping[str, int]
    slots: tuple[str, ...]

    @property
    def experts(self) -> bool:
        """Whether the roll has experts, which reserves the slot of that name for them."""
        return any(person.expert for person in self.inspectors.values())

    def open_to(self, stratum: str, slot: str) -> list[str]:
        """Ids, sorted, of those who may take the slot in the stratum; conflicts are another matter."""
        experts, people = self.experts, sorted(self.inspectors.items())
        return [id_ for id_, person in people if may_take(person, slot, stratum, experts=experts)]


def default_cap(slots_in_all: int, people: int) -> int:
    """ceil(slots in all / inspectors) + 1 (§2.8)."""
    return -(-slots_in_all // people) + 1 if people else 0


def roll_of(
    inspectors: Mapping[str, Inspector],
    coi: Iterable[tuple[str, str]],
    *,
    caps: Mapping[str, int],
    slots: tuple[str, ...],
    targets: int,
) -> Roll:
    """Fill in the default cap for everybody without a personal one."""
    common = default_cap(targets * len(slots), len(inspectors))
    return Roll(inspectors, frozenset(coi), {id_: caps.get(id_, common) for id_ in inspectors}, slots)


@dataclass(slots=True)
class _Slot:
    target: int
    name: str
    eligible: int
    owner: int = -1


@dataclass(slots=True)
class _Flow:
    """A complete assignment of the open slots, and the search for a path that mends it."""

    caps: list[int]
    slots: list[_Slot]
    siblings: list[list[int]]
    on_target: list[int]
    load: list[int]
    open_of: list[set[int]]
    spare: int = 0

    def __post_init__(self) -> None:
        self.spare = sum(1 << person for person, cap in enumerate(self.caps) if cap > 0)

    def give(self, slot: int, person: int) -> None:
        one = self.slots[slot]
        one.owner = person
        self.on_target[one.target] |= 1 << person
        self.load[person] += 1
        self.open_of[person].add(slot)
        if self.load[person] >= self.caps[person]:
            self.spare &= ~(1 << person)

    def take(self, slot: int) -> int:
        one = self.slots[slot]
        person, one.owner = one.owner, -1
        self.on_target[one.target] &= ~(1 << person)
        self.load[person] -= 1
        self.open_of[person].discard(slot)
        if self.load[person] < self.caps[person]:
            self.spare |= 1 << person
        return person

    def fix(self, slot: int) -> None:
        """The slot is decided: no path may move it."""
        self.open_of[self.slots[slot].owner].discard(slot)

    def mend(self, starts: Iterable[int]) -> tuple[bool, set[int], int]:
        """Find new owners along a shortest path from one of the open `starts`, each of which may lose its owner.

        True when done. Otherwise nothing has changed, and the slots and people reached prove that it cannot be.
        """
        came: dict[int, int] = dict.fromkeys(starts, -1)
        queue = deque(came)
        gained: dict[int, int] = {}
        reached = 0
        while queue:
            slot = queue.popleft()
            one = self.slots[slot]
            fresh = one.eligible & ~self.on_target[one.target] & ~reached
            if fresh & self.spare:
                self._shift(slot, next(bits(fresh & self.spare)), came, gained)
                return True, set(), 0
            reached |= fresh
            for person in bits(fresh):
                for other in sorted(self.open_of[person]):
                    if other not in came:
                        came[other], gained[other] = slot, person
                        queue.append(other)
            for other in self.siblings[slot]:
                owner = self.slots[other].owner
                if other not in came and owner >= 0 and other in self.open_of[owner] and one.eligible >> owner & 1:
                    came[other], gained[other] = slot, owner
                    queue.append(other)
        return False, set(came), reached

    def _shift(self, slot: int, person: int, came: Mapping[int, int], gained: Mapping[int, int]) -> None:
        moves = [(slot, person)]
        while came[slot] >= 0:
            slot, person = came[slot], gained[slot]
            moves.append((slot, person))
        for one, _ in moves:
            if self.slots[one].owner >= 0:
                self.take(one)
        for one, new in moves:
            self.give(one, new)


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Matching:
    """The state of one matching; `assign` gives every slot its person, or the certificate that it cannot be done."""

    def __init__(self, roll: Roll, targets: Sequence[tuple[str, str]]) -> None:
        self.roll = roll
        self.targets = list(targets)
        self.people = sorted(roll.inspectors)
        self.flow = self._empty_flow()
        self.fixed_load = [0] * len(self.people)

    def assign(self, rank: Callable[[str, str, str], bytes]) -> dict[str, dict[str, str]] | Infeasible:
        """{target: {slot: inspector}} in target order; `rank(target, slot, inspector)` is the pair's ticket."""
        if (certificate := self.complete()) is not None:
            return certificate
        assignment: dict[str, dict[str, str]] = {target: {} for target, _ in self.targets}
        for slot, one in enumerate(self.flow.slots):
            target = self.targets[one.target][0]
            chosen = next(person for person in self._candidates(slot, target, rank) if self._force(slot, person))
            self.flow.fix(slot)
            self.fixed_load[chosen] += 1
            assignment[target][one.name] = self.people[chosen]
        return assignment

    def complete(self) -> Infeasible | None:
        """Find some assignment of all slots, or the certificate that there is none."""
        for slot in range(len(self.flow.slots)):
            done, reached, people = self.flow.mend([slot])
            if not done:
                return self._certificate(reached, people)
        return None

    def _empty_flow(self) -> _Flow:
        place = {id_: position for position, id_ in enumerate(self.people)}
        masks: dict[tuple[str, str], int] = {}
        barred: dict[str, int] = {}
        for id_, target in self.roll.coi:
            barred[target] = barred.get(target, 0) | 1 << place[id_]
        slots: list[_Slot] = []
        siblings: list[list[int]] = []
        for position, (target, stratum) in enumerate(self.targets):
            first = len(slots)
            for name in self.roll.slots:
                if (stratum, name) not in masks:
                    masks[stratum, name] = sum(1 << place[id_] for id_ in self.roll.open_to(stratum, name))
                slots.append(_Slot(position, name, masks[stratum, name] & ~barred.get(target, 0)))
            last = len(slots)
            siblings += [[other for other in range(first, last) if other != one] for one in range(first, last)]
        caps = [self.roll.caps[id_] for id_ in self.people]
        loads, held = [0] * len(caps), [set[int]() for _ in caps]
        return _Flow(caps, slots, siblings, [0] * len(self.targets), loads, held)

    def _candidates(self, slot: int, target: str, rank: Callable[[str, str, str], bytes]) -> Iterator[int]:
        """Eligible people by (load so far, ticket, id); tickets are computed only for the loads that are reached."""
        one = self.flow.slots[slot]
        taken = 0
        for other in self.flow.siblings[slot]:
            if other < slot:
                taken |= 1 << self.flow.slots[other].owner
        groups: dict[int, list[int]] = {}
        for person in bits(one.eligible & ~taken):
            if self.fixed_load[person] < self.flow.caps[person]:
                groups.setdefault(self.fixed_load[person], []).append(person)
        for load in sorted(groups):
            yield from sorted(groups[load], key=lambda person: (rank(target, one.name, self.people[person]), person))

    def _force(self, slot: int, person: int) -> bool:
        """Give the slot to the person and mend the rest; False, with everything as it was, when that cannot be."""
        flow, one = self.flow, self.flow.slots[slot]
        if one.owner == person:
            return True
        before = flow.take(slot)
        sibling = next((other for other in flow.siblings[slot] if flow.slots[other].owner == person), -1)
        if sibling >= 0:
            flow.take(sibling)
            flow.give(slot, person)
            flow.fix(slot)
            if flow.mend([sibling])[0]:
                return True
            flow.take(slot)
            flow.give(sibling, person)
        else:
            movable = sorted(flow.open_of[person])
            full = flow.load[person] >= flow.caps[person]
            flow.give(slot, person)
            flow.fix(slot)
            if not full or flow.mend(movable)[0]:
                return True
            flow.take(slot)
        flow.give(slot, before)
        return False

    def _certificate(self, reached: set[int], people: int) -> Infeasible:
        """Every person reached is full; others count once for each target where they stand on a reached slot."""
        flow = self.flow
        spent = sum(flow.caps[person] for person in bits(people))
        on_site: dict[int, int] = {}
        for slot in reached:
            one = flow.slots[slot]
            on_site[one.target] = on_site.get(one.target, 0) | one.eligible & ~people
        spent += sum(mask.bit_count() for mask in on_site.values())
        named = tuple((self.targets[flow.slots[slot].target][0], flow.slots[slot].name) for slot in sorted(reached))
        bound = tuple(self.people[person] for person in bits(people))
        return Infeasible(named, bound, len(named), spent, _sentence(named, bound, spent))


def _sentence(slots: Sequence[tuple[str, str]], people: Sequence[str], capacity: int) -> str:
    targets = list(dict.fromkeys(target for target, _ in slots))
    shown = "、".join(targets[:20]) + (f" 等 {len(targets)} 家" if len(targets) > 20 else "")
    who = f"可派的人（{'、'.join(people[:20])}{' 等' if len(people) > 20 else ''}）" if people else "可派的人"
    return f"检查人员不够：{shown} 共 {len(slots)} 个岗位，{who}合起来最多承担 {capacity} 个"
