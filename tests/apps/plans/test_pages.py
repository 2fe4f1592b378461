"""The pages: a plan from draft to filing, the ledger, merges, looks, parameters, exports – as people use them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Role
from hengjian.apps.plans.merging import propose
from hengjian.apps.plans.models import AnnualPlan, MergeProposal, MonitoringLook, Parameter, PlanItem, Visit
from hengjian.apps.record.models import Event
from tests.apps.factories import make_actor, make_institution, make_user
from tests.apps.plans.samples import make_office

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def office():
    return make_office()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def draft_by_page(office) -> AnnualPlan:
    client, year = signed_in(office.officer), timezone.localdate().year
    answer = client.post(
        reverse("plans:new"), {"organ_id": office.county.pk, "year": year, "title": "年度计划", "basis": "办法"}
    )
    plan = AnnualPlan.objects.get()
    assert answer["Location"] == reverse("plans:show", args=[plan.number])
    common = {"method": "equal", "min_per_stratum": 1, "batches": 1, "notice": "required"}
    key = common | {"title": "食品全覆盖", "kind": "key_field", "fields_": ["food"], "departments": "公安局、环保局"}
    assert client.post(reverse("plans:new_item", args=[plan.number]), key).status_code == 302
    draw = common | {
        "title": "一般抽查", "kind": "draw", "share": 15, "share_0_field": "food", "share_0_percent": 30,
    }  # fmt: skip
    assert client.post(reverse("plans:new_item", args=[plan.number]), draw).status_code == 302
    return plan


def filed_by_page(office) -> AnnualPlan:
    plan = draft_by_page(office)
    url = reverse("plans:move", args=[plan.number])
    way = [
        (office.officer, "submit", "draft"),
        (office.leader, "approve", "submitted"),
        (office.leader, "file", "approved"),
        (office.city_chief, "acknowledge", "filing"),
    ]
    for user, action, state in way:
        data = {"action": action, "seen_state": state, "receipt_no": "备1号"}
        assert signed_in(user).post(url, data).status_code == 302, action
    return AnnualPlan.objects.get(pk=plan.pk)


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_plan_is_drafted_approved_and_filed_through_the_pages(office):
    make_institution(office.county)
    plan = filed_by_page(office)
    assert (plan.state, plan.receipt_no) == ("in_force", "备1号")
    key = PlanItem.objects.get(kind="key_field")
    assert (key.departments, key.fields) == (["公安局", "环保局"], ["food"])
    assert [(row.field, row.share) for row in PlanItem.objects.get(kind="draw").shares.all()] == [("food", 30)]
    page = text_of(signed_in(office.officer).get(reverse("plans:show", args=[plan.number])))
    assert "已备案，执行中" in page
    assert "双随机事项合计抽查 1 家" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "draw"}, "请写明抽查的比例或者家数。"),
        ({"kind": "draw", "share": 101}, "101"),
        ({"kind": "draw", "share": 15, "share_0_field": "food"}, "写了分层，请写比例。"),
        ({"kind": "key_field"}, "重点领域全覆盖要写明是哪些领域。"),
        ({"kind": "draw", "share": 15, "departments": "甲" * 41}, "每行写一个部门，最多 10 个，每个最多 40 字。"),
    ],
)
def test_a_wrong_item_is_told_beside_its_field_and_what_was_typed_stays(office, data, sentence):
    plan = draft_by_page(office)
    common = {"title": "我写的名称", "method": "equal", "min_per_stratum": 1, "batches": 1, "notice": "required"}
    answer = signed_in(office.officer).post(reverse("plans:new_item", args=[plan.number]), common | data)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "我写的名称" in text_of(answer)


def test_a_refused_move_keeps_the_page_and_says_why(office):
    plan = draft_by_page(office)
    url = reverse("plans:move", args=[plan.number])
    stale = signed_in(office.officer).post(url, {"action": "submit", "seen_state": "approved"})
    assert stale.status_code == 409
    assert "刚刚变为“起草中”，请看过再办。" in text_of(stale)
    bare = signed_in(office.officer).post(url, {"action": "drop", "seen_state": "draft"})
    assert "“作废草案”缺少必填事项：理由。" in text_of(bare)


def test_a_filed_plan_offers_no_editing(office):
    plan = filed_by_page(office)
    client = signed_in(office.officer)
    item = plan.items.first()
    assert client.get(reverse("plans:edit_item", args=[item.number])).status_code == 409
    assert client.get(reverse("plans:edit", args=[plan.number])).status_code == 409
    version = client.post(reverse("plans:new_version", args=[plan.number]), {"reason": "增加车检"})
    assert version.status_code == 302
    assert AnnualPlan.objects.filter(state="draft", version=2).count() == 1
    assert "第 2 版" in text_of(client.get(reverse("plans:show", args=[plan.number])))


def reserved(office, user, lab, **values) -> Visit:
    from hengjian.apps.plans.services import reserve_visit

    today = timezone.localdate()
    values.setdefault("day", today)
    values = {"origin_id": f"T-{Visit.objects.count()}", "origin_kind": "tip"} | values
    return reserve_visit(
        institution=lab, organ=user.postings.get().organ, actor=make_actor(user), now=timezone.now(), today=today,
        **values,
    )  # fmt: skip


TIP = {"exception_code": "tip", "exception_note": "举报虚假报告"}


def test_a_visit_is_moved_and_cancelled_from_its_page(office):
    lab = make_institution(office.county)
    visit = reserved(office, office.officer, lab, **TIP)
    client = signed_in(office.officer)
    url = reverse("plans:move_visit", args=[visit.number])
    wrong = client.post(url, {"day": "2020-01-01", "reason": "改"})
    assert "不能预约已经过去的日期。" in text_of(wrong)
    later = timezone.localdate() + timedelta(3)
    assert client.post(url, {"day": later.isoformat(), "reason": "机构停电"}).status_code == 302
    cancel = reverse("plans:cancel_visit", args=[visit.number])
    assert client.post(cancel, {}).status_code == 422
    assert client.post(cancel, {"reason": "举报人撤回"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.day) == ("cancelled", later)


def test_the_ledger_answers_whether_one_may_go_on_a_day(office):
    lab = make_institution(office.county)
    plan = filed_by_page(office)
    item = plan.items.get(kind="key_field")
    visit = reserved(office, office.officer, lab, item=item, origin_kind="key_field")
    client, url = signed_in(office.officer), reverse("plans:ledger", args=[lab.uscc])
    page = text_of(client.get(url))
    assert "两次检查至少相隔 60 日" in page
    assert reverse("plans:join", args=[lab.uscc, visit.number]) in page
    assert "不是一个日期" in text_of(client.get(url, {"day": "昨天"})) or "日期" in text_of(
        client.get(url, {"day": "x"})
    )
    away = text_of(client.get(url, {"day": f"{plan.year + 1}-11-30"}))
    assert "可以安排" in away


def test_two_organs_merge_their_visits_through_the_pages(office):
    lab = make_institution(office.county)
    plan = filed_by_page(office)
    item = plan.items.get(kind="key_field")
    host = reserved(office, office.officer, lab, item=item, origin_kind="key_field")
    guest = reserved(office, office.city_officer, lab, **TIP)
    proposal = propose(guest=guest, host=host, actor=make_actor(office.city_officer), now=timezone.now())
    url = reverse("plans:answer_merge", args=[proposal.number])
    assert "等我同意" in text_of(signed_in(office.chief).get(reverse("plans:merges")))
    assert signed_in(office.chief).post(url, {"action": "agree_guest"}).status_code == 422
    assert signed_in(office.chief).post(url, {"action": "agree_host"}).status_code == 302
    assert signed_in(office.city_officer).post(url, {"action": "agree_guest"}).status_code == 302
    guest.refresh_from_db()
    assert guest.merged_with is not None
    assert "已合并" in text_of(signed_in(office.chief).get(reverse("plans:merge", args=[proposal.number])))


def test_one_asks_to_go_along_from_the_ledger(office):
    lab = make_institution(office.county)
    plan = filed_by_page(office)
    host = reserved(office, office.officer, lab, **TIP)
    client = signed_in(office.officer)
    url = reverse("plans:join", args=[lab.uscc, host.number])
    assert "食品全覆盖" in text_of(client.get(url))
    answer = client.post(url, {"item_id": plan.items.get(kind="key_field").pk})
    proposal = MergeProposal.objects.get()
    assert answer["Location"] == reverse("plans:merge", args=[proposal.number])


def test_a_look_is_written_from_its_page_and_several_at_once(office):
    now = timezone.now()
    common = {"risk": 0.05, "risk_band": "green", "risk_run": "SC-1", "risk_at": now}
    first, second = make_institution(office.county, **common), make_institution(office.county, **common)
    client = signed_in(office.officer)
    url = reverse("plans:look", args=[first.uscc])
    assert client.post(url, {"conclusion": "visit", "note": ""}).status_code == 422
    assert client.post(url, {"conclusion": "clear", "note": ""}).status_code == 302
    client.post(reverse("plans:clear_looks"), {"selected": [second.pk, "x"]})
    assert MonitoringLook.objects.count() == 2
    assert "风险监测已全覆盖" in text_of(client.get(reverse("plans:due")))


@pytest.mark.parametrize("pk", ["9" * 20, "9" * 5000, "²", "-1", "0"])
def test_a_selection_that_no_row_can_bear_is_told_not_a_fault(office, pk):
    answer = signed_in(office.officer).post(reverse("plans:clear_looks"), {"selected": [pk]}, follow=True)
    assert answer.status_code == 200
    assert MonitoringLook.objects.count() == 0
    for name in ("coverage", "covered", "due", "list", "visits", "parameters"):
        query = {"organ": pk, "year": pk, "area": pk, "page": pk}
        assert signed_in(office.officer).get(reverse(f"plans:{name}"), query).status_code == 200, name


def test_a_number_is_published_by_a_chief_and_then_holds(office):
    client = signed_in(office.chief)
    today = timezone.localdate().isoformat()
    data = {"organ_id": office.county.pk, "name": "annual_cap", "value": 99, "source": "公告1号", "valid_from": today}
    url = reverse("plans:new_parameter")
    assert "年度检查上限应当在 1 至 12 次之间。" in text_of(client.post(url, data))
    assert client.post(url, data | {"value": 1}).status_code == 302
    assert Parameter.objects.get().value == 1
    assert "公告1号" in text_of(client.get(reverse("plans:parameters")))


@pytest.mark.parametrize("name", ["list", "covered", "visits", "exceptions", "due", "looks"])
def test_a_list_leaves_as_excel_and_the_export_is_an_event(office, name):
    make_institution(office.county)
    filed_by_page(office)
    answer = signed_in(office.chief).get(reverse(f"plans:{name}"), {"format": "xlsx"})
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert Event.objects.latest("sequence").verb == "institution.export"


@pytest.mark.parametrize("name", ["list", "coverage", "covered", "visits", "exceptions", "merges", "due", "looks"])
def test_pages_ask_the_database_seldom_however_many_rows(office, name, django_assert_max_num_queries):
    for _ in range(25):
        make_institution(office.county)
    filed_by_page(office)
    client = signed_in(make_user(office.county, Role.SECTION_CHIEF))
    client.get(reverse(f"plans:{name}"))
    with django_assert_max_num_queries(45):
        assert client.get(reverse(f"plans:{name}")).status_code == 200
