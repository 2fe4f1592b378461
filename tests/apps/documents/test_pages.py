"""The pages: search by number, preview, files as events, typing in, refusals beside the form, another organ's 404."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.documents import access, services
from hengjian.apps.documents.models import Document
from hengjian.apps.record.models import Event
from hengjian.law.paper import form
from tests.apps.documents.samples import KIND, offer_on_institutions, whole_context
from tests.apps.factories import NOW, TODAY, make_actor, make_institution, make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    settings.UPLOADS_ROOT = tmp_path
    monkeypatch.setattr(access, "_KINDS", dict(access._KINDS))
    offer_on_institutions()
    tree = make_tree()
    chief = make_user(tree.county, Role.SECTION_CHIEF)
    thing = make_institution(tree.county)
    given = {"thing": thing, "organ": tree.county, "actor": make_actor(chief), "now": NOW, "today": TODAY}
    draft = services.draw_up(form="PEN-33", context=whole_context(form("PEN-33", TODAY)), **given)
    return tree, thing, chief, draft


def as_user(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client, name, *args, status=200, **query):
    answer = client.get(reverse(f"documents:{name}", args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def act(client, draft, action, **data):
    return client.post(reverse("documents:act", args=[draft.pk, action]), data)


def test_a_draft_is_previewed_issued_and_found_by_its_number(world):
    _, _, chief, draft = world
    client = as_user(chief)
    assert "草稿" in page(client, "show", draft.pk)
    assert act(client, draft, "issue").status_code == 302
    draft.refresh_from_db()
    assert draft.number == f"青石市监责改〔{draft.issued_on.year}〕1号"
    shown = page(client, "show", draft.pk)
    assert draft.number in shown
    assert "责令你（单位）改正" in shown
    assert draft.number in page(client, "list", q=draft.number)
    assert draft.number in page(client, "list", q=draft.number.replace("〔", "[").replace("〕", "]"))
    assert draft.number not in page(client, "list", q="没有这个文号")


def test_issuing_twice_is_told_and_nothing_happens(world):
    client, draft = as_user(world[2]), world[3]
    act(client, draft, "issue")
    again = act(client, draft, "issue")
    assert again.status_code == 409
    assert Event.objects.filter(verb="document.issue").count() == 1


def test_a_download_is_an_event_and_gives_the_file(world):
    client, draft = as_user(world[2]), world[3]
    answer = client.get(reverse("documents:download", args=[draft.pk, "docx"]))
    assert "责令改正通知书" in "".join(one.text for one in docx.Document(BytesIO(answer.content)).paragraphs)
    assert answer["Cache-Control"] == "private, no-store"
    event = Event.objects.get(verb="document.download")
    assert event.after == {"file": "docx", "draft": True}


def test_voiding_without_a_reason_is_refused_beside_the_form(world):
    client, draft = as_user(world[2]), world[3]
    act(client, draft, "issue")
    answer = act(client, draft, "void", reason="")
    assert answer.status_code == 409
    assert "理由" in answer.content.decode()
    assert act(client, draft, "void", reason="写错当事人").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "void"
    assert "写错当事人" in page(client, "show", draft.pk)


def test_an_officer_issues_and_does_not_void(world):
    tree, _, _, draft = world
    client = as_user(make_user(tree.county, Role.OFFICER))
    assert act(client, draft, "issue").status_code == 302
    assert act(client, draft, "void", reason="写错").status_code == 403
    assert "作废（文号保留）" not in page(client, "show", draft.pk)


def test_typing_in_a_document_names_what_is_missing(world):
    _, thing, chief, _ = world
    client = as_user(chief)
    url = reverse("documents:new", args=[KIND, thing.pk, "PEN-33"])
    assert "违法事实甲" not in client.get(url).content.decode()
    missing = client.post(url, {"party-name": "甲公司", "order-basis": "第一条"})
    assert missing.status_code == 422
    assert "《责令改正通知书》缺少违法事实、改正要求，不能制作" in missing.content.decode()
    typed = {
        "party-name": "甲公司",
        "order-basis": "第一条",
        "order-facts": "未保存原始记录",
        "order-content": "立即改正",
        "order-until": "2026-12-01",
    }
    made = client.post(url, typed)
    assert made.status_code == 302
    assert "未保存原始记录" in Document.objects.latest("pk").context
    wrong = client.post(url, typed | {"order-until": "2026-02-30"})
    assert "没有这一天" in wrong.content.decode()


def test_a_new_version_from_the_page_keeps_the_old_one(world):
    client, draft = as_user(world[2]), world[3]
    act(client, draft, "issue")
    url = reverse("documents:new_version", args=[draft.pk])
    assert "当事人甲" in client.get(url).content.decode()
    typed = {"party-name": "乙公司", "order-basis": "第一条", "order-facts": "甲", "order-content": "乙"}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert "理由" in refused.content.decode()
    assert client.post(url, typed | {"reason": "名称有误"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.next_version.party or draft.next_version.version) == ("replaced", 2)
    assert "第 1 版" in page(client, "show", draft.next_version.pk)


def test_the_documents_of_a_thing_and_the_comparison(world):
    _, thing, chief, draft = world
    client = as_user(chief)
    assert "还没有制作文书" in page(client, "of", KIND, thing.pk)
    act(client, draft, "issue")
    client.get(reverse("documents:download", args=[draft.pk, "pdf"]))
    assert "已制作 1 份文书" in page(client, "of", KIND, thing.pk)
    assert "逐字节一致" in page(client, "compare", draft.pk)
    whole = client.get(reverse("documents:whole", args=[KIND, thing.pk]))
    assert whole.content.startswith(b"%PDF")
    assert Event.objects.filter(verb="document.whole_file").count() == 1


def test_nobody_sees_documents_of_what_he_does_not_see(world):
    tree, thing, _, draft = world
    client = as_user(make_user(tree.other_county, Role.LEADER))
    for name, args in (
        ("show", [draft.pk]), ("download", [draft.pk, "pdf"]), ("compare", [draft.pk]), ("of", [KIND, thing.pk]),
        ("whole", [KIND, thing.pk]), ("of", ["no.such", 1]), ("of", [KIND, "甲"]),
    ):  # fmt: skip
        assert page(client, name, *args, status=404)
    assert draft.title not in page(client, "list")


def test_every_form_has_its_page_in_the_rulebook(world):
    client = as_user(world[2])
    assert "56 种" in page(client, "forms")
    shown = page(client, "form", "PEN-45")
    assert "行政处罚决定书" in shown
    assert "罚决" in shown
    assert "1 种文书式样" in page(client, "forms", q="当场")
    page(client, "form", "PEN-99", status=404)


def test_a_set_is_asked_for_and_shown(world):
    _, thing, chief, _ = world
    client = as_user(chief)
    url = reverse("documents:make_set", args=[KIND, thing.pk])
    assert "请至少选择一种文书。" in client.post(url, {}).content.decode()
    answer = client.post(url, {"forms_wanted": ["PEN-45", "PEN-50"]})
    assert answer.status_code == 302
    assert "成套制作 2 份文书" in client.get(answer["Location"]).content.decode()


def test_a_list_page_needs_few_queries(world, django_assert_max_num_queries):
    client = as_user(world[2])
    with django_assert_max_num_queries(15):
        page(client, "list")
    with django_assert_max_num_queries(20):
        page(client, "show", world[3].pk)
