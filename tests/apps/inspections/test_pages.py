"""The pages by the way people take: from the origin to publication, each with what it offers and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Role
from hengjian.apps.inspections import pages
from hengjian.apps.inspections.codes import token_for
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.selectors import inspections_seen_by
from tests.apps.factories import NOW, TODAY, make_user
from tests.apps.inspections.samples import JPEG, World, fresh, make_officer

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def that_day(monkeypatch: Any) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert pages.today() == TODAY


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def get(user: Any, view: str, task: Inspection, *args: Any) -> str:
    answer = client_of(user).get(reverse(f"inspections:{view}", args=[task.number, *args]))
    assert answer.status_code == 200, (view, answer.status_code)
    return answer.content.decode()


def post(user: Any, view: str, task: Inspection, *args: Any, **data: Any) -> Any:
    return client_of(user).post(reverse(f"inspections:{view}", args=[task.number, *args]), data)


def test_a_chief_makes_a_task_from_the_plan_and_is_told_what_is_wrong(world: World):
    client = client_of(world.chief)
    shown = client.get(reverse("inspections:new")).content.decode()
    assert world.item.title in shown
    assert "专项检查</h2>" not in shown and "投诉举报</h2>" not in shown
    address = f"{reverse('inspections:create')}?kind=key_field&id={world.item.number}"
    assert world.lab.name in client.get(address).content.decode()
    given = {
        "institution": world.lab.uscc, "planned_on": "2026-11-03", "kind": "unannounced", "lead": world.lead.pk,
        "member": world.lead.pk, "groups": ["CK-A", "CK-D"], "client_id": "6f1c1f6e-0000-4222-8333-444455556666",
    }  # fmt: skip
    refused = client.post(address, given)
    assert refused.status_code == 422
    assert "执法人员不得少于两人" in refused.content.decode()
    made = client.post(address, given | {"member": world.member.pk})
    task = Inspection.objects.get()
    assert made["Location"] == reverse("inspections:show", args=[task.number])
    assert (task.groups, task.planned_on.isoformat()) == (["CK-A", "CK-D"], "2026-11-03")
    client.post(address, given | {"member": world.member.pk})
    assert Inspection.objects.count() == 1


def test_an_unknown_origin_is_a_sentence(world: World):
    answer = client_of(world.chief).get(reverse("inspections:create") + "?kind=tip&id=1")
    assert answer.status_code == 422
    assert "检查任务没有“tip”这种来源" in answer.content.decode()


def test_raw_values_with_a_nul_are_sentences(world: World):
    answer = client_of(world.chief).get(reverse("inspections:create") + "?kind=alert&id=%00")
    assert answer.status_code == 422
    assert "预警的编号不对，没有这项来源。" in answer.content.decode()
    task = world.on_site()
    for name in ("finding", "item_id"):
        file = SimpleUploadedFile("a.jpg", JPEG)
        refused = post(world.lead, "attach", task, kind="photo", file=file, caption="", **{name: "x\0"})
        assert refused.status_code == 422
        assert "附件所属的检查项或者问题的编号不对，没有收下。" in refused.content.decode()


def test_a_year_of_five_thousand_digits_is_this_year(world: World):
    page = client_of(world.chief).get(reverse("inspections:random_leg"), {"year": "9" * 5_000})
    assert page.status_code == 200


def test_officers_go_the_whole_way_on_pages(world: World):
    task = world.task()
    assert "登记入企" in get(world.lead, "show", task)
    assert post(world.lead, "enter", task, officer=world.lead.pk, note="").status_code == 302
    told = post(world.lead, "start", task, cards_shown="on", recusal_asked="on", recusal_answer="不", present_name="毕")
    assert told.status_code == 422
    assert "应见山还没有登记入企" in told.content.decode()
    scanned = reverse("inspections:scan", args=[token_for("institution", world.lab.uscc)])
    client = client_of(world.member)
    assert task.number in client.get(scanned).content.decode()
    assert client.post(scanned, {"number": task.number}).status_code == 302
    post(world.lead, "start", task, cards_shown="on", recusal_asked="on", recusal_answer="不申请", present_name="毕")
    assert "已查 0 项" in get(world.lead, "checklist", task)
    shown = get(world.lead, "item", task, "CK-D2")
    assert "第十四条" in shown
    assert "怎样查" in shown
    bare = post(world.lead, "item", task, "CK-D2", answer="problem", note="", seen_version=0)
    assert "请写明现场看到的情况" in bare.content.decode()
    assert post(world.lead, "item", task, "CK-D2", answer="problem", note="过期", seen_version=0).status_code == 302
    assert "还没有登记问题" in get(world.lead, "checklist", task)
    given = {
        "text": "过期", "item_id": "CK-D2", "violation_id": "SUP-14.2", "conduct_on": "2026-10-08",
        "severity": "general", "handling": "order", "limit_on": "2026-11-20",
    }  # fmt: skip
    assert post(world.lead, "find", task, **(given | {"limit_on": ""})).status_code == 422
    assert post(world.lead, "find", task, **given).status_code == 302
    number = task.findings.get().number
    photo = SimpleUploadedFile("铭牌.jpg", JPEG)
    assert post(world.lead, "attach", task, kind="photo", file=photo, finding=number).status_code == 302
    assert "铭牌.jpg" in get(world.lead, "finding", task, number)
    file = client_of(world.lead).get(reverse("inspections:attachment", args=[task.attachments.get().pk]))
    assert file.content == JPEG
    record = {"facts_found": "经过", "signing": "refused", "refusal_reason": "不同意", "witness_name": "钟"}
    assert "设备：检查 1 项，不符合 D2" in get(world.lead, "record", task)
    done = post(world.lead, "record", task, close="1", **record)
    assert done["Location"] == reverse("inspections:result", args=[task.number])
    assert fresh(task).state == "record_closed"


def test_a_result_is_submitted_reviewed_and_published_on_its_page(world: World):
    task = world.closed(findings=1)
    shown = get(world.lead, "result", task)
    assert "未发现问题" not in shown.partition("检查结果")[2].partition("发现的问题")[0]
    assert post(world.lead, "result", task, code="02", note="已改").status_code == 302
    assert '<form method="post" class="form"' not in get(world.lead, "result", task)
    bare = post(world.leader, "result", task, decision="return", code="02", note="")
    assert bare.status_code == 409
    assert "缺少必填事项：理由" in bare.content.decode()
    assert post(world.leader, "result", task, decision="approve", code="02", note="").status_code == 302
    assert "公示用语：发现问题已责令改正" in get(world.chief, "result", task)
    assert post(world.chief, "result", task).status_code == 302
    assert fresh(task).state == "published"
    again = post(world.chief, "result", task)
    assert again.status_code == 409


def test_paper_and_process_show_what_was_done(world: World):
    task = world.on_site(kind="notice")
    world.act("answer_item", task, item_id="CK-A1", answer="ok", note="看过原件")
    world.act("attach", task, kind="photo", file_name="a.jpg", chunks=[JPEG], caption="证书")
    paper = get(world.lead, "paper", task)
    assert "草稿，未闭合" in paper
    assert "看过原件" in paper
    assert "本次未查" in paper
    assert task.attachments.get().sha256 in paper
    notice = get(world.chief, "notice", task)
    assert fresh(task).notice_no in notice
    assert world.lead.postings.get().enforcement_no in notice
    process = get(world.lead, "process", task)
    assert "A1　符合　看过原件" in process
    bare = world.task(lab=_lab(world))
    assert client_of(world.chief).get(reverse("inspections:notice", args=[bare.number])).status_code == 409


def _lab(world: World) -> Any:
    from tests.apps.factories import make_institution

    return make_institution(world.county)


def test_codes_are_drawn_for_task_and_institution(world: World):
    task = world.task()
    client = client_of(world.lead)
    for address in (
        reverse("inspections:task_code", args=[task.number]),
        reverse("inspections:institution_code", args=[world.lab.uscc]),
    ):
        answer = client.get(address)
        assert answer["Content-Type"] == "image/svg+xml"
        assert answer.content.startswith(b"<svg")
    assert (
        "入企检查二维码" in client.get(reverse("inspections:institution_sheet", args=[world.lab.uscc])).content.decode()
    )


def test_a_forged_code_is_a_sentence(world: World):
    answer = client_of(world.lead).get(reverse("inspections:scan", args=["i.nonsense~x"]))
    assert answer.status_code == 404
    assert "不是本系统签发的" in answer.content.decode()


# -- who sees ---------------------------------------------------------------------------------------------------------


def test_officers_see_their_own_tasks_chiefs_and_superiors_all_of_theirs(world: World):
    task = world.task()
    third = make_officer(world.county, "祝余")
    superior = make_user(world.office.tree.city, Role.SUPERVISOR)
    sister = make_user(world.office.tree.other_county, Role.SECTION_CHIEF)
    expert = make_user(world.county, Role.EXPERT, name="庄仪")
    sees = {
        name: inspections_seen_by(user, on=TODAY).filter(pk=task.pk).exists()
        for name, user in {
            "lead": world.lead, "member": world.member, "chief": world.chief, "superior": superior,
            "third": third, "sister": sister, "expert": expert,
        }.items()
    }  # fmt: skip
    assert sees == {
        "lead": True, "member": True, "chief": True, "superior": True, "third": False, "sister": False, "expert": False,
    }  # fmt: skip
    task.experts.add(expert)
    assert inspections_seen_by(expert, on=TODAY).filter(pk=task.pk).exists()
    answer = client_of(third).get(reverse("inspections:show", args=[task.number]))
    assert answer.status_code == 404


def test_pages_ask_the_database_seldom(world: World, django_assert_max_num_queries: Any):
    task = world.closed(findings=3)
    client = client_of(world.chief)
    client.get(reverse("inspections:list"))
    with django_assert_max_num_queries(40):
        client.get(reverse("inspections:show", args=[task.number]))
    with django_assert_max_num_queries(30):
        client.get(reverse("inspections:list"))
