"""Suspected crimes reach the police within the law's hours; other departments answer or are seen not to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.clocks.models import Clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Institution
from hengjian.apps.transfers import referring, services
from hengjian.apps.transfers.models import CriminalTransfer, Referral
from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL
from hengjian.apps.transfers.selectors import actions_for, criminal_seen_by, waiting_for
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import NOW, TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.transfers.samples import HOUSING, POLICE, PROCURATORATE, list_bodies
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
REPORT = {"crime": "CL-229", "report": "经核实，明知虚假仍签发报告"}


@dataclass(frozen=True)
class World:
    tree: Tree
    lab: Institution
    first: User
    second: User
    leader: User

    def who(self, user: User, *, hours: int = 0) -> dict[str, Any]:
        now = NOW + timedelta(hours=hours)
        return {"user": user, "now": now, "today": TODAY + timedelta(days=hours // 24)}


def carded(tree: Tree, role: str = Role.OFFICER, until: date | None = date(2030, 1, 1)) -> User:
    user = make_user(tree.county, role)
    user.postings.update(enforcement_no=f"ZF{user.pk:06d}", enforcement_valid_to=until)
    return user


@pytest.fixture
def world() -> World:
    tree = make_tree()
    list_bodies(tree.county)
    lab = make_institution(tree.county)
    return World(tree, lab, carded(tree), carded(tree), make_user(tree.county, Role.LEADER))


def begun(world: World, **more: Any) -> CriminalTransfer:
    values = {"title": "涉嫌提供虚假证明文件", "facts": "出具虚假报告 40 份", "member": world.second}
    return services.begin_criminal(
        organ=world.tree.county, institution=world.lab, **world.who(world.first), **(values | more)
    )


def reported(world: World) -> CriminalTransfer:
    return services.report_crime(row=begun(world), **REPORT, **world.who(world.first))


def approved(world: World, hours: int = 1) -> CriminalTransfer:
    return services.decide_crime(
        row=reported(world), action="approve", reason="", **world.who(world.leader, hours=hours)
    )


def handed(world: World, hours: int = 2) -> CriminalTransfer:
    return services.hand_over(
        row=approved(world), body=POLICE, procuratorate=PROCURATORATE, papers=["letter", "report"],
        **world.who(world.first, hours=hours),
    )  # fmt: skip


def note(world: World, row: CriminalTransfer, action: str, hours: int, user: User | None = None, **values: Any) -> Any:
    return services.note_answer(row=row, action=action, values=values, **world.who(user or world.first, hours=hours))


def running(row: Any) -> list[str]:
    rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state="running")
    return list(rows.values_list("rule_id", flat=True))


def test_every_state_and_action_is_decided_by_the_tables() -> None:
    for table in (CRIMINAL_TRANSFER, REFERRAL):
        assert assert_every_pair_is_decided(table) == len(table.states) * len(table.actions)


def test_from_the_report_to_the_police_in_time_with_copy_and_papers(world: World) -> None:
    row = reported(world)
    assert running(row) == ["TR-05b"]
    row = services.decide_crime(row=row, action="approve", reason="", **world.who(world.leader, hours=20))
    assert running(row) == ["TR-05c"]
    clock = Clock.objects.get(rule_id="TR-05c")
    assert clock.due_at == NOW + timedelta(hours=44)
    row = services.hand_over(
        row=row, body=POLICE, procuratorate=PROCURATORATE, papers=["letter", "report", "tests"],
        **world.who(world.first, hours=30),
    )  # fmt: skip
    clock.refresh_from_db()
    assert clock.state == "met"
    letter = Document.objects.get(thing_kind="transfers.criminaltransfer")
    assert (letter.form, letter.state) == ("PEN-5", "issued")
    row = note(world, row, "record_receipt", 48, receipt_no="青公受〔2026〕3号", on=TODAY + timedelta(days=2))
    assert running(row) == ["TR-08"]
    row = note(world, row, "accept", 72, notice_no="青公立字〔2026〕9号", on=TODAY + timedelta(days=3))
    assert running(row) == ["TR-12"]
    row = note(world, row, "hand_goods", 96, list="原始记录 3 册", on=TODAY + timedelta(days=4))
    assert running(row) == []
    row = note(world, row, "end", 120, result="移送完毕", on=TODAY + timedelta(days=5))
    assert row.state == "ended"


def test_a_late_hand_over_is_recorded_as_late_and_never_back_dated(world: World) -> None:
    row = handed(world, hours=50)
    clock = Clock.objects.get(rule_id="TR-05c")
    assert clock.due_at < NOW + timedelta(hours=50) == clock.ended_at
    assert row.handed_at == NOW + timedelta(hours=50)


def test_the_police_decline_and_the_organ_asks_again_then_the_procurator(world: World) -> None:
    row = handed(world)
    day = TODAY + timedelta(days=1)
    row = note(world, row, "record_receipt", 24, receipt_no="1号", on=day)
    row = note(world, row, "decline", 24, reason="情节显著轻微", on=day)
    assert running(row) == ["TR-09"]
    with pytest.raises(NotAllowed):
        note(world, row, "reconsider", 24, reason="数额已达标准", on=day)
    row = note(world, row, "reconsider", 24, world.leader, reason="数额已达标准", on=day)
    assert running(row) == ["TR-09.reply"]
    row = note(world, row, "decline", 48, reason="维持", on=TODAY + timedelta(days=2))
    row = note(
        world,
        row,
        "ask_procurator",
        48,
        world.leader,
        body=PROCURATORATE,
        reason="有异议",
        on=TODAY + timedelta(days=2),
    )
    assert row.state == "monitored"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"body": "火星公安局"}, "外部机关名录里没有“火星公安局”，不能移送。请核对名称，或者先登记到名录。"),
        ({"body": HOUSING}, f"“{HOUSING}”在名录里不是公安机关。"),
        ({"procuratorate": POLICE}, f"“{POLICE}”在名录里不是检察院。"),
        ({"papers": ["goods"]}, "移送须附涉嫌犯罪案件移送书、涉嫌犯罪案件情况的调查报告。"),
    ],
)
def test_a_hand_over_to_what_does_not_exist_or_without_papers_is_refused(
    world: World, change: dict[str, Any], sentence: str
) -> None:
    row = approved(world)
    values = {"body": POLICE, "procuratorate": PROCURATORATE, "papers": ["letter", "report"]} | change
    with pytest.raises(Refused) as refused:
        services.hand_over(row=row, **values, **world.who(world.first, hours=2))
    assert refused.value.sentence == sentence
    row.refresh_from_db()
    assert row.state == "approved"
    assert not Document.objects.exists()


def test_the_team_is_two_people_with_certificates_that_hold(world: World) -> None:
    with pytest.raises(Refused, match="不得少于两人"):
        begun(world, member=world.first)
    expired = carded(world.tree, until=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="没有在有效期内的执法证"):
        begun(world, member=expired)
    assert not CriminalTransfer.objects.exists()


def test_nobody_of_the_team_decides(world: World) -> None:
    world.first.postings.create(organ=world.tree.county, role=Role.LEADER, valid_from=date(2015, 1, 1))
    row = reported(world)
    fresh = User.objects.get(pk=world.first.pk)
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        services.decide_crime(row=row, action="approve", reason="", **world.who(fresh))


def test_two_leaders_at_once_the_second_is_told(world: World) -> None:
    row = approved(world)
    other = make_user(world.tree.county, Role.LEADER)
    with pytest.raises(IllegalMove, match="已批准待移送"):
        services.decide_crime(row=row, action="refuse", reason="不够", **world.who(other, hours=1))


def test_the_reasons_of_a_refusal_are_on_the_record(world: World) -> None:
    row = reported(world)
    with pytest.raises(IllegalMove, match="缺少必填事项：理由"):
        services.decide_crime(row=row, action="refuse", reason=" ", **world.who(world.leader))
    services.decide_crime(row=row, action="refuse", reason="没有达到追诉标准", **world.who(world.leader))
    assert Event.objects.filter(verb="criminal_transfer.refuse", reason="没有达到追诉标准").exists()


def test_another_organ_sees_nothing_and_the_leader_finds_it_waiting(world: World) -> None:
    row = reported(world)
    stranger = make_user(world.tree.other_county, Role.LEADER)
    assert not criminal_seen_by(stranger, TODAY).exists()
    assert list(waiting_for(world.leader, on=TODAY)[0]) == [row]
    assert {move.action for move in actions_for(row, world.leader, on=TODAY)} == {"approve", "refuse", "send_back"}


def refer(world: World, **more: Any) -> Referral:
    values: dict[str, Any] = {"kind": "department", "title": "建设工程检测造假", "facts": "事实", "body": HOUSING}
    return referring.draft_referral(
        organ=world.tree.county, institution=world.lab, **world.who(world.first), **(values | more)
    )


def move(world: World, row: Referral, action: str, user: User | None = None, hours: int = 0, **values: Any) -> Referral:
    return referring.move_referral(row=row, action=action, values=values, **world.who(user or world.first, hours=hours))


def test_a_referral_is_approved_sent_with_a_letter_and_tracked_to_its_result(world: World) -> None:
    row = refer(world)
    move(world, row, "propose")
    with pytest.raises(NotAllowed):
        move(world, row, "approve")
    move(world, row, "approve", world.leader)
    due = TODAY + timedelta(days=30)
    row = move(world, row, "send", on=TODAY, due=due)
    assert Document.objects.get().form == "PEN-4"
    assert Clock.objects.get().due_on == due
    move(world, row, "record_receipt", hours=24, receipt_no="收 5", on=TODAY + timedelta(days=1))
    done = move(world, row, "feed_back", hours=48, result="已立案查处", on=TODAY + timedelta(days=2))
    assert (done.state, Clock.objects.get().state) == ("fed_back", "met")


def test_revocation_is_proposed_upwards_only(world: World) -> None:
    with pytest.raises(Refused, match="只能建议有权的上级机关"):
        refer(world, kind="revocation", body="", to_organ=world.tree.other_county)
    row = refer(world, kind="revocation", body="", to_organ=world.tree.province)
    assert row.target == world.tree.province.name


def test_a_department_that_is_not_listed_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="外部机关名录里没有“不存在局”"):
        refer(world, body="不存在局")
    assert not Referral.objects.exists()


def test_the_pages_from_the_beginning_to_the_hand_over(client: Any, world: World) -> None:
    client.force_login(world.first)
    begin = reverse("transfers:begin")
    assert client.get(begin).status_code == 200
    answer = client.post(begin, {"title": "涉嫌犯罪", "facts": "事实若干", "member": "", "gain": "abc"})
    assert answer.status_code == 422
    client.post(begin, {"title": "涉嫌犯罪", "facts": "事实若干", "member": world.second.pk, "gain": "120000.00"})
    row = CriminalTransfer.objects.get()
    assert row.gain_fen == 12_000_000
    act = reverse("transfers:act_criminal", args=[row.number, "report"])
    assert client.post(act, {"report-crime": "CL-229", "report-report": "核实"}).status_code == 302
    page = client.get(reverse("transfers:criminal", args=[row.number])).content.decode()
    assert "待负责人决定" in page and "核实" in page
    client.force_login(world.leader)
    approve = reverse("transfers:act_criminal", args=[row.number, "approve"])
    assert client.post(approve).status_code == 302
    assert client.post(approve).status_code == 409
    client.force_login(make_user(world.tree.other_county, Role.OFFICER))
    assert client.get(reverse("transfers:criminal", args=[row.number])).status_code == 404
