"""Every form that the page offers in a state can be drawn up from what the record holds by then."""

from __future__ import annotations

from typing import Any

import pytest

from hengjian.apps.cases.context import document_context
from hengjian.apps.cases.core_setup import OFFERED
from hengjian.apps.cases.party_papers import issue_party_paper, wanted_papers
from hengjian.apps.documents.filling import fill
from hengjian.kernel.errors import IllegalMove, NotAllowed
from hengjian.law.paper import form
from tests.apps.cases import core_world as way

pytestmark = pytest.mark.django_db

WAYS: dict[str, Any] = {
    "filing": way.submitted,
    "investigating": way.filed,
    "concluded": way.concluded,
    "reviewing": way.reviewing_,
    "reviewed": way.reviewed,
    "cleared": way.cleared,
    "notified": way.notified,
    "decided": way.decided,
}
ELSEWHERE = ("PEN-7", "PEN-8", "PEN-9", "PEN-33", "PEN-36", "PEN-38", "PEN-43")
"""Forms of a step that the plain way does not make; they are drawn up in the tests of that step."""


@pytest.mark.parametrize("state", WAYS)
def test_what_is_offered_can_be_drawn_up(state: str) -> None:
    world = way.make_world()
    case = WAYS[state](world)
    assert case.state == state
    for name in OFFERED[state]:
        if name not in ELSEWHERE:
            context = {**document_context(case, name, world.day), "organ": {"name": case.organ.name}}
            assert fill(form(name, world.day), context, on=world.day), name


def test_each_party_gets_its_own_notice_and_decision_once() -> None:
    world = way.make_world()
    case = way.decided(world)
    party = way.party_of(case)
    assert [(one.form, one.document) for one in wanted_papers(case)] == [("PEN-37", None), ("PEN-45", None)]
    with pytest.raises(NotAllowed, match="您不是本案的办案人员，不能制作文书。"):
        issue_party_paper(case=case, party=party, form="PEN-45", user=world.three, **world.when)
    made = issue_party_paper(case=case, party=party, form="PEN-45", user=world.one, **world.when)
    assert made.number
    assert made.party == party.name
    with pytest.raises(IllegalMove, match=f"《行政处罚决定书》已经制作：{made.number}。"):
        issue_party_paper(case=case, party=party, form="PEN-45", user=world.two, **world.when)
    with pytest.raises(IllegalMove, match="不能制作《不予行政处罚决定书》"):
        issue_party_paper(case=case, party=party, form="PEN-46", user=world.one, **world.when)
