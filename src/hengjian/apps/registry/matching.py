"""Finding entries that may be one institution, with the reasons; merging is in `merging`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import transaction

from hengjian.apps.accounts.models import Organ
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Certificate, Institution, MatchProposal
from hengjian.apps.registry.names import code_slip, plain_name

THRESHOLD = 50
BLOCK_LIMIT = 40  # a telephone number or name shared by more entries than this tells nothing
SCORES = {"same_name": 60, "name_key": 45, "code_slip": 45, "certificate": 50, "phone": 20, "legal_rep": 15}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two entries (lower id first), the score 0–100 and why."""

    first: int
    second: int
    score: int
    reasons: tuple[str, ...]


def _codes_blocks(entries: Iterable[Institution]) -> Iterable[list[Institution]]:
    """Codes one slip apart share a half of the code or, with two characters swapped, all their characters."""
    halves: dict[tuple[int, str], list[Institution]] = defaultdict(list)
    for one in entries:
        halves[0, one.uscc[:9]].append(one)
        halves[1, one.uscc[9:]].append(one)
        halves[2, "".join(sorted(one.uscc))].append(one)
    return halves.values()


def _blocks(entries: list[Institution], certificates: Mapping[int, set[str]]) -> Iterable[list[Institution]]:
    by: dict[tuple[str, str], list[Institution]] = defaultdict(list)
    for one in entries:
        by["name", one.name_key].append(one)
        if one.phone:
            by["phone", one.phone].append(one)
        for number in certificates.get(one.pk, ()):
            by["certificate", number].append(one)
    yield from (group for group in by.values() if 1 < len(group) <= BLOCK_LIMIT)
    yield from _codes_blocks(entries)


def compare(left: Institution, right: Institution, *, shared: set[str]) -> Candidate | None:
    """The two entries side by side; None below the threshold. Phone and representative alone are not enough."""
    score, reasons = 0, []
    if plain_name(left.name) == plain_name(right.name):
        score, reasons = SCORES["same_name"], ["名称相同（不计全角半角、括号和空格）"]
    elif left.name_key == right.name_key:
        score, reasons = SCORES["name_key"], ["名称只差公司形式、地名前缀或括号写法"]
    slip = code_slip(left.uscc, right.uscc)
    for found, kind, sentence in (
        (slip, "code_slip", slip),
        (shared, "certificate", f"证书编号相同：{'、'.join(sorted(shared))}"),
        (left.phone and left.phone == right.phone, "phone", "联系电话相同"),
        (left.legal_rep and left.legal_rep == right.legal_rep, "legal_rep", "法定代表人同名"),
    ):
        if found:
            score += SCORES[kind]
            reasons.append(sentence)
    if score < THRESHOLD:
        return None
    first, second = sorted((left.pk, right.pk))
    return Candidate(first, second, min(score, 100), tuple(reasons))


def candidates(entries: list[Institution], certificates: Mapping[int, set[str]]) -> list[Candidate]:
    """Every pair worth a person's look, best first; compares only entries that share something."""
    found: dict[tuple[int, int], Candidate] = {}
    seen: set[tuple[int, int]] = set()
    for group in _blocks(entries, certificates):
        for left, right in combinations(group, 2):
            pair = (min(left.pk, right.pk), max(left.pk, right.pk))
            if pair in seen or (left.name_key != right.name_key and not _may_match(left, right, certificates)):
                continue
            seen.add(pair)
            shared = certificates.get(left.pk, set()) & certificates.get(right.pk, set())
            if candidate := compare(left, right, shared=shared):
                found[pair] = candidate
    return sorted(found.values(), key=lambda one: (-one.score, one.first, one.second))


def _may_match(left: Institution, right: Institution, certificates: Mapping[int, set[str]]) -> bool:
    """Cheap look before comparing: half a code in common alone is nothing."""
    if left.phone and left.phone == right.phone:
        return True
    if certificates.get(left.pk, set()) & certificates.get(right.pk, set()):
        return True
    return sum(a != b for a, b in zip(left.uscc, right.uscc, strict=False)) <= 2


@transaction.atomic
def find_matches(*, actor: Actor, now: datetime, organ: Organ) -> int:
    """Propose pairs among the institutions of an organ's part of the tree; answers with how many are new.

    A pair that a person has decided on is not proposed again.
    """
    rows = Institution.objects.filter(merged_into=None, organ__path__startswith=organ.path)
    entries = list(rows.select_related("organ"))
    by_pk = {one.pk: one for one in entries}
    certificates: dict[int, set[str]] = defaultdict(set)
    numbers = Certificate.objects.filter(institution__in=rows).values_list("institution_id", "certificate_no")
    for owner, number in numbers:
        certificates[owner].add(number)
    known = set(MatchProposal.objects.values_list("first_id", "second_id"))
    new = [
        MatchProposal(
            first_id=one.first,
            second_id=one.second,
            organ=_meeting(by_pk[one.first].organ, by_pk[one.second].organ, organ),
            score=one.score,
            reasons=list(one.reasons),
            found_at=now,
        )
        for one in candidates(entries, certificates)
        if (one.first, one.second) not in known
    ]
    MatchProposal.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    after = {"entries": len(entries), "proposed": len(new)}
    append_event(now=now, actor=actor, verb="match.find", thing=organ, organ_path=organ.path, after=after)
    return len(new)


def _meeting(left: Organ, right: Organ, searched: Organ) -> Organ:
    """Who decides: the organ of both, else the organ that searched (it is above both)."""
    return left if left.pk == right.pk else searched
