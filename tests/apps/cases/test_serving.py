"""Service of documents: the ways of Article 82, what each wants, the day that counts, and what it sets going."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.cases.after_procedures import COURT, OBLIGATION, ON_SPOT, REMEDY, SERVICE
from hengjian.apps.cases.models import Ban, Obligation, Service
from hengjian.apps.cases.serving import ServiceEntry, advance_service, confirm_address, serve_document
from hengjian.apps.clocks.models import Clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, NotFound
from tests.apps.cases.after_world import DECIDED, World, at, handed, make_world, notice, paper, serve_both
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 5)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def world() -> World:
    return make_world()


def photo(name: str = "送达.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG)


def serve(world: World, way: str, entry: ServiceEntry, **more: Any) -> Service:
    values: dict[str, Any] = {
        "case": world.case, "document": world.papers["one"], "party": world.institution, "user": world.first,
        "now": at(ON), "today": ON,
    }  # fmt: skip
    return serve_document(way=way, entry=entry, **values | more)


def refusal(world: World, way: str, entry: ServiceEntry, **more: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        serve(world, way, entry, **more)
    assert not Service.objects.filter(document=more.get("document", world.papers["one"])).exists()
    return caught.value


@pytest.mark.parametrize("procedure", [SERVICE, OBLIGATION, COURT, REMEDY, ON_SPOT], ids=lambda one: one.name)
def test_every_state_and_action_is_decided_by_the_table(procedure: Any) -> None:
    assert assert_every_pair_is_decided(procedure) > 0


def test_a_decision_handed_over_sets_the_periods_the_debt_and_the_receipt_going(world: World) -> None:
    done = serve(world, "hand_over", handed(ON))
    assert (done.state, done.served_on, done.receipt.form) == ("served", ON, "PEN-50")
    world.decision.refresh_from_db()
    assert world.decision.served_on == ON
    owed = Obligation.objects.get()
    assert (owed.fine_fen, owed.confiscated_fen, owed.due_on) == (10_000_000, 4_160_000, date(2026, 3, 20))
    rules = set(Clock.objects.filter(thing_id__in=[str(done.pk), str(owed.pk)]).values_list("rule_id", flat=True))
    assert {"ARL-20", "ALL-46", "PEN-72"} <= rules
    world.case.refresh_from_db()
    assert world.case.state == "decided", "the other party is not served yet"


def test_with_the_last_party_served_the_case_is_carried_out_and_the_ban_runs(world: World) -> None:
    serve_both(world, ON)
    assert world.case.state == "enforcing"
    ban = Ban.objects.get()
    assert (ban.from_on, ban.to_on, ban.party) == (ON, date(2031, 3, 5), world.person)


def test_the_party_must_be_told_of_publication(world: World) -> None:
    found = refusal(world, "hand_over", handed(ON, told_publication=False))
    assert found.sentence == "送达处罚决定书时，须书面告知当事人处罚信息将向社会公示。"
    assert found.article == "《市场监督管理行政处罚信息公示规定》第八条（送达时告知将公示）"


def test_leaving_a_paper_needs_a_witness_or_a_picture(world: World) -> None:
    entry = ServiceEntry(on=ON, refusal="拒绝签收", told_publication=True)
    assert refusal(world, "leave", entry).sentence == "送达“留置送达”缺少必填事项：见证人或者照片、录像。"
    done = serve(world, "leave", ServiceEntry(on=ON, refusal="拒收", told_publication=True, files=[photo()]))
    assert (done.state, done.proofs.count()) == ("served", 1)


def test_a_witness_alone_is_enough(world: World) -> None:
    done = serve(world, "leave", ServiceEntry(on=ON, refusal="拒收", witness="居委会代表", told_publication=True))
    assert done.state == "served"


def test_electronic_service_needs_the_signed_confirmation(world: World) -> None:
    entry = ServiceEntry(on=ON, address="a@example.cn", told_publication=True, files=[photo()])
    name = world.institution.name
    assert refusal(world, "send_electronic", entry).sentence == (
        f"没有{name}签署并同意电子送达的送达地址确认书，不能电子送达。请先登记确认书，或者改用其他方式。"
    )
    confirm(world, agrees=False)
    assert "同意电子送达" in refusal(world, "send_electronic", entry).sentence
    confirm(world, agrees=True)
    bare = ServiceEntry(on=ON, address="a@example.cn", told_publication=True)
    assert refusal(world, "send_electronic", bare).sentence == (
        "电子送达须以拍照、截屏、录音或者录像记录，请附上记录。"
    )
    done = serve(world, "send_electronic", entry)
    assert done.confirmation is not None
    assert done.served_on == ON


def confirm(world: World, *, agrees: bool) -> None:
    confirm_address(
        case=world.case, party=world.institution, user=world.first, now=at(DECIDED), today=DECIDED, address="一路1号",
        signed_on=DECIDED, agrees_electronic=agrees, electronic_address="a@example.cn" if agrees else "",
    )  # fmt: skip


def test_by_post_the_day_on_the_return_card_counts(world: World) -> None:
    sent = serve(world, "post", ServiceEntry(on=ON, tracking="EMS123", told_publication=True))
    assert (sent.state, sent.served_on) == ("under_way", None)
    day = date(2026, 3, 9)
    got = advance_service(
        service=sent, action="sign_for", entry=ServiceEntry(on=day, receiver="收发室"), user=world.first,
        now=at(date(2026, 3, 11)), today=date(2026, 3, 11),
    )  # fmt: skip
    assert got.served_on == day
    assert Obligation.objects.get().served_on == day


def test_a_letter_that_came_back_is_served_only_at_a_confirmed_address(world: World) -> None:
    sent = serve(world, "post", ServiceEntry(on=ON, tracking="EMS123", told_publication=True))
    back = ServiceEntry(on=date(2026, 3, 10), reason="无人签收退回")
    how: dict[str, Any] = {"user": world.first, "now": at(date(2026, 3, 11)), "today": date(2026, 3, 11)}
    with pytest.raises(DomainError) as caught:
        advance_service(service=sent, action="deem_returned", entry=back, **how)
    assert caught.value.sentence.endswith("没有签署送达地址确认书，退回不能视为送达。请另行送达或者公告送达。")
    failed = advance_service(service=sent, action="come_back", entry=back, **how)
    assert failed.state == "failed"


def test_a_public_notice_counts_when_its_thirty_days_are_over(world: World) -> None:
    start = ServiceEntry(on=ON, published_in="门户网站", reason="下落不明", told_publication=True)
    sent = serve(world, "announce", start)
    assert sent.announcement.form == "PEN-51"
    last = Clock.objects.get(rule_id="PEN-82").due_on
    assert last == date(2026, 4, 7), "the thirtieth day is 4 April, in the Qingming holiday"
    how: dict[str, Any] = {"service": sent, "action": "deem", "entry": ServiceEntry(), "user": world.first}
    with pytest.raises(IllegalMove) as caught:
        advance_service(now=at(last), today=last, **how)
    assert caught.value.sentence == "公告期至2026年4月7日，期满后才视为送达；今天是2026年4月7日。"
    after = date(2026, 4, 8)
    done = advance_service(now=at(after), today=after, **how)
    assert (done.state, done.served_on) == ("served", last)


def test_a_served_notice_gives_the_party_five_working_days(world: World) -> None:
    world.case.state = "notified"
    world.case.save()
    told = notice(world, DECIDED)
    letter = paper(world, "PEN-37", "行政处罚告知书", DECIDED, party=world.institution.name)
    serve(world, "hand_over", handed(ON), document=letter)
    told.refresh_from_db()
    assert (told.served_on, told.ends_on) == (ON, date(2026, 3, 12))


def test_a_notice_or_decision_paper_of_another_round_is_not_served(world: World) -> None:
    name = world.institution.name
    letter = paper(world, "PEN-37", "行政处罚告知书", DECIDED, party=name)
    assert refusal(world, "hand_over", handed(ON), document=letter).sentence == (
        f"还没有对{name}作出告知的记录，《行政处罚告知书》不能送达。"
    )
    told = notice(world, date(2026, 3, 4))
    assert refusal(world, "hand_over", handed(ON), document=letter).sentence == (
        f"《行政处罚告知书》（{letter.number}）不是现在这次告知的文书，不能送达，请送达最近制作的一份。"
    )
    told.served_on = date(2026, 3, 4)
    told.save()
    letter = paper(world, "PEN-37", "行政处罚告知书", date(2026, 3, 4), party=name)
    assert refusal(world, "hand_over", handed(ON), document=letter).sentence == (
        f"告知书已登记于2026年3月4日送达{name}，与填写的2026年3月5日不一致；"
        "五个工作日的期限已从登记之日起算，请先核对。"
    )
    paper(world, "PEN-45", "行政处罚决定书", DECIDED, party=name)
    assert refusal(world, "hand_over", handed(ON)).sentence.endswith(
        "不是现在这次处理决定的文书，不能送达，请送达最近制作的一份。"
    )


def test_what_cannot_be_served_is_told(world: World) -> None:
    draft = paper(world, "PEN-33", "责令改正通知书", DECIDED, state="draft")
    assert refusal(world, "hand_over", handed(ON), document=draft).sentence == (
        "《责令改正通知书》现在是“草稿”，不能送达，请先制作。"
    )
    assert refusal(world, "hand_over", handed(ON), party=world.person).sentence == (
        f"《行政处罚决定书》是给{world.institution.name}的，不能送达给司徒朗。"
    )
    assert refusal(world, "hand_over", handed(date(2026, 3, 1))).sentence == (
        "日期2026年3月1日早于文书制作日期2026年3月2日。"
    )
    assert refusal(world, "hand_over", handed(date(2026, 3, 6))).sentence == "日期2026年3月6日还没有到，不能预先填写。"
    assert refusal(world, "hand_over", handed(ON, relation="family")).sentence == (
        "机构的文书由法定代表人、主要负责人、负责收件的人或者代理人签收。"
    )
    assert refusal(world, "pigeon", handed(ON)).sentence == "请从列出的送达方式中选一种。"


def test_a_document_is_served_once(world: World) -> None:
    serve(world, "hand_over", handed(ON))
    with pytest.raises(DomainError) as caught:
        serve(world, "hand_over", handed(ON))
    assert caught.value.sentence == (
        f"《行政处罚决定书》对{world.institution.name}的送达已经登记（已送达），请在那里继续办理。"
    )


def test_only_investigators_of_the_case_serve(world: World) -> None:
    with pytest.raises(NotAllowed) as caught:
        serve(world, "hand_over", handed(ON), user=world.third)
    assert caught.value.sentence == "您不是本案的办案人员，不能送达文书。"
    with pytest.raises(NotFound):
        serve(world, "hand_over", handed(ON), user=stranger(world))
    assert not Service.objects.exists()


def stranger(world: World) -> Any:
    from tests.apps.cases.after_world import officer

    return officer(world.tree.other_county, "外县人员")


def test_proofs_are_checked_by_their_bytes(world: World) -> None:
    fake = SimpleUploadedFile("录像.mp4", b"not a video at all")
    found = refusal(world, "leave", ServiceEntry(on=ON, refusal="拒收", told_publication=True, files=[fake]))
    assert found.sentence == "“录像.mp4”的内容不是 mp4：文件坏了，或者只是改了扩展名。"
    tool = SimpleUploadedFile("x.exe", b"MZ")
    found = refusal(world, "leave", ServiceEntry(on=ON, refusal="拒收", told_publication=True, files=[tool]))
    assert found.sentence == "“x.exe”不是可以收的类型。可以交 JPG、PNG、PDF、MP4。"


def test_names_of_those_who_signed_stay_out_of_the_record(world: World) -> None:
    serve(world, "hand_over", handed(ON, receiver="赵某收发"))
    for event in Event.objects.filter(verb__startswith="service."):
        assert "赵某收发" not in f"{event.after.get('facts')}{event.reason}"


def test_the_receipt_prints_how_it_was_served(world: World) -> None:
    done = serve(world, "hand_over", handed(ON))
    receipt: Document = done.receipt
    assert "直接送达" in receipt.context
    assert "行政处罚决定书" in receipt.context
