"""The phone's addresses: the shell carries nobody's data, the worker its scope, wrong bodies are told in a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.models import CheckAnswer
from hengjian.apps.inspections.phone import shell
from hengjian.apps.inspections.phone.models import PhoneCopy
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Person
from tests.apps.inspections.phones import Phone
from tests.apps.inspections.samples import JPEG, World

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend=BACKEND)
    return client


def body(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"sent_at": timezone.now().isoformat(), "entries": list(entries)} | changes


def post(client: Client, said: Any, **headers: Any) -> Any:
    content = said if isinstance(said, bytes | str) else json.dumps(said)
    return client.post(reverse("inspections:phone_sync"), content, content_type="application/json", **headers)


def test_the_shell_has_no_inline_script_and_nobody_s_data(world: World):
    answer = client_of(world.lead).get("/inspections/phone/", HTTP_HOST="localhost:8000")
    text = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", text)
    assert world.lead.name not in text
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer.cookies["hengjian_csrf"].value


@pytest.mark.parametrize(
    ("host", "secure", "safe"),
    [
        ("localhost:8000", False, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3:8000", False, False),
        ("10.1.2.3", True, True),
    ],
)
def test_over_plain_http_from_elsewhere_the_page_says_that_offline_entry_is_off(world: World, host, secure, safe):
    text = client_of(world.lead).get("/inspections/phone/", HTTP_HOST=host, secure=secure).content.decode()
    assert ("离线填写已关闭" in text) is not safe
    assert ("main.js" in text) is safe


def test_the_worker_names_every_file_of_the_page_and_only_its_own_scope(db: None):
    answer = Client().get(reverse("inspections:phone_worker"))
    assert answer["Service-Worker-Allowed"] == "/inspections/phone/"
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    named = set(json.loads(re.search(r"const FILES = (.*);", script)[1]))
    imported = {
        f"/static/inspections/phone/{name}"
        for path in shell.HERE.glob("*.js")
        for name in re.findall(r'from "\./([\w.]+)"', path.read_text(encoding="utf-8"))
    }
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', shell.shell_html(safe=True)))
    assert imported | asked | {"/inspections/phone/"} <= named


def test_the_version_changes_with_any_file(monkeypatch: pytest.MonkeyPatch):
    before = shell.worker_script.__wrapped__()
    files = shell.files() | {"/static/inspections/phone/main.js": b"other"}
    monkeypatch.setattr(shell, "files", lambda: files)
    assert shell.worker_script.__wrapped__().splitlines()[0] != before.splitlines()[0]


def test_scripts_stay_small_and_bring_nothing_foreign():
    for path in shell.HERE.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, path.name
        assert not re.search(r"https?://(?!www\.w3\.org)|innerHTML|eval\(", text), path.name


def test_the_manifest_can_be_installed(db: None):
    answer = Client().get(reverse("inspections:phone_manifest"))
    assert answer["Content-Type"] == "application/manifest+json"
    said = json.loads(answer.content)
    assert (said["scope"], said["start_url"], said["display"]) == (
        "/inspections/phone/",
        "/inspections/phone/",
        "standalone",
    )
    for icon in said["icons"]:
        assert (shell.HERE / Path(icon["src"]).name).exists()


def test_the_authority_is_given_out_only_where_there_is_one(db: None, settings: Any, tmp_path: Path):
    settings.TLS_AUTHORITY = tmp_path / "authority.pem"
    assert Client().get(reverse("inspections:phone_authority")).status_code == 404
    settings.TLS_AUTHORITY.write_text("-----BEGIN CERTIFICATE-----")
    answer = Client().get(reverse("inspections:phone_authority"))
    assert answer["Content-Type"] == "application/x-x509-ca-cert"


def test_each_person_has_a_key_of_their_own_that_stays_the_same(world: World):
    def key(user: User) -> str:
        return client_of(user).get(reverse("inspections:phone_me")).json()["key"]

    assert key(world.lead) == key(world.lead)
    assert key(world.lead) != key(world.member)
    assert re.fullmatch(r"[0-9a-f]{64}", key(world.lead))


def test_an_officer_gets_own_tasks_without_numbers_of_persons(world: World):
    Person.objects.create(
        institution=world.lab, person_id="P1", name="毕清和", role="技术负责人", qualification_no="QN-77123",
        person_key="f" * 64, row_key="p",
    )  # fmt: skip
    world.lab.phone = "13900000000"
    world.lab.save()
    task = world.task()
    said = client_of(world.lead).get(reverse("inspections:phone_tasks"))
    text = said.content.decode()
    assert [one["number"] for one in said.json()["tasks"]] == [task.number]
    assert "毕清和" in json.dumps(said.json(), ensure_ascii=False)
    assert not [secret for secret in ("QN-77123", "f" * 64, "13900000000") if secret in text]
    assert client_of(world.chief).get(reverse("inspections:phone_tasks")).json()["tasks"] == []
    assert [copy.user for copy in PhoneCopy.objects.all()] == [world.lead]


def test_a_task_on_the_phone_costs_few_queries(world: World, django_assert_max_num_queries: Any):
    world.on_site()
    client = client_of(world.lead)
    client.get(reverse("inspections:phone_tasks"))
    with django_assert_max_num_queries(50):
        client.get(reverse("inspections:phone_tasks"))


def test_sync_over_http_and_the_file_beside_it(world: World):
    phone = Phone(world.lead, world.on_site())
    client = client_of(world.lead)
    answer = post(client, body(phone.answer()))
    assert [one["state"] for one in answer.json()["answers"]] == ["accepted"]
    entry = phone.write("photo", item_id="CK-A1", kind="photo", file_name="a.jpg", caption="")
    said = {"sent_at": timezone.now().isoformat(), "entry": json.dumps(entry)}
    without = client.post(reverse("inspections:phone_file"), said).json()["answers"][0]
    assert without["sentence"] == "照片的内容没有一起传到，没有收下；照片仍在手机上，请重传。"
    file = SimpleUploadedFile("a.jpg", JPEG)
    assert (
        client.post(reverse("inspections:phone_file"), said | {"file": file}).json()["answers"][0]["state"]
        == "accepted"
    )


def test_forty_megabytes_over_http_are_answered_with_the_sentence(world: World):
    phone = Phone(world.lead, world.on_site())
    entry = phone.write("photo", item_id="CK-A1", kind="photo", file_name="a.jpg")
    file = SimpleUploadedFile("a.jpg", JPEG + b"\0" * (40 * 1024 * 1024))
    said = {"sent_at": timezone.now().isoformat(), "entry": json.dumps(entry), "file": file}
    answer = client_of(world.lead).post(reverse("inspections:phone_file"), said)
    assert answer.status_code == 200
    assert answer.json()["answers"][0]["sentence"].startswith("照片“a.jpg”有 40 MB，单个照片最多 20 MB，没有收下。")


WRONG = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"entries": 1}', b'{"entries": []}', b"[" * 100_000,
    b'{"sent_at": "gestern", "entries": []}', b'{"sent_at": "2026-11-01T10:00:00", "entries": []}',
    b'{"sent_at": "0001-01-01T00:00:00+00:00", "entries": []}', b'{"sent_at": NaN, "entries": []}',
    b'{"sent_at": "2026-11-01T10:00:00Z", "entries": ["\\ud800"]}',
]  # fmt: skip


@pytest.mark.parametrize("content", WRONG)
def test_a_wrong_body_is_told_in_a_sentence(world: World, content: bytes):
    answer = post(client_of(world.lead), content)
    assert answer.status_code == 422
    assert re.search("[\u4e00-\u9fff]", answer.json()["sentence"])


def wrong_entries(good: dict[str, Any]) -> list[Any]:
    changes: list[dict[str, Any]] = [
        {"uuid": "x"}, {"uuid": None}, {"kind": "delete"}, {"kind": []}, {"task": 5}, {"task": "x" * 500},
        {"author": "1"},
        {"author": True}, {"payload": []}, {"payload": None}, {"base_version": -1}, {"base_version": 1.5},
        {"base_version": 10**30}, {"made_at": None}, {"made_at": "9999-12-31T23:59:59+00:00"},
        {"payload": {"item_id": {"a": 1}, "answer": "ok"}}, {"payload": {"item_id": "CK-A1", "answer": 7}},
        {"payload": {"item_id": "nothing", "answer": "ok"}}, {"payload": {"item_id": "CK-A1", "answer": "x" * 99}},
        {"payload": {"item_id": "CK-A1", "answer": "ok", "note": "长" * 20_000}}, {"kind": "photo"}, {"kind": "choose"},
        {"kind": "finding", "payload": {"conduct_on": "2026-02-30"}}, {"kind": "trace", "payload": {"report_id": "x"}},
        {"kind": "finding", "payload": {"conduct_on": "2026-02-03", "violation_id": "x" * 90, "text": "t"}},
        {"kind": "sample", "payload": {"size": 1e300}}, {"kind": "sample", "payload": {"size": "viele"}},
    ]  # fmt: skip
    return [5, None, [], "x", *({**good, **change} for change in changes)]


def test_every_wrong_entry_gets_its_sentence_and_the_good_one_comes_in(world: World):
    phone = Phone(world.lead, world.on_site())
    good = phone.answer("CK-A1", note="好的\0")
    client = client_of(world.lead)
    for wrong in wrong_entries(phone.answer("CK-A2")):
        answer = post(client, body(wrong))
        assert answer.status_code == 200, wrong
        told = answer.json()["answers"][0]
        assert told["state"] == "refused", wrong
        assert re.search("[\u4e00-\u9fff]", told["sentence"]), wrong
    assert post(client, body(good)).json()["answers"][0]["state"] == "accepted"
    assert CheckAnswer.objects.get().note == "好的"


def test_too_many_entries_at_once_are_refused(world: World):
    phone = Phone(world.lead, world.on_site())
    answer = post(client_of(world.lead), body(*(phone.answer() for _ in range(51))))
    assert answer.json()["sentence"] == "一次最多传 50 条，请更新手机上的页面再传。"


def test_nothing_is_taken_without_a_session_or_a_token(world: World):
    phone = Phone(world.lead, world.on_site())
    assert post(Client(), body(phone.answer())).status_code == 302
    assert post(client_of(world.lead, enforce_csrf_checks=True), body(phone.answer())).status_code == 403
    assert not CheckAnswer.objects.exists()


def test_leaving_ends_the_session(world: World):
    client = client_of(world.lead)
    assert client.post(reverse("inspections:phone_leave")).json() == {}
    assert client.get(reverse("inspections:phone_me")).status_code == 302


def test_the_list_of_held_entries_shows_what_waits_and_is_exported_with_a_trace(world: World):
    phone = Phone(world.member, world.closed())
    phone.send(phone.answer(note="闭合以后才传到"))
    client = client_of(world.chief)
    page = client.get(reverse("inspections:held"))
    assert "待认领" in page.content.decode()
    assert "应见山" in page.content.decode()
    export = client.get(reverse("inspections:held"), {"format": "xlsx"})
    assert export["Content-Type"].startswith("application/vnd.openxmlformats")
    assert Event.objects.filter(verb="list.export").exists()
    uuid = phone.kept[0]["uuid"]
    assert "闭合以后才传到" in client.get(reverse("inspections:held_entry", args=[uuid])).content.decode()
    late = client.post(reverse("inspections:decide_held", args=[uuid]), {"action": "adopt", "reason": "已核对"})
    assert late.status_code == 409
    assert "笔录闭合以后不能再改" in late.content.decode()
    assert "已核对" in late.content.decode()
