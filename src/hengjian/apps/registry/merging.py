"""Deciding on a match: merge, reject, take a merge back. Nothing is deleted; a new event undoes an old one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.record.services import Actor, perform
from hengjian.apps.registry.jurisdiction import refresh_jurisdiction
from hengjian.apps.registry.models import Institution, InstitutionAlias, MatchProposal
from hengjian.apps.registry.names import name_key
from hengjian.apps.registry.procedures import MATCH
from hengjian.apps.registry.selectors import proposals_seen_by
from hengjian.apps.registry.tables import PARTS
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move


def decide_match(
    *, user: User, now: datetime, proposal_id: int, action: str, reason: str, survivor: str = ""
) -> MatchProposal:
    """Make one move of `procedures.MATCH`; `survivor` is the code of the entry to keep (only for merging).

    Raises NotFound, NotAllowed, IllegalMove or Refused with the sentence.
    """
    today = timezone.localdate(now)

    def apply(proposal: MatchProposal, move: Move, actor: Actor) -> None:
        if move.action == "merge":
            _merge(proposal, survivor, now)
        elif move.action == "separate":
            _separate(proposal, now)
        proposal.decided_at, proposal.decided_by, proposal.decision_reason = now, actor.name, reason
        refresh_jurisdiction([proposal.first_id, proposal.second_id], on=today)

    return perform(
        procedure=MATCH,
        action=action,
        thing=proposals_seen_by(user, on=today),
        pk=proposal_id,
        policy=policy_of(user, on=today),
        now=now,
        facts={"reason": reason, "survivor": survivor},
        reason=reason,
        apply=apply,
    )


def _pair(proposal: MatchProposal) -> dict[int, Institution]:
    ids = [proposal.first_id, proposal.second_id]
    return {one.pk: one for one in Institution.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def _merge(proposal: MatchProposal, survivor_code: str, now: datetime) -> None:
    pair = _pair(proposal)
    survivor = next((one for one in pair.values() if one.uscc == survivor_code), None)
    if survivor is None:
        raise Refused("请在这两家之中选定保留哪一家。", where={"column": "保留哪一家"})
    other = next(one for one in pair.values() if one.pk != survivor.pk)
    if survivor.merged_into_id or other.merged_into_id:
        raise IllegalMove("其中一家已经并入别的机构，请先撤销那一次合并。")
    proposal.survivor = survivor
    proposal.moved = {name: _move(name, other.pk, survivor.pk) for name in PARTS}
    other.merged_into = survivor
    other.save(update_fields=["merged_into"])
    _keep_names(proposal, survivor, other)


def _move(table: str, source: int, target: int) -> list[int]:
    """Move the parts; one that the target has too (same key) stays where it is, so that nothing is lost."""
    spec = PARTS[table]
    rows = list(spec.model.objects.filter(institution_id=source))
    for row in rows:
        row.institution_id = target
        row.row_key = spec.row_key(target, {name: getattr(row, name) for name in spec.key})
    taken = set(
        spec.model.objects.filter(institution_id=target, row_key__in=[row.row_key for row in rows]).values_list(
            "row_key", flat=True
        )
    )
    moved = [row for row in rows if row.row_key not in taken]
    spec.model.objects.bulk_update(moved, ["institution", "row_key"], batch_size=200)
    return [row.pk for row in moved]


def _keep_names(proposal: MatchProposal, survivor: Institution, other: Institution) -> None:
    rows = [InstitutionAlias(institution=survivor, kind="code", value=other.uscc, proposal=proposal)]
    if other.name != survivor.name:
        key = name_key(other.name)
        rows.append(
            InstitutionAlias(institution=survivor, kind="name", value=other.name, name_key=key, proposal=proposal)
        )
    InstitutionAlias.objects.bulk_create(rows)


def _separate(proposal: MatchProposal, now: datetime) -> None:
    """Put back what the merge moved; what came to the survivor since stays there."""
    pair = _pair(proposal)
    other: Any = next(one for one in pair.values() if one.pk != proposal.survivor_id)
    for table, ids in proposal.moved.items():
        spec = PARTS[table]
        rows = list(spec.model.objects.filter(pk__in=ids, institution_id=proposal.survivor_id))
        for row in rows:
            row.institution_id = other.pk
            row.row_key = spec.row_key(other.pk, {name: getattr(row, name) for name in spec.key})
        spec.model.objects.bulk_update(rows, ["institution", "row_key"], batch_size=200)
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    InstitutionAlias.objects.filter(proposal=proposal, withdrawn_at=None).update(withdrawn_at=now)
    proposal.survivor, proposal.moved = None, {}
