"""Merging two entries is on the record and can be taken back."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.accounts.models import User
from hengjian.apps.record.models import Event
from hengjian.apps.registry.matching import find_matches
from hengjian.apps.registry.merging import decide_match
from hengjian.apps.registry.models import Institution, MatchProposal
from hengjian.apps.registry.selectors import institution_by_code, institutions_seen_by
from hengjian.apps.registry.services import load_registry_table
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_institution, make_tree, make_user


@pytest.fixture
def tree(db: None) -> Tree:
    return make_tree()


@pytest.fixture
def registrar(tree: Tree) -> User:
    return make_user(tree.county, "registrar")


@pytest.fixture
def pair(tree: Tree, registrar: User) -> MatchProposal:
    make_institution(tree.county, name="青石县远衡检测有限公司", phone="139")
    make_institution(tree.county, name="远衡检测有限责任公司", phone="139")
    assert find_matches(actor=make_actor(registrar), now=NOW, organ=tree.county) == 1
    return MatchProposal.objects.get()


def decide(user: User, proposal: MatchProposal, action: str, **values: str) -> MatchProposal:
    return decide_match(user=user, now=NOW, proposal_id=proposal.pk, action=action, reason="营业执照核对一致", **values)


def add(tree: Tree, registrar: User, table: str, **row: object) -> None:
    load_registry_table(table=table, rows=[row], actor=make_actor(registrar), now=NOW, organ=tree.county, source="test")


def test_a_pair_decided_on_is_not_proposed_again(tree: Tree, registrar: User, pair: MatchProposal) -> None:
    decide(registrar, pair, "reject")
    assert find_matches(actor=make_actor(registrar), now=NOW, organ=tree.county) == 0


def test_merging_moves_children_and_the_old_code_leads_to_the_survivor(
    tree: Tree, registrar: User, pair: MatchProposal
) -> None:
    keep, gone = pair.first, pair.second
    add(tree, registrar, "people", institution_id=gone.uscc, person_id="P1")
    add(tree, registrar, "people", institution_id=gone.uscc, person_id="P2")
    add(tree, registrar, "people", institution_id=keep.uscc, person_id="P2")
    decide(registrar, pair, "merge", survivor=keep.uscc)
    assert institution_by_code(gone.uscc) == keep
    assert sorted(keep.people.values_list("person_id", flat=True)) == ["P1", "P2"]
    assert list(institutions_seen_by(registrar, on=TODAY)) == [keep]
    add(tree, registrar, "people", institution_id=gone.uscc, person_id="P3")
    assert keep.people.filter(person_id="P3").exists()


def test_a_merge_taken_back_restores_both_entries(tree: Tree, registrar: User, pair: MatchProposal) -> None:
    keep, gone = pair.first, pair.second
    add(tree, registrar, "people", institution_id=gone.uscc, person_id="P1", employed_from=date(2020, 1, 1))
    decide(registrar, pair, "merge", survivor=keep.uscc)
    decide(registrar, pair, "separate")
    assert institution_by_code(gone.uscc) == gone
    assert gone.people.get().person_id == "P1"
    assert not keep.people.exists()
    assert Institution.objects.filter(merged_into=None).count() == 2
    verbs = Event.objects.filter(verb__startswith="match.").order_by("sequence").values_list("verb", flat=True)
    assert list(verbs) == ["match.find", "match.merge", "match.separate"]
    add(tree, registrar, "people", institution_id=gone.uscc, person_id="P1")
    assert gone.people.count() == 1


def test_merging_needs_the_right_and_a_reason(tree: Tree, registrar: User, pair: MatchProposal) -> None:
    with pytest.raises(NotAllowed):
        decide(make_user(tree.county, "analyst"), pair, "merge", survivor=pair.first.uscc)
    with pytest.raises(NotFound):
        decide(make_user(tree.other_county, "registrar"), pair, "merge", survivor=pair.first.uscc)
    with pytest.raises(IllegalMove, match="理由"):
        decide_match(user=registrar, now=NOW, proposal_id=pair.pk, action="reject", reason=" ")
    with pytest.raises(IllegalMove):
        decide(registrar, pair, "separate")
    pair.refresh_from_db()
    assert pair.state == "open"


def test_an_entry_merged_once_is_not_merged_again(tree: Tree, registrar: User, pair: MatchProposal) -> None:
    third = make_institution(tree.county, name="远衡检测（青石）有限公司")
    other = MatchProposal.objects.create(
        first=pair.second, second=third, organ=tree.county, score=60, reasons=["名称"], found_at=NOW
    )
    decide(registrar, pair, "merge", survivor=pair.first.uscc)
    with pytest.raises(IllegalMove, match="已经并入"):
        decide(registrar, other, "merge", survivor=third.uscc)
