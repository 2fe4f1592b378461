"""What phones send is written once, in order, by whom it was written; nothing is lost whatever the answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hengjian.apps.accounts.models import Posting
from hengjian.apps.inspections.models import Attachment, CheckAnswer, Finding, OnSite
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.presenting import site_facts_of
from hengjian.apps.inspections.storage import read_attachment
from hengjian.apps.record.models import Event
from tests.apps.inspections.phones import BEGIN, Phone, states
from tests.apps.inspections.samples import JPEG, NOW, TODAY, World, begun_earlier, fresh, make_officer

MB = 1024 * 1024
HOUR = timedelta(hours=1)


def test_a_whole_visit_written_without_a_connection_comes_in_with_its_own_times(world: World):
    task = world.task(now=NOW - 24 * HOUR)
    mine, theirs = Phone(world.lead, task), Phone(world.member, task)
    gate = NOW - 3 * HOUR
    mine.write("enter", at=gate, method="typed", code=task.number, note="门口没有二维码", lat=31.2, lon=121.5)
    theirs.write("enter", at=gate, method="typed", code=world.lab.uscc)
    mine.write("begin", at=gate + HOUR / 4, **BEGIN)
    mine.answer(at=gate + HOUR / 2)
    mine.answer("CK-D2", "problem", "3月的使用记录显示每日在用", at=gate + HOUR)
    mine.write("finding", at=gate + HOUR, item_id="CK-D2", violation_id="SUP-14.2", conduct_on="2026-09-02",
               text="检定到期后仍在用", severity="general", handling="order", limit_on="2026-11-20")  # fmt: skip
    mine.write("statement", at=gate + 2 * HOUR, base=0, facts_found="查了样品室。", statement="无", signing="refused",
               refusal_reason="认为不实", witness_name="钟离见")  # fmt: skip
    assert states(theirs.send()) == ["accepted"]
    assert states(mine.send()) == ["accepted"] * 6
    photo = mine.send_file()
    assert photo.state == "accepted"
    assert states(mine.send(mine.write("close"))) == ["accepted"]
    done = fresh(task)
    assert done.state == "record_closed"
    answer = CheckAnswer.objects.get(inspection=task, item_id="CK-A1")
    assert (answer.by, answer.happened_at, answer.received_at) == (world.lead, gate + HOUR / 2, NOW)
    assert OnSite.objects.get(inspection=task).started_at == gate + HOUR / 4
    assert Finding.objects.get(inspection=task).article.startswith("《检验检测机构监督管理办法》")
    attachment = Attachment.objects.get(inspection=task, kind="photo")
    assert read_attachment(attachment) == JPEG


def test_sent_twice_is_written_once(world: World):
    phone = Phone(world.lead, world.on_site())
    phone.answer()
    phone.write(
        "finding", item_id="CK-A1", conduct_on="2026-09-02", text="证书过期", severity="general", handling="corrected"
    )
    first = phone.send()
    events = Event.objects.count()
    assert phone.send() == first
    assert states(first) == ["accepted", "accepted"]
    assert (CheckAnswer.objects.count(), Finding.objects.count(), Event.objects.count()) == (1, 1, events)


def test_a_photo_sent_twice_is_kept_once(world: World):
    phone = Phone(world.lead, world.on_site())
    assert phone.send_file().state == "accepted"
    assert phone.send_again(phone.kept[-1], JPEG).state == "accepted"
    assert Attachment.objects.count() == 1


def test_what_comes_before_the_colleague_has_entered_waits_on_the_phone_and_comes_in_later(world: World):
    task = world.task()
    phone, other = Phone(world.lead, task), Phone(world.member, task)
    phone.write("enter", method="typed", code=task.number)
    phone.write("begin", **BEGIN)
    phone.answer()
    outcomes = phone.send()
    assert states(outcomes) == ["accepted", "waiting", "waiting"]
    assert outcomes[1].sentence == (
        "执法人员不得少于两人：应见山还没有登记入企，不能开始检查。等对方的手机同步以后自动收下。"
    )
    assert outcomes[2].sentence == "等前面的内容收下以后再传。"
    other.write("enter", method="typed", code=task.number)
    assert states(other.send()) == ["accepted"]
    assert states(phone.send()) == ["accepted"] * 3


def test_both_officers_may_begin_on_their_phones_the_first_one_counts(world: World):
    task = world.entered()
    first, second = Phone(world.lead, task), Phone(world.member, task)
    first.write("begin", **BEGIN)
    second.write("begin", **(BEGIN | {"present_name": "别人"}))
    second.answer()
    assert states(first.send()) == ["accepted"]
    outcomes = second.send()
    assert states(outcomes) == ["accepted", "accepted"]
    assert "以先登记的为准，您的登记也已留存。" in outcomes[0].sentence
    assert OnSite.objects.get(inspection=task).present_name == "毕清和"
    assert PhoneEntry.objects.get(uuid=outcomes[0].uuid).payload["present_name"] == "别人"


def test_one_phone_may_register_both_officers(world: World):
    task = world.task()
    phone = Phone(world.lead, task)
    phone.write("enter", method="typed", code=task.number, note="同行")
    phone.write("enter", method="typed", code=task.number, note="同行，手机没电", officer=world.member.pk)
    phone.write("begin", **BEGIN)
    assert states(phone.send()) == ["accepted"] * 3


def test_nobody_is_registered_as_scanned_by_the_colleague_and_who_registered_is_kept(world: World):
    from hengjian.apps.inspections.codes import token_for

    task = world.task()
    phone = Phone(world.lead, task)
    code = token_for("institution", world.lab.uscc)
    outcome = phone.send(phone.write("enter", method="institution", code=code, note="x", officer=world.member.pk))[0]
    assert (outcome.state, outcome.sentence) == (
        "refused",
        "扫码登记只能由应见山本人办理；替同事登记的，请用手工登记并写明原因。",
    )
    assert not task.entries.exists()
    typed = phone.write("enter", method="typed", code=task.number, note="手机没电", officer=world.member.pk)
    assert states(phone.send(typed)) == ["accepted"]
    assert task.entries.get().note == "由沈砚秋代为登记：手机没电"
    assert ("入企说明", "由沈砚秋代为登记：手机没电") in site_facts_of(fresh(task))
    assert Event.objects.get(verb="inspection.arrive").after["registered_by"] == "沈砚秋"


@pytest.mark.parametrize("lat", [10**400, -(10**400), 1e300])
def test_a_number_of_four_hundred_digits_is_a_sentence(world: World, lat: float):
    phone = Phone(world.lead, world.task())
    outcome = phone.send(phone.write("enter", method="typed", code=phone.task.number, lat=lat, lon=1))[0]
    assert (outcome.state, outcome.sentence) == ("refused", "“lat”应当是数。")


def test_a_task_number_with_a_nul_is_a_sentence(world: World):
    phone = Phone(world.lead, world.task())
    outcome = phone.send(phone.answer() | {"task": "JC\0"})[0]
    assert (outcome.state, outcome.sentence) == ("refused", "这一条没有写明检查编号。")


def test_the_scanned_code_of_another_place_is_refused(world: World):
    from hengjian.apps.inspections.codes import token_for

    task = world.task()
    phone = Phone(world.lead, task)
    right = f"https://x/inspections/scan/{token_for('institution', world.lab.uscc)}"
    wrong = f"https://x/inspections/scan/{token_for('institution', '91990121MA00000000')}"
    forged = right[:-3] + "AAA"
    for code in (wrong, forged, "12345"):
        assert states(phone.send(phone.write("enter", method="institution", code=code))) == ["refused"]
    assert states(phone.send(phone.write("enter", method="institution", code=right))) == ["accepted"]
    assert task.entries.get().method == "institution"


@pytest.mark.parametrize(("ahead", "way"), [(timedelta(days=2), "快"), (timedelta(days=-2), "慢")])
def test_a_phone_clock_two_days_off_is_kept_with_both_times_and_told(world: World, ahead: timedelta, way: str):
    phone = Phone(world.lead, begun_earlier(world.on_site(), by=2 * HOUR), ahead=ahead)
    outcome = phone.send(phone.answer(at=NOW - HOUR))[0]
    assert outcome.state == "accepted"
    assert outcome.sentence.startswith(f"手机时钟比服务器{way} 2 天：手机记为")
    assert outcome.sentence.endswith("两个时间都已保存。请校准手机时钟。")
    answer = CheckAnswer.objects.get()
    assert answer.clock_flag
    assert (answer.made_at, answer.happened_at, answer.received_at) == (NOW - HOUR + ahead, NOW - HOUR, NOW)
    entry = PhoneEntry.objects.get()
    assert entry.clock_skew_s == ahead.total_seconds()
    assert entry.happened_at == NOW - HOUR


def test_a_photo_of_forty_megabytes_is_refused_with_a_sentence_and_nothing_is_written(world: World):
    phone = Phone(world.lead, world.on_site())
    outcome = phone.send_file(JPEG + b"\0" * (40 * MB))
    assert outcome.state == "refused"
    assert outcome.sentence == (
        "照片“铭牌.jpg”有 40 MB，单个照片最多 20 MB，没有收下。"
        "请把手机相机的分辨率调低重拍，或者压缩后再传；原照片请先留在手机里，不要删除。"
    )
    assert (Attachment.objects.count(), PhoneEntry.objects.count()) == (0, 0)


def test_a_photo_damaged_on_the_way_is_refused_and_comes_in_when_sent_again(world: World):
    phone = Phone(world.lead, world.on_site())
    assert phone.send_file().state == "accepted"
    entry = phone.write("photo", item_id="CK-A1", kind="photo", file_name="b.jpg", sha256="0" * 64)
    outcome = phone.send_again(entry, JPEG)
    assert outcome.state == "refused"
    assert "摘要值与拍摄时不一致" in outcome.sentence
    assert states(phone.send(entry)) == ["refused"]
    assert Attachment.objects.count() == 1


def test_an_author_who_was_moved_has_the_entries_held_and_the_file_too(world: World):
    task = world.on_site()
    phone = Phone(world.lead, task)
    phone.answer("CK-D2", "problem", "没有检定证书")
    Posting.objects.filter(user=world.lead).update(valid_to=TODAY - timedelta(days=1))
    outcome = phone.send()[0]
    assert outcome.state == "held"
    assert outcome.sentence == (
        f"沈砚秋现在没有执法岗位（已调离或者停用），不能再写入检查 {task.number}。"
        "手机上的内容没有丢，请交由科长确认后处理。"
        f"这一条已存到服务器，由{world.county.short_name}的科长认领，没有丢。"
    )
    assert CheckAnswer.objects.count() == 0
    held = PhoneEntry.objects.get(state="held")
    assert (held.author, held.payload["note"], held.organ) == (world.lead, "没有检定证书", world.county)
    assert Event.objects.filter(verb="phone_entry.hold", thing_id=str(held.pk)).exists()
    assert phone.send_file().state == "held"
    assert PhoneEntry.objects.get(kind="photo").file_sha256


def test_an_author_replaced_on_the_task_is_held_and_a_stranger_is_not(world: World):
    task = world.on_site()
    phone = Phone(world.lead, task)
    third = make_officer(world.county, "第三人")
    world.act("replace_officer", task, user=world.chief, slot="lead", person=third, reason="另有任务")
    assert states(phone.send(phone.answer())) == ["held"]
    stranger = make_officer(world.office.tree.other_county, "路人")
    outside = Phone(world.lead, task)
    entry = outside.answer("CK-A2") | {"author": stranger.pk}
    outcome = outside.send(entry, user=stranger)[0]
    assert outcome.state == "refused"
    assert outcome.sentence == f"没有检查任务 {task.number}，或者它没有交给过您。内容没有收下，仍在手机上。"


def test_what_comes_after_the_record_was_closed_is_held_not_lost(world: World):
    task = world.closed()
    phone = Phone(world.member, task)
    outcome = phone.send(phone.answer())[0]
    assert outcome.state == "held"
    assert "笔录闭合以后不能再改，请作为补充材料另行提交。" in outcome.sentence


def test_entries_go_only_with_their_author(world: World):
    phone = Phone(world.lead, world.on_site())
    phone.answer()
    outcome = phone.send(user=world.member)[0]
    assert (outcome.state, outcome.sentence) == ("refused", "这一条是另一个人写的，只能由本人登录后上传。")
    assert states(phone.send()) == ["accepted"]
    copied = phone.kept[0] | {"author": world.member.pk}
    outcome = phone.send(copied, user=world.member)[0]
    assert (outcome.state, outcome.sentence) == ("refused", "这个离线编号已经用在另一个人的内容上，没有收下。")


def test_wrong_content_is_refused_with_its_sentence_and_the_rest_goes_on(world: World):
    phone = Phone(world.lead, world.on_site())
    phone.answer("CK-A1", "problem", "")
    phone.answer("CK-A2")
    phone.write("finding", item_id="CK-A1", conduct_on="2026-13-01", text="x", severity="general", handling="corrected")
    outcomes = phone.send()
    assert states(outcomes) == ["refused", "accepted", "refused"]
    assert outcomes[0].sentence == "检查项 A1 填为不符合，请写明现场看到的情况。"
    assert outcomes[2].sentence == "行为日“2026-13-01”不是日期，应如 2026-03-05。"


def test_the_date_of_a_right_is_that_of_the_sync(world: World):
    task = world.on_site()
    Posting.objects.filter(user=world.lead).update(valid_to=date(2026, 11, 3))
    phone = Phone(world.lead, task)
    assert states(phone.send(phone.answer())) == ["accepted"]
    late = NOW + timedelta(days=5)
    assert states(phone.send(phone.answer("CK-A2", at=NOW), now=late)) == ["held"]
