"""Testing that stops the clocks, questioning, requests for materials, letters of assistance."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.cases import appraisal as appraising
from hengjian.apps.cases import assistance, evidence_adopting, evidence_asking
from hengjian.apps.cases.appraisal_procedures import APPRAISAL
from hengjian.apps.cases.assistance import letters_seen_by, letters_to
from hengjian.apps.cases.assistance_procedures import ASSISTANCE
from hengjian.apps.cases.investigating import conclude, resume, suspend
from hengjian.apps.cases.timing import running
from hengjian.apps.clocks.models import Clock
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.cases.core_world import World, card, filed, make_world, noon
from tests.apps.cases.evidence_world import appraisal, bare_fact, held, inquiry, letter, prove, request, seizing, upload
from tests.apps.factories import make_organ, make_user
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("procedure", [APPRAISAL, ASSISTANCE], ids=lambda one: one.name)
def test_every_state_and_action_is_decided(procedure):
    assert_every_pair_is_decided(procedure)


def test_testing_stops_the_case_limit_and_after_written_notice_the_seizure_too(world: World):
    case = filed(world)
    hold = held(world, case, seizing(world))
    one = appraisal(world, case, hold=hold)
    world.on(3)
    one = appraising.send(appraisal=one, user=world.one, **world.when, sent_on=world.day)
    assert running(case, "PEN-64").state == "paused"
    seizure = Clock.objects.get(thing_kind="cases.hold", rule_id="PEN-38")
    assert seizure.state == "running"
    world.on(1)
    appraising.tell_period(appraisal=one, user=world.one, **world.when, told_on=world.day)
    seizure.refresh_from_db()
    assert seizure.state == "paused"
    bare_fact(world, case)
    prove(world, case)
    with pytest.raises(IllegalMove) as out:
        conclude(case=case, user=world.one, **world.when, report="报告", proposal="建议")
    assert out.value.sentence == ("委托 J-01（检测）的结果还没有收到，不能调查终结；不再需要的请先撤回委托。")
    world.on(10)
    one.refresh_from_db()
    done = appraising.receive(
        appraisal=one, user=world.one, **world.when, returned_on=world.day, report_no="ZJ-1", result="不合格",
        files=[upload(name="报告.pdf")],
    )  # fmt: skip
    assert done.evidence.kind == "expert" and done.evidence.files.count() == 1
    seizure.refresh_from_db()
    limit = running(case, "PEN-64")
    assert (limit.state, seizure.state) == ("running", "running")
    assert limit.pauses[0] == {"first": "2026-11-05", "last": "2026-11-16", "reason": "检测、检验、检疫、鉴定"}
    assert seizure.pauses[0]["first"] == "2026-11-06"
    assert appraising.tell_result(appraisal=done, user=world.one, **world.when, told_on=world.day).state == "told"


def test_two_commissions_at_once_leave_out_each_day_once(world: World):
    case = filed(world)
    first, second = appraisal(world, case), appraisal(world, case)
    first = appraising.send(appraisal=first, user=world.one, **world.when, sent_on=world.day)
    second = appraising.send(appraisal=second, user=world.one, **world.when, sent_on=world.day)
    world.on(2)
    result = {"returned_on": world.day, "report_no": "1", "result": "合格"}
    appraising.receive(appraisal=first, user=world.one, **world.when, **result)
    assert running(case, "PEN-64").state == "paused"
    appraising.take_back(appraisal=second, action="recall", user=world.one, **world.when, reason="不再需要")
    assert running(case, "PEN-64").state == "running"


def test_the_end_of_a_suspension_does_not_end_the_testing(world: World):
    case = filed(world)
    one = appraising.send(appraisal=appraisal(world, case), user=world.one, **world.when, sent_on=world.day)
    case = suspend(case=case, user=world.leader, **world.when, ground="other_case", reason="等待判决")
    case = resume(case=case, user=world.leader, **world.when, reason="已判决")
    assert running(case, "PEN-64").state == "paused"
    world.on(1)
    appraising.receive(appraisal=one, user=world.one, **world.when, returned_on=world.day, report_no="1", result="合格")
    assert running(case, "PEN-64").state == "running"


def recorded(world: World, one: Any, **more: Any) -> Any:
    values: dict[str, Any] = {
        "asked_from": noon(world.day) - timedelta(hours=2), "asked_to": noon(world.day) - timedelta(hours=1),
        "text": "问：样品到过实验室吗？\n答：没有。", "rights_told": True, "cards_shown": True,
    }  # fmt: skip
    return evidence_asking.record_answers(inquiry=one, user=world.one, **world.when, **(values | more))


def test_a_record_read_and_signed_becomes_evidence_and_never_changes(world: World):
    case = filed(world)
    one = recorded(world, inquiry(world, case))
    one = evidence_asking.sign(
        inquiry=one, user=world.one, **world.when, read_over=True, proves="样品没有进入实验室", files=[upload()]
    )
    assert one.digest == evidence_asking.digest_of(one)
    assert (one.evidence.kind, one.evidence.officer_one, one.evidence.card_two) == ("testimony", world.one, "ZF-02")
    with pytest.raises(IllegalMove) as fixed:
        evidence_asking.correct_answers(inquiry=one, user=world.one, **world.when, text="改", reason="笔误")
    assert fixed.value.sentence.startswith("询问现处于“已签字”状态，不能“更正笔录”")
    written = str(list(Event.objects.values_list("before", "after", "reason", "thing_label")))
    assert "没有。" not in written and "慕容白" not in written


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("rights_told", "没有告知被询问人权利义务和申请回避的权利，不能制作询问笔录。"),
        ("cards_shown", "没有出示执法证件，不能制作询问笔录。"),
    ],
)
def test_rights_and_cards_come_first(world: World, field: str, said: str):
    with pytest.raises(Refused) as refused:
        recorded(world, inquiry(world, filed(world)), **{field: False})
    assert refused.value.sentence == said


def test_no_officer_questions_two_people_at_one_time(world: World):
    case = filed(world)
    recorded(world, inquiry(world, case))
    with pytest.raises(Refused) as refused:
        recorded(world, inquiry(world, case, officer_one=world.two, officer_two=world.three))
    assert refused.value.sentence == (
        f"阮知白在2026年11月2日 10:00至2026年11月2日 11:00正在询问另一人（{case.number} X-01），"
        "同一执法人员不能同时在两处询问，请核对时间。"
    )


def test_who_does_not_sign_is_noted_with_a_witness(world: World):
    one = recorded(world, inquiry(world, filed(world), who="legal_rep"))
    with pytest.raises(Refused) as refused:
        evidence_asking.note_refusal(
            inquiry=one, user=world.one, **world.when, reason="拒绝签字", witness="", proves="事实"
        )
    assert refused.value.sentence == "请填写见证人。"
    one = evidence_asking.note_refusal(
        inquiry=one, user=world.one, **world.when, reason="拒绝签字", witness="居委会工作人员", proves="事实"
    )
    assert (one.state, one.evidence.kind) == ("refused", "statement")


def test_materials_come_late_and_that_is_kept(world: World):
    case = filed(world)
    one = request(world, case, world.day + timedelta(days=5))
    with pytest.raises(Refused) as early:
        evidence_asking.end_request(request=one, action="note_silence", user=world.one, **world.when, reason="没有")
    assert early.value.sentence == "提供期限2026年11月7日还没有届满，不能登记逾期未提供。"
    world.on(6)
    one = evidence_asking.end_request(
        request=one, action="note_silence", user=world.one, **world.when, reason="没有收到"
    )
    one = evidence_asking.note_materials(
        request=one, user=world.one, **world.when, answer="原始记录 12 册", answered_on=world.day
    )
    assert (one.state, one.answered_late) == ("answered", True)


def asked(world: World, name: str = "端木晴") -> Any:
    return card(make_user(world.tree.other_county, Role.OFFICER, name=name), "ZF-91")


def test_the_asked_organ_answers_inside_the_system_and_sees_the_letter_alone(world: World):
    case = filed(world)
    one, colleague = letter(world, case), asked(world)
    assert list(letters_to(colleague, world.day)) == [one]
    assert not letters_seen_by(make_user(world.tree.province, Role.REGISTRAR), world.day).exists()
    with pytest.raises(NotAllowed):
        assistance.receive_letter(letter=one, user=world.one, **world.when, received_on=world.day)
    one = assistance.receive_letter(letter=one, user=colleague, **world.when, received_on=world.day)
    clock = assistance.clock_of(one)
    assert clock.due_on == date(2026, 11, 23) and clock.organ == world.tree.other_county
    world.on(5)
    one = assistance.answer_letter(
        letter=one, user=colleague, **world.when, answer="没有送检", files=[upload(b"reply", "复函.pdf")]
    )
    assert one.state == "answered" and assistance.clock_of(one) is None
    found = evidence_adopting.adopt_answer(
        case=case, letter=one, proves="委托人没有送检", kind="documentary", user=world.one, **world.when
    )
    assert (found.way, found.files.get().origin) == ("transferred", "letter")


def test_a_delay_is_told_before_the_last_day_or_not_at_all(world: World):
    one, colleague = letter(world, filed(world)), asked(world)
    one = assistance.receive_letter(letter=one, user=colleague, **world.when, received_on=world.day)
    told = {"reason": "委托人在外地", "expected_on": date(2026, 12, 10)}
    world.day = date(2026, 11, 24)
    with pytest.raises(Refused) as late:
        assistance.tell_delay(letter=one, user=colleague, **world.when, **told)
    assert late.value.sentence == "协助期限已于2026年11月23日届满，不能按期的须在期满前告知；请尽快回复。"
    world.day = date(2026, 11, 20)
    assert assistance.tell_delay(letter=one, user=colleague, **world.when, **told).state == "told"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "黑水县市场监督管理局",
            "系统里没有名为“黑水县市场监督管理局”的机关，没有发出；系统外机关请勾选“系统外机关”。",
        ),
        ("旧县市场监督管理局", "“旧县市场监督管理局”已经撤销，不能向它发函；请查明承接其职责的机关。"),
        ("青石县市场监督管理局", "受函机关就是本机关，不必发函。"),
    ],
)
def test_an_organ_that_does_not_exist_is_refused(world: World, name: str, said: str):
    gone = make_organ("旧县市场监督管理局", "county", "990123", world.tree.city)
    gone.valid_to = date(2025, 1, 1)
    gone.save()
    case = filed(world)
    with pytest.raises(Refused) as refused:
        letter(world, case, to_name=name)
    assert refused.value.sentence == said and not case.letters.exists()


def test_an_organ_outside_is_tracked_by_hand(world: World):
    one = letter(world, filed(world), to_name="黑水县公安局", outside=True)
    one = assistance.receive_letter(letter=one, user=world.one, **world.when, received_on=world.day)
    assert assistance.clock_of(one).organ == world.organ
    one = assistance.decline_letter(letter=one, user=world.one, **world.when, reason="没有档案", answered_on=world.day)
    assert one.state == "declined"
