"""Who may open what, what a wrong upload is told, how much a page asks of the database."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hengjian.apps.accounts.models import Role
from hengjian.apps.intake.models import Submission
from hengjian.apps.record.models import Event
from hengjian.engines.tables.contract import TABLES
from tests.apps.factories import make_user
from tests.apps.intake.conftest import signed_in
from tests.apps.intake.ledgers import as_csv, row

PAGES = ("", "progress/", "refused/", "refused.csv", "refused.xlsx", "mapping.json")
POSTS = ("reread/", "accept/", "withdraw/", "cancel/", "original/")


@pytest.fixture
def submission(hand_in) -> Submission:
    return hand_in("台账.csv", as_csv([row(1), row(2, "5.2×103CFU/g")]))


def test_nobody_comes_in_without_signing_in(submission):
    for path in ("", "new/", *(f"{submission.number}/{page}" for page in PAGES)):
        answer = Client().get(f"/intake/{path}")
        assert answer.status_code == 302 and "sign" in answer["Location"]


def test_a_sister_organ_finds_nothing(submission, tree):
    other = signed_in(make_user(tree.other_county, Role.ANALYST))
    for page in PAGES:
        assert other.get(f"/intake/{submission.number}/{page}").status_code == 404
    for action in POSTS:
        assert other.post(f"/intake/{submission.number}/{action}").status_code == 404
    assert submission.number not in other.get("/intake/").content.decode()


def test_the_superior_sees_and_may_not_accept(submission, tree):
    city = signed_in(make_user(tree.city, Role.ANALYST))
    page = city.get(f"/intake/{submission.number}/")
    assert page.status_code == 200
    assert f"/intake/{submission.number}/accept/" not in page.content.decode()
    assert city.post(f"/intake/{submission.number}/accept/").status_code == 403
    assert city.post(f"/intake/{submission.number}/original/").status_code == 403


def test_a_role_without_the_right_is_turned_away(submission, tree):
    expert = signed_in(make_user(tree.county, Role.EXPERT))
    assert expert.get("/intake/").status_code == 403
    officer = signed_in(make_user(tree.county, Role.OFFICER))
    assert officer.post(f"/intake/{submission.number}/accept/").status_code == 403
    assert officer.post(f"/intake/{submission.number}/original/").status_code == 403
    leader = signed_in(make_user(tree.county, Role.LEADER))
    assert leader.get("/intake/new/").status_code == 403


def test_a_copy_of_the_original_goes_onto_the_record(submission, client):
    answer = client.post(f"/intake/{submission.number}/original/")
    assert b"".join(answer.streaming_content) == as_csv([row(1), row(2, "5.2×103CFU/g")])
    assert Event.objects.filter(verb="submission.download", thing_id=str(submission.pk)).count() == 1


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("reports.csv", b"0" * (80 * 1024 * 1024))
    return buffer.getvalue()


def no_tables() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("说明.docx", b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", b"", "是空的"),
        ("照片.jpg", b"\xff\xd8\xff\xe0\x00\x10", "不是能收的文件"),
        ("假.xlsx", b"not a workbook", "不是能打开的 xlsx"),
        ("锁.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "密码"),
        ("二进制.csv", b"\x00\x01\x02" * 300, "不是文本"),
        ("半截.zip", b"PK\x03\x04 cut off", "打不开"),
        ("炸.zip", bomb(), "大得不正常"),
        ("文书.zip", no_tables(), "里没有表"),
        ("旧.xls", b"<html></html>", "不是 xls"),
        ("湖.parquet", b"PAR0", "不是 Parquet"),
    ],
)
def test_a_wrong_file_is_told_beside_the_field_and_what_was_typed_stays(client, tree, name, content, said):
    data = {"file": SimpleUploadedFile(name, content), "sender": "云岭检测所", "organ": tree.county.pk}
    answer = client.post("/intake/new/", data)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and 'aria-invalid="true"' in page
    assert 'value="云岭检测所"' in page
    assert not Submission.objects.exists()


def test_a_form_without_file_or_with_a_wrong_mapping_is_answered_like_a_wrong_one(client, tree):
    assert client.post("/intake/new/", {"sender": "", "organ": tree.county.pk}).status_code == 422
    data = {
        "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n"),
        "sender": "甲",
        "organ": tree.county.pk,
        "mapping": SimpleUploadedFile("m.json", b'{"tables": [{"table": "nothing"}]}'),
    }
    answer = client.post("/intake/new/", data)
    assert answer.status_code == 422 and "不在数据合同里" in answer.content.decode()


def test_a_file_without_any_table_fails_with_a_sentence_and_may_be_read_again(hand_in, client):
    submission = hand_in("随笔.csv", "甲,乙\n一,二\n三,四\n".encode())
    assert submission.state == "failed"
    page = client.get(f"/intake/{submission.number}/").content.decode()
    assert "没有读成" in page and "换用列对应文件" in page and submission.message in page


def test_a_table_with_a_header_and_no_row_says_so(hand_in, client):
    page = client.get(f"/intake/{hand_in('空表.csv', as_csv([])).number}/").content.decode()
    assert "没有一行数据" in page and "None" not in page


def test_every_table_has_a_template_that_reads_back_as_that_table(client):
    for name in TABLES:
        answer = client.get(f"/intake/templates/{name}.xlsx")
        assert answer.status_code == 200
        headings = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0][1]]
        assert headings == [column.header for column in TABLES[name].all_columns]
    assert client.get("/intake/templates/nothing.xlsx").status_code == 404


def test_codes_of_the_fictional_range_are_taken_in_a_demonstration_only(hand_in, settings):
    settings.DEMO = False
    submission = hand_in("台账.csv", as_csv([row(1)]))
    assert submission.preview["accepted"] == 0 and submission.preview["refused"] == 1


def test_pages_ask_little_of_the_database(submission, client, django_assert_max_num_queries):
    for path in ("/intake/", "/intake/new/", *(f"/intake/{submission.number}/{page}" for page in ("", "refused/"))):
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200


def test_progress_calls_for_the_whole_page_once_the_work_has_ended(submission, client):
    answer = client.get(f"/intake/{submission.number}/progress/")
    assert answer.status_code == 204 and answer["HX-Redirect"] == f"/intake/{submission.number}/"
    Submission.objects.filter(pk=submission.pk).update(state="reading", runner="someone", done=1, total=4, step="读表")
    part = client.get(f"/intake/{submission.number}/progress/").content.decode()
    assert "读表" in part and "hx-get" in part and "<html" not in part
    page = client.get(f"/intake/{submission.number}/").content.decode()
    assert 'http-equiv="refresh"' in page
    client.post(f"/intake/{submission.number}/cancel/")
    assert "已请求取消" in client.get(f"/intake/{submission.number}/").content.decode()


def test_odd_addresses_are_answered(submission, client):
    for query in ("?page=0", "?page=x", "?page=99999", "?reason=nothing", "?reason=%00"):
        assert client.get(f"/intake/{submission.number}/refused/{query}").status_code == 200
    assert client.get("/intake/BS-2026-9999/").status_code == 404
    assert client.get(f"/intake/{submission.number}/refused.exe").status_code == 404
