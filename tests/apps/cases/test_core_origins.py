"""Where a case comes from, and that both sides know it."""

from __future__ import annotations

from typing import Any

import pytest

from hengjian.apps.cases import filing, investigating
from hengjian.apps.cases.following import after_lead
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.origins import origin_of
from hengjian.apps.cases.wording import CONDITIONS
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.services import register_lead
from hengjian.kernel.errors import NotFound, Refused
from tests.apps.cases import core_world as way
from tests.apps.factories import make_actor, make_user

pytestmark = pytest.mark.django_db


def lead_in(world: way.World) -> Lead:
    lead = register_lead(
        organ=world.organ, channel="letter", title="反映出具虚假报告", text="未检验就出报告",
        actor=make_actor(world.one),
        institution=world.institution, occurred_on=way.CONDUCT[0], **world.when,
    )  # fmt: skip
    return Lead.objects.get(pk=lead.pk)


def case_from(world: way.World, lead: Lead) -> Case:
    origin = origin_of("lead", lead.number, user=world.one, on=world.day)
    assert origin is not None
    assert (origin.source_code, origin.institution) == ("report", world.institution)
    return way.proposed(world, origin=origin, institution=None)


def submit(world: way.World, case: Case) -> Case:
    return filing.submit_filing(
        case=case, user=world.one, **world.when, conditions=list(CONDITIONS), officers=[world.one, world.two],
        opinion="—理由—",
    )  # fmt: skip


def test_a_lead_that_becomes_a_case_is_marked_filed_and_points_to_it() -> None:
    world = way.make_world()
    lead = lead_in(world)
    case = case_from(world, lead)
    assert case.origin_label == f"线索 {lead.number}"
    assert case.parties.get().institution == world.institution
    filing.approve_filing(case=submit(world, case), user=world.leader, **world.when, opinion="同意")
    lead.refresh_from_db()
    assert (lead.state, lead.case_number) == ("filed", case.number)
    step = after_lead(lead, world.one, world.day)
    assert step is not None
    assert step.label == f"案件 {case.number}：调查中"


def test_a_refused_filing_answers_the_lead_and_a_withdrawn_case_gives_it_back() -> None:
    world = way.make_world()
    refused, other = lead_in(world), lead_in(world)
    case = filing.propose_refusal(
        case=case_from(world, refused), user=world.one, **world.when, reason_code="minor", reason="已改正"
    )
    filing.refuse_filing(case=case, user=world.leader, **world.when, reason_code="minor", reason="同意")
    refused.refresh_from_db()
    assert refused.state == "answered"
    case = filing.approve_filing(
        case=submit(world, case_from(world, other)), user=world.leader, **world.when, opinion="同意"
    )
    investigating.withdraw_case(case=case, user=world.leader, **world.when, reason="没有违法事实")
    other.refresh_from_db()
    assert (other.state, other.case_number) == ("verifying", "")


def test_one_lead_gives_one_case() -> None:
    world = way.make_world()
    lead = lead_in(world)
    first = case_from(world, lead)
    with pytest.raises(Refused) as refused:
        case_from(world, lead)
    assert refused.value.sentence == (f"线索 {lead.number}已经登记为案件 {first.number}（拟立案），不能重复登记。")
    assert Case.objects.count() == 1


@pytest.mark.parametrize("kind", ["lead", "finding", "rectification"])
def test_another_organs_origin_is_not_found(kind: str) -> None:
    world = way.make_world()
    lead = lead_in(world)
    stranger: Any = make_user(world.tree.other_county, "officer")
    with pytest.raises(NotFound):
        origin_of(kind, lead.number, user=stranger, on=world.day)
