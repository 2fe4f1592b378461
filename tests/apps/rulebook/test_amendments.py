"""Amending the rulebook: two pairs of eyes, a whole book or nothing, and every clock follows."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import start_clock
from hengjian.apps.record.models import Event
from hengjian.apps.record.services import SYSTEM
from hengjian.apps.rulebook import amending
from hengjian.apps.rulebook.models import Amendment
from hengjian.law.amending import use_overlay
from hengjian.law.deadlines import clock_on
from tests.apps.factories import Tree, make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def overlay(tmp_path, settings):
    settings.LAW_OVERLAY = tmp_path / "law" / "amendments.yaml"
    use_overlay(settings.LAW_OVERLAY)
    yield settings.LAW_OVERLAY
    use_overlay(None)


@pytest.fixture
def tree(db) -> Tree:
    return make_tree()


@pytest.fixture
def top(tree):
    return tree.nation


@pytest.fixture
def author(top):
    return make_user(top, "legal_reviewer")


@pytest.fixture
def leader(top):
    return make_user(top, "leader")


def _address(entry: str = "PEN-18") -> str:
    return f"{reverse('rulebook:amend')}?section=clocks&entry={entry}"


def _fields(**more: object) -> dict[str, object]:
    facts = {
        "mode": "succeed",
        "valid_from": "2026-06-01",
        "source": "市场监督管理总局令第999号",
        "reason": "核查期限缩短",
        "body_id": "PEN-18",
        "body_title": "线索核查",
        "body_rule": "十个工作日内核查并决定是否立案",
        "body_trigger": "发现线索或者收到材料",
        "body_length": "10",
        "body_unit": "working_days",
        "body_basis": "PEN-18",
        "body_sense": "within",
        "body_counted_by": "PEN-80",
        "body_rolls": "on",
        "body_valid_from": "2021-07-15",
        "body_certainty": "found",
    }
    return facts | more


def _drafted(client, author, **more: object) -> Amendment:
    client.force_login(author)
    answer = client.post(_address(), _fields(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Amendment.objects.get()


def _do(client, user, row: Amendment, action: str, note: str = ""):
    client.force_login(user)
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(reverse("rulebook:decide_amendment", args=[row.number, action]), {"note": note})


def test_an_approved_text_holds_from_its_day_and_running_clocks_follow(client, top, author, leader) -> None:
    start_clock(
        rule_id="PEN-18", thing=top, organ=top, start=date(2026, 6, 2), label="线索", actor=SYSTEM, now=timezone.now()
    )
    before = Clock.objects.get().due_on
    row = _drafted(client, author)
    assert clock_on("PEN-18", date(2026, 6, 2)).length == 15
    assert _do(client, author, row, "propose").status_code == 302
    assert _do(client, leader, row, "approve", "同意").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("approved", leader)
    assert clock_on("PEN-18", date(2026, 6, 2)).length == 10
    assert clock_on("PEN-18", date(2026, 5, 31)).length == 15
    clock = Clock.objects.get()
    assert clock.due_on < before
    assert row.moved is not None and row.moved.moved == 1
    from hengjian.law.loader import edition

    assert row.edition == edition()
    assert Event.objects.filter(verb="amendment.approve").exists()


def test_nobody_approves_what_he_drafted(client, top) -> None:
    both = make_user(top, "legal_reviewer")
    both.postings.create(organ=top, role="leader", valid_from=date(2015, 1, 1))
    row = _drafted(client, both)
    _do(client, both, row, "propose")
    answer = _do(client, both, row, "approve")
    assert answer.status_code == 422
    assert "须由另一人办理" in answer.content.decode()
    assert clock_on("PEN-18", date(2026, 6, 2)).length == 15


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"body_basis": "XYZ-1"}, "规则库里没有文件 XYZ"),
        ({"body_length": "十"}, "整数"),
        ({"valid_from": "2021-07-15"}, "新文本的起始日须晚于现有文本的起始日"),
        ({"valid_from": ""}, "请填写新文本从哪一天起适用"),
        ({"valid_from": "2026-02-30"}, "2026-02-30"),
        ({"body_certainty": "unsure"}, "“待核实”的条目须写明待核说明"),
        ({"body_extensions": "- by: [1\n"}, "写法不合要求"),
        ({"body_extensions": "- by: 负责人\n  color: 1\n"}, "没有这一项"),
        ({"body_id": "PEN-17"}, "条目的编号不能改"),
        ({"source": ""}, "请填写"),
    ],
)
def test_what_would_break_the_book_is_refused_with_place_and_sentence(client, author, change, sentence) -> None:
    client.force_login(author)
    answer = client.post(_address(), _fields(**change))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Amendment.objects.exists()


def test_an_entry_amended_meanwhile_is_not_overwritten_unseen(client, top, author, leader) -> None:
    first = _drafted(client, author)
    client.post(_address(), _fields(valid_from="2026-07-01", body_length="12"))
    second = Amendment.objects.exclude(pk=first.pk).get()
    for row in (first, second):
        _do(client, author, row, "propose")
    _do(client, leader, first, "approve")
    answer = _do(client, leader, second, "approve")
    assert answer.status_code == 422
    assert "在起草以后已被修订" in answer.content.decode()
    second.refresh_from_db()
    assert second.state == "proposed"


def test_only_the_keeper_of_the_rulebook_amends_it(client, tree, top) -> None:
    client.force_login(make_user(tree.county, "legal_reviewer"))
    answer = client.get(_address())
    assert answer.status_code == 403
    assert top.name in answer.content.decode()
    assert "提出修订" not in client.get(reverse("rulebook:entry", args=["clocks", "PEN-18"])).content.decode()


def test_sent_back_with_a_word_edited_and_withdrawn(client, top, author, leader) -> None:
    row = _drafted(client, author)
    _do(client, author, row, "propose")
    assert "缺少必填事项：意见" in _do(client, leader, row, "send_back").content.decode()
    _do(client, leader, row, "send_back", "请核对原文")
    client.force_login(author)
    edited = client.post(reverse("rulebook:edit_amendment", args=[row.number]), _fields(body_length="12"))
    assert edited.status_code == 302
    row.refresh_from_db()
    assert (row.state, "length: 12" in row.body) == ("draft", True)
    _do(client, author, row, "withdraw", "不改了")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_the_file_is_written_again_when_it_was_lost(client, author, leader, overlay) -> None:
    row = _drafted(client, author)
    _do(client, author, row, "propose")
    _do(client, leader, row, "approve")
    overlay.unlink()
    assert clock_on("PEN-18", date(2026, 6, 2)).length == 15
    assert amending.restore_overlay()
    assert clock_on("PEN-18", date(2026, 6, 2)).length == 10
    assert not amending.restore_overlay()


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("violations", "SUP-15.1"),
        ("sector_rules", "SP-02"),
        ("thresholds", "HEAR-05"),
        ("checklists", "CK-A"),
        ("articles", "SUP-15"),
        ("instruments", "SUP"),
        ("fields", "food"),
        ("clocks", "PEN-64"),
    ],
)
def test_the_form_of_every_kind_gives_the_entry_back_as_it_was(client, author, section, entry) -> None:
    client.force_login(author)
    address = f"{reverse('rulebook:amend')}?section={section}&entry={entry}"
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    values |= {"mode": "correct", "source": "录入核对", "reason": "看一遍"}
    assert client.post(address, values).status_code == 302
    page = client.get(reverse("rulebook:amendment", args=[Amendment.objects.get().number])).content.decode()
    assert "与现有条目没有差别" in page


def test_two_days_side_by_side_tell_the_change_of_2025(client, author) -> None:
    client.force_login(author)
    page = client.get(reverse("rulebook:changes"), {"from": "2025-04-30", "to": "2025-05-01", "section": "violations"})
    text = page.content.decode()
    assert "SUP-15.1" in text and "通报批评" in text
    assert client.get(reverse("rulebook:changes"), {"from": "昨天", "to": "x"}).status_code == 200
