"""Opening takes two persons of different roles, a reason, and happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hengjian.apps.accounts.models import Avoidance, Posting, Role
from hengjian.apps.informants import openings
from hengjian.apps.informants.models import Informant, Opening
from hengjian.apps.informants.procedures import OPENING
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.factories import LONG_AGO, make_user
from tests.apps.informants.samples import ADDRESS, CANARIES, ID_NO, NAME, PHONE, TEXT, send, typed
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
REASON = "须向举报人核实取样的时间和地点"


@pytest.fixture
def sealed(county):
    assert send(typed(county.lab)).status_code == 200
    return Informant.objects.get()


def ask(county, sealed, who="officer", scope="identity", now=None, reason=REASON):
    now = now or timezone.now()
    user = county.people[who]
    return openings.request_opening(number=sealed.number, scope=scope, reason=reason, user=user, now=now)


def test_the_table_is_decided_for_every_state_and_action():
    assert_every_pair_is_decided(OPENING)


def test_an_officer_asks_the_leader_approves_the_officer_looks_once(county, sealed):
    officer, leader = county.client("officer"), county.client("leader")
    asked = officer.post(f"/informants/{sealed.number}/request/", {"scope": "identity", "reason": REASON}, follow=True)
    opening = Opening.objects.get()
    assert opening.number in asked.content.decode()
    assert leader.post(f"/informants/openings/{opening.number}/approve/").status_code == 302
    shown = officer.post(f"/informants/openings/{opening.number}/open/")
    page = shown.content.decode()
    assert all(one in page for one in (NAME, PHONE, ID_NO, ADDRESS))
    assert shown["Cache-Control"] == "no-store, private"
    assert shown["Refresh"] == f"300; url=/informants/openings/{opening.number}/"
    again = officer.post(f"/informants/openings/{opening.number}/open/")
    assert (
        again.status_code == 409
        and "开启申请现处于“已开启”状态，不能“开启”；该状态为终结状态" in again.content.decode()
    )
    assert officer.get(f"/informants/openings/{opening.number}/open/").status_code == 302
    later = officer.get(f"/informants/{sealed.number}/").content.decode()
    assert not [one for one in CANARIES if one in later]
    told = list(Event.objects.filter(thing_kind="informants.opening").values())
    assert [row["verb"] for row in told] == ["opening.request", "opening.approve", "opening.open"]
    assert not [one for one in CANARIES if one in str(told)]


@pytest.mark.parametrize(("scope", "shown"), [("text", TEXT[:40]), ("files", "没有附件。")])
def test_each_content_is_opened_by_itself(county, sealed, scope, shown):
    opening = ask(county, sealed, scope=scope)
    openings.approve_opening(number=opening.number, user=county.people["leader"], now=timezone.now())
    page = county.client("officer").post(f"/informants/openings/{opening.number}/open/").content.decode()
    assert shown in page


def test_one_person_in_both_steps_is_refused(county, sealed):
    both = county.people["officer"]
    Posting.objects.create(user=both, organ=county.tree.county, role=Role.LEADER, valid_from=LONG_AGO)
    opening = ask(county, sealed)
    with pytest.raises(IllegalMove, match="“批准开启”须由另一人办理，提出人本人不能自己复核。"):
        openings.approve_opening(number=opening.number, user=both, now=timezone.now())
    page = county.client("officer").post(f"/informants/openings/{opening.number}/approve/")
    assert page.status_code == 409 and "须由另一人办理" in page.content.decode()
    assert Opening.objects.get().state == "requested"


def test_two_persons_of_one_role_are_refused(county, sealed):
    opening = ask(county, sealed, who="section_chief")
    sentence = "申请和批准须由两种不同角色的人办理：申请人是科（股）长，不能再由科（股）长批准。"
    with pytest.raises(IllegalMove, match=sentence):
        openings.approve_opening(number=opening.number, user=county.people["second_chief"], now=timezone.now())
    made = openings.approve_opening(number=opening.number, user=county.people["leader"], now=timezone.now())
    assert (made.requested_role, made.decided_role) == ("section_chief", "leader")


def test_who_holds_two_roles_decides_under_the_one_that_did_not_ask(county, sealed):
    opening = ask(county, sealed, who="section_chief")
    second = county.people["second_chief"]
    Posting.objects.create(user=second, organ=county.tree.county, role=Role.LEADER, valid_from=LONG_AGO)
    made = openings.approve_opening(number=opening.number, user=second, now=timezone.now())
    assert made.decided_role == "leader"


def test_only_the_asker_opens_and_only_while_it_is_valid(county, sealed):
    now = timezone.now()
    opening = ask(county, sealed, now=now)
    openings.approve_opening(number=opening.number, user=county.people["section_chief"], now=now)
    with pytest.raises(IllegalMove, match="只有申请人本人可以开启。"):
        openings.open_sealed(number=opening.number, user=county.people["section_chief"], now=now)
    with pytest.raises(IllegalMove, match="这件申请已经超过有效期，不能再办理。确有必要的，请重新申请。"):
        openings.open_sealed(number=opening.number, user=county.people["officer"], now=now + timedelta(hours=25))
    assert openings.expire_openings(now=now + timedelta(hours=25)) == 1
    assert Opening.objects.get().state == "expired"


def test_an_approval_that_comes_too_late_is_refused(county, sealed):
    now = timezone.now()
    opening = ask(county, sealed, now=now)
    with pytest.raises(IllegalMove, match="这件申请已经超过有效期"):
        openings.approve_opening(number=opening.number, user=county.people["leader"], now=now + timedelta(days=4))


def test_a_refusal_has_a_reason_and_a_request_can_be_taken_back(county, sealed):
    opening = ask(county, sealed)
    leader = county.client("leader")
    page = leader.post(f"/informants/openings/{opening.number}/refuse/", {"reason": ""})
    assert page.status_code == 422 and "请写明不予批准的理由。" in page.content.decode()
    leader.post(f"/informants/openings/{opening.number}/refuse/", {"reason": "可以先通过联系通道询问"})
    assert Opening.objects.get().state == "refused"
    second = ask(county, sealed)
    county.client("officer").post(f"/informants/openings/{second.number}/withdraw/")
    assert Opening.objects.get(pk=second.pk).state == "withdrawn"


def test_a_reason_is_wanted_and_one_request_runs_at_a_time(county, sealed):
    with pytest.raises(Refused, match="请写明为什么必须开启，10 到 500 字；现在是 2 字。"):
        ask(county, sealed, reason="要看")
    first = ask(county, sealed)
    with pytest.raises(IllegalMove, match=f"这项内容已经有一件申请在办（{first.number}）"):
        ask(county, sealed, who="section_chief")


def test_who_may_not_is_told_and_who_may_not_see_finds_nothing(county, sealed):
    opening = ask(county, sealed)
    now = timezone.now()
    with pytest.raises(NotFound):
        ask(county, sealed, who="stranger", scope="text")
    with pytest.raises(NotAllowed, match="您没有“批准开启”的权限。"):
        openings.approve_opening(number=opening.number, user=county.people["superior"], now=now)
    with pytest.raises(NotAllowed, match="您没有“批准开启”的权限。"):
        openings.approve_opening(number=opening.number, user=county.people["officer"], now=now)
    outside = make_user(county.tree.other_county, Role.LEADER)
    with pytest.raises(NotFound):
        openings.approve_opening(number=opening.number, user=outside, now=now)


def test_supervisor_and_superior_organ_see_every_opening_and_no_identity(county, sealed):
    opening = ask(county, sealed)
    openings.approve_opening(number=opening.number, user=county.people["leader"], now=timezone.now())
    openings.open_sealed(number=opening.number, user=county.people["officer"], now=timezone.now())
    for who in ("supervisor", "leader", "superior"):
        client = county.client(who)
        listed = client.get("/informants/openings/").content.decode()
        page = client.get(f"/informants/openings/{opening.number}/").content.decode()
        assert opening.number in listed and REASON in page and "县局执法人员" in page
        assert not [one for one in CANARIES if one in listed + page]
    assert opening.number not in county.client("stranger").get("/informants/openings/").content.decode()
    assert Client().get("/informants/openings/").status_code == 302


def test_revealing_files_open_with_an_opening_of_their_own_and_close_again(county, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.apps.informants.samples import PDF

    send(typed(county.lab) | {"files": SimpleUploadedFile("我的身份证.pdf", PDF), "revealing": "on"})
    sealed = Informant.objects.get()
    officer, address = county.client("officer"), f"/informants/{sealed.number}/files/1/"
    refused = officer.get(address)
    assert refused.status_code == 403 and "这个附件含有举报人的身份信息，须先申请开启" in refused.content.decode()
    opening = ask(county, sealed, scope="files")
    openings.approve_opening(number=opening.number, user=county.people["leader"], now=timezone.now())
    assert "我的身份证.pdf" in officer.post(f"/informants/openings/{opening.number}/open/").content.decode()
    assert b"".join(officer.get(address).streaming_content) == PDF
    Opening.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert officer.get(address).status_code == 403
    assert county.client("leader").get(address).status_code == 403


def test_who_is_tied_to_the_respondent_neither_sees_the_informant_nor_opens_or_approves(county, sealed):
    def tie(who: str) -> None:
        Avoidance.objects.create(
            user=county.people[who], institution_id=county.lab.uscc, kind="kin", valid_from=LONG_AGO
        )

    asked = ask(county, sealed)
    tie("leader")
    with pytest.raises(IllegalMove, match="回避关系"):
        openings.approve_opening(number=asked.number, user=county.people["leader"], now=timezone.now())
    openings.approve_opening(number=asked.number, user=county.people["section_chief"], now=timezone.now())
    tie("officer")
    with pytest.raises(NotFound):
        openings.open_sealed(number=asked.number, user=county.people["officer"], now=timezone.now())
    assert county.client("officer").get(f"/informants/{sealed.number}/").status_code == 404
    with pytest.raises(NotFound):
        ask(county, sealed, scope="text")
