"""Response without a case: two people, numbered papers, a limit that runs, and a lead where nothing was put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from hengjian.apps.accounts.models import Avoidance, Organ, Role, User
from hengjian.apps.clocks.models import Clock
from hengjian.apps.documents.models import Document
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.services import register_lead
from hengjian.apps.measures import services
from hengjian.apps.measures.acting import make_move
from hengjian.apps.measures.following import register_failed
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import MEASURE
from hengjian.apps.measures.selectors import actions_for, measures_seen_by, orders_not_obeyed, waiting_for
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_actor, make_institution, make_tree, make_user
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
LIMIT = TODAY + timedelta(days=10)


@dataclass(frozen=True)
class World:
    organ: Organ
    other: Organ
    lab: Institution
    officer: User
    second: User
    chief: User
    inside: User

    def who(self, user: User, days: int = 0) -> dict[str, Any]:
        return {"user": user, "now": NOW + timedelta(days=days), "today": TODAY + timedelta(days=days)}


@pytest.fixture
def world() -> World:
    tree = make_tree()
    lab = make_institution(tree.county)
    return World(
        tree.county,
        tree.other_county,
        lab,
        make_user(tree.county, Role.OFFICER),
        make_user(tree.county, Role.OFFICER),
        make_user(tree.county, Role.SECTION_CHIEF),
        make_user(tree.county, Role.INSTITUTION_USER, institution_id=lab.uscc),
    )


def drafted(world: World, kind: str = "order", **more: Any) -> Measure:
    values = {
        "kind": kind,
        "title": "授权签字人超领域签发",
        "facts": "查见报告 3 份由未授权人员签发",
        "requirement": "收回报告，停止签发",
        "violation_id": "SUP-12",
        "limit": LIMIT,
    }
    return services.draft_measure(
        organ=world.organ, institution=world.lab, **world.who(world.officer), **(values | more)
    )


def served(world: World, kind: str = "order", **more: Any) -> Measure:
    row = drafted(world, kind, **more)
    services.propose_measure(row=row, **world.who(world.officer))
    services.decide_measure(row=row, approve=True, note="", **world.who(world.chief))
    return services.issue_measure(row=row, served_on=TODAY, recipient="王某", **world.who(world.officer))


def test_every_state_and_action_is_decided_by_the_table() -> None:
    assert assert_every_pair_is_decided(MEASURE) == len(MEASURE.states) * len(MEASURE.actions)


def test_an_order_is_served_with_a_numbered_paper_answered_and_verified_by_another(world: World) -> None:
    row = served(world)
    paper = Document.objects.get(thing_kind="measures.measure")
    assert (paper.form, paper.state) == ("PEN-33", "issued")
    assert paper.number
    clock = Clock.objects.get(thing_kind="measures.measure")
    assert (clock.due_on, clock.state) == (LIMIT, "running")
    services.answer_measure(row=row, text="已收回", **world.who(world.inside, 3))
    clock.refresh_from_db()
    assert clock.state == "met"
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        services.verify_measure(row=row, action="verify", note="属实", **world.who(world.officer, 4))
    done = services.verify_measure(row=row, action="verify", note="属实", **world.who(world.second, 4))
    assert (done.state, done.verified_by) == ("closed", world.second)


def test_whoever_drafted_does_not_approve(world: World) -> None:
    chief_made = services.draft_measure(
        organ=world.organ, institution=world.lab, kind="reminder", title="提醒", facts="事实", requirement="要求",
        **world.who(world.chief),
    )  # fmt: skip
    services.propose_measure(row=chief_made, **world.who(world.chief))
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        services.decide_measure(row=chief_made, approve=True, note="", **world.who(world.chief))


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        ("order", {"limit": None}, "责令改正须写明改正期限。"),
        ("order", {"limit": TODAY}, "期限须在今天（2026年11月1日）之后，填的是2026年11月1日。"),
        ("interview", {}, "约谈须写明时间和地点。"),
        ("interview", {"planned_at": NOW, "place": "三楼"}, "约谈时间须在现在以后。"),
        ("order", {"violation_id": "XX-1"}, "违法行为目录里没有“XX-1”。"),
        ("fine", {}, "没有“fine”这种处置。"),
        ("reminder", {"title": " "}, "请写明事由。"),
    ],
)
def test_what_cannot_be_drafted_says_why(world: World, kind: str, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        drafted(world, kind, **change)
    assert refused.value.sentence == sentence
    assert not Measure.objects.exists()


def test_an_interview_is_recorded_after_its_time_and_leaves_two_papers(world: World) -> None:
    row = served(world, "interview", planned_at=NOW + timedelta(days=2), place="三楼会议室", violation_id="")
    said = {"minutes": "说明情况，提出要求", "attendees": "负责人王某"}
    with pytest.raises(IllegalMove, match="约谈时间还没有到"):
        services.hold_interview(row=row, **said, **world.who(world.officer))
    services.hold_interview(row=row, **said, **world.who(world.officer, 3))
    assert set(Document.objects.values_list("form", flat=True)) == {"MSR-3", "MSR-4"}


def test_minutes_belong_to_interviews_alone(world: World) -> None:
    row = served(world)
    with pytest.raises(IllegalMove, match="责令改正没有约谈记录。"):
        services.hold_interview(row=row, minutes="x", attendees="y", **world.who(world.officer))


def test_not_obeyed_only_past_the_limit_and_then_it_is_the_first_of_two_steps(world: World) -> None:
    row = served(world)
    with pytest.raises(IllegalMove, match="期限还没有届满"):
        services.verify_measure(row=row, action="fail", note="未改", **world.who(world.second))
    failed = services.verify_measure(row=row, action="fail", note="未改", **world.who(world.second, 11))
    assert failed.state == "failed"
    assert list(orders_not_obeyed(world.lab, ["SUP-12"])) == [failed]
    assert not orders_not_obeyed(world.lab, ["SUP-11"]).exists()
    lead = register_failed(row=failed, **world.who(world.second, 11))
    assert (lead.origin_kind, lead.origin_id, lead.institution) == ("measure", row.number, world.lab)
    with pytest.raises(IllegalMove, match="已经转为线索"):
        register_failed(row=failed, **world.who(world.second, 11))


def test_a_lead_is_answered_once_the_measure_was_obeyed(world: World) -> None:
    lead = register_lead(
        organ=world.organ, channel="letter", title="反映签字人", text="签字人超领域", institution=world.lab,
        actor=make_actor(world.officer), now=NOW, today=TODAY,
    )  # fmt: skip
    row = served(world, origin=("lead", lead.number, f"线索 {lead.number}", "/leads/"))
    with pytest.raises(Refused, match=f"已经有责令改正：{row.number}"):
        drafted(world, origin=("lead", lead.number, f"线索 {lead.number}", "/leads/"))
    services.answer_measure(row=row, text="已收回", on_paper=True, **world.who(world.officer))
    services.verify_measure(row=row, action="verify", note="属实", **world.who(world.second))
    assert Lead.objects.get(pk=lead.pk).state == "answered"


def test_who_is_tied_to_the_institution_keeps_out(world: World) -> None:
    row = drafted(world)
    Avoidance.objects.create(user=world.chief, institution_id=world.lab.uscc, kind="kin", valid_from=LONG_AGO)
    services.propose_measure(row=row, **world.who(world.officer))
    with pytest.raises(NotAllowed, match="回避关系"):
        services.decide_measure(row=row, approve=True, note="", **world.who(world.chief))


def test_nobody_else_sees_it_and_the_institution_only_once_served(world: World) -> None:
    row = drafted(world)
    stranger = make_user(world.other, Role.OFFICER)
    assert not measures_seen_by(stranger, TODAY).exists()
    assert not measures_seen_by(world.inside, TODAY).exists()
    services.propose_measure(row=row, **world.who(world.officer))
    assert list(waiting_for(world.chief, on=TODAY)) == [row]
    services.decide_measure(row=row, approve=True, note="", **world.who(world.chief))
    services.issue_measure(row=row, served_on=TODAY, recipient="王某", **world.who(world.officer))
    assert list(waiting_for(world.inside, on=TODAY)) == [row]
    fresh = Measure.objects.get()
    assert {move.action for move in actions_for(fresh, world.inside, on=TODAY)} == {"answer"}


def test_two_chiefs_at_once_the_second_is_told(world: World) -> None:
    row = drafted(world)
    services.propose_measure(row=row, **world.who(world.officer))
    services.decide_measure(row=row, approve=True, note="", **world.who(world.chief))
    with pytest.raises(IllegalMove, match="已批准待送达"):
        make_move("send_back", row, {"note": "不同意"}, **world.who(make_user(world.organ, Role.LEADER)))


def test_the_pages_from_the_source_to_the_approval(client: Any, world: World) -> None:
    client.force_login(world.officer)
    address = f"{reverse('measures:draft')}?from=institution:{world.lab.uscc}"
    page = client.get(address)
    assert world.lab.name in page.content.decode()
    refused = client.post(address, {"kind": "order", "title": "超领域", "facts": "事实", "requirement": "要求"})
    assert refused.status_code == 422
    assert "责令改正须写明改正期限" in refused.content.decode()
    made = client.post(
        address, {"kind": "reminder", "title": "超领域", "facts": "甲乙丙丁", "requirement": "要求", "violation_id": ""}
    )
    row = Measure.objects.get()
    assert made.status_code == 302
    client.post(reverse("measures:act", args=[row.number, "propose"]))
    client.force_login(world.chief)
    client.post(reverse("measures:act", args=[row.number, "approve"]), {"approve-note": ""})
    row.refresh_from_db()
    assert row.state == "approved"
    shown = client.get(reverse("measures:show", args=[row.number])).content.decode()
    assert "甲乙丙丁" in shown
    assert "甲乙丙丁" not in str(list(Event.objects.values_list("before", "after", "reason")))
    client.force_login(make_user(world.other, Role.OFFICER))
    assert client.get(reverse("measures:show", args=[row.number])).status_code == 404
