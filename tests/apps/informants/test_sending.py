"""What citizens send over the portal: taken in whole or not at all, once, with code and receipt."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.informants.files import FILE_MOST
from hengjian.apps.informants.models import Attempt, Channel, Informant, Message, SealedFile
from hengjian.apps.leads.models import Lead
from hengjian.apps.portal import sending_forms
from hengjian.apps.record.models import Event
from hengjian.apps.tips.models import Tip
from tests.apps.informants.samples import NAME, PDF, TEXT, complaint, send, typed

pytestmark = pytest.mark.django_db


def said(response) -> str:
    return response.content.decode()


def sent(response):
    assert response.status_code == 200, response.context["form"].errors if "form" in response.context else ""
    return response.context["sent"]


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def nothing_is_there(settings) -> bool:
    rows = [Tip, Complaint, Lead, Informant, Channel, SealedFile]
    return not any(one.objects.exists() for one in rows) and not files_in(Path(settings.UPLOADS_ROOT))


def test_the_two_procedures_are_told_apart_and_lead_to_their_forms():
    page = said(Client().get("/public/send/"))
    assert "投诉：解决您自己的纠纷" in page and "举报：反映违法行为" in page
    assert "/public/send/report/" in page and "/public/send/complaint/" in page
    assert "/public/send/" in said(Client().get("/public/"))


def test_a_named_report_becomes_a_tip_with_code_and_receipt(county):
    response = send(typed(county.lab, files=SimpleUploadedFile("证据.pdf", PDF)))
    [one] = sent(response)
    tip = Tip.objects.get(number=one.number)
    assert (tip.kind, tip.channel, tip.institution, tip.organ) == ("named", "portal", county.lab, county.tree.county)
    assert NAME not in tip.text and "BG-2026-0815" in tip.text and tip.lead is not None
    assert tip.informant.files.get().sha256 == __import__("hashlib").sha256(PDF).hexdigest()
    assert one.code in said(response) and len(one.code.replace("-", "")) == 20
    assert response["Cache-Control"] == "no-store, private"
    assert not response.cookies.get("hengjian_session")


def test_an_anonymous_report_drops_the_name_that_was_filled_in_before(county):
    [one] = sent(send(typed(county.lab, kind="anonymous")))
    tip = Tip.objects.get(number=one.number)
    assert (tip.kind, tip.informant.anonymous, tip.informant.fingerprints.count()) == ("anonymous", True, 0)


def test_an_insider_needs_no_name(county):
    [one] = sent(send(typed(county.lab, kind="insider", name="", id_no="", address="", email="")))
    tip = Tip.objects.get(number=one.number)
    assert tip.kind == "insider" and tip.informant.fingerprints.get().kind == "phone"


def test_a_report_on_somebody_not_registered_goes_to_the_organ_chosen(county):
    organ = county.tree.other_county
    [one] = sent(send(typed(county.lab, respondent="未登记的检测点", institution="", organ=str(organ.pk))))
    tip = Tip.objects.get(number=one.number)
    assert (tip.organ, tip.institution, tip.respondent_name) == (organ, None, "未登记的检测点")


def test_the_same_form_sent_twice_is_one_and_shows_the_same_code(county):
    data = typed(county.lab)
    [first], [second] = sent(send(data)), sent(send(data))
    assert first == second
    assert (Tip.objects.count(), Lead.objects.count(), Informant.objects.count()) == (1, 1, 1)


def test_mixed_material_becomes_a_complaint_and_a_tip_each_with_its_own_code(county):
    data = complaint(county.lab, report_text="这家机构没有资质就出具房屋甲醛检测报告，我有照片。")
    pdf = SimpleUploadedFile("证据.pdf", PDF)
    first, second = sent(send(data | {"files": pdf}, "complaint"))
    assert (first.kind, second.kind) == ("投诉", "举报") and first.code != second.code
    made = Complaint.objects.get(number=first.number)
    assert made.tip.number == second.number and made.amount == 120050
    assert made.informant.files.count() == made.tip.informant.files.count() == 1
    assert sent(send(data, "complaint")) == [first, second]


def test_the_respondent_is_searched_without_losing_what_was_typed(county):
    data = typed(county.lab, respondent="建科", institution="", find="1")
    response = send(data)
    page = said(response)
    assert response.status_code == 200 and county.lab.uscc in page and "都不是，按我写的名称提交" in page
    assert "BG-2026-0815" in page and Tip.objects.count() == 0
    response = send(typed(county.lab, respondent="建科", institution=""))
    assert "登记中有相近的机构，请选是哪一家；都不是的选最后一项。" in said(response)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": ""}, "请选实名、匿名还是内部人举报。"),
        ({"name": ""}, "实名举报请写姓名；不愿意写的，请选匿名。"),
        ({"phone": ""}, "实名举报请写电话。"),
        ({"text": ""}, "请写明具体的线索和事实：什么时间、哪份报告、做了什么。"),
        ({"text": "有问题"}, "至少 10 字；现在是 3 字。（《市场监督管理投诉举报处理办法》第二十八条）"),
        ({"respondent": "", "institution": ""}, "请写明是哪家机构。"),
        ({"respondent": "没有这一家", "institution": ""}, "没有选定登记的机构，请选择向哪个机关提出。"),
        ({"respondent": "没有这一家", "institution": "", "organ": "999999"}, "没有这个机关，请从列出的机关中选一个。"),
        ({"occurred_on": "2028-01-01"}, "发生日期 2028-01-01 还没有到。"),
        ({"text": "甲\0乙丙丁戊己庚辛壬癸"}, "线索和事实里有看不见的空字符，请删去。"),
        ({"mark": "made-up"}, "这一页打开得太久了。内容还在，请再提交一次。"),
    ],
)
def test_what_is_missing_or_wrong_is_a_sentence_beside_the_field_and_nothing_is_kept(
    county, settings, change, sentence
):
    response = send(typed(county.lab, **change))
    assert response.status_code == 422 and sentence in said(response)
    assert nothing_is_there(settings)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "投诉应当写投诉人的真实姓名。"),
        ({"address": ""}, "请写投诉人的通讯地址。"),
        ({"claim": ""}, "请写明具体的投诉请求，例如退款、重新检测。"),
        ({"amount": "一千"}, "争议金额请写成 1200 或者 1200.50 这样，单位是元。"),
        ({"bought_on": "2028-01-01"}, "交易日期 2028-01-01 还没有到。"),
        ({"report_text": "太短"}, "至少 10 字；现在是 2 字。"),
    ],
)
def test_a_complaint_without_what_the_rule_asks_for_is_refused(county, settings, change, sentence):
    response = send(complaint(county.lab, **change), "complaint")
    assert response.status_code == 422 and sentence in said(response)
    assert nothing_is_there(settings)


class Video(io.BytesIO):
    """Two hundred megabytes that are never held."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size
        self.name = "录像.mp4"

    def read(self, count: int = -1) -> bytes:  # type: ignore[override]
        part = min(self.left, count if count >= 0 else self.left)
        self.left -= part
        return b"\0" * part


