"""Pages of the ledger: who sees what, what is offered, what a refused form keeps, what leaves the system."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from hengjian.apps.accounts.models import Posting, Role
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.record.models import Event
from hengjian.apps.rectifications import look_backs
from hengjian.apps.rectifications.evidence import place_of
from hengjian.apps.rectifications.models import Evidence, LookBack, Rectification
from tests.apps.factories import NOW, make_institution, make_tree, make_user
from tests.apps.rectifications.samples import World, evidence, later, make_world

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def world(db: None) -> World:
    return make_world(make_tree())


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The pages read the clock; here it stands on the tests' day until it is set."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(NOW)
    return set_clock


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _url(name: str, *args: Any) -> str:
    return reverse(f"rectifications:{name}", args=args)


def _text(user: Any, name: str, *args: Any, **query: Any) -> str:
    answer = _client(user).get(_url(name, *args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def _post(user: Any, item: Rectification, action: str, **values: Any) -> Any:
    data = {f"{action}-{name}": value for name, value in values.items()}
    return _client(user).post(_url("act", item.number, action), data)


def test_the_institution_answers_and_another_officer_strikes_off(world: World) -> None:
    item = world.item()
    text = _text(world.people.institution_user, "show", item.number)
    for part in (item.title, "提交整改材料", "证明材料", "2026-11-11", "剩 10 日", "机构还没有提交"):
        assert part in text, part
    for part in ("验收销号", "批准延期", "撤销问题", "改派承办人", "事件链"):
        assert part not in text, part
    answer = _post(
        world.people.institution_user, item, "answer", text="已收回报告", files=[evidence(), evidence("b.pdf")]
    )
    assert answer.status_code == 302
    assert Evidence.objects.count() == 1, "the same bytes twice are one file"
    text = _text(world.people.third, "show", item.number)
    assert "验收销号" in text
    assert "退回再改" in text
    assert _post(world.people.third, item, "strike_off", method="papers", note="已改到位").status_code == 302
    text = _text(world.people.institution_user, "show", item.number)
    assert "已销号" in text
    assert "已改到位" in text
    verbs = Event.objects.filter(thing_id=str(item.pk), thing_kind="rectifications.rectification").order_by("sequence")
    assert [one.verb for one in verbs] == [
        "rectification.take", "rectification.order", "rectification.answer", "rectification.strike_off",
    ]  # fmt: skip


def test_what_was_typed_stays_beside_the_sentence(world: World) -> None:
    item = world.item()
    answer = _post(world.people.institution_user, item, "answer", text="已重新授权", files=[evidence("假.pdf", b"MZ")])
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "已重新授权" in text
    assert "“假.pdf”的内容不是 pdf" in text
    answer = _post(world.people.institution_user, item, "answer", text="")
    assert answer.status_code == 422
    for part in ("请写明问题的原因", "请附上证明材料"):
        assert part in answer.content.decode()
    assert Rectification.objects.get(pk=item.pk).state == "open"


def test_a_move_that_is_not_offered_says_why_and_changes_nothing(world: World) -> None:
    item = world.in_state("answered")
    for user, action, code, sentence in (
        (world.people.lead, "strike_off", 409, "须由另一人办理"),
        (world.people.institution_user, "strike_off", 403, "您没有“验收销号”的权限"),
        (world.people.institution_user, "answer", 409, "现处于“待验收”状态，不能“提交整改材料”"),
        (world.people.third, "extend", 409, "不能“批准延期”"),
    ):
        answer = _post(user, item, action, method="papers", note="x", text="x")
        assert answer.status_code == code, (action, answer.status_code)
        assert sentence in answer.content.decode(), action
    assert Rectification.objects.get(pk=item.pk).state == "answered"
    assert _client(world.people.chief).post(_url("act", item.number, "escalate")).status_code == 404


def test_an_institution_sees_and_answers_only_its_own_items_once_they_are_ordered(world: World) -> None:
    mine, unordered = world.item(), world.in_state("registered")
    other = make_institution(world.tree.county)
    stranger = make_user(world.tree.county, Role.INSTITUTION_USER, institution_id=other.uscc)
    file = Evidence.objects.filter(reply__rectification=world.in_state("answered")).get()
    number = file.reply.rectification.number
    for url in (_url("show", mine.number), _url("evidence", number, file.pk)):
        assert _client(stranger).get(url).status_code == 404
    assert _post(stranger, mine, "answer", text="x", files=[evidence()]).status_code == 404
    assert _client(world.people.institution_user).get(_url("show", unordered.number)).status_code == 404
    text = _text(world.people.institution_user, "list", state="all")
    assert mine.number in text
    assert unordered.number not in text
    assert mine.number not in _text(stranger, "list", state="all")
    for name in ("numbers", "look_backs", "new_look_back"):
        assert _client(world.people.institution_user).get(_url(name)).status_code == 403


def test_another_organ_finds_nothing_and_a_superior_only_reads(world: World) -> None:
    item = world.in_state("answered")
    stranger = make_user(world.tree.other_county, Role.SECTION_CHIEF)
    assert _client(stranger).get(_url("show", item.number)).status_code == 404
    city = make_user(world.tree.city, Role.OFFICER)
    text = _text(city, "show", item.number)
    assert "验收销号</button>" not in text
    assert _post(city, item, "strike_off", method="papers", note="x").status_code == 403


def test_evidence_comes_back_as_it_was_and_never_when_it_changed(world: World) -> None:
    item = world.in_state("answered")
    file = Evidence.objects.get(reply__rectification=item)
    answer = _client(world.people.third).get(_url("evidence", item.number, file.pk))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    place_of(file.sha256).write_bytes(b"%PDF-forged")
    answer = _client(world.people.third).get(_url("evidence", item.number, file.pk))
    assert answer.status_code == 422
    assert "与提交时的摘要不符" in answer.content.decode()
    assert _client(world.people.third).get(_url("evidence", world.item().number, file.pk)).status_code == 404


def test_lateness_shows_on_every_page_without_anybody_marking_it(world: World, at: Any) -> None:
    item = world.item()
    at(later(11))
    assert "1 个问题逾期未改" in _text(world.people.third, "list")
    assert "逾期 1 日，已报科长" in _text(world.people.third, "show", item.number)
    assert "逾期 1 日" in _text(world.people.institution_user, "show", item.number)
    at(later(30))
    assert "已报上级机关" in _text(world.people.third, "list")
    desk = _client(make_user(world.tree.city, Role.SECTION_CHIEF)).get(reverse("desk:home")).content.decode()
    assert "下级逾期上报" in desk


def test_the_desk_shows_each_person_what_waits_for_them(world: World, at: Any) -> None:
    world.item(text="待整改的问题")
    answered = world.in_state("answered")
    world.in_state("registered")
    for user, parts, absent in (
        (world.people.institution_user, ("整改：", "去整改"), ("验收整改", "下达整改")),
        (world.people.third, ("验收整改：", "下达整改："), ("去整改",)),
        (world.people.lead, ("下达整改：",), ("验收整改", "去整改")),
    ):
        text = _client(user).get(reverse("desk:home")).content.decode()
        for part in parts:
            assert part in text, (user.name, part)
        for part in absent:
            assert part not in text, (user.name, part)
    assert answered.number in _client(world.people.third).get(reverse("desk:home")).content.decode()


def test_the_dossier_has_the_problems_of_its_institution(world: World, at: Any) -> None:
    item, done = world.item(text="没有改的问题"), world.in_state("struck_off")
    text = _client(world.people.third).get(reverse("dossiers:dossier", args=[world.institution.uscc])).content.decode()
    for part in ("没有改的问题", item.number, done.number, "共 2 个问题，未办结 1 个"):
        assert part in text, part


def test_the_export_has_the_filtered_rows_and_is_an_event(world: World) -> None:
    kept, other = world.item(), world.in_state("struck_off")
    answer = _client(world.people.third).get(_url("list"), {"format": "xlsx"})
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any(kept.number in row for row in rows)
    assert not any(other.number in row for row in rows)
    event = Event.objects.latest("sequence")
    assert (event.verb, event.after["what"], event.after["rows"]) == ("list.export", "整改台账", 1)


def test_the_numbers_open_to_their_rows(world: World) -> None:
    world.item()
    world.in_state("struck_off")
    world.in_state("withdrawn")
    text = _text(world.people.third, "numbers")
    assert "2 个问题，销号 50.0%" in text
    assert (
        f"organ={world.tree.county.pk}&amp;state=struck_off" in text
        or f"state=struck_off&amp;organ={world.tree.county.pk}" in text
    )
    for by in ("organ", "field", "type", "nonsense"):
        assert _client(world.people.third).get(_url("numbers"), {"by": by, "year": "2026"}).status_code == 200
    assert "没有整改事项" in _text(make_user(world.tree.other_county, Role.OFFICER), "numbers")


@pytest.mark.parametrize("year", ["9" * 5000, "1999", "02026", "二〇二六", "-1", "2026.0", "\x00"])
def test_a_year_that_is_none_shows_all_years(world: World, year: str) -> None:
    world.item()
    answer = _client(world.people.third).get(_url("numbers"), {"year": year})
    assert answer.status_code == 200
    assert [tab.label for tab in answer.context["year_tabs"] if tab.current] == ["全部年份"]
    assert answer.context["total"].total == 1


def test_pages_ask_the_database_little(world: World, django_assert_max_num_queries: Any) -> None:
    items = [world.in_state("answered") for _ in range(4)]
    client = _client(world.people.third)
    client.get(_url("list"))
    with django_assert_max_num_queries(15):
        client.get(_url("list"))
    with django_assert_max_num_queries(20):
        client.get(_url("show", items[0].number))
    with django_assert_max_num_queries(15):
        client.get(_url("numbers"))


def test_a_chief_looks_back_from_the_list_to_the_result(world: World, at: Any) -> None:
    cards = {"enforcement_no": "99-001", "enforcement_valid_to": date(2030, 1, 1)}
    Posting.objects.filter(organ=world.tree.county).update(**cards)
    world.in_state("struck_off")
    at(later(20))
    chief = _client(world.people.chief)
    assert "还没有组织过回头看" in chief.get(_url("look_backs")).content.decode()
    values = {"title": "秋季回头看", "found_from": "2026-12-31", "found_to": "2026-01-01", "take": "both"}
    values["organ"] = str(world.tree.county.pk)
    answer = chief.post(_url("new_look_back"), values)
    assert (answer.status_code, "截止日在起始日之前" in answer.content.decode()) == (422, True)
    answer = chief.post(_url("new_look_back"), values | {"found_from": "2020-01-01", "found_to": "2020-12-31"})
    assert "没有符合条件的整改事项" in answer.content.decode()
    assert (
        chief.post(_url("new_look_back"), values | {"found_from": "2026-01-01", "found_to": "2026-12-31"}).status_code
        == 302
    )
    look_back = LookBack.objects.get()
    number, target = look_back.number, look_back.targets.get()
    page, target_page = _url("look_back", number), _url("look_back_target", number, target.pk)
    assert "确定名单" in chief.get(page).content.decode()
    assert "请写明为什么不纳入" in chief.post(target_page, {"reason": " "}).content.decode()
    assert chief.post(target_page, {"reason": "已注销"}).status_code == 302
    assert "一家机构也没有留下" in chief.post(_url("act_look_back", number, "start")).content.decode()
    assert chief.post(target_page, {"take_in": "1"}).status_code == 302
    assert chief.post(_url("act_look_back", number, "start")).status_code == 302
    tasks = _url("look_back_tasks", number)
    assert "没有选中任何一家机构" in chief.post(tasks, {}).content.decode()
    who = {"lead": world.people.lead.pk, "member": world.people.lead.pk, "planned_on": "2026-01-01"}
    text = chief.post(tasks, who | {"target": target.pk}).content.decode()
    assert "检查由两人进行" in text
    assert "计划日期不能早于今天" in text
    given = {"lead": world.people.lead.pk, "member": world.people.member.pk, "planned_on": "2026-11-22"}
    assert chief.post(tasks, given | {"target": target.pk}).status_code == 302
    task = Inspection.objects.get(origin_kind="follow_up")
    assert task.number in chief.get(page).content.decode()
    assert "还有对象没有登记结果" in chief.post(_url("act_look_back", number, "close")).content.decode()
    Inspection.objects.filter(pk=task.pk).update(state="record_closed")
    assert "登记结果" in chief.get(target_page).content.decode()
    assert chief.post(target_page, {"record": "1", "note": "x"}).status_code == 422
    item = target.items.get()
    assert (
        chief.post(target_page, {"record": "1", "note": "没有再犯", f"item_{item.pk}": "recurred"}).status_code == 302
    )
    assert "1 个问题再次发生" in chief.get(page).content.decode()
    assert chief.post(_url("act_look_back", number, "close")).status_code == 302
    assert "已办结" in chief.get(_url("look_backs"), {"format": ""}).content.decode()
    assert chief.get(_url("look_backs"), {"format": "xlsx"}).status_code == 200
    assert chief.post(_url("act_look_back", number, "nonsense")).status_code == 404


def test_a_look_back_is_cancelled_with_a_reason_only_before_it_starts(world: World) -> None:
    world.in_state("struck_off")
    look_back = look_backs.create_look_back(
        organ=world.tree.county, title="x", found_from=date(2026, 1, 1), found_to=date(2026, 12, 31), take="both",
        user=world.people.chief, now=NOW,
    )  # fmt: skip
    cancel = _url("act_look_back", look_back.number, "cancel")
    assert "缺少必填事项：理由" in _client(world.people.chief).post(cancel, {}).content.decode()
    assert _client(world.people.chief).post(cancel, {"reason": "并入专项"}).status_code == 302
    assert (
        "不能“确定名单”"
        in _client(world.people.chief).post(_url("act_look_back", look_back.number, "start")).content.decode()
    )
