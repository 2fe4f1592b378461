"""Rights come in pairs and agree: what one may is what one sees; nothing is allowed that is not declared."""

from datetime import date, timedelta

import pytest

from hengjian.apps.accounts.models import Organ, Posting, Role, Share
from hengjian.apps.accounts.policies import manager_of
from hengjian.apps.accounts.rights import Permission, declare, granting, may, permissions, visible
from hengjian.apps.accounts.selectors import events_seen_by, organ_for_area, organs_seen_by, people_seen_by
from hengjian.apps.record.models import Event
from hengjian.apps.record.services import SYSTEM, append_event
from hengjian.apps.registry.models import Institution
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.mark.parametrize("code", ["organ.view", "organ.manage", "matter.share", "institution.view", "alert.view"])
@pytest.mark.parametrize("role", list(Role))
def test_may_and_visible_agree_for_every_role_and_place(tree, code, role):
    for organ in (tree.city, tree.county, tree.other_county, tree.station):
        make_institution(organ)
    institutions = Institution.objects.select_related("organ")
    for organ in (tree.city, tree.county, tree.station):
        user = make_user(organ, role, institution_id=institutions[0].uscc if role == Role.INSTITUTION_USER else "")
        seen = set(
            visible(user, code, Institution.objects.all(), on=TODAY, institution="uscc").values_list("pk", flat=True)
        )
        assert seen == {one.pk for one in institutions if may(user, code, one, on=TODAY)}


def test_a_posting_counts_from_its_first_to_its_last_day(tree):
    user = make_user(tree.county, Role.SYSADMIN)
    Posting.objects.filter(user=user).update(valid_from=TODAY, valid_to=TODAY + timedelta(days=1))
    days = [may(user, "organ.manage", on=TODAY + timedelta(days=n)) is not None for n in (-1, 0, 1, 2)]
    assert days == [False, True, True, False]


def test_a_suspended_person_and_nobody_hold_nothing(tree):
    user = make_user(tree.county, Role.SYSADMIN)
    user.is_active = False
    assert granting(user, "organ.manage", TODAY) == []
    assert may(None, "organ.view", on=TODAY) is None


def test_a_person_in_two_organs_sees_both_and_acts_under_the_posting_that_grants(tree):
    user = make_user(tree.county, Role.ANALYST)
    Posting.objects.create(user=user, organ=tree.other_county, role=Role.SYSADMIN, valid_from=LONG_AGO)
    assert {tree.county.pk, tree.other_county.pk} <= set(organs_seen_by(user, on=TODAY).values_list("pk", flat=True))
    assert may(user, "organ.manage", tree.county, on=TODAY) is None
    assert may(user, "organ.manage", tree.other_county, on=TODAY).organ == tree.other_county


def test_an_own_reach_holds_for_the_organ_and_its_stations_alone(tree):
    chief = make_user(tree.city, Role.SECTION_CHIEF)
    county_chief = make_user(tree.county, Role.SECTION_CHIEF)
    assert may(chief, "matter.share", make_institution(tree.county), on=TODAY) is None
    assert may(county_chief, "matter.share", make_institution(tree.station), on=TODAY)


def test_a_shared_row_is_seen_until_its_day_and_only_by_that_organ(tree):
    lab, user = make_institution(tree.county), make_user(tree.other_county)
    Share.objects.create(
        thing_kind="registry.institution", thing_id=str(lab.pk), organ=tree.other_county,
        granted_by=user, granted_at=NOW, valid_to=TODAY, reason="协查",
    )  # fmt: skip
    rows = Institution.objects.all()
    assert visible(user, "institution.view", rows, on=TODAY).get() == lab
    assert not visible(user, "institution.view", rows, on=TODAY + timedelta(days=1)).exists()
    # people of a station see what is their bureau's; a county beside it sees nothing
    assert visible(make_user(tree.station), "institution.view", rows, on=TODAY).get() == lab
    assert not visible(make_user(tree.station), "institution.edit", rows, on=TODAY).exists()
    foreign = make_institution(tree.other_county)
    assert not visible(make_user(tree.station), "institution.view", rows.filter(pk=foreign.pk), on=TODAY).exists()
    assert may(user, "institution.edit", lab, on=TODAY) is None


def test_an_administrator_cannot_lock_out_somebody_who_also_serves_above(tree):
    admin, officer = make_user(tree.county, Role.SYSADMIN), make_user(tree.county, Role.OFFICER)
    assert manager_of(admin, officer, on=TODAY)
    Posting.objects.create(user=officer, organ=tree.city, role=Role.LEADER, valid_from=LONG_AGO)
    del officer.__dict__["_postings_on"]
    assert manager_of(admin, officer, on=TODAY) is None
    assert manager_of(make_user(tree.province, Role.SYSADMIN), officer, on=TODAY)


def test_events_are_read_by_the_organ_and_its_superiors(tree):
    append_event(now=NOW, actor=SYSTEM, verb="organ.create", thing=tree.county, organ_path=tree.county.path)
    seen = {
        organ: events_seen_by(make_user(organ), on=TODAY).count()
        for organ in (tree.city, tree.county, tree.other_county)
    }
    assert seen == {tree.city: 1, tree.county: 1, tree.other_county: 0}
    assert Event.objects.count() == 1


def test_jurisdiction_falls_to_the_lowest_bureau_of_the_place(tree):
    found = {code: organ_for_area(code, on=TODAY) for code in ("990121", "990121001003", "990199", "990200", "110000")}
    assert found == {
        "990121": tree.county,
        "990121001003": tree.county,
        "990199": tree.city,
        "990200": tree.province,
        "110000": None,
    }
    Organ.objects.filter(pk=tree.county.pk).update(valid_to=date(2026, 1, 1))
    assert organ_for_area("990121", on=TODAY) == tree.city


def test_every_permission_says_who_holds_it_in_words():
    for one in permissions():
        assert one.label
        assert one.roles <= frozenset(Role)
        assert one.roles
    with pytest.raises(ValueError, match="twice"):
        declare(Permission("organ.view", "另一个意思", frozenset({Role.EXPERT})))


def test_people_of_other_organs_are_not_listed(tree):
    make_user(tree.other_county)
    mine = make_user(tree.county)
    assert [posting.user for posting in people_seen_by(mine, on=TODAY)] == [mine]
