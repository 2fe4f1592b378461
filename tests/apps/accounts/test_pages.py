"""Signing in, and the pages of organs, people, sharing and the event chain."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Avoidance, Organ, Posting, Role, Share, User
from hengjian.apps.record.models import Event, Verification
from tests.apps.factories import PASSWORD, make_institution, make_tree, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(tree.city, Role.SYSADMIN, username="guanli", name="申屠衡")


def signed_in(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def sign_in(client, password, **more):
    return client.post("/sign-in/", {"username": "guanli", "password": password, **more})


def test_signing_in_leads_where_one_wanted_to_go_and_never_outside(admin):
    assert sign_in(Client(), PASSWORD, next="/people/")["Location"] == "/people/"
    assert sign_in(Client(), PASSWORD, next="https://evil.example/")["Location"] == "/"
    assert sign_in(Client(), PASSWORD, next="//evil.example")["Location"] == "/"


def test_a_wrong_password_says_so_beside_the_field_and_keeps_the_name(admin):
    answer = sign_in(Client(), "not-it-at-all")
    assert answer.status_code == 422
    assert "用户名或密码不对" in text(answer) and 'value="guanli"' in text(answer)


def test_five_failures_lock_and_the_sentence_is_the_same_for_an_unknown_name(admin):
    client = Client()
    answers = [sign_in(client, f"wrong-{n}").status_code for n in range(6)]
    assert answers[:4] == [422] * 4 and answers[5] == 429
    locked = sign_in(client, PASSWORD)
    assert locked.status_code == 429
    for _ in range(5):
        unknown = client.post("/sign-in/", {"username": "nobody", "password": "x"})
    assert re.sub(r"csrf\S+", "", text(unknown)) == re.sub(r"csrf\S+", "", text(locked))


def test_a_new_password_from_the_administrator_lifts_the_lock(tree, admin):
    user = make_user(tree.county, username="fenxi")
    client = Client()
    for _ in range(5):
        client.post("/sign-in/", {"username": "fenxi", "password": "wrong"})
    data = {"password": "A-new-1-from-admin", "reason": "当面核对工作证"}
    assert signed_in(admin).post(f"/people/{user.pk}/password/", data).status_code == 302
    assert not AccessAttempt.objects.filter(username="fenxi").exists()
    assert client.post("/sign-in/", {"username": "fenxi", "password": data["password"]}).status_code == 302


def test_an_idle_session_ends_and_a_suspended_person_is_out_at_once(admin, settings):
    client = signed_in(admin)
    session = client.session
    session["touched"] = timezone.now().timestamp() - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert client.get("/people/").status_code == 302
    client = signed_in(admin)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert client.get("/people/").status_code == 302


def test_changing_the_password_keeps_this_session_and_ends_the_others(admin):
    here, there = signed_in(admin), signed_in(admin)
    data = {"old": PASSWORD, "new": "Quite-a-new-1", "again": "Quite-a-new-1"}
    assert here.post("/account/", data).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert here.post("/account/", data | {"again": "x"}).status_code == 422


def test_signing_out_needs_a_post(admin):
    client = signed_in(admin)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/people/").status_code == 302


def test_a_page_that_may_not_be_seen_looks_like_one_that_is_not_there(tree):
    client = signed_in(make_user(tree.county))
    foreign = client.get(f"/organs/{tree.other_county.pk}/")
    nowhere = client.get("/organs/987654/")
    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.content == nowhere.content


def test_a_person_is_added_with_a_posting_or_not_at_all(tree, admin):
    client = signed_in(admin)
    person = {"username": "xin", "name": "新人", "phone": "", "password": "The-first-1-word"}
    place = {
        "organ": tree.county.pk,
        "role": "institution_user",
        "valid_from": "2026年1月1日",
        "institution_id": "9199",
    }
    answer = client.post("/people/new/", person | place)
    assert answer.status_code == 422 and "应为18位" in text(answer) and 'value="新人"' in text(answer)
    assert not User.objects.filter(username="xin").exists()
    assert client.post("/people/new/", person | place | {"role": "officer", "institution_id": ""}).status_code == 302
    assert User.objects.get(username="xin").postings.get().organ == tree.county
    assert [event.verb for event in Event.objects.all()] == ["user.create", "posting.create"]


def test_nobody_is_added_to_an_organ_beyond_reach(tree):
    client = signed_in(make_user(tree.county, Role.SYSADMIN))
    person = {
        "username": "xin",
        "name": "新人",
        "password": "The-first-1-word",
        "organ": tree.city.pk,
        "role": "leader",
    }
    assert client.post("/people/new/", person | {"valid_from": "2026-01-01"}).status_code == 422
    assert not User.objects.filter(username="xin").exists()


def test_postings_avoidance_and_suspension_go_through_their_pages(tree, admin, settings):
    settings.DEMO = True
    user, client = make_user(tree.county, Role.OFFICER), signed_in(admin)
    day = timezone.localdate()
    uscc = make_institution(tree.county).uscc
    assert (
        client.post(
            f"/people/{user.pk}/posting/", {"organ": tree.station.pk, "role": "officer", "valid_from": day}
        ).status_code
        == 302
    )
    first = Posting.objects.filter(user=user).earliest("pk")
    assert client.post(f"/postings/{first.pk}/end/", {"last_day": day, "reason": ""}).status_code == 422
    assert client.post(f"/postings/{first.pk}/end/", {"last_day": day, "reason": "轮岗"}).status_code == 302
    data = {"institution_id": uscc, "kind": "kin", "valid_from": day}
    assert client.post(f"/people/{user.pk}/avoidance/", data).status_code == 302
    assert client.post(f"/people/{user.pk}/active/", {"reason": "停职检查"}).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, Avoidance.objects.get(user=user).institution_id) == (False, uscc)
    page = text(client.get(f"/people/{user.pk}/"))
    for part in ("停用登录", "近亲属", "停职检查", "城关所", "第 "):
        assert part in page


def test_an_organ_is_added_below_one_that_is_managed(tree, admin):
    data = {"parent": tree.county.pk, "name": "执法大队", "short_name": "大队", "level": "team", "area_code": "99x"}
    client = signed_in(admin)
    answer = client.post("/organs/new/", data | {"valid_from": "2026-02-30"})
    assert answer.status_code == 422 and "2026年2月只有 28 日" in text(answer)
    right = data | {"valid_from": "2026-02-28", "area_code": "110101"}
    assert client.post("/organs/new/", right).status_code == 302
    assert Organ.objects.get(name="执法大队").parent == tree.county


def test_sharing_opens_the_dossier_to_one_organ_and_taking_back_closes_it(tree):
    lab = make_institution(tree.county)
    chief, other = signed_in(make_user(tree.county, Role.SECTION_CHIEF)), signed_in(make_user(tree.other_county))
    dossier, share = reverse("dossiers:dossier", args=[lab.uscc]), f"/share/registry.institution/{lab.pk}/"
    assert other.get(dossier).status_code == 404
    assert chief.post(share, {"organ": tree.county.pk, "days": 30, "reason": "x"}).status_code == 422
    assert chief.post(share, {"organ": tree.other_county.pk, "days": 30, "reason": "协查"}).status_code == 302
    assert other.get(dossier).status_code == 200
    assert other.get(share).status_code == 403
    assert chief.post(f"{share}{Share.objects.get().pk}/end/").status_code == 302
    assert other.get(dossier).status_code == 404


@pytest.mark.parametrize("kind", ["accounts.user", "sessions.session", "registry.nothing", "x"])
def test_only_registered_kinds_are_shared(tree, kind):
    client = signed_in(make_user(tree.county, Role.LEADER))
    assert client.get(f"/share/{kind}/1/").status_code == 404
    assert client.get("/share/registry.institution/one/").status_code == 404


def test_the_rights_page_is_printed_from_the_declarations(admin):
    page = text(signed_in(admin).get("/rights/"))
    for part in ("organ.manage", "研判预警", "机构用户", "本机关及所属所、队"):
        assert part in page


def test_the_chain_is_verified_from_its_page(tree, admin, django_capture_on_commit_callbacks):
    client = signed_in(admin)
    client.post(f"/organs/{tree.station.pk}/close/", {"last_day": timezone.localdate(), "reason": "撤并"})
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/record/chain/verify/")
    assert "事件链完整：1 条" in text(client.get(answer["Location"]))
    assert Verification.objects.get().state == "done"
    assert "上次校验到第 1 号，完整" in text(client.get("/record/chain/"))
    page = text(client.get("/record/1/"))
    for part in ("撤销机关", "撤并", "改前", timezone.localdate().isoformat()):
        assert part in page


def test_a_verification_left_by_a_dead_worker_says_so(admin):
    past = timezone.now() - timedelta(hours=1)
    row = Verification.objects.create(requested_by="甲", requested_at=past, touched_at=past, state="running", total=5)
    assert "校验中断" in text(signed_in(admin).get(f"/record/chain/{row.pk}/"))


@pytest.mark.parametrize(
    "path", ["/organs/", "/people/", "/experts/", "/rights/", "/record/", "/record/chain/", "/account/"]
)
def test_pages_ask_the_database_a_few_times_however_many_rows_there_are(
    tree, admin, path, django_assert_max_num_queries
):
    for _ in range(12):
        make_user(tree.county, Role.EXPERT)
    client = signed_in(admin)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/people/", "人员与任职"),
        ("/experts/", "专家"),
        ("/record/", "事件链"),
        ("/intake/", "报送"),
        ("/rulebook/clocks/", "规则库-时限"),
    ],
)
def test_a_list_taken_out_is_an_event_with_its_rows_and_filters(tree, path, what):
    leader = make_user(tree.city, Role.LEADER)
    assert signed_in(leader).get(f"{path}?format=xlsx").status_code == 200
    noted = Event.objects.get(verb="list.export")
    assert noted.actor_id == str(leader.pk) and noted.organ_path == tree.city.path
    assert noted.after["what"] == what and noted.after["query"] == "format=xlsx"