def test_a_video_of_200_mb_is_answered_with_the_limit_and_nothing_is_half_done(county, settings):
    response = send(typed(county.lab, files=Video(200 * 1024 * 1024)))
    page = said(response)
    assert response.status_code == 422
    assert (
        "有一个附件超过了每个 50 MB 的上限，没有收下。请压缩、截取关键的一段，或者拷贝在光盘、U 盘上寄到受理机关。"
        in page
    )
    assert "BG-2026-0815" in page, "what was typed is still in the form"
    assert nothing_is_there(settings)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ1", "第 1 个附件不是可以收的类型。可以交 PDF、JPG、PNG、docx、xlsx、MP4、MP3、M4A、WAV。"),
        ("a.pdf", b"not a pdf", "第 1 个附件的内容不是 pdf：文件坏了，或者只是改了扩展名。请重新导出再交。"),
        ("a.pdf", b"", "第 1 个附件是空文件。请重新选一个。"),
    ],
)
def test_a_file_that_cannot_be_taken_takes_the_whole_report_back(county, settings, name, content, sentence):
    response = send(typed(county.lab, files=SimpleUploadedFile(name, content)))
    assert response.status_code == 422 and sentence in said(response)
    assert nothing_is_there(settings)


def test_a_second_file_that_is_wrong_leaves_no_bytes_of_the_first(county, settings):
    good, bad = SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", b"no")
    assert send(typed(county.lab, files=[good, bad])).status_code == 422
    assert nothing_is_there(settings)


def test_an_eleventh_file_is_told(county, settings):
    many = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(11)]
    response = send(typed(county.lab, files=many))
    assert "一次最多附 10 个附件" in said(response) and nothing_is_there(settings)


def test_the_bytes_on_disk_are_not_those_that_were_sent(county, settings):
    sent(send(typed(county.lab, files=SimpleUploadedFile("证据.pdf", PDF))))
    [kept] = files_in(Path(settings.UPLOADS_ROOT))
    assert b"canary" not in kept.read_bytes() and FILE_MOST == 50 * 1024 * 1024


