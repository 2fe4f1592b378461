"""Receipts: anybody tells a genuine one from one that was changed, with the published keys alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from hengjian.apps.informants import receipts
from hengjian.apps.informants.models import Receipt, ReceiptKey
from hengjian.project.cli import main
from tests.apps.informants.samples import CANARIES, send, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(county):
    [one] = send(typed(county.lab)).context["sent"]
    return one


def test_a_genuine_receipt_verifies_on_the_portal_and_names_nobody(receipt, county):
    page = Client().post("/public/receipts/", {"text": receipt.receipt}).content.decode()
    assert f"回执是真的：{county.tree.county.name}确实在所写的时间收到了这份材料。" in page and receipt.number in page
    assert not [one for one in CANARIES if one in receipt.receipt + page]


def test_the_receipt_is_fetched_by_code_and_is_the_same_file(receipt):
    got = Client().post("/public/send/receipt/", {"code": receipt.code})
    assert got.content.decode() == receipt.receipt
    assert got["Content-Disposition"] == f'attachment; filename="receipt-{receipt.number}.json"'
    assert Client().post("/public/send/receipt/", {"code": "0" * 20}).status_code == 404


@pytest.mark.parametrize("field", ["number", "received_at", "content_sha256", "kind", "organ"])
def test_any_word_changed_is_found(receipt, field):
    held = json.loads(receipt.receipt)
    body = held["receipt"]
    if field == "organ":
        body["organ"]["name"] = "白河县市场监督管理局"
    else:
        body[field] = "2026-01-01T00:00:00+00:00" if field == "received_at" else "别的"
    page = Client().post("/public/receipts/", {"text": json.dumps(held)}).content.decode()
    assert "回执不可信：签名与内容对不上，内容被改动过，或者不是这个机关签的。" in page


def test_a_receipt_signed_with_a_key_nobody_published_is_not_trusted(receipt):
    held = json.loads(receipt.receipt)
    held["receipt"]["key_id"] = "r20200101-00000000"
    page = Client().post("/public/receipts/", {"text": json.dumps(held)}).content.decode()
    assert "回执不可信：签名用的密钥不在公布的密钥之列。" in page


@pytest.mark.parametrize("text", ["", "甲", "[]", "{}", '{"receipt": {}, "signature": "x"}', "[" * 5000, "x" * 30_000])
def test_what_is_no_receipt_is_a_sentence(county, text):
    response = Client().post("/public/receipts/", {"text": text})
    assert response.status_code == 422
    page = response.content.decode()
    assert any(one in page for one in (receipts.NO_RECEIPT, "请选择回执文件", "最多 20000 字"))


def test_the_command_verifies_with_the_published_keys_alone(receipt, tmp_path, capsys):
    file, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
    file.write_text(receipt.receipt, encoding="utf-8")
    keys.write_text(Client().get("/public/receipts/keys.json").content.decode(), encoding="utf-8")
    assert main(["receipt", "verify", str(file), "--keys", str(keys)]) == 0
    assert main(["receipt", "verify", str(file)]) == 0
    file.write_text(receipt.receipt.replace(receipt.number, "JB-2026-9999"), encoding="utf-8")
    assert main(["receipt", "verify", str(file), "--keys", str(keys)]) == 1
    assert "回执不可信" in capsys.readouterr().out
    assert main(["receipt", "verify", str(tmp_path / "nothing.json")]) == 2
    keys.write_text("{}", encoding="utf-8")
    assert main(["receipt", "verify", str(file), "--keys", str(keys)]) == 2


def test_a_lost_private_key_is_replaced_and_old_receipts_still_verify(receipt, county, settings):
    for one in Path(settings.RECEIPT_KEYS_ROOT).iterdir():
        assert one.stat().st_mode & 0o077 == 0
        one.unlink()
    [second] = send(typed(county.lab, text="另一件事：十月九日也没有做试验就出了报告。")).context["sent"]
    assert ReceiptKey.objects.count() == 2 and ReceiptKey.objects.filter(retired_at=None).count() == 1
    for one in (receipt, second):
        assert "回执是真的" in Client().post("/public/receipts/", {"text": one.receipt}).content.decode()


def test_a_damaged_private_key_is_a_sentence_and_nothing_is_taken_in(receipt, county, settings):
    for one in Path(settings.RECEIPT_KEYS_ROOT).iterdir():
        one.write_text("{}")
    response = send(typed(county.lab))
    assert response.status_code == 422 and "签署回执的私钥文件已经损坏" in response.content.decode()
    assert Receipt.objects.count() == 1


def test_the_digest_is_that_of_what_was_handed_in(receipt, county):
    from tests.apps.informants.samples import TEXT

    body = json.loads(receipt.receipt)["receipt"]
    assert body["content_sha256"] == receipts.content_digest([TEXT], [])