def test_by_code_one_reads_answers_and_adds_files_without_a_name(county):
    [one] = sent(send(typed(county.lab)))
    response = Client().post("/public/send/progress/", {"code": one.code.lower().replace("-", " ")})
    assert response.status_code == 200 and one.number in said(response) and "进度" in said(response)
    more = {"code": one.code, "add": "1", "text": f"再补充：我是{NAME}", "files": SimpleUploadedFile("a.pdf", PDF)}
    response = Client().post("/public/send/progress/", more)
    assert response.status_code == 200 and f"我是{NAME}" in said(response)
    message = Message.objects.get()
    assert NAME not in message.text.redacted and message.files.count() == 1
    Client().post("/public/send/progress/", {"code": one.code, "add": "1", "text": "只说一次"})
    Client().post("/public/send/progress/", {"code": one.code, "add": "1", "text": "只说一次"})
    assert Message.objects.count() == 2, "one click that came twice is one message"


def test_an_official_writes_to_the_informant_who_reads_it_by_code(county):
    [one] = sent(send(typed(county.lab)))
    number = Informant.objects.get().number
    officer = county.client("officer")
    page = officer.post(f"/informants/{number}/write/", {"text": "请说明报告是哪一天取的。"}, follow=True)
    assert "请说明报告是哪一天取的。" in said(page)
    told = Client().post("/public/send/progress/", {"code": one.code})
    assert "请说明报告是哪一天取的。" in said(told) and county.tree.county.name in said(told)
    assert "县局执法人员" not in said(told), "the informant hears the organ, not a person"


def test_an_empty_message_and_an_empty_code_are_told(county):
    [one] = sent(send(typed(county.lab)))
    assert "请写内容，或者附上文件。" in said(Client().post("/public/send/progress/", {"code": one.code, "add": "1"}))
    assert "请输入查询码，一共 20 位。" in said(Client().post("/public/send/progress/", {"code": ""}))


def test_wrong_codes_are_counted_and_the_address_rests_without_being_stored(county):
    [one] = sent(send(typed(county.lab)))
    for _ in range(10):
        response = Client().post(
            "/public/send/progress/", {"code": "0000-0000-0000-0000-0000"}, REMOTE_ADDR="203.0.113.9"
        )
        assert response.status_code == 404 and "没有找到这个查询码。" in said(response)
    response = Client().post("/public/send/progress/", {"code": one.code}, REMOTE_ADDR="203.0.113.9")
    assert response.status_code == 429 and "查询码输错的次数太多，这个网络地址暂停查询。15 分钟以后再试" in said(
        response
    )
    assert Client().post("/public/send/progress/", {"code": one.code}, REMOTE_ADDR="203.0.113.10").status_code == 200
    assert not any("203.0.113" in str(row) for row in Attempt.objects.values())
    Attempt.objects.update(locked_until=datetime(2020, 1, 1, tzinfo=UTC))
    assert Client().post("/public/send/progress/", {"code": one.code}, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_too_many_submissions_from_one_address_are_held_up(county):
    for number in range(20):
        sent(send(typed(county.lab, text=f"第{number}件：没有做试验就出具报告，编号在附件里。", kind="anonymous")))
    response = send(typed(county.lab, kind="anonymous"))
    assert response.status_code == 429 and "一小时内提交的次数太多" in said(response)
    assert Tip.objects.count() == 20


def test_the_code_is_nowhere_in_the_database_or_in_an_address(county):
    [one] = sent(send(typed(county.lab)))
    plain = one.code.replace("-", "")
    assert plain not in json.dumps(list(Channel.objects.values()), default=str)
    assert plain not in json.dumps(list(Event.objects.values()), default=str)


def test_a_form_of_yesterday_is_asked_for_again_and_keeps_what_was_typed(county, monkeypatch):
    data = typed(county.lab)
    monkeypatch.setattr(sending_forms, "FORM_VALID", timedelta(seconds=-1))
    response = send(data)
    assert (
        response.status_code == 422
        and "内容还在，请再提交一次。" in said(response)
        and "BG-2026-0815" in said(response)
    )
    monkeypatch.undo()
    sent(send(data | {"mark": response.context["form"].data["mark"]}))


def test_forms_ask_for_their_token(county):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/public/send/report/", typed(county.lab)).status_code == 403
    assert Tip.objects.count() == 0


def test_the_same_person_with_the_same_words_is_registered_as_repeated(county):
    sent(send(typed(county.lab)))
    [again] = sent(send(typed(county.lab)))
    assert Tip.objects.get(number=again.number).state == "repeated" and TEXT
